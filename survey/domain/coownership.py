"""What a household says in a round, from what its owners said: the rule of co-ownership, in fractions only.

This counts one household. Counting households and areas against the thresholds of a round is another rule
(民法典 art 278 and the local regulations) and is not here. Whoever is an owner is decided before: for a deceased
owner the caller puts the heirs with the shares they hold, or leaves the deceased in place, who then stays silent.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.domain.codes import Choice, Code, Coown
from survey.domain.message import N_

TWO_THIRDS = Fraction(2, 3)
ALL = Fraction(1)


class HouseholdChoice(Code):
    """本户表态."""

    AGREE = "agree", N_("同意")
    CONDITIONAL = "conditional", N_("有条件同意")
    DISAGREE = "disagree", N_("不同意")
    ABSTAIN = "abstain", N_("弃权")
    INCOMPLETE = "incomplete", N_("未齐（部分权利人未表态）")
    NONE = "none", N_("未表态")


@dataclass(frozen=True, slots=True)
class OwnerShare:
    """An owner and the share held; None where no share is known."""

    person_id: Hashable
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Weights of the answers, which sum to 1, and the weight that agreement needs."""

    agree: Fraction
    conditional: Fraction
    disagree: Fraction
    abstain: Fraction
    silent: Fraction
    needed: Fraction


def shares_sum_to_one(shares: Sequence[Fraction | None]) -> bool:
    """Whether the shares are all known and make one whole.

    Rule: 民法典 art 298: co-owners by shares own the thing by their shares, which together are the whole.
    """
    known = [share for share in shares if share is not None]
    return len(known) == len(shares) > 0 and all(share > 0 for share in known) and sum(known) == 1


def tally(owners: Sequence[OwnerShare], coown: Coown | None, records: Mapping[Hashable, Choice]) -> Tally | None:
    """The weights of what the owners said; None for a household without owners.

    records  person_id -> the record in force (the last one, not withdrawn); persons who are no owners do not count

    Rule: 民法典 art 301: disposing of the thing needs co-owners holding two thirds of the shares or more (按份共有)
    or all co-owners (共同共有); art 1259: "以上" includes the number. Shares count only where 按份共有 is registered
    and the shares are known and make one whole; in every other case (sole, joint, other, unknown, incomplete) all
    owners are asked, each with the same weight: the stricter reading, so that no owner is passed over by a gap in
    the data.
    """
    if not owners:
        return None
    shares = [owner.share for owner in owners]
    if coown is Coown.SHARES and shares_sum_to_one(shares):
        weights = [share for share in shares if share is not None]
        needed = TWO_THIRDS
    else:
        weights = [Fraction(1, len(owners))] * len(owners)
        needed = ALL
    sums = dict.fromkeys(Choice, Fraction(0))
    for owner, weight in zip(owners, weights, strict=True):
        choice = records.get(owner.person_id)
        if choice is not None:
            sums[choice] += weight
    return Tally(
        sums[Choice.AGREE],
        sums[Choice.CONDITIONAL],
        sums[Choice.DISAGREE],
        sums[Choice.ABSTAIN],
        1 - sum(sums.values(), Fraction(0)),
        needed,
    )


def household_choice(
    owners: Sequence[OwnerShare], coown: Coown | None, records: Mapping[Hashable, Choice]
) -> HouseholdChoice:
    """What the household says.

    agree        the weight that agrees reaches what is needed
    conditional  it does when those who agree on a condition are added
    disagree     those who disagree can no longer be outweighed, whatever the silent say
    abstain      those who disagree and abstain together cannot be outweighed
    incomplete   owners are still silent and could decide it
    none         no owner has said anything

    Rule: 民法典 art 301 with art 1259, as in `tally`; one owner alone decides (art 240).
    """
    counted = tally(owners, coown, records)
    if counted is None or counted.silent == 1:
        return HouseholdChoice.NONE
    blocking = 1 - counted.needed
    if counted.agree >= counted.needed:
        return HouseholdChoice.AGREE
    if counted.agree + counted.conditional >= counted.needed:
        return HouseholdChoice.CONDITIONAL
    if counted.disagree > blocking:
        return HouseholdChoice.DISAGREE
    if counted.disagree + counted.abstain > blocking:
        return HouseholdChoice.ABSTAIN
    return HouseholdChoice.INCOMPLETE
