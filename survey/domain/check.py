"""The cross-field checks of the survey sheet: hard errors, warnings that want a reason, and flags.

A draft may be anything; only submitting asks. A hard error blocks, a warning blocks until somebody writes what the
matter is (`Sheet.reasons`, uid = the finding's key), a flag only tells the office what to do for this home.
What a check must know from outside the sheet (today, thresholds, other households) comes as `Facts`.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

from survey.domain import codes
from survey.domain.calendar import NO_HOLIDAYS, WorkCalendar
from survey.domain.codes import Code, PersonRole
from survey.domain.coownership import shares_sum_to_one
from survey.domain.errors import DomainError
from survey.domain.identity import check_id_no, check_phone, check_uscc, normal_id
from survey.domain.message import N_, sentence
from survey.domain.sheet import Certificate, Part, Person, Sheet

ADULT_AGE = 18
AGED = 80
CHINA = timezone(timedelta(hours=8))
EARLIEST_BUILD_YEAR = 1840
VISIT_YEARS = 2
"""A visit of a year before the last two is a slip of the year: no survey lasts so long, and no paper waits so long."""
ZERO = Decimal(0)


class Severity(Code):
    """What a finding asks for."""

    HARD = "hard", N_("错误")
    WARNING = "warning", N_("提醒")
    FLAG = "flag", N_("标记")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    code    key of `survey.domain.message.MESSAGES`
    key     the same for the same matter each time: the uid of the reason that answers a warning
    field   stable key of the answer to look at (`parts[<uid>].area_meas_m2`), "" for a visit as a whole
    params  values for the sentence; never an ID or phone number
    """

    code: str
    severity: Severity
    key: str
    field: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)

    @property
    def sentence(self) -> str:
        """The Chinese sentence."""
        return sentence(self.code, **self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checks must know besides the sheet.

    area_diff_ratio, area_diff_min_m2  a difference above max(ratio x certificate, min) is a dispute of area
    min_home_m2            an only home below it is flagged
    phone_households       the same phone in more households than this, counting this one, is a warning
    has_door               the household stands in the register of doors: an address need not be written
    same_id_elsewhere      person uid -> other dossiers or doors with the same number
    same_phone_elsewhere   person uid -> number of other households with the same phone
    signers                names of the respondents and agents who signed; None when nobody signed yet
    """

    today: date
    area_diff_ratio: Fraction = Fraction(3, 100)
    area_diff_min_m2: Decimal = Decimal("1.00")
    min_home_m2: Decimal = Decimal("45.00")
    phone_households: int = 3
    has_door: bool = True
    same_id_elsewhere: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    same_phone_elsewhere: Mapping[str, int] = dataclasses.field(default_factory=dict)
    signers: frozenset[str] | None = None


def check_sheet(sheet: Sheet, facts: Facts) -> tuple[Finding, ...]:
    """Everything there is to say about a sheet that is to be submitted, in the order of the form.

    Rule: cross-field checks of the survey (hard errors block submission, warnings need a reason, flags are notes); the
    rule behind each is named at its function.
    """
    return (
        *_required(sheet, facts),
        *_location(sheet),
        *_title(sheet, facts),
        *_certificates(sheet, facts),
        *_parts(sheet, facts),
        *_persons(sheet, facts),
        *_shares(sheet),
        *_agreement(sheet, facts),
        *_small_home(sheet, facts),
    )


def blocking(sheet: Sheet, findings: Collection[Finding]) -> tuple[Finding, ...]:
    """The findings that keep the sheet from being submitted.

    Rule: hard errors always; warnings until a reason stands under their key; flags never.
    """
    answered = {reason.uid for reason in sheet.reasons if reason.text.strip()}
    return tuple(
        each
        for each in findings
        if each.severity is Severity.HARD or (each.severity is Severity.WARNING and each.key not in answered)
    )


def age_on(birth_date: date, day: date) -> int:
    """Full years on a day.

    Rule: 民法典 art 17 (adult at 18) by the count of art 201: the year is full on the birthday.
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def areas_differ(certified: Decimal, measured: Decimal, ratio: Fraction, least_m2: Decimal) -> bool:
    """Whether measured and certified area are so far apart that it is a dispute of area (面积争议).

    Rule: survey practice, not law: |difference| > max(ratio x certified, least); both are settings of the project.
    """
    difference = abs(Fraction(certified) - Fraction(measured))
    return difference > max(ratio * Fraction(certified), Fraction(least_m2))


def uses_differ(approved: codes.Use | None, actual: codes.Use | None) -> bool:
    """Whether a part is used otherwise than approved; 住宅 and 成套住宅 are no difference.

    Rule: GB/T 17986.1: the tens are the class, the units its kinds; 590号 art 24: use as registered or as found.
    """
    if approved is None or actual is None or approved is actual:
        return False
    one_names_the_class = approved.value.endswith("0") or actual.value.endswith("0")
    return not (one_names_the_class and approved.value[0] == actual.value[0])


def _hard(code: str, key: str, where: str, **params: object) -> Finding:
    return Finding(code, Severity.HARD, f"{code}:{key}" if key else code, where, params)


def _warning(code: str, key: str, where: str, **params: object) -> Finding:
    return Finding(code, Severity.WARNING, f"{code}:{key}" if key else code, where, params)


def _flag(code: str, key: str, where: str, **params: object) -> Finding:
    return Finding(code, Severity.FLAG, f"{code}:{key}" if key else code, where, params)


def _required(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    """Rule: 590号 art 15: the survey registers title, location, use and area; the sounding asks for the wish."""
    if not (facts.has_door or sheet.address):
        yield _hard("check.address_missing", "", "address")
    for name in ("tenure_type", "title_status", "lease_status"):
        if getattr(sheet, name) is None:
            yield _hard(f"check.{name}_missing", "", name)
    holders = {PersonRole.OWNER, PersonRole.TENANT} if sheet.tenure_type in codes.PUBLIC_RENTAL else {PersonRole.OWNER}
    if not any(holders & set(person.roles) for person in sheet.persons):
        yield _hard("check.tenant_missing" if PersonRole.TENANT in holders else "check.owner_missing", "", "persons")
    if not sheet.parts:
        yield _hard("check.part_missing", "", "parts")
    if sheet.renewal_will is None:
        yield _hard("check.renewal_will_missing", "", "renewal_will")


def _location(sheet: Sheet) -> Iterator[Finding]:
    """Rule: survey practice: the floor lies within the building; a maisonette (跃层 5-6) may explain it."""
    if sheet.floor_no is not None and sheet.total_floors is not None and sheet.floor_no > sheet.total_floors:
        yield _warning("check.floor_above_total", "", "floor_no", floor=sheet.floor_no, total=sheet.total_floors)


def _title(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    """Rule: 民法典 arts 297-299 (co-ownership), public housing has a lessor; USCC by GB 32100-2015."""
    owners = len(sheet.owners)
    if sheet.coown_type is codes.Coown.SOLE and owners > 1:
        yield _warning("check.sole_with_several_owners", "", "coown_type", count=owners)
    if sheet.coown_type in (codes.Coown.JOINT, codes.Coown.SHARES) and owners == 1:
        yield _warning("check.coowner_missing", "", "coown_type", coown=sheet.coown_type.label)
    if sheet.tenure_type in codes.PUBLIC_RENTAL and not sheet.lessor:
        yield _warning("check.lessor_missing", "", "lessor")
    if sheet.title_status is codes.TitleStatus.CERTIFIED and not any(each.cert_no for each in sheet.certificates):
        yield _warning("check.certificate_missing", "", "certificates")
    if sheet.uscc:
        try:
            check_uscc(sheet.uscc)
        except DomainError as error:
            yield _hard(error.code, "", "uscc", **error.params)
    lives_empty = (codes.Lease.VACANT, codes.Lease.RENTED)
    if sheet.lease_status is not None and sheet.lease_status not in lives_empty and not sheet.residents:
        yield _warning("check.nobody_lives_here", "", "lease_status", status=sheet.lease_status.label)


def _certificates(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    """Rule: a date that already happened is not in the future."""
    for row in sheet.certificates:
        if row.cert_date is not None and row.cert_date > facts.today:
            yield _hard("check.cert_date_in_future", row.uid, f"certificates[{row.uid}].cert_date")


def _certified_since(certificates: Collection[Certificate]) -> int | None:
    """The year of the earliest certificate of the building; a land certificate may well be older than the house."""
    years = [
        row.cert_date.year
        for row in certificates
        if row.cert_date is not None and row.cert_type is not codes.CertType.LAND
    ]
    return min(years, default=None)


def _parts(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    since = _certified_since(sheet.certificates)
    for part in sheet.parts:
        yield from _part_areas(part, facts)
        where = f"parts[{part.uid}]."
        kind = part.kind.label if part.kind else codes.PartKind.OTHER.label
        if uses_differ(part.use_approved, part.use_actual):
            yield _warning(
                "check.use_differs",
                part.uid,
                where + "use_actual",
                part=kind,
                approved=codes.label_of(codes.Use, part.use_approved),
                actual=codes.label_of(codes.Use, part.use_actual),
            )
        if part.build_year is not None:
            if part.build_year > facts.today.year:
                yield _hard("check.build_year_in_future", part.uid, where + "build_year", year=part.build_year)
            elif part.build_year < EARLIEST_BUILD_YEAR:
                yield _hard("check.build_year_too_early", part.uid, where + "build_year", year=part.build_year)
            elif since is not None and part.kind is not codes.PartKind.ADDITION and part.build_year > since:
                yield _warning(
                    "check.built_after_certificate", part.uid, where + "build_year", year=part.build_year, since=since
                )


def _part_areas(part: Part, facts: Facts) -> Iterator[Finding]:
    """Rule: inner area is within the gross area; areas are not negative; the difference as in `areas_differ`."""
    where = f"parts[{part.uid}]."
    kind = part.kind.label if part.kind else codes.PartKind.OTHER.label
    areas = {
        name: getattr(part, name)
        for name in ("area_cert_m2", "area_cert_inner_m2", "area_meas_m2", "area_meas_inner_m2",
                     "balcony_m2", "area_unreg_m2")
    }  # fmt: skip
    for name, area in areas.items():
        if area is not None and area < 0:
            yield _hard("check.area_negative", f"{part.uid}:{name}", where + name, part=kind)
    for gross_name, inner_name in (("area_cert_m2", "area_cert_inner_m2"), ("area_meas_m2", "area_meas_inner_m2")):
        gross, inner = areas[gross_name], areas[inner_name]
        if gross is not None and inner is not None and inner > gross:
            yield _hard(
                "check.inner_above_gross", f"{part.uid}:{inner_name}", where + inner_name,
                part=kind, inner=inner, gross=gross,
            )  # fmt: skip
    certified, measured = part.area_cert_m2, part.area_meas_m2
    if certified is not None and measured is not None:
        if areas_differ(certified, measured, facts.area_diff_ratio, facts.area_diff_min_m2):
            yield _warning(
                "check.area_difference", part.uid, where + "area_meas_m2",
                part=kind, certified=certified, measured=measured,
            )  # fmt: skip
    elif certified is None and measured is None and part.area_unreg_m2 is None:
        yield _warning("check.area_missing", part.uid, where + "area_meas_m2", part=kind)


def _persons(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    numbers = Counter(normal_id(person.id_no) for person in sheet.persons if person.id_no and _has_own_number(person))
    for position, person in enumerate(sheet.persons, 1):
        name = person.full_name or sentence("check.person_unnamed", position=position)
        where = f"persons[{person.uid}]."
        if not person.full_name:
            yield _hard("check.name_missing", person.uid, where + "full_name", position=position)
        yield from _person_identity(person, name, facts)
        if person.id_no and _has_own_number(person) and numbers[normal_id(person.id_no)] > 1:
            yield _hard("check.same_id_twice", person.uid, where + "id_no", name=name)
        yield from _person_elsewhere(person, name, facts)
        yield from _person_rights(sheet, person, name, facts)
        yield from _person_care(person, name, facts)


def _has_own_number(person: Person) -> bool:
    """Whether the paper's number is one person's alone; a booklet's (户口簿) is the family's."""
    return person.id_type not in (codes.IdType.HUKOU, codes.IdType.OTHER)


def _person_identity(person: Person, name: str, facts: Facts) -> Iterator[Finding]:
    """Rule: GB 11643-1999: the number tells birth date (digits 7-14) and sex (digit 17); no birth in the future."""
    where = f"persons[{person.uid}]."
    if person.birth_date is not None and person.birth_date > facts.today:
        yield _hard("check.birth_date_in_future", person.uid, where + "birth_date", name=name)
    if person.id_no:
        try:
            told = check_id_no(person.id_type, person.id_no, today=facts.today)
        except DomainError as error:
            yield _hard(error.code, person.uid, where + "id_no", **error.params)
        else:
            if told is not None:
                if person.birth_date is not None and person.birth_date != told.birth_date:
                    yield _hard("check.birth_date_not_of_id", person.uid, where + "birth_date", name=name)
                if person.sex in (codes.Sex.MALE, codes.Sex.FEMALE) and person.sex is not told.sex:
                    yield _hard("check.sex_not_of_id", person.uid, where + "sex", name=name)
                if told.upgraded:
                    yield _flag("check.id_of_15_digits", person.uid, where + "id_no", name=name)
    elif not person.deceased and {PersonRole.OWNER, PersonRole.TENANT, PersonRole.AGENT} & set(person.roles):
        yield _warning("check.id_no_missing", person.uid, where + "id_no", name=name)
    if person.phone:
        try:
            phone = check_phone(person.phone)
        except DomainError as error:
            yield _hard(error.code, person.uid, where + "phone", **error.params)
        else:
            if phone.warning:
                yield _flag(phone.warning, person.uid, where + "phone")


def _person_elsewhere(person: Person, name: str, facts: Facts) -> Iterator[Finding]:
    """Rule: 建筑物区分所有权解释 arts 8-9: one owner of several parts is one head, so the same number is named."""
    elsewhere = facts.same_id_elsewhere.get(person.uid, ())
    if elsewhere:
        yield _warning(
            "check.same_id_elsewhere", person.uid, f"persons[{person.uid}].id_no",
            name=name, doors="、".join(elsewhere),
        )  # fmt: skip
    households = facts.same_phone_elsewhere.get(person.uid, 0) + 1
    if person.phone and households > facts.phone_households:
        yield _warning(
            "check.same_phone_elsewhere", person.uid, f"persons[{person.uid}].phone", name=name, count=households
        )


def _person_rights(sheet: Sheet, person: Person, name: str, facts: Facts) -> Iterator[Finding]:
    """Rule: 民法典 art 17, 27, 34: a minor acts through a guardian; art 165: the authorisation names agent, matter,
    power and term and is signed by the principal; art 230: an inheritance takes effect at death, registered or not.
    """
    where = f"persons[{person.uid}]."
    if person.is_owner:
        is_minor = person.birth_date is not None and 0 <= age_on(person.birth_date, facts.today) < ADULT_AGE
        if is_minor and not person.guardian_name and not person.deceased:
            yield _warning("check.guardian_missing", person.uid, where + "guardian_name", name=name)
        if person.deceased and sheet.title_status is codes.TitleStatus.CERTIFIED and not person.heir_note:
            yield _warning("check.heir_note_missing", person.uid, where + "heir_note", name=name)
    if PersonRole.AGENT in person.roles:
        if not _is_authorised(person):
            yield _warning("check.authorisation_incomplete", person.uid, where + "authorisation_matter", name=name)
        elif person.authorisation_until is not None and person.authorisation_until < facts.today:
            yield _warning("check.authorisation_ended", person.uid, where + "authorisation_until", name=name)


def _is_authorised(person: Person) -> bool:
    """Rule: 民法典 art 165: name of the agent, matter, power and term, signed by the principal."""
    return bool(
        person.full_name
        and person.authorisation_matter
        and person.authorisation_power
        and person.authorisation_until
        and person.authorisation_signed
    )


def _person_care(person: Person, name: str, facts: Facts) -> Iterator[Finding]:
    """Rule: offices' practice: a tag that moves money needs its proof; 80 years or a disability means visits at home
    (上门办理, 绿色通道).
    """
    tags = set(person.special_tags)
    if tags & codes.TAGS_NEEDING_PROOF and not person.proof_note:
        yield _warning("check.proof_missing", person.uid, f"persons[{person.uid}].proof_note", name=name)
    is_aged = codes.SpecialTag.AGED in tags or (
        person.birth_date is not None and age_on(person.birth_date, facts.today) >= AGED
    )
    if not person.deceased and (is_aged or tags & codes.DISABILITY_TAGS):
        yield _flag("check.green_channel", person.uid, f"persons[{person.uid}].special_tags", name=name)


def _shares(sheet: Sheet) -> Iterator[Finding]:
    """Rule: 民法典 art 298: shares of co-owners (按份共有) make one whole; kept as fractions, never decimals."""
    shares: list[Fraction | None] = []
    has_fault = False
    for person in sheet.owners:
        number, of = person.share_num, person.share_den
        if number is None and of is None:
            shares.append(None)
            if sheet.coown_type is codes.Coown.SHARES:
                yield _warning(
                    "check.share_missing", person.uid, f"persons[{person.uid}].share_num", name=person.full_name
                )
        elif number is None or of is None or not 0 < number <= of:
            has_fault = True
            yield _hard("check.share_form", person.uid, f"persons[{person.uid}].share_num", name=person.full_name)
        else:
            shares.append(Fraction(number, of))
    if sheet.coown_type is not codes.Coown.SHARES or has_fault or not shares:
        return
    known = [share for share in shares if share is not None]
    total = sum(known, Fraction(0))
    if (len(known) == len(shares) and not shares_sum_to_one(shares)) or total > 1:
        yield _hard("check.shares_not_one", "", f"persons[{sheet.owners[0].uid}].share_num", total=total)


def _agreement(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    """Rule: 民法典 art 301: joint owners agree all; art 165: another signs only with an authorisation."""
    if facts.signers is None or sheet.renewal_will is not codes.Will.AGREE:
        return
    signed = [person for person in sheet.persons if person.full_name in facts.signers]
    for person in signed:
        if not person.is_owner and not _is_authorised(person):
            where = f"persons[{person.uid}].authorisation_signed"
            yield _warning("check.signed_by_non_owner", person.uid, where, name=person.full_name)
    if strangers := sorted(facts.signers - {person.full_name for person in signed}):
        yield _warning("check.signed_by_non_owner", "", "renewal_will", name="、".join(strangers))
    represented = {person.agent_for for person in signed if _is_authorised(person)}
    missing = [
        person.full_name
        for person in sheet.owners
        if person not in signed and not {person.uid, person.full_name} & represented
    ]
    if sheet.coown_type is codes.Coown.JOINT and missing:
        yield _warning("check.joint_owner_not_signed", "", "coown_type", names="、".join(missing))


def _small_home(sheet: Sheet, facts: Facts) -> Iterator[Finding]:
    """Rule: 山东条例 art 25, 青岛条例 art 21: an only home below 45 square metres has a least compensated area."""
    if not sheet.only_home:
        return
    area = sum(
        (
            (part.area_cert_m2 if part.area_cert_m2 is not None else part.area_meas_m2) or ZERO
            for part in sheet.parts
            if part.kind in (None, codes.PartKind.MAIN)
        ),
        ZERO,
    )
    if ZERO < area < facts.min_home_m2:
        yield _flag("check.least_area", "", "only_home", area=area, least=facts.min_home_m2)


def earliest_visit_day(today: date) -> date:
    """The first day of which a visit is believed, and the first that the board shows by itself.

    Rule: (house) the first of January two years ago: a wrong year is caught, a visit recorded late (补录) is not.
    """
    return date(max(today.year - VISIT_YEARS, date.min.year), 1, 1)


def visit_findings(
    *,
    surveyor_ids: Collection[object],
    started_at: datetime,
    ended_at: datetime | None,
    now: datetime,
    visit_from: time = time(8, 0),
    visit_until: time = time(20, 0),
    calendar: WorkCalendar = NO_HOLIDAYS,
) -> tuple[Finding, ...]:
    """What there is to say about a visit. All times are aware; hours and days are those of China.

    Rule: two surveyors always (survey procedure); no year before the last two (house); 行政强制法 art 43 forbids enforcement at night and on holidays, which
    a survey is not: outside hours and on days off a visit is a note of courtesy, never an error.
    """
    found: list[Finding] = []
    start = started_at.astimezone(CHINA)
    end = ended_at.astimezone(CHINA) if ended_at is not None else None
    if len(set(surveyor_ids)) < 2:
        found.append(_hard("check.visit_two_surveyors", "", "surveyor_ids"))
    if end is not None and end < start:
        found.append(_hard("check.visit_ends_before_start", "", "ended_at"))
    if start > now or (end is not None and end > now):
        found.append(_hard("check.visit_in_future", "", "started_at"))
    if start.date() < (earliest := earliest_visit_day(now.astimezone(CHINA).date())):
        found.append(_hard("check.visit_long_ago", "", "started_at", year=earliest.year))
    times = [start.time()] if end is None else [start.time(), end.time()]
    if any(not visit_from <= each <= visit_until for each in times):
        found.append(
            _flag("check.visit_hours", "", "started_at", begin=f"{visit_from:%H:%M}", end=f"{visit_until:%H:%M}")
        )
    if not calendar.is_working_day(start.date()):
        found.append(_flag("check.visit_day_off", "", "started_at", day=start.date().isoformat()))
    return tuple(found)
