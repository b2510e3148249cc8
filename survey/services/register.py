"""The register of households: the one table of filters, by which lists, the 楼盘表 and the board's figures all count.

A figure and the list that it leads to use the same condition, so that they cannot disagree. Queries here see only what
the person may see; nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, false, func, not_, or_, select
from sqlalchemy.orm import aliased, load_only

from survey.domain import codes
from survey.domain.access import Permission
from survey.domain.codes import Code
from survey.domain.coownership import HouseholdChoice
from survey.domain.household import (
    AWAITING_GROUP,
    AWAITING_OFFICE,
    RETURNED,
    SURVEYED,
    Action,
    HouseholdState,
)
from survey.domain.message import N_
from survey.models import (
    Assignment,
    Briefing,
    Building,
    ConflictRow,
    Delivery,
    Door,
    Household,
    Membership,
    PersonRow,
    PolicyVersion,
    Project,
    Request,
    Review,
    Round,
    Standing,
    Team,
    User,
    Visit,
    db,
    utc_now,
)
from survey.services.page import page_within
from survey.services.policy import version_in_force
from survey.services.scope import building_scope, household_scope

CHINA = ZoneInfo("Asia/Shanghai")
STUCK_AFTER = timedelta(days=7)
"""A dossier whose state has not changed for so long, though somebody ought to act, is called stuck."""

REVIEWED_NEXT = (AWAITING_GROUP, AWAITING_OFFICE)
WAITING = frozenset(HouseholdState) - {HouseholdState.UNVISITED, HouseholdState.CONFIRMED, HouseholdState.FINAL}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the conditions depend on besides the rows: whose project, which moment, what is in force.

    version   the version in force of the leading policy, which every household must have been told; None before one is
    round_id  the current round: the last one opened that still runs, else the last one opened
    """

    project_id: UUID
    now: datetime
    version: PolicyVersion | None
    round_id: UUID | None

    @property
    def midnight(self) -> datetime:
        """When today began in China."""
        return self.now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def read(project: Project, now: datetime | None = None) -> Reading:
    """The reading of this moment."""
    return Reading(project.id, now or utc_now(), version_in_force(project), find_round_id(project.id))


def find_round_id(project_id: UUID) -> UUID | None:
    query = (
        select(Round.id)
        .where(Round.project_id == project_id)
        .order_by(Round.closed_at.is_(None).desc(), Round.opened_at.desc(), Round.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


# --- the conditions -------------------------------------------------------------------------------------------------

Kind = Literal["flag", "code", "building", "team", "user"]
Condition = Callable[[Reading, str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to choose households.

    kind        flag: "yes" or "no"; code: a value of `codes`; building: its number; team, user: an id, or "none"
    permission  who may not do this may not filter by it either: a filter tells what it hides
    """

    label: str
    kind: Kind
    condition: Condition
    codes: type[Code] | None = None
    permission: Permission | None = None


def _flag(
    label: str, condition: Callable[[Reading], ColumnElement[bool]], permission: Permission | None = None
) -> Filter:
    def chosen(reading: Reading, value: str) -> ColumnElement[bool]:
        if value not in ("yes", "no"):
            return false()
        return condition(reading) if value == "yes" else not_(func.coalesce(condition(reading), false()))

    return Filter(label, "flag", chosen, permission=permission)


def _code(label: str, column: ColumnElement[object], words: type[Code]) -> Filter:
    """Chosen by one value of a code list, or by "none": not answered."""

    def chosen(_reading: Reading, value: str) -> ColumnElement[bool]:
        if value == "none" and value not in {str(word) for word in words}:
            return column.is_(None)
        return column == words(value) if value in {str(word) for word in words} else false()

    return Filter(label, "code", chosen, words)


def _briefed(reading: Reading) -> ColumnElement[bool]:
    """Told the version in force; nobody is, while none is in force."""
    return false() if reading.version is None else Household.briefed_version_id == reading.version.id


def _rebrief(reading: Reading) -> ColumnElement[bool]:
    """Told an older version, and not the one in force."""
    if reading.version is None:
        return false()
    return and_(Household.briefed_version_id.is_not(None), Household.briefed_version_id != reading.version.id)


def _choice(reading: Reading, value: str) -> ColumnElement[bool]:
    """What the household says in the current round; without a record of it, nothing."""
    if value not in {str(word) for word in HouseholdChoice}:
        return false()
    said = (
        select(Standing.choice)
        .where(Standing.round_id == reading.round_id, Standing.household_id == Household.id)
        .correlate(Household)
        .scalar_subquery()
    )
    return func.coalesce(said, HouseholdChoice.NONE.value) == value


def _building(reading: Reading, value: str) -> ColumnElement[bool]:
    return Household.building_id.in_(
        select(Building.id).where(Building.project_id == reading.project_id, Building.no == value)
    )


def _is(column: ColumnElement[UUID], value: str) -> ColumnElement[bool]:
    try:
        return column == UUID(value)
    except ValueError:
        return false()


def _team(reading: Reading, value: str) -> ColumnElement[bool]:
    team = Building.team_id.is_(None) if value == "none" else _is(Building.team_id, value)  # type: ignore[arg-type]
    return Household.building_id.in_(select(Building.id).where(Building.project_id == reading.project_id, team))


def _surveyor(_reading: Reading, value: str) -> ColumnElement[bool]:
    """Given to this surveyor, by building or by stairwell; "none": given to nobody."""
    standing = and_(
        Assignment.building_id == Household.building_id,
        Assignment.until.is_(None),
        or_(Assignment.unit_no.is_(None), Assignment.unit_no == Household.unit_no),
    )
    if value != "none":
        standing = and_(standing, _is(Assignment.user_id, value))  # type: ignore[arg-type]
    given = select(Assignment.id).where(standing).correlate(Household).exists()
    return not_(given) if value == "none" else given


def _open_request(_reading: Reading) -> ColumnElement[bool]:
    return (
        select(Request.id)
        .where(Request.household_id == Household.id, Request.closed_at.is_(None))
        .correlate(Household)
        .exists()
    )


def _overdue_request(reading: Reading) -> ColumnElement[bool]:
    return Household.id.in_(
        select(Request.household_id).where(
            Request.project_id == reading.project_id,
            Request.closed_at.is_(None),
            Request.replied_on.is_(None),
            Request.reply_due < reading.midnight.date(),
        )
    )


def _term_runs(reading: Reading) -> ColumnElement[bool]:
    return _has_term(Delivery.term_until >= reading.midnight.date())


def _term_over(reading: Reading) -> ColumnElement[bool]:
    """The last day passed within the last month: what was delivered before that is settled or taken up otherwise."""
    today = reading.midnight.date()
    return _has_term(and_(Delivery.term_until < today, Delivery.term_until >= today - timedelta(days=30)))


def _has_term(when: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(Delivery.id).where(Delivery.household_id == Household.id, when).correlate(Household).exists()


def _overdue_acceptance(reading: Reading) -> ColumnElement[bool]:
    """Nobody was told within the term (15 days unless set otherwise) that the request was accepted."""
    return Household.id.in_(
        select(Request.household_id).where(
            Request.project_id == reading.project_id,
            Request.closed_at.is_(None),
            Request.accepted_on.is_(None),
            Request.accept_due < reading.midnight.date(),
        )
    )


def _in_conflict(_reading: Reading) -> ColumnElement[bool]:
    return (
        select(ConflictRow.id)
        .where(ConflictRow.household_id == Household.id, ConflictRow.resolved_at.is_(None))
        .correlate(Household)
        .exists()
    )


UNRESOLVED = select(ConflictRow.household_id).where(ConflictRow.resolved_at.is_(None))
"""Few rows: who asks for a whole project names them as one list."""


def _first(model: Any, moment: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """The earliest of a household's rows of another table."""
    query = select(func.min(moment)).where(model.household_id == Household.id, *conditions)
    return query.correlate(Household).scalar_subquery()


def _last(model: Any, moment: Any) -> ColumnElement[Any]:
    """The latest of a household's rows of another table."""
    return select(func.max(moment)).where(model.household_id == Household.id).correlate(Household).scalar_subquery()


def _several_doors(_reading: Reading) -> ColumnElement[bool]:
    doors = select(func.count()).where(Door.household_id == Household.id).correlate(Household).scalar_subquery()
    return doors > 1


def _deceased(_reading: Reading) -> ColumnElement[bool]:
    """An owner died and no other took the place: the household needs its heirs."""
    return (
        select(PersonRow.id)
        .where(PersonRow.household_id == Household.id, PersonRow.is_owner, PersonRow.deceased.is_(True))
        .correlate(Household)
        .exists()
    )


def _disputed(_reading: Reading) -> ColumnElement[bool]:
    """权属争议 by the title, or an objection (异议) in the land register."""
    return or_(
        func.coalesce(Household.title_status == codes.TitleStatus.DISPUTED, false()),
        func.coalesce(Household.objection == codes.TriState.YES, false()),
    )


class SinceVisit(Code):
    """How long ago the last visit was, in whole days of China."""

    DAYS_3 = "3", N_("3 天以内去过")
    DAYS_7 = "7", N_("4 到 7 天前去过")
    DAYS_14 = "14", N_("8 到 14 天前去过")
    LONGER = "longer", N_("超过 14 天没去")
    NEVER = "never", N_("没有去过")


def _since_visit(reading: Reading, value: str) -> ColumnElement[bool]:
    """Today is day 0: 3 means the midnight three days ago or later."""
    last = Household.last_visit_at
    three, seven, fourteen = (reading.midnight - timedelta(days=days) for days in (3, 7, 14))
    chosen = {
        SinceVisit.DAYS_3: last >= three,
        SinceVisit.DAYS_7: and_(last >= seven, last < three),
        SinceVisit.DAYS_14: and_(last >= fourteen, last < seven),
        SinceVisit.LONGER: last < fourteen,
        SinceVisit.NEVER: last.is_(None),
    }
    return chosen.get(value, false())  # type: ignore[call-overload, no-any-return]


def _overdue_appointment(reading: Reading) -> ColumnElement[bool]:
    """The day of the appointment of the last visit has passed and nobody went: a later visit would have settled it."""
    return Household.next_visit_at < reading.midnight


def _waiting_for_review(reading: Reading) -> ColumnElement[bool]:
    """Handed in or passed by the group so long ago, and nobody has reviewed it."""
    return and_(Household.state.in_(REVIEWED_NEXT), Household.state_since < reading.now - STUCK_AFTER)


# --- by surveyor

RETURNS = (Action.GROUP_RETURN.value, Action.OFFICE_RETURN.value)


def submitter_of(review: Any) -> ColumnElement[UUID]:
    """Who had handed in what a review (a row, or an alias of it) judges: by the last submission before it."""
    submission = aliased(Review)
    return (
        select(submission.by_id)
        .where(
            submission.household_id == review.household_id,
            submission.action == Action.SUBMIT.value,
            submission.at <= review.at,
        )
        .order_by(submission.at.desc(), submission.id.desc())
        .limit(1)
        .correlate(review)
        .scalar_subquery()
    )


def _made_by(visit: Any, user_id: UUID) -> ColumnElement[bool]:
    return and_(visit.household_id == Household.id, or_(visit.surveyor_1_id == user_id, visit.surveyor_2_id == user_id))


def _by_user(of: Callable[[UUID], ColumnElement[bool]]) -> Condition:
    """A condition that a person's id completes; a text that is none chooses nobody."""

    def chosen(_reading: Reading, value: str) -> ColumnElement[bool]:
        try:
            return of(UUID(value))
        except ValueError:
            return false()

    return chosen


def _visited_by(user_id: UUID) -> ColumnElement[bool]:
    return select(Visit.id).where(_made_by(Visit, user_id)).correlate(Household).exists()


def _first_visited_by(user_id: UUID, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    earlier = aliased(Visit)
    before = or_(
        earlier.started_at < Visit.started_at, and_(earlier.started_at == Visit.started_at, earlier.id < Visit.id)
    )
    first = not_(select(earlier.id).where(earlier.household_id == Visit.household_id, before).correlate(Visit).exists())
    return select(Visit.id).where(_made_by(Visit, user_id), first, *conditions).correlate(Household).exists()


def _met_first_by(user_id: UUID) -> ColumnElement[bool]:
    return _first_visited_by(user_id, Visit.result.in_(codes.MET))


def _returned_to(user_id: UUID) -> ColumnElement[bool]:
    return (
        select(Review.id)
        .where(Review.household_id == Household.id, Review.action.in_(RETURNS), submitter_of(Review) == user_id)
        .correlate(Household)
        .exists()
    )


def _vacant() -> ColumnElement[bool]:
    """Registered as vacant, or found so at the last visit: nobody to meet there."""
    return or_(
        func.coalesce(Household.lease_status == codes.Lease.VACANT, false()),
        func.coalesce(Household.last_visit_result == codes.VisitResult.VACANT, false()),
    )


HOUSEHOLD_FILTERS: dict[str, Filter] = {
    "state": _code(N_("调查状态"), Household.state, HouseholdState),  # type: ignore[arg-type]
    "building": Filter(N_("楼栋"), "building", _building),
    "team": Filter(N_("小组"), "team", _team),
    "surveyor": Filter(N_("调查员"), "user", _surveyor),
    "will": _code(N_("改造意愿"), Household.renewal_will, codes.Will),  # type: ignore[arg-type]
    "choice": Filter(N_("本轮表态"), "code", _choice, HouseholdChoice),
    "comp_mode": _code(N_("安置方式意愿"), Household.comp_mode, codes.CompMode),  # type: ignore[arg-type]
    "lease_status": _code(N_("居住状况"), Household.lease_status, codes.Lease),  # type: ignore[arg-type]
    "tenure_type": _code(N_("产权性质"), Household.tenure_type, codes.Tenure),  # type: ignore[arg-type]
    "last_result": _code(N_("最近入户结果"), Household.last_visit_result, codes.VisitResult),  # type: ignore[arg-type]
    "visited": _flag(N_("去过"), lambda _r: Household.visit_count > 0),
    "met": _flag(N_("已见面"), lambda _r: Household.met_at.is_not(None)),
    "unmet": _flag(N_("未遇"), lambda _r: and_(Household.visit_count > 0, Household.met_at.is_(None), not_(_vacant()))),
    "vacant": _flag(N_("空置"), lambda _r: _vacant()),
    "refused": _flag(N_("拒访"), lambda _r: Household.refused_at.is_not(None)),
    "surveyed": _flag(N_("已完成"), lambda _r: Household.state.in_(SURVEYED)),
    "returned": _flag(N_("被退回"), lambda _r: Household.state.in_(RETURNED)),
    "briefed": _flag(N_("已按现行版本宣讲"), _briefed),
    "rebrief": _flag(N_("需重新宣讲"), _rebrief),
    "told": _flag(N_("听过宣讲"), lambda _r: Household.briefed_version_id.is_not(None)),
    "since_visit": Filter(N_("最近一次入户"), "code", _since_visit, SinceVisit),
    "today": _flag(N_("今天去过"), lambda r: Household.last_visit_at >= r.midnight),
    "appointment": _flag(N_("有预约"), lambda r: Household.next_visit_at >= r.midnight),
    "stuck": _flag(
        N_("停滞 7 天以上"), lambda r: and_(Household.state.in_(WAITING), Household.state_since < r.now - STUCK_AFTER)
    ),
    "open_request": _flag(N_("诉求未办结"), _open_request),
    "overdue_request": _flag(N_("诉求已超期"), _overdue_request),
    "term_runs": _flag(N_("送达后期限内"), _term_runs),
    "term_over": _flag(N_("送达后期限届满（30 日内）"), _term_over),
    "conflict": _flag(N_("有冲突待核对"), _in_conflict),
    "joined": _flag(N_("打通"), _several_doors),
    "overdue_appointment": _flag(N_("预约已过"), _overdue_appointment),
    "waiting_review": _flag(N_("待审核 7 天以上"), _waiting_for_review),
    "never_met": _flag(
        N_("去过 3 次以上未见面"),
        lambda _r: and_(Household.visit_count >= 3, Household.met_at.is_(None), not_(_vacant())),
    ),
    "returned_long": _flag(
        N_("退回 7 天以上未再提交"),
        lambda r: and_(Household.state.in_(RETURNED), Household.state_since < r.now - STUCK_AFTER),
    ),
    "unsigned_long": _flag(
        N_("通过 7 天以上未签字"),
        lambda r: and_(Household.state == HouseholdState.APPROVED, Household.state_since < r.now - STUCK_AFTER),
    ),
    "conflict_submitted": _flag(
        N_("已提交但有冲突"), lambda _r: and_(Household.state.in_(SURVEYED), Household.id.in_(UNRESOLVED))
    ),
    "overdue_acceptance": _flag(N_("诉求告知已超期"), _overdue_acceptance),
    "disputed": _flag(N_("权属有争议"), _disputed),
    "deceased": _flag(N_("产权人已故"), _deceased),
    "mortgaged": _flag(N_("有抵押"), lambda _r: func.coalesce(Household.mortgage == codes.TriState.YES, false())),
    "seized": _flag(N_("有查封"), lambda _r: func.coalesce(Household.seizure == codes.TriState.YES, false())),
    "unregistered": _flag(N_("有未登记面积"), lambda _r: cast(Household.area_unreg_m2, BigInteger) > 0),
    "visited_by": Filter(N_("由谁走访"), "user", _by_user(_visited_by)),
    "first_by": Filter(N_("首访由谁"), "user", _by_user(_first_visited_by)),
    "met_first_by": Filter(N_("首访即见面，由谁"), "user", _by_user(_met_first_by)),
    "returned_to": Filter(N_("提交后被退回，由谁"), "user", _by_user(_returned_to)),
    "special": _flag(N_("有特殊情况"), lambda _r: Household.special_count > 0, Permission.PERSON_TAGS),
}
"""Name -> filter. The names are the query parameters of `household.list` and `building.show`; the board counts by them."""


TALLIED = (
    "visited", "met", "unmet", "vacant", "refused", "surveyed", "returned", "open_request", "conflict", "joined",
    "disputed", "deceased", "mortgaged", "seized", "unregistered", "special",
)  # fmt: skip
"""Flags that `services.tally` keeps for each building: those that depend on nothing but the rows."""
SINCE: dict[str, ColumnElement[Any]] = {
    "never_met": Household.last_visit_at,  # type: ignore[dict-item]
    "refused": Household.refused_at,  # type: ignore[dict-item]
    "overdue_appointment": Household.next_visit_at,  # type: ignore[dict-item]
    "returned_long": Household.state_since,  # type: ignore[dict-item]
    "waiting_review": Household.state_since,  # type: ignore[dict-item]
    "unsigned_long": Household.state_since,  # type: ignore[dict-item]
    "rebrief": _last(Briefing, Briefing.held_at),
    "conflict_submitted": _first(ConflictRow, ConflictRow.made_at, ConflictRow.resolved_at.is_(None)),
    "overdue_request": _first(Request, Request.reply_due, Request.closed_at.is_(None), Request.replied_on.is_(None)),
    "overdue_acceptance": _first(
        Request, Request.accept_due, Request.closed_at.is_(None), Request.accepted_on.is_(None)
    ),
}
"""Flag -> the moment from which a household that it chooses waits."""
TIMELESS = Reading(UUID(int=0), datetime(1970, 1, 1, tzinfo=UTC), None, None)
"""The reading for conditions that depend on none of it."""


def condition(name: str, value: str, reading: Reading) -> ColumnElement[bool]:
    """The condition on Household of one filter. Raises KeyError for a filter that does not exist."""
    return HOUSEHOLD_FILTERS[name].condition(reading, value)


def chosen_filters(
    asked: Mapping[str, str], may: Callable[[Permission], bool] = lambda _permission: True
) -> dict[str, str]:
    """Of what an address asks, the filters that exist, have a value, and that the person may use."""
    return {
        name: asked[name]
        for name, each in HOUSEHOLD_FILTERS.items()
        if asked.get(name) and (each.permission is None or may(each.permission))
    }


# --- households -----------------------------------------------------------------------------------------------------

SORTS: dict[str, tuple[str, tuple[ColumnElement[object], ...]]] = {
    "door": (N_("按门牌"), (Household.door_sort.asc(),)),  # type: ignore[dict-item]
    "waiting": (N_("等得最久的在前"), (Household.state_since.asc().nulls_last(),)),  # type: ignore[dict-item]
    "visit": (N_("最近去过的在前"), (Household.last_visit_at.desc().nulls_last(),)),  # type: ignore[dict-item]
}
LISTED = (
    Household.id, Household.project_id, Household.building_id, Household.dossier_no, Household.unit_no,
    Household.door_text, Household.door_sort, Household.state, Household.state_since, Household.owner_names,
    Household.owner_count, Household.area_cert_m2, Household.area_meas_m2, Household.visit_count,
    Household.last_visit_at, Household.last_visit_result, Household.next_visit_at, Household.renewal_will,
    Household.special_count, Household.sheet_version,
)  # fmt: skip
"""The columns that lists show; a household has eighty."""


def list_by_dossier_no(actor: User, project_id: UUID, numbers: Collection[str]) -> dict[str, UUID]:
    """Dossier number -> household, of those that the person may see."""
    query = select(Household.dossier_no, Household.id).where(
        household_scope(actor, project_id), Household.dossier_no.in_(numbers)
    )
    return {row.dossier_no: row.id for row in db.session.execute(query)}


def conditions(actor: User, reading: Reading, filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The person's scope and each filter."""
    return [
        household_scope(actor, reading.project_id),
        *(condition(name, value, reading) for name, value in filters.items()),
    ]


def select_households(
    actor: User, reading: Reading, filters: Mapping[str, str], sort: str = "door"
) -> Select[Household]:
    """The households that the person may see and the filters choose. Those who wait are sorted by what they wait for."""
    order = SORTS.get(sort, SORTS["door"])[1]
    reason = next((name for name, value in filters.items() if name in SINCE and value == "yes"), None)
    if sort == "waiting" and reason is not None:
        order = (SINCE[reason].asc().nulls_last(),)
    return (
        select(Household)
        .where(*conditions(actor, reading, filters))
        .order_by(*order, Household.door_sort, Household.id)
        .options(load_only(*LISTED))
    )


@dataclass(frozen=True, slots=True)
class PageOfHouseholds:
    """One page of a list, and how long the whole is."""

    rows: Sequence[Household]
    total: int
    number: int
    pages: int


def list_households(
    actor: User, reading: Reading, filters: Mapping[str, str], *, sort: str = "door", page: int = 1, size: int = 50
) -> PageOfHouseholds:
    total = count_households(actor, reading, filters)
    number, pages = page_within(page, total, size)
    query = select_households(actor, reading, filters, sort).limit(size).offset((number - 1) * size)
    return PageOfHouseholds(list(db.session.scalars(query)), total, number, pages)


def count_households(actor: User, reading: Reading, filters: Mapping[str, str]) -> int:
    query = select(func.count()).select_from(Household).where(*conditions(actor, reading, filters))
    return db.session.scalar(query) or 0


def count_by(
    actor: User, reading: Reading, filters: Mapping[str, str], wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """How many households each (filter, value) would leave beside the others; a filter of the same name gives way."""
    if not wanted:
        return {}
    names = {name for name, _value in wanted}
    scope = conditions(actor, reading, {name: value for name, value in filters.items() if name not in names})
    giving_way = {name: value for name, value in filters.items() if name in names}
    sums = []
    for name, value in wanted:
        others = [condition(other, given, reading) for other, given in giving_way.items() if other != name]
        sums.append(func.sum(case((and_(*others, condition(name, value, reading)), 1), else_=0)))
    row = db.session.execute(select(*sums).select_from(Household).where(*scope)).one()
    return {pair: int(count or 0) for pair, count in zip(wanted, row, strict=True)}


def count_states(actor: User, reading: Reading, filters: Mapping[str, str]) -> dict[HouseholdState, int]:
    """Households in each state, every state named; a filter by state gives way."""
    others = {name: value for name, value in filters.items() if name != "state"}
    query = select(Household.state, func.count()).where(*conditions(actor, reading, others)).group_by(Household.state)
    found = dict(db.session.execute(query).all())
    return {state: found.get(state, 0) for state in HouseholdState}


# --- buildings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """A building with what stands in it, as far as the person may see."""

    building: Building
    states: Mapping[HouseholdState, int]
    doors: int
    units: int
    surveyors: tuple[str, ...]
    team: str

    @property
    def households(self) -> int:
        return sum(self.states.values())

    @property
    def surveyed(self) -> int:
        return sum(count for state, count in self.states.items() if state in SURVEYED)

    @property
    def returned(self) -> int:
        return sum(count for state, count in self.states.items() if state in RETURNED)


def list_building_numbers(actor: User, project: Project) -> list[str]:
    """The numbers of the buildings that the person may see, in their order."""
    query = select(Building.no).where(building_scope(actor, project.id)).order_by(Building.sort, Building.id)
    return list(db.session.scalars(query))


def list_buildings(actor: User, project: Project) -> list[BuildingCount]:
    """The buildings that the person may see, in their order, with counts by state and their surveyors."""
    buildings = list(
        db.session.scalars(
            select(Building).where(building_scope(actor, project.id)).order_by(Building.sort, Building.id)
        )
    )
    states: dict[UUID, dict[HouseholdState, int]] = {}
    for building_id, state, count in db.session.execute(
        select(Household.building_id, Household.state, func.count())
        .where(household_scope(actor, project.id))
        .group_by(Household.building_id, Household.state)
    ):
        states.setdefault(building_id, {})[state] = count
    doors = {
        building_id: (count, units)
        for building_id, count, units in db.session.execute(
            select(Door.building_id, func.count(), func.count(Door.unit_no.distinct()))
            .join(Building, Building.id == Door.building_id)
            .where(Building.project_id == project.id)
            .group_by(Door.building_id)
        )
    }
    surveyors: dict[UUID, list[str]] = {}
    for building_id, name in db.session.execute(
        select(Assignment.building_id, User.display_name)
        .join(User, User.id == Assignment.user_id)
        .join(Building, Building.id == Assignment.building_id)
        .where(Building.project_id == project.id, Assignment.until.is_(None))
        .order_by(Assignment.unit_no.is_(None).desc(), User.display_name)
    ):
        names = surveyors.setdefault(building_id, [])
        if name not in names:
            names.append(name)
    teams = {row.id: row.name for row in db.session.scalars(select(Team).where(Team.project_id == project.id))}
    return [
        BuildingCount(
            building,
            {state: states.get(building.id, {}).get(state, 0) for state in HouseholdState},
            *doors.get(building.id, (0, 0)),
            tuple(surveyors.get(building.id, ())),
            teams.get(building.team_id, "") if building.team_id else "",
        )
        for building in buildings
    ]


def list_project_surveyors(project_id: UUID) -> list[User]:
    """Everybody to whom a building of the project is given now, and its surveyors and leaders, by name."""
    assigned = (
        select(Assignment.user_id)
        .join(Building, Building.id == Assignment.building_id)
        .where(Building.project_id == project_id, Assignment.until.is_(None))
    )
    members = select(Membership.user_id).where(
        Membership.project_id == project_id, Membership.role.in_(("surveyor", "leader"))
    )
    query = select(User).where(or_(User.id.in_(assigned), User.id.in_(members))).order_by(User.display_name, User.id)
    return list(db.session.scalars(query))
