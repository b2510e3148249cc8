"""What a household says follows from its owners by 民法典 art 301, in fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.codes import Choice, Coown
from survey.domain.coownership import HouseholdChoice, OwnerShare, household_choice, shares_sum_to_one, tally

H = HouseholdChoice
YES, NO, IF, ABS = Choice.AGREE, Choice.DISAGREE, Choice.CONDITIONAL, Choice.ABSTAIN


def owners(*shares: Fraction | None) -> list[OwnerShare]:
    return [OwnerShare(number, share) for number, share in enumerate(shares)]


def records(*choices: Choice | None) -> dict[object, Choice]:
    return {number: choice for number, choice in enumerate(choices) if choice is not None}


@pytest.mark.parametrize(
    ("shares", "coown", "choices", "says"),
    [
        pytest.param([Fraction(1)], Coown.SOLE, [YES], H.AGREE, id="art 240: the sole owner agrees"),
        pytest.param([None], None, [NO], H.DISAGREE, id="art 240: one owner without a form"),
        pytest.param([None], Coown.SOLE, [IF], H.CONDITIONAL, id="art 240: on a condition"),
        pytest.param([None], Coown.SOLE, [ABS], H.ABSTAIN, id="art 240: abstains"),
        pytest.param([None], Coown.SOLE, [None], H.NONE, id="nobody said anything"),
        pytest.param([], Coown.SOLE, [], H.NONE, id="no owner known"),
        pytest.param(
            [Fraction(2, 3), Fraction(1, 3)], Coown.SHARES, [YES, NO], H.AGREE, id="art 301, 1259: exactly two thirds"
        ),
        pytest.param(
            [Fraction(2, 3), Fraction(1, 3)], Coown.SHARES, [YES, None], H.AGREE, id="art 301: the rest silent"
        ),
        pytest.param(
            [Fraction(1, 2), Fraction(1, 2)], Coown.SHARES, [YES, NO], H.DISAGREE, id="art 301: half is not enough"
        ),
        pytest.param(
            [Fraction(1, 2), Fraction(1, 2)],
            Coown.SHARES,
            [YES, None],
            H.INCOMPLETE,
            id="art 301: the other half decides",
        ),
        pytest.param(
            [Fraction(2, 3), Fraction(1, 3)], Coown.SHARES, [None, NO], H.INCOMPLETE, id="art 301: a third cannot block"
        ),
        pytest.param(
            [Fraction(13, 20), Fraction(7, 20)], Coown.SHARES, [None, NO], H.DISAGREE, id="art 301: 7/20 blocks"
        ),
        pytest.param(
            [Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)],
            Coown.SHARES,
            [YES, IF, NO],
            H.CONDITIONAL,
            id="art 301: with condition",
        ),
        pytest.param(
            [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)],
            Coown.SHARES,
            [YES, NO, ABS],
            H.ABSTAIN,
            id="art 301: abstention blocks",
        ),
        pytest.param([None, None], Coown.JOINT, [YES, YES], H.AGREE, id="art 301: joint, all"),
        pytest.param([None, None], Coown.JOINT, [YES, None], H.INCOMPLETE, id="art 301: joint, one silent"),
        pytest.param([None, None], Coown.JOINT, [None, NO], H.DISAGREE, id="art 301: joint, one refuses"),
        pytest.param(
            [None, None, None], Coown.JOINT, [YES, IF, YES], H.CONDITIONAL, id="art 301: joint, one conditional"
        ),
        pytest.param([None, None], Coown.JOINT, [YES, ABS], H.ABSTAIN, id="art 301: joint, one abstains"),
        pytest.param(
            [Fraction(9, 10), Fraction(1, 10)], Coown.JOINT, [YES, NO], H.DISAGREE, id="joint: shares do not count"
        ),
        pytest.param([Fraction(9, 10), None], Coown.SHARES, [YES, NO], H.DISAGREE, id="shares unknown: all are asked"),
        pytest.param(
            [Fraction(9, 10), Fraction(9, 10)], Coown.SHARES, [YES, NO], H.DISAGREE, id="shares over one: all are asked"
        ),
        pytest.param([None, None], Coown.SOLE, [YES, None], H.INCOMPLETE, id="two owners though sole: all are asked"),
        pytest.param([None, None], None, [YES, YES], H.AGREE, id="form unknown: all agreed"),
    ],
)
def test_the_household_says(
    shares: list[Fraction | None], coown: Coown | None, choices: list[Choice | None], says: H
) -> None:
    assert household_choice(owners(*shares), coown, records(*choices)) is says


def test_who_is_no_owner_does_not_count() -> None:
    assert household_choice(owners(Fraction(1)), Coown.SOLE, {"tenant": YES}) is H.NONE


def test_the_tally_keeps_the_fractions() -> None:
    counted = tally(owners(Fraction(1, 3), Fraction(1, 6), Fraction(1, 2)), Coown.SHARES, records(YES, NO, None))
    assert counted is not None
    assert (counted.agree, counted.disagree, counted.silent, counted.needed) == (
        Fraction(1, 3),
        Fraction(1, 6),
        Fraction(1, 2),
        Fraction(2, 3),
    )


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        pytest.param([Fraction(1, 3), Fraction(2, 3)], True, id="art 298"),
        pytest.param([Fraction(1, 3)] * 3, True, id="art 298: thirds make a whole exactly"),
        ([Fraction(1, 3), Fraction(1, 3)], False),
        ([Fraction(1), None], False),
        ([Fraction(2), Fraction(-1)], False),
        ([], False),
    ],
)
def test_shares_make_one_whole(shares: list[Fraction | None], whole: bool) -> None:
    assert shares_sum_to_one(shares) is whole


some_owners = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(
    lambda parts: [OwnerShare(number, Fraction(part, sum(parts))) for number, part in enumerate(parts)]
)
some_records = st.dictionaries(st.integers(0, 5), st.sampled_from(list(Choice)))
forms = st.sampled_from([None, *Coown])


@given(some_owners, forms, some_records)
def test_the_weights_always_make_one(held: list[OwnerShare], coown: Coown | None, said: dict[object, Choice]) -> None:
    counted = tally(held, coown, said)
    assert counted is not None
    assert counted.agree + counted.conditional + counted.disagree + counted.abstain + counted.silent == 1


@given(some_owners, forms, some_records, st.integers(0, 5))
def test_one_more_agreement_never_turns_the_household_against(
    held: list[OwnerShare], coown: Coown | None, said: dict[object, Choice], who: int
) -> None:
    if household_choice(held, coown, said) is H.AGREE:
        assert household_choice(held, coown, {**said, who: YES}) is H.AGREE


@given(some_owners, forms, some_records)
def test_a_decision_stands_whatever_the_silent_say(
    held: list[OwnerShare], coown: Coown | None, said: dict[object, Choice]
) -> None:
    now = household_choice(held, coown, said)
    everyone = {owner.person_id: YES for owner in held} | said
    if now is H.DISAGREE:
        assert household_choice(held, coown, everyone) is H.DISAGREE
    if all(owner.person_id in said for owner in held):
        assert now not in (H.INCOMPLETE, H.NONE)
