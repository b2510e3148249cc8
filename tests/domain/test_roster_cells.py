"""One cell of a roster: what offices type, and what Excel makes of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from survey.domain import codes
from survey.domain.roster import cells
from survey.domain.roster.record import Fault, Severity
from tests import factories

TODAY = date(2026, 11, 22)


def code_of(fault: Fault | None) -> str | None:
    return fault.code if fault else None


@pytest.mark.parametrize(
    ("cell", "area", "code"),
    [
        (85.2, "85.20", None),
        (105, "105.00", None),
        ("85.2㎡", "85.20", None),
        ("８５．２平方米", "85.20", None),
        ("85.2 m2", "85.20", None),
        ("85.2M²", "85.20", None),
        ("1,085.20", "1085.20", None),
        ("１，０８５.２", "1085.20", None),
        (85.2349999, "85.23", None),
        ("", None, None),
        (None, None, None),
        ("—", None, None),
        ("无", None, None),
        (0.0, None, "roster.area_zero"),
        ("八十", None, "roster.area_form"),
        ("约80", None, "roster.area_form"),
        ("85.2+8.1", None, "roster.area_form"),
        ("-5", None, "roster.area_negative"),
        (-5.0, None, "roster.area_negative"),
        (2_000_000.0, None, "roster.area_large"),
        (date(2003, 5, 1), None, "roster.area_form"),
        (True, None, "roster.area_form"),
    ],
)
def test_an_area_is_read_or_refused(cell: object, area: str | None, code: str | None) -> None:
    found, fault = cells.area_m2(cell)  # type: ignore[arg-type]
    assert (found, code_of(fault)) == (Decimal(area) if area else None, code)


@pytest.mark.parametrize(
    ("cell", "found", "code"),
    [
        ("2003.5.1", date(2003, 5, 1), None),
        ("2003-05-01", date(2003, 5, 1), None),
        ("2003/5/1 00:00:00", date(2003, 5, 1), None),
        ("２００３年５月１日", date(2003, 5, 1), None),
        ("20030501", date(2003, 5, 1), None),
        (37742.0, date(2003, 5, 1), None),
        (datetime(2003, 5, 1, 8, 30), date(2003, 5, 1), None),  # noqa: DTZ001  # Excel knows no time zone.
        (date(2003, 5, 1), date(2003, 5, 1), None),
        ("2003年5月", date(2003, 5, 1), "roster.date_month"),
        (2003.5, date(2003, 5, 1), "roster.date_month"),
        ("2003.11", date(2003, 11, 1), "roster.date_month"),
        (2003.1, None, "roster.date_form"),
        ("2003", None, "roster.date_form"),
        ("2003-13-01", None, "roster.date_form"),
        ("2027-01-01", None, "roster.date_range"),
        ("", None, None),
    ],
)
def test_a_date_is_read_or_left_out(cell: object, found: date | None, code: str | None) -> None:
    value, fault = cells.day(cell, TODAY)  # type: ignore[arg-type]
    assert (value, code_of(fault)) == (found, code)


@pytest.mark.parametrize(
    ("cell", "year"),
    [(1985.0, 1985), ("1985年", 1985), ("１９８５", 1985), ("1985年建", 1985), ("1985.6", 1985), (date(1985, 6, 1), 1985),
     ("85年", None), ("约1985", None), ("1985-1986", None), ("2030", None), ("1700", None)],
)  # fmt: skip
def test_a_year_of_building_is_one_year_or_left_out(cell: object, year: int | None) -> None:
    found, fault = cells.build_year(cell, TODAY)  # type: ignore[arg-type]
    assert found == year
    assert (fault is None) == (year is not None)


NUMBER = factories.id_no(7)


@pytest.mark.parametrize(
    "cell", [NUMBER, f" {NUMBER[:6]} {NUMBER[6:]} ", f"'{NUMBER}", NUMBER.translate({ord("0"): "０"}), NUMBER.lower()]
)
def test_an_id_number_is_read_however_it_is_written(cell: str) -> None:
    assert cells.id_numbers(cell) == [(NUMBER, codes.IdType.RESIDENT, None)]


@pytest.mark.parametrize(
    "cell", [3.799001958040134e17, 379900195804013397, "3.79900195804013E+17", "3.799E17", NUMBER[:15] + "000"]
)
def test_a_number_that_excel_turned_into_a_float_has_lost_digits_and_is_never_guessed(cell: object) -> None:
    [(number, _, fault)] = cells.id_numbers(cell)  # type: ignore[arg-type]
    assert number == ""
    assert fault == Fault("identity.excel_lost")


def test_an_old_number_of_fifteen_digits_survives_excel_and_is_brought_up_to_eighteen() -> None:
    [(number, _, fault)] = cells.id_numbers(379900580401339.0)
    assert number == "379900195804013397"
    assert fault == Fault("roster.id_old", Severity.WARNING)


def test_a_wrong_check_digit_is_an_error() -> None:
    wrong = NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")
    assert code_of(cells.id_numbers(wrong)[0][2]) == "identity.checksum"


def test_a_number_that_ends_in_000_and_checks_is_doubted() -> None:
    first = next(
        f"37990019700514{n:01d}00" for n in range(1, 10) if factories.check_digit(f"37990019700514{n:01d}00") == "0"
    )
    [(number, _, fault)] = cells.id_numbers(first + "0")
    assert number == first + "0"
    assert fault == Fault("roster.id_maybe_lost", Severity.WARNING)


def test_two_numbers_in_one_cell_are_two() -> None:
    other = factories.id_no(8)
    for text in (f"{NUMBER} / {other}", f"{NUMBER}、{other}", f"{NUMBER}\n{other}", f"{NUMBER} {other}"):
        assert [number for number, _, _ in cells.id_numbers(text)] == [NUMBER, other]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("91350100M000100Y43", codes.IdType.USCC), ("E12345678", codes.IdType.PASSPORT),
     ("H1234567800", codes.IdType.HK_MACAO_PASS), ("12345678", codes.IdType.TAIWAN_PASS)],
)  # fmt: skip
def test_other_papers_are_told_by_their_pattern(cell: str, kind: codes.IdType) -> None:
    assert cells.id_numbers(cell) == [(cell, kind, None)]


@pytest.mark.parametrize(("cell", "code"), [("37990019580401339", "identity.length"), ("身份证丢失", "roster.id_form"),
                                           (True, "roster.id_form"), ("91350100M000100Y44", "identity.uscc_checksum")])  # fmt: skip
def test_what_is_no_number_is_refused(cell: object, code: str) -> None:
    assert code_of(cells.id_numbers(cell)[0][2]) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "numbers", "code"),
    [
        (12012345678.0, ["12012345678"], None),
        (12012345678, ["12012345678"], None),
        ("120 1234 5678", ["12012345678"], None),
        ("+86 120-1234-5678", ["12012345678"], None),
        ("0546-8771234", ["05468771234"], None),
        ("（0546）8771234", ["05468771234"], None),
        ("12012345678（儿子）", ["12012345678"], None),
        ("12012345678/12012345679", ["12012345678", "12012345679"], None),
        ("12012345678 12012345679", ["12012345678", "12012345679"], None),
        ("8771234", [], "identity.phone_area"),
        (12012345678.5, [], "identity.phone_form"),
        ("不详", [], None),
        ("", [], None),
    ],
)
def test_phones_are_read_also_where_excel_made_numbers_of_them(
    cell: object, numbers: list[str], code: str | None
) -> None:
    found, fault = cells.phones(cell)  # type: ignore[arg-type]
    assert (found, code_of(fault)) == (numbers, code)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("乔秀兰、解梅秀", ["乔秀兰", "解梅秀"]),
        ("乔秀兰，解梅秀", ["乔秀兰", "解梅秀"]),
        ("乔秀兰\n解梅秀", ["乔秀兰", "解梅秀"]),
        ("张　伟", ["张伟"]),
        ("张 伟、李　娜", ["张伟", "李娜"]),
        ("张伟 李娜", ["张伟", "李娜"]),
        ("余㛃䶮", ["余㛃䶮"]),
        ("买买提•吐尔逊", ["买买提·吐尔逊"]),
        ("张伟等3人", ["张伟"]),
        ("和平", ["和平"]),
        ("东营市第二建筑公司", ["东营市第二建筑公司"]),
        ("John Smith", ["John Smith"]),
        ("", []),
    ],
)
def test_the_owners_in_a_cell(text: str, names: list[str]) -> None:
    assert [name for name, _ in cells.names(text)] == names


def test_an_owner_whom_the_roster_calls_dead_is_marked() -> None:
    assert cells.names("张伟（已故）、李娜") == (("张伟", True), ("李娜", False))


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("1/2", (1, 2)), ("2/4", (1, 2)), ("50%", (1, 2)), ("各50%", (1, 2)), ("33.33%", (3333, 10000)),
     ("三分之一", (1, 3)), ("100%", (1, 1)), ("共同共有", None), ("3/2", None), ("大头", None)],
)  # fmt: skip
def test_a_share_is_a_fraction(text: str, fraction: tuple[int, int] | None) -> None:
    assert cells.share(text)[0] == fraction


@pytest.mark.parametrize(
    ("cell", "floor"),
    [
        (5.0, (5, "")),
        ("5层", (5, "")),
        ("5-6", (5, "5-6层")),
        ("地下1层", (-1, "")),
        ("-1", (-1, "")),
        ("阁楼", (None, "阁楼")),
    ],
)
def test_a_floor_may_be_two_or_none(cell: object, floor: tuple[int | None, str]) -> None:
    assert cells.floor(cell) == (floor, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [("商品房", codes.Tenure.COMMERCIAL), ("房改房(成本价)", codes.Tenure.REFORM_FULL),
     ("房改房（标准价）", codes.Tenure.REFORM_PARTIAL), ("集资建房", codes.Tenure.COLLECTIVE_FUNDED),
     ("单位自管公房", codes.Tenure.UNIT_MANAGED)],
)  # fmt: skip
def test_tenure_in_the_words_of_rosters(text: str, code: codes.Tenure) -> None:
    assert cells.tenure(text) == (code, None)


def test_a_plain_reform_house_is_taken_for_the_usual_kind_and_said() -> None:
    found, fault = cells.tenure("房改房")
    assert found is codes.Tenure.REFORM_FULL
    assert code_of(fault) == "roster.tenure_short"


def test_words_that_no_list_knows_are_left_out_with_a_warning() -> None:
    for read in (cells.tenure, cells.structure, cells.use, cells.lease):
        found, fault = read("莫名其妙")
        assert found is None
        assert fault is not None and fault.code == "roster.word_unknown" and fault.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "code"), [("砖混", "4"), ("混合结构", "4"), ("钢混", "3"), ("框架结构", "3"), ("砖木", "5")]
)
def test_structure_in_the_words_of_rosters(text: str, code: str) -> None:
    assert cells.structure(text) == (codes.Structure(code), None)


@pytest.mark.parametrize(("cell", "code"), [("是", codes.Lease.RENTED), ("√", codes.Lease.RENTED), ("否", None),
                                           ("自住", codes.Lease.OWNER_LIVES), (True, codes.Lease.RENTED)])  # fmt: skip
def test_a_tick_under_let_says_let_and_a_no_says_nothing_else(cell: object, code: codes.Lease | None) -> None:
    assert cells.lease(cell) == (code, None)


def test_certificates_in_one_cell_and_their_kinds() -> None:
    assert cells.certificate_numbers("鲁(2018)东营市不动产权第0028950号、东房权证西城字第 891114 号") == (
        ("鲁（2018）东营市不动产权第0028950号", codes.CertType.REALTY),
        ("东房权证西城字第891114号", codes.CertType.HOUSE),
    )
    assert cells.certificate_numbers("东国用（2001）第123号")[0][1] is codes.CertType.LAND
    assert cells.certificate_numbers("无") == ()
