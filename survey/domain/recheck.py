"""Re-checks (抽查): who is drawn, what is asked again, and what the answers say together.

The draw is random and can be repeated: the seed is kept. What is found is a rate with its interval, for one difference in
five households says little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar
from uuid import UUID

from survey.domain.codes import Code
from survey.domain.errors import DomainError
from survey.domain.message import N_
from survey.domain.rate import Rate


class Question(Code):
    """抽查的问题: what is asked again, in this order."""

    VISITED = "visited", N_("调查员是否真的上门")
    OWNERS = "owners", N_("权利人")
    AREA = "area", N_("证载面积")
    PEOPLE = "people", N_("常住人口")
    WILL = "will", N_("改造意愿")
    BRIEFED = "briefed", N_("政策是否讲过、听懂")


class Answer(Code):
    """和登记的是否一致."""

    SAME = "same", N_("一致")
    DIFFERENT = "different", N_("不一致")


class Outcome(Code):
    """抽查的结果."""

    REACHED = "reached", N_("已核对")
    NOT_REACHED = "not_reached", N_("没有联系上")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckMade:
    """What one asking came to. `differences` says in words what is different."""

    outcome: Outcome
    answers: Mapping[Question, Answer]
    differences: Mapping[Question, str]
    note: str = ""


def wanted(population: int, percent: int) -> int:
    """How many households so many per cent are, rounded up: of one household, 5 % is one.

    Rule: offices' practice of 抽查: not fewer than the percentage.
    """
    return -(-population * percent // 100)


def draw(population: Mapping[UUID, Collection[Hashable]], percent: int, seed: int) -> tuple[UUID, ...]:
    """The households drawn, in the order of their ids: so many per cent, and at least one of every surveyor.

    population  household -> who worked on its survey

    Rule: offices' practice of 抽查: each household is given a number by `random.Random(seed).random()` in the order of
    the ids; the lowest number of each surveyor is taken, then the lowest of all until there are enough. Only `random()`
    is used, whose numbers Python promises not to change. Where one of every surveyor is more than the percentage, it is
    more; and whoever surveyed few is then drawn oftener than by their share.
    Raises DomainError("recheck.nobody").
    """
    if not population:
        raise DomainError("recheck.nobody")
    chance = Random(seed)  # noqa: S311  # it must be repeatable: the seed is kept
    numbers = {household: chance.random() for household in sorted(population)}
    ordered = sorted(population, key=lambda household: (numbers[household], household))
    taken: set[UUID] = set()
    covered: set[Hashable] = set()
    for household in ordered:
        if not covered.issuperset(population[household]):
            taken.add(household)
            covered.update(population[household])
    for household in ordered:
        if len(taken) >= wanted(len(population), percent):
            break
        taken.add(household)
    return tuple(sorted(taken))


def check_rechecker(visitors: Collection[Hashable], actor: Hashable) -> None:
    """Refuse a re-check by somebody who visited the household or wrote its sheet.

    Rule: separation of duties: who made the survey does not check it.
    Raises DomainError("recheck.own_work").
    """
    if actor in visitors:
        raise DomainError("recheck.own_work")


def check_recheck(made: RecheckMade, is_reached: bool = False) -> None:
    """Refuse a result that says nothing: one reached without an answer, a difference without what it is, a door that
    stayed closed without how it was tried, or stayed closed after its household had answered.

    is_reached  whether the household was reached in this draw before

    Rule: survey procedure: the household is returned with what is to be mended.
    Raises DomainError: recheck.reached, recheck.no_answer, recheck.difference_missing, recheck.note_missing.
    """
    if made.outcome is Outcome.NOT_REACHED:
        if is_reached:
            raise DomainError("recheck.reached", "outcome")
        if not made.note.strip():
            raise DomainError("recheck.note_missing", "note")
        return
    if not made.answers:
        raise DomainError("recheck.no_answer", "outcome")
    for question, answer in made.answers.items():
        if answer is Answer.DIFFERENT and not made.differences.get(question, "").strip():
            raise DomainError("recheck.difference_missing", f"{question.value}_text", question=question.label)


@dataclass(frozen=True, slots=True)
class Found:
    """The answers of one household that was reached, and who had surveyed it, each once."""

    staff: tuple[str, ...]
    answers: Mapping[Question, Answer]

    @property
    def differs(self) -> bool:
        return Answer.DIFFERENT in self.answers.values()


def rate_by_question(found: Iterable[Found]) -> dict[Question, Rate]:
    """Question -> in how many of the households that were asked it the answer differs.

    Rule: what was not asked counts neither way.
    """
    told = ((question, answer is Answer.DIFFERENT) for each in found for question, answer in each.answers.items())
    rates = _rates(told)
    return {question: rates.get(question, Rate(0, 0)) for question in Question}


def rate_by_surveyor(found: Iterable[Found]) -> dict[str, Rate]:
    """Surveyor -> in how many of the households that they surveyed something differs; both of a pair count.

    Rule: a household differs where at least one answer does.
    """
    return dict(sorted(_rates((who, each.differs) for each in found for who in each.staff).items()))


Key = TypeVar("Key", bound=Hashable)


def _rates(told: Iterable[tuple[Key, bool]]) -> dict[Key, Rate]:
    """Key -> how often it was told of with a difference, of how often at all."""
    counts: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, differs in told:
        count = counts[key]
        count[0] += differs
        count[1] += 1
    return {key: Rate(part, whole) for key, (part, whole) in counts.items()}
