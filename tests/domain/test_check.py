"""Every cross-field check of the survey: one sheet that passes, and what each fault in it makes it say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain import codes
from survey.domain.calendar import WorkCalendar
from survey.domain.check import (
    CHINA,
    Facts,
    Finding,
    Severity,
    age_on,
    areas_differ,
    blocking,
    check_sheet,
    uses_differ,
    visit_findings,
)
from survey.domain.codes import PersonRole
from survey.domain.identity import check_digit
from survey.domain.message import MESSAGES
from survey.domain.sheet import Certificate, Part, Person, Reason, Sheet, from_keys, from_pairs, to_keys, to_pairs

TODAY = date(2022, 2, 10)
FACTS = Facts(today=TODAY)
HARD, WARNING, FLAG = Severity.HARD, Severity.WARNING, Severity.FLAG


def number(born: str, sequence: str = "101") -> str:
    """An invented resident number; an odd sequence is male."""
    return f"379900{born}{sequence}" + check_digit(f"379900{born}{sequence}")


OWNER = Person(
    uid="p1",
    full_name="张明",
    roles=(PersonRole.OWNER, PersonRole.RESIDENT),
    id_type=codes.IdType.RESIDENT,
    id_no=number("19700101"),
    sex=codes.Sex.MALE,
    birth_date=date(1970, 1, 1),
    phone="13800000000",
    lives_here=True,
)
WIFE = Person(
    uid="p2",
    full_name="李红",
    roles=(PersonRole.OWNER,),
    id_type=codes.IdType.RESIDENT,
    id_no=number("19720202", "102"),
)
MAIN = Part(
    uid="m",
    kind=codes.PartKind.MAIN,
    area_cert_m2=Decimal("80.00"),
    area_meas_m2=Decimal("80.50"),
    use_approved=codes.Use.DWELLING_SET,
    use_actual=codes.Use.DWELLING,
    build_year=1992,
)
CERTIFICATE = Certificate(
    uid="c", cert_type=codes.CertType.HOUSE, cert_no="东房权证西城字第410893号", cert_date=date(1999, 5, 1)
)
SHEET = Sheet(
    address="文汇街1号",
    total_floors=5,
    floor_no=5,
    tenure_type=codes.Tenure.COMMERCIAL,
    title_status=codes.TitleStatus.CERTIFIED,
    coown_type=codes.Coown.SOLE,
    lease_status=codes.Lease.OWNER_LIVES,
    renewal_will=codes.Will.AGREE,
    certificates=(CERTIFICATE,),
    parts=(MAIN,),
    persons=(OWNER,),
)


def owner(**changes: object) -> Sheet:
    return replace(SHEET, persons=(replace(OWNER, **changes),))  # type: ignore[arg-type]


def part(**changes: object) -> Sheet:
    return replace(SHEET, parts=(replace(MAIN, **changes),))  # type: ignore[arg-type]


def couple(coown: codes.Coown | None = codes.Coown.JOINT, **changes: object) -> Sheet:
    return replace(SHEET, coown_type=coown, persons=(OWNER, replace(WIFE, **changes)))  # type: ignore[arg-type]


def shares(*given: tuple[int | None, int | None]) -> Sheet:
    persons = tuple(
        replace(base, share_num=num, share_den=den) for base, (num, den) in zip((OWNER, WIFE), given, strict=True)
    )
    return replace(SHEET, coown_type=codes.Coown.SHARES, persons=persons)


def agent(**changes: object) -> Sheet:
    made = Person(
        uid="a", full_name="王代", roles=(PersonRole.AGENT,), id_no=number("19800303"), agent_for="张明",
        authorisation_matter="签字", authorisation_power="签收", authorisation_until=TODAY, authorisation_signed=True,
    )  # fmt: skip
    return replace(SHEET, persons=(OWNER, replace(made, **changes)))  # type: ignore[arg-type]


def said(sheet: Sheet, facts: Facts = FACTS) -> set[tuple[str, Severity, str]]:
    return {(each.code.removeprefix("check."), each.severity, each.field) for each in check_sheet(sheet, facts)}


def test_a_complete_sheet_has_nothing_to_say() -> None:
    assert check_sheet(SHEET, FACTS) == ()


def test_an_empty_sheet_names_everything_that_is_missing() -> None:
    assert said(Sheet(), replace(FACTS, has_door=False)) == {
        ("address_missing", HARD, "address"),
        ("tenure_type_missing", HARD, "tenure_type"),
        ("title_status_missing", HARD, "title_status"),
        ("lease_status_missing", HARD, "lease_status"),
        ("owner_missing", HARD, "persons"),
        ("part_missing", HARD, "parts"),
        ("renewal_will_missing", HARD, "renewal_will"),
    }
    assert ("address_missing", HARD, "address") not in said(Sheet())


PUBLIC = replace(SHEET, tenure_type=codes.Tenure.PUBLIC_MANAGED, lessor="房管局", title_status=codes.TitleStatus.NONE,
                 certificates=(), coown_type=None)  # fmt: skip
TENANT = replace(OWNER, roles=(PersonRole.TENANT, PersonRole.RESIDENT))
CERT = "certificates[c].cert_date"

CASES = [
    pytest.param(replace(SHEET, floor_no=6), "floor_above_total", WARNING, "floor_no", id="floor above total"),
    # title
    pytest.param(couple(codes.Coown.SOLE), "sole_with_several_owners", WARNING, "coown_type", id="民法典 297"),
    pytest.param(replace(SHEET, coown_type=codes.Coown.JOINT), "coowner_missing", WARNING, "coown_type",
                 id="民法典 299"),
    pytest.param(replace(SHEET, coown_type=codes.Coown.SHARES, persons=(replace(OWNER, share_num=1, share_den=1),)),
                 "coowner_missing", WARNING, "coown_type", id="民法典 298 one owner"),
    pytest.param(replace(PUBLIC, lessor="", persons=(TENANT,)), "lessor_missing", WARNING, "lessor", id="公房"),
    pytest.param(replace(PUBLIC, persons=(), lease_status=codes.Lease.VACANT), "tenant_missing", HARD, "persons",
                 id="公房 without anybody"),
    pytest.param(replace(SHEET, persons=(TENANT,)), "owner_missing", HARD, "persons", id="a tenant owns nothing"),
    pytest.param(replace(SHEET, certificates=()), "certificate_missing", WARNING, "certificates",
                 id="有证 without one"),
    pytest.param(replace(SHEET, uscc="91350100M000100Y44"), "identity.uscc_checksum", HARD, "uscc", id="GB 32100"),
    pytest.param(owner(lives_here=False), "nobody_lives_here", WARNING, "lease_status", id="常住 0"),
    pytest.param(replace(SHEET, certificates=(replace(CERTIFICATE, cert_date=date(2022, 2, 11)),)),
                 "cert_date_in_future", HARD, CERT, id="certificate of tomorrow"),
    # parts
    pytest.param(part(use_actual=codes.Use.COMMERCE), "use_differs", WARNING, "parts[m].use_actual", id="住改商"),
    pytest.param(part(kind=None, use_actual=codes.Use.COMMERCE), "use_differs", WARNING, "parts[m].use_actual",
                 id="住改商 of an unnamed part"),
    pytest.param(part(build_year=2023), "build_year_in_future", HARD, "parts[m].build_year", id="built next year"),
    pytest.param(part(build_year=1839), "build_year_too_early", HARD, "parts[m].build_year", id="before 1840"),
    pytest.param(part(build_year=2000), "built_after_certificate", WARNING, "parts[m].build_year",
                 id="after its paper"),
    pytest.param(part(balcony_m2=Decimal("-1")), "area_negative", HARD, "parts[m].balcony_m2", id="negative area"),
    pytest.param(part(area_cert_inner_m2=Decimal("80.01")), "inner_above_gross", HARD, "parts[m].area_cert_inner_m2",
                 id="inner above gross, certificate"),
    pytest.param(part(area_meas_inner_m2=Decimal("90")), "inner_above_gross", HARD, "parts[m].area_meas_inner_m2",
                 id="inner above gross, measured"),
    pytest.param(part(area_meas_m2=Decimal("82.41")), "area_difference", WARNING, "parts[m].area_meas_m2",
                 id="more than 3 % apart"),
    pytest.param(part(area_meas_m2=None, area_cert_m2=None, kind=None), "area_missing", WARNING,
                 "parts[m].area_meas_m2", id="no area"),
    # persons
    pytest.param(owner(full_name=""), "name_missing", HARD, "persons[p1].full_name", id="no name"),
    pytest.param(owner(birth_date=date(2022, 2, 11), id_no="", deceased=True, heir_note="子"), "birth_date_in_future",
                 HARD, "persons[p1].birth_date", id="born tomorrow"),
    pytest.param(owner(id_no=number("19700101")[:17] + "?"), "identity.characters", HARD, "persons[p1].id_no",
                 id="GB 11643 characters"),
    pytest.param(owner(id_no=number("20300101")), "identity.birth_future", HARD, "persons[p1].id_no",
                 id="GB 11643 born in 2030"),
    pytest.param(owner(birth_date=date(1970, 1, 2)), "birth_date_not_of_id", HARD, "persons[p1].birth_date",
                 id="GB 11643 digits 7-14"),
    pytest.param(owner(sex=codes.Sex.FEMALE), "sex_not_of_id", HARD, "persons[p1].sex", id="GB 11643 digit 17"),
    pytest.param(owner(id_no="379900700101101"), "id_of_15_digits", FLAG, "persons[p1].id_no", id="GB 11643 15 digits"),
    pytest.param(owner(id_no=""), "id_no_missing", WARNING, "persons[p1].id_no", id="no number"),
    pytest.param(owner(phone="12000000000"), "identity.phone_unusual", FLAG, "persons[p1].phone", id="phone unusual"),
    pytest.param(owner(phone="138"), "identity.phone_form", HARD, "persons[p1].phone", id="phone form"),
    pytest.param(owner(birth_date=date(2004, 2, 11), id_no=number("20040211")), "guardian_missing", WARNING,
                 "persons[p1].guardian_name", id="民法典 17, 27: 17 years old"),
    pytest.param(owner(deceased=True), "heir_note_missing", WARNING, "persons[p1].heir_note", id="民法典 230"),
    pytest.param(agent(authorisation_power=""), "authorisation_incomplete", WARNING, "persons[a].authorisation_matter",
                 id="民法典 165: power"),
    pytest.param(agent(authorisation_signed=None), "authorisation_incomplete", WARNING,
                 "persons[a].authorisation_matter", id="民法典 165: not signed"),
    pytest.param(agent(authorisation_until=date(2022, 2, 9)), "authorisation_ended", WARNING,
                 "persons[a].authorisation_until", id="民法典 165: term over"),
    pytest.param(owner(special_tags=(codes.SpecialTag.LOW_INCOME,)), "proof_missing", WARNING, "persons[p1].proof_note",
                 id="低保 without proof"),
    pytest.param(owner(birth_date=date(1942, 2, 10), id_no=number("19420210")), "green_channel", FLAG,
                 "persons[p1].special_tags", id="80 today"),
    pytest.param(owner(special_tags=(codes.SpecialTag.AGED,)), "green_channel", FLAG, "persons[p1].special_tags",
                 id="高龄"),
    pytest.param(owner(special_tags=(codes.SpecialTag.DISABLED_3,), proof_note="残疾证"), "green_channel", FLAG,
                 "persons[p1].special_tags", id="残疾"),
    # shares
    pytest.param(shares((1, 2), (None, None)), "share_missing", WARNING, "persons[p2].share_num",
                 id="民法典 298 missing"),
    pytest.param(shares((1, 2), (1, None)), "share_form", HARD, "persons[p2].share_num", id="no denominator"),
    pytest.param(shares((1, 2), (3, 2)), "share_form", HARD, "persons[p2].share_num", id="more than the whole"),
    pytest.param(shares((1, 2), (1, 3)), "shares_not_one", HARD, "persons[p1].share_num", id="民法典 298: 5/6"),
    pytest.param(shares((2, 3), (2, 3)), "shares_not_one", HARD, "persons[p1].share_num", id="民法典 298: 4/3"),
    # small home
    pytest.param(replace(part(area_cert_m2=Decimal("44.99"), area_meas_m2=None), only_home=True), "least_area", FLAG,
                 "only_home", id="山东条例 25"),
    pytest.param(replace(part(area_cert_m2=None, area_meas_m2=Decimal("40"), kind=None), only_home=True), "least_area",
                 FLAG, "only_home", id="青岛条例 21 measured"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "code", "severity", "where"), CASES)
def test_one_fault_is_named_alone_and_at_its_field(sheet: Sheet, code: str, severity: Severity, where: str) -> None:
    assert said(sheet) == {(code, severity, where)}


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(replace(SHEET, floor_no=5, total_floors=5), id="the top floor"),
        pytest.param(part(build_year=None), id="year not known"),
        pytest.param(replace(PUBLIC, persons=(TENANT,)), id="公房 with its tenant"),
        pytest.param(replace(SHEET, lease_status=codes.Lease.VACANT, persons=(replace(OWNER, lives_here=None),)),
                     id="空置"),
        pytest.param(replace(SHEET, lease_status=codes.Lease.RENTED, persons=(replace(OWNER, lives_here=None),)),
                     id="出租"),
        pytest.param(part(build_year=1999), id="built in the year of the paper"),
        pytest.param(part(kind=codes.PartKind.ADDITION, build_year=2010), id="an addition is built later"),
        pytest.param(replace(SHEET, certificates=(replace(CERTIFICATE, cert_type=codes.CertType.LAND,
                                                          cert_date=date(1990, 1, 1)),)), id="land before house"),
        pytest.param(part(area_meas_m2=Decimal("82.40")), id="exactly 3 % apart"),
        pytest.param(part(area_cert_m2=None, area_meas_m2=None, area_unreg_m2=Decimal("9")),
                     id="unregistered area only"),
        pytest.param(shares((1, 3), (2, 3)), id="民法典 298: a whole"),
        pytest.param(couple(), id="民法典 299: two joint owners"),
        pytest.param(agent(), id="民法典 165: complete until today"),
        pytest.param(owner(birth_date=date(2004, 2, 10), id_no=number("20040210")), id="民法典 17: 18 today"),
        pytest.param(owner(birth_date=date(2004, 2, 11), id_no=number("20040211"), guardian_name="张父"),
                     id="guardian"),
        pytest.param(owner(deceased=True, heir_note="子女三人", id_no=""), id="heirs named"),
        pytest.param(owner(deceased=True, heir_note="子", birth_date=date(1930, 1, 1), id_no=""),
                     id="no visit to the dead"),
        pytest.param(owner(special_tags=(codes.SpecialTag.LOW_INCOME,), proof_note="低保证"), id="proof seen"),
        pytest.param(owner(sex=codes.Sex.UNSTATED), id="sex not stated"),
        pytest.param(owner(id_type=codes.IdType.PASSPORT, id_no="E12345678"), id="a passport tells nothing"),
        pytest.param(replace(SHEET, uscc="91350100M000100Y43"), id="GB 32100"),
        pytest.param(replace(SHEET, only_home=True), id="only home, large"),
        pytest.param(replace(part(area_cert_m2=Decimal("45.00")), only_home=True), id="exactly 45"),
    ],
)  # fmt: skip
def test_what_is_in_order_is_not_named(sheet: Sheet) -> None:
    quiet = {each for each in said(sheet) if each[0] != "area_difference" or sheet.only_home is None}
    assert quiet == set()


def test_the_same_person_twice_in_one_sheet_is_an_error_but_a_family_booklet_is_not() -> None:
    twice = couple(id_no=OWNER.id_no)
    assert said(twice) == {("same_id_twice", HARD, "persons[p1].id_no"), ("same_id_twice", HARD, "persons[p2].id_no")}
    family = replace(
        SHEET,
        coown_type=codes.Coown.JOINT,
        persons=tuple(replace(person, id_type=codes.IdType.HUKOU, id_no="12345") for person in (OWNER, WIFE)),
    )
    assert said(family) == set()


def test_the_same_number_and_phone_in_other_households_are_named_with_their_doors() -> None:
    facts = replace(FACTS, same_id_elsewhere={"p1": ("3-2-501", "4-1-101")}, same_phone_elsewhere={"p1": 3})
    found = check_sheet(SHEET, facts)
    assert [each.code for each in found] == ["check.same_id_elsewhere", "check.same_phone_elsewhere"]
    assert "3-2-501、4-1-101" in found[0].sentence
    assert "4 户" in found[1].sentence
    assert check_sheet(SHEET, replace(FACTS, same_phone_elsewhere={"p1": 2})) == ()


def test_all_joint_owners_sign_an_agreement() -> None:
    """民法典 art 301."""
    assert said(couple(), replace(FACTS, signers=frozenset({"张明", "李红"}))) == set()
    assert said(couple(), replace(FACTS, signers=frozenset({"张明"}))) == {
        ("joint_owner_not_signed", WARNING, "coown_type")
    }
    refused = replace(couple(), renewal_will=codes.Will.DISAGREE)
    assert said(refused, replace(FACTS, signers=frozenset({"张明"}))) == set()


def test_another_signs_only_with_an_authorisation() -> None:
    """民法典 art 165."""
    facts = replace(FACTS, signers=frozenset({"王代"}))
    assert said(agent(), facts) == set()
    assert said(agent(authorisation_matter=""), facts) == {
        ("signed_by_non_owner", WARNING, "persons[a].authorisation_signed"),
        ("authorisation_incomplete", WARNING, "persons[a].authorisation_matter"),
    }
    joint = replace(agent(agent_for="p2"), coown_type=codes.Coown.JOINT)
    joint = replace(joint, persons=(*joint.persons, WIFE))
    assert said(joint, replace(FACTS, signers=frozenset({"王代", "张明"}))) == set()
    assert said(joint, facts) == {("joint_owner_not_signed", WARNING, "coown_type")}


def test_a_signer_whom_the_sheet_does_not_name_has_no_authorisation() -> None:
    """民法典 art 165."""
    found = check_sheet(replace(SHEET, renewal_will=codes.Will.AGREE), replace(FACTS, signers=frozenset({"赵路"})))
    assert [(each.code, each.severity, each.field) for each in found] == [
        ("check.signed_by_non_owner", WARNING, "renewal_will")
    ]
    assert "赵路" in found[0].sentence


def test_an_unnamed_person_is_called_by_position() -> None:
    found = check_sheet(owner(full_name="", special_tags=(codes.SpecialTag.AGED,), roles=()), FACTS)
    assert any("第 1 位人员年满" in each.sentence for each in found)


def test_a_warning_stops_blocking_when_its_reason_is_written_and_a_flag_never_blocks() -> None:
    sheet = replace(part(area_meas_m2=Decimal("90"), balcony_m2=Decimal("-1")), only_home=True)
    sheet = replace(sheet, persons=(replace(OWNER, special_tags=(codes.SpecialTag.AGED,)),))
    found = check_sheet(sheet, FACTS)
    assert {each.code for each in blocking(sheet, found)} == {"check.area_difference", "check.area_negative"}
    explained = replace(sheet, reasons=(Reason(uid="check.area_difference:m", text="阳台已封闭"),))
    assert {each.code for each in blocking(explained, found)} == {"check.area_negative"}
    blank = replace(sheet, reasons=(Reason(uid="check.area_difference:m", text=" "),))
    assert len(blocking(blank, found)) == 2


def test_keys_are_unique_and_travel_as_row_ids_of_the_reasons() -> None:
    for case in CASES:
        found = check_sheet(case.values[0], FACTS)  # type: ignore[arg-type]
        assert len({each.key for each in found}) == len(found)
        reasons = tuple(Reason(uid=each.key, text="有") for each in found)
        sheet = Sheet(reasons=reasons)
        assert from_pairs(from_keys(to_keys(to_pairs(sheet)))).reasons == reasons


def test_every_finding_has_a_sentence_without_a_number_in_clear() -> None:
    for case in CASES:
        for each in check_sheet(case.values[0], FACTS):  # type: ignore[arg-type]
            assert each.code in MESSAGES
            assert "379900" not in each.sentence
            assert "{" not in each.sentence


@given(st.decimals(0, 500, places=2), st.decimals(0, 500, places=2))
def test_a_difference_within_one_square_metre_is_never_a_dispute(certified: Decimal, measured: Decimal) -> None:
    differs = areas_differ(certified, measured, FACTS.area_diff_ratio, FACTS.area_diff_min_m2)
    if abs(certified - measured) <= 1:
        assert not differs
    if certified and abs(certified - measured) > max(1, certified * Decimal("0.03")):
        assert differs


def test_thresholds_are_settings_of_the_project() -> None:
    wide = replace(FACTS, area_diff_ratio=Fraction(1, 5))
    assert check_sheet(part(area_meas_m2=Decimal("90")), wide) == ()


@pytest.mark.parametrize(
    ("approved", "actual", "differs"),
    [
        (codes.Use.DWELLING, codes.Use.DWELLING_SET, False),
        (codes.Use.DWELLING_SET, codes.Use.DWELLING, False),
        (codes.Use.DWELLING_SET, codes.Use.DWELLING_SET, False),
        (codes.Use.DWELLING_SET, codes.Use.DORMITORY, True),
        (codes.Use.DWELLING, codes.Use.OFFICE, True),
        (None, codes.Use.OFFICE, False),
        (codes.Use.OFFICE, None, False),
    ],
)
def test_a_class_and_its_kind_are_one_use(approved: codes.Use | None, actual: codes.Use | None, differs: bool) -> None:
    assert uses_differ(approved, actual) is differs


@pytest.mark.parametrize(
    ("born", "age"), [("2004-02-10", 18), ("2004-02-11", 17), ("2022-02-10", 0), ("2004-02-29", 17)]
)
def test_years_are_full_on_the_birthday(born: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), TODAY) == age


def at(day: str, hour: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), CHINA)


NOW = at("2022-02-10", "18:00")


@pytest.mark.parametrize(
    ("surveyors", "start", "end", "codes_found"),
    [
        pytest.param([1, 2], at("2022-02-10", "09:00"), at("2022-02-10", "09:30"), [], id="in order"),
        pytest.param([1, 2], at("2022-02-10", "08:00"), None, [], id="still going on"),
        pytest.param([1, 1], at("2022-02-10", "09:00"), None, ["visit_two_surveyors"], id="two surveyors equal"),
        pytest.param([1], at("2022-02-10", "09:00"), None, ["visit_two_surveyors"], id="one surveyor"),
        pytest.param(
            [1, 2], at("2022-02-10", "10:00"), at("2022-02-10", "09:30"), ["visit_ends_before_start"], id="end"
        ),
        pytest.param([1, 2], at("2022-02-11", "09:00"), None, ["visit_in_future"], id="tomorrow"),
        pytest.param(
            [1, 2], at("2022-02-10", "17:00"), at("2022-02-10", "18:30"), ["visit_in_future"], id="not over yet"
        ),
        pytest.param([1, 2], at("2022-02-09", "07:59"), None, ["visit_hours"], id="行政强制法 43: early"),
        pytest.param([1, 2], at("2022-02-09", "19:30"), at("2022-02-09", "20:01"), ["visit_hours"], id="43: late"),
        pytest.param([1, 2], at("2022-02-06", "10:00"), None, ["visit_day_off"], id="43: Sunday"),
        pytest.param([1, 2], at("2022-02-01", "10:00"), None, ["visit_day_off"], id="43: spring festival"),
        pytest.param([1, 2], at("2022-01-29", "10:00"), None, [], id="43: a make-up Saturday"),
    ],
)
def test_a_visit_is_checked(
    surveyors: list[int], start: datetime, end: datetime | None, codes_found: list[str]
) -> None:
    calendar = WorkCalendar(frozenset({date(2022, 2, 1)}), frozenset({date(2022, 1, 29)}))
    found = visit_findings(surveyor_ids=surveyors, started_at=start, ended_at=end, now=NOW, calendar=calendar)
    assert [each.code.removeprefix("check.") for each in found] == codes_found
    for each in found:
        soft = each.code in ("check.visit_hours", "check.visit_day_off")
        assert each.severity is (FLAG if soft else HARD)
        assert each.sentence


def test_a_finding_can_be_kept_in_a_set() -> None:
    one = Finding("check.part_missing", HARD, "check.part_missing", "parts")
    assert {one, one} == {one}
