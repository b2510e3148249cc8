"""Two sheets of one household become one, or name what they dispute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.merge import GROUPS, Change, FieldConflict, Keys, difference, dispute, group_of, merge, resolve
from survey.domain.sheet import ROW_TYPES, Sheet, field_types, from_keys, from_pairs, to_keys, to_pairs

BASE: dict[str, tuple[str, ...]] = {
    "address": ("文汇街1号",),
    "mortgage": ("no",),
    "persons[a].full_name": ("张明",),
    "persons[a].id_type": ("resident",),
    "persons[a].id_no": ("1",),
    "persons[b].full_name": ("李红",),
}


def edited(**changes: str | None) -> dict[str, tuple[str, ...]]:
    """BASE with answers set (or removed with None); `a__x` means persons[a].x."""
    keys = dict(BASE)
    for name, answer in changes.items():
        key = f"persons[{name[0]}].{name[3:]}" if name[1:3] == "__" else name
        keys.pop(key, None)
        if answer is not None:
            keys[key] = (answer,)
    return keys


def without_row(keys: Keys, row: str) -> dict[str, tuple[str, ...]]:
    return {key: answers for key, answers in keys.items() if not key.startswith(row)}


def test_changes_of_different_fields_are_put_together() -> None:
    merged = merge(BASE, edited(address="文汇街2号"), edited(a__phone="120"))
    assert merged.conflicts == ()
    assert merged.keys == edited(address="文汇街2号", a__phone="120")
    assert merged.taken_theirs == ("address",)


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    merged = merge(BASE, edited(address="x"), edited(address="x"))
    assert (merged.conflicts, merged.taken_theirs) == ((), ())
    assert merged.keys == edited(address="x")


def test_different_changes_of_one_field_conflict_and_theirs_stands_meanwhile() -> None:
    merged = merge(BASE, edited(address="x"), edited(address="y"))
    assert merged.keys["address"] == ("x",)
    assert merged.conflicts == (FieldConflict("address", ("文汇街1号",), ("x",), ("y",), "address"),)


def test_clearing_an_answer_against_changing_it_conflicts() -> None:
    merged = merge(BASE, edited(address=None), edited(address="y"))
    assert merged.conflicts == (FieldConflict("address", ("文汇街1号",), (), ("y",), "address"),)
    assert "address" not in merged.keys


def test_id_type_and_number_conflict_together() -> None:
    merged = merge(BASE, edited(a__id_type="passport"), edited(a__id_no="2"))
    assert [(each.key, each.group) for each in merged.conflicts] == [
        ("persons[a].id_type", "persons[a].id_type"),
        ("persons[a].id_no", "persons[a].id_type"),
    ]
    assert (merged.keys["persons[a].id_type"], merged.keys["persons[a].id_no"]) == (("passport",), ("1",))


def test_a_group_of_the_sheet_itself_conflicts_together() -> None:
    merged = merge(BASE, edited(mortgage="yes"), edited(mortgage_detail="工行"))
    assert {each.key: each.group for each in merged.conflicts} == {
        "mortgage": "mortgage",
        "mortgage_detail": "mortgage",
    }


def test_deleting_a_row_that_nobody_touched_deletes_it() -> None:
    for theirs, ours in [
        (without_row(BASE, "persons[b]"), edited(address="y")),
        (edited(address="y"), without_row(BASE, "persons[b]")),
    ]:
        merged = merge(BASE, theirs, ours)
        assert merged.conflicts == ()
        assert merged.keys == without_row(edited(address="y"), "persons[b]")


def test_deleting_a_row_against_editing_it_is_a_conflict_of_the_whole_row() -> None:
    merged = merge(BASE, edited(a__phone="120"), without_row(BASE, "persons[a]"))
    assert {each.group for each in merged.conflicts} == {"persons[a]"}
    assert {each.key for each in merged.conflicts} == {
        "persons[a].full_name",
        "persons[a].id_type",
        "persons[a].id_no",
        "persons[a].phone",
    }
    assert merged.keys["persons[a].phone"] == ("120",)
    assert resolve(merged, {"persons[a]"}) == without_row(BASE, "persons[a]")


def test_editing_a_row_that_they_deleted_is_a_conflict_and_our_text_is_kept_in_it() -> None:
    merged = merge(BASE, without_row(BASE, "persons[a]"), edited(a__phone="120"))
    assert "persons[a].full_name" not in merged.keys
    assert {each.key: each.ours for each in merged.conflicts}["persons[a].phone"] == ("120",)
    assert resolve(merged, ["persons[a]"]) == edited(a__phone="120")
    assert resolve(merged, []) == merged.keys


def test_rows_deleted_on_both_sides_are_gone_and_new_rows_of_both_stay() -> None:
    theirs = {**without_row(BASE, "persons[b]"), "persons[c].full_name": ("新一",)}
    ours = {**without_row(BASE, "persons[b]"), "persons[d].full_name": ("新二",)}
    merged = merge(BASE, theirs, ours)
    assert merged.conflicts == ()
    assert [key for key in merged.keys if key.endswith("full_name")] == [
        "persons[a].full_name",
        "persons[c].full_name",
        "persons[d].full_name",
    ]


def test_a_new_row_made_on_both_sides_with_one_uid_is_compared_field_by_field() -> None:
    merged = merge({}, {"persons[n].full_name": ("甲",)}, {"persons[n].full_name": ("乙",)})
    assert [each.key for each in merged.conflicts] == ["persons[n].full_name"]


def test_the_result_is_in_the_order_of_the_sheet_with_unknown_keys_last() -> None:
    merged = merge(
        {},
        {"zz": ("1",), "note": ("n",), "persons[b].phone": ("1",)},
        {"persons[a].zz": ("1",), "persons[b].full_name": ("乙",), "address": ("x",), "parts[p].kind": ("main",)},
    )
    assert list(merged.keys) == [
        "address",
        "parts[p].kind",
        "persons[b].full_name",
        "persons[b].phone",
        "note",
        "zz",
        "persons[a].zz",
    ]


def test_a_row_uid_may_hold_any_character() -> None:
    assert group_of("reasons[area.difference:parts[1]].text") == "reasons[area.difference:parts[1]].text"
    assert group_of("persons[x].id_no") == "persons[x].id_type"
    assert group_of("lat") == "lon"
    assert group_of("note") == "note"


def test_every_group_names_fields_of_the_sheet() -> None:
    for rows, groups in GROUPS.items():
        names = set(field_types(ROW_TYPES[rows] if rows else Sheet))
        for group in groups:
            assert set(group) <= names, (rows, group)


def test_the_difference_reads_in_the_order_of_the_sheet() -> None:
    new = without_row(edited(a__phone="120", address="文汇街2号"), "persons[b]")
    assert difference(BASE, new) == (
        Change("address", ("文汇街1号",), ("文汇街2号",)),
        Change("persons[a].phone", (), ("120",)),
        Change("persons[b].full_name", ("李红",), ()),
    )
    assert difference(BASE, dict(reversed(BASE.items()))) == ()


def test_a_merged_sheet_is_a_sheet_again() -> None:
    sheet = from_pairs(from_keys(merge(BASE, edited(address="x"), edited(a__phone="120")).keys))
    assert [person.full_name for person in sheet.persons] == ["张明", "李红"]
    assert to_keys(to_pairs(sheet)) == edited(address="x", a__phone="120")


FIELDS = ["address", "mortgage", "mortgage_detail", "lon", "lat", "note"] + [
    f"persons[{uid}].{name}" for uid in "ab" for name in ("full_name", "id_type", "id_no", "share_num", "share_den")
]
sheets = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([("1",), ("2",), ("1", "2")]))


@given(sheets, sheets)
def test_a_side_that_changed_nothing_takes_the_other(base: Keys, other: Keys) -> None:
    for merged in (merge(base, base, other), merge(base, other, base)):
        assert merged.keys == other
        assert merged.conflicts == ()


@given(sheets, sheets, sheets)
def test_no_answer_is_lost_silently(base: Keys, theirs: Keys, ours: Keys) -> None:
    merged = merge(base, theirs, ours)
    disputed = {each.key for each in merged.conflicts}
    for key in {*base, *theirs, *ours}:
        result, before = merged.keys.get(key, ()), base.get(key, ())
        their, our = theirs.get(key, ()), ours.get(key, ())
        if key in disputed:
            assert result == their != our
            conflict = next(each for each in merged.conflicts if each.key == key)
            assert (conflict.base, conflict.theirs, conflict.ours) == (before, their, our)
        else:
            assert result in (their, our)
            if our != before:
                assert result == our, "what we changed is there or in dispute"
            if their != before:
                assert result == their, "what they changed is there or in dispute"
    assert not set(merged.taken_theirs) & disputed
    assert all(merged.keys.get(key, ()) == theirs.get(key, ()) for key in merged.taken_theirs)


@given(sheets, sheets, sheets)
def test_both_orders_agree_wherever_nothing_is_disputed(base: Keys, one: Keys, other: Keys) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    assert {each.key for each in there.conflicts} == {each.key for each in back.conflicts}
    disputed = {each.key for each in there.conflicts}
    assert {k: v for k, v in there.keys.items() if k not in disputed} == {
        k: v for k, v in back.keys.items() if k not in disputed
    }


def test_a_row_that_both_kept_does_not_vanish_because_each_cleared_what_the_other_kept() -> None:
    name, share = "persons[a].full_name", "persons[a].share_num"
    merged = merge({name: ("张伟",), share: ("1",)}, {name: ("张伟",)}, {share: ("1",)})
    assert merged.keys == {name: ("张伟",)}
    assert {each.group for each in merged.conflicts} == {"persons[a]"}


def test_a_row_does_not_vanish_either_when_what_one_cleared_was_changed_by_the_other() -> None:
    name, share = "persons[a].full_name", "persons[a].share_num"
    base, one, other = {name: ("张伟",), share: ("1",)}, {name: ("张伟",)}, {share: ("2",)}
    for theirs, ours in ((one, other), (other, one)):
        merged = merge(base, theirs, ours)
        assert merged.keys == theirs
        assert {each.group for each in merged.conflicts} == {"persons[a]"}


def test_beside_a_signed_sheet_every_difference_is_disputed() -> None:
    base = {"note": ("旧",), "persons[a].full_name": ("张伟",)}
    theirs, ours = {"note": ("新",), "persons[a].full_name": ("张伟",)}, {"note": ("旧",), "parcel_no": ("7",)}
    disputed = dispute(base, theirs, ours)
    assert disputed.keys == theirs
    assert {each.key: each.group for each in disputed.conflicts} == {
        "note": "note",
        "parcel_no": "parcel_no",
        "persons[a].full_name": "persons[a]",
    }


@given(sheets, sheets, sheets)
def test_sending_the_same_sheet_again_changes_nothing(base: Keys, theirs: Keys, ours: Keys) -> None:
    first = merge(base, theirs, ours)
    again = merge(base, first.keys, ours)
    assert again.keys == first.keys
    assert again.conflicts == first.conflicts


@given(sheets, sheets, sheets)
def test_deciding_every_conflict_for_ours_keeps_everything_we_changed(base: Keys, theirs: Keys, ours: Keys) -> None:
    merged = merge(base, theirs, ours)
    keys = resolve(merged, {each.group for each in merged.conflicts})
    for key in {*base, *ours}:
        if ours.get(key, ()) != base.get(key, ()):
            assert keys.get(key, ()) == ours.get(key, ())


@given(sheets, sheets)
def test_applying_a_difference_gives_the_new_sheet(old: Keys, new: Keys) -> None:
    keys = dict(old)
    for change in difference(old, new):
        keys.pop(change.key, None)
        if change.new:
            keys[change.key] = change.new
    assert keys == new


@pytest.mark.parametrize("rows", ["", *GROUPS])
def test_a_field_belongs_to_one_group_only(rows: str) -> None:
    named = [field for group in GROUPS[rows] for field in group]
    assert len(named) == len(set(named))
