"""How a reference of an office's form moves when its one line becomes the lines of all records: as Excel moves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.own_form.reference import Formula, Lines, sheet_key

LINES = Lines(first=2, last=7, count=52)
"""Six lines on the form, 52 records: 46 rows are inserted below row 7."""
PLACES = {"表": LINES, "2026 表": Lines(first=4, last=4, count=10)}


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        ("=SUM(C2:C7)", "=SUM(C2:C53)"),
        ("=SUM($D$2:$D$7)", "=SUM($D$2:$D$53)"),
        ("=SUM(C7:C2)", "=SUM(C53:C2)"),
        ("=SUM(C2:C3)", "=SUM(C2:C53)"),
        ("=COUNTA(A1:A7)", "=COUNTA(A1:A53)"),
        ("=SUM(C1:C8)", "=SUM(C1:C54)"),
        ("=SUM(C2)", "=SUM(C2:C53)"),
        ("=ROUND(SUM($C$2)/LOG10(C9),2)", "=ROUND(SUM($C$2:$C$53)/LOG10(C55),2)"),
        ('=SUM(IF(C2="是",D2))', '=SUM(IF(C2:C53="是",D2:D53))'),
        ("=SUM(2:2)", "=SUM(2:53)"),
        ("=SUM(C2:C1048576)", "=SUM(C2:C1048576)"),
        ("=D8/C8", "=D54/C54"),
        ("=C1+C2", "=C1+C2"),
        ("=SUM(C:C)+SUM($A:$B)", "=SUM(C:C)+SUM($A:$B)"),
        ('=C9&"C9"&"""C9"', '=C55&"C9"&"""C9"'),
        ("='2026 表'!C5+SUM('2026 表'!$C$4)", "='2026 表'!C14+SUM('2026 表'!$C$4:$C$13)"),
        ("=SUM(表!C2:表!C7)", "=SUM(表!C2:表!C53)"),
        ("=别的表!C9+[1]表!C9+SUM(表1[面积])", "=别的表!C9+[1]表!C9+SUM(表1[面积])"),
        ("=TAX2026X+XFE9+合计9", "=TAX2026X+XFE9+合计9"),
        ("=1E+5*C9%", "=1E+5*C55%"),
        ("=SUM(C9:9)", "=SUM(C9:9)"),
        ("={1,2;3,4}", "={1,2;3,4}"),
        ("=IFERROR(#REF!+C9,0)", "=IFERROR(#REF!+C55,0)"),
    ],
)
def test_a_formula_names_what_it_named_and_all_records(formula: str, after: str) -> None:
    assert Formula(formula, "表").moved(PLACES) == after


@pytest.mark.parametrize(
    ("formula", "third"),
    [
        ("=D2*2", "=D4*2"),
        ("=D2/$D$8", "=D4/$D$54"),
        ("=D2/D8", "=D4/D54"),
        ("=SUM(D$2:D2)", "=SUM(D$2:D4)"),
        ("=SUM(B2:D2)", "=SUM(B4:D4)"),
        ("=RANK(D2,$D$2:$D$7)", "=RANK(D4,$D$2:$D$53)"),
        ("=RANK(D2,D2:D7)", "=RANK(D4,D2:D53)"),
        ("=D2/SUM($D$2)", "=D4/SUM($D$2:$D$53)"),
        ("=D2-D1", "=D4-D3"),
        ("=VLOOKUP(B2,码!$A$1:$B$9,2,0)", "=VLOOKUP(B4,码!$A$1:$B$9,2,0)"),
    ],
)
def test_the_lines_own_formula_is_copied_down_as_excel_does_and_keeps_what_lies_below(formula: str, third: str) -> None:
    assert Formula(formula, "表").copied(PLACES, 2) == third


@pytest.mark.parametrize("formula", ["=SUM(C2", "=SUM(C2))", "=A1#", '="', "=[x"])
def test_a_formula_that_cannot_be_read_is_said_to_be_so(formula: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Formula(formula, "表")


def test_a_name_of_the_line_means_all_records() -> None:
    assert Formula("表!$D$2", "", name=True).moved(PLACES) == "表!$D$2:$D$53"


def rows_named(text: str) -> range:
    rows = [int("".join(filter(str.isdigit, each))) for each in text.rpartition("!")[2].split(":")]
    return range(min(rows), max(rows) + 1)


@st.composite
def lines(draw: st.DrawFn) -> Lines:
    first = draw(st.integers(1, 12))
    return Lines(first, first + draw(st.integers(0, 6)), draw(st.integers(1, 30)))


@given(
    lines(), st.integers(1, 30), st.integers(1, 30), st.sampled_from(["A", "$AB"]), st.booleans(),
    st.sampled_from(["", "表!", "'2026 ''新'' 表'!"]), st.sampled_from(["={}", "=SUM({})", '=LOG10(1)*{}&"A1:B9"']),
)  # fmt: skip
def test_a_moved_reference_names_the_same_cells_as_before_and_the_records_that_came_between(
    place: Lines, one: int, other: int, column: str, fixed: bool, sheet: str, around: str
) -> None:
    """The form's rows keep their contents: `where` is where each stands afterwards, `new` are the rows inserted."""
    new = {*range(place.last + 1, place.last + 1 + place.more)}
    where = {row: row if row <= place.last else row + place.more for row in range(1, 31)}
    ends = [f"{column}{'$' if fixed else ''}{row}" for row in (one, other)]
    written = sheet + (ends[0] if one == other else ":".join(ends))
    name = (sheet or "表!").removesuffix("!").strip("'").replace("''", "'")

    after = Formula(around.format(written), name).moved({sheet_key(name): place})

    head, tail = around.split("{}")
    assert after.startswith(head + sheet + column) and after.endswith(tail)
    assert ("$" in after.removeprefix(head + sheet).replace("$A", "A")) == fixed
    named = {*rows_named(after.removeprefix(head).removesuffix(tail))}
    before = {*range(min(one, other), max(one, other) + 1)}
    means_the_records = place.first in before and (len(before) > 1 or around == "=SUM({})")
    records = {*range(place.first, place.end + 1)}
    if means_the_records:
        assert records | {where[row] for row in before} == named
    else:
        assert named - new == {where[row] for row in before}
        assert not named & new or min(before) <= place.last < max(before)


@given(lines(), st.integers(1, 30), st.integers(0, 29))
def test_a_line_of_a_record_names_its_own_cells_and_those_below_the_lines_stay_the_same(
    place: Lines, row: int, record: int
) -> None:
    record = min(record, place.count - 1)
    after = Formula(f"=B{row}+B${row}", "表").copied({"表": place}, record)
    fixed = row if row <= place.last else row + place.more
    own = row + record if row <= place.last else fixed
    assert after == f"=B{own}+B${fixed}"
