"""The dossier (一户一档): one page that answers for the whole case (一窗通办)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.check import Finding, Severity, age_on
from survey.domain.door import door_label
from survey.domain.household import EDITABLE, RETURNED, Action, HouseholdState, actions_from
from survey.domain.message import MESSAGES
from survey.domain.sheet import NO, YES, row_key
from survey.forms.household import StepForm
from survey.forms.sheet import SECTIONS, thing_of_field, word_of
from survey.models import Household, PersonRow
from survey.services.briefing import list_briefings
from survey.services.building import list_surveyors
from survey.services.delivery import list_deliveries, list_unserved
from survey.services.document import list_documents
from survey.services.household import check_household, list_editors, list_reviews
from survey.services.person import known_names, must_give_reason
from survey.services.policy import is_briefed, version_in_force
from survey.services.request import list_requests
from survey.services.sheet import current_sheet, find_draft, is_signed, list_conflicts
from survey.services.signature import list_signatures, standing_hash
from survey.services.standing import list_records
from survey.services.timeline import user_names
from survey.services.visit import list_visits
from survey.web import local_today
from survey.web.access import current_user, load_household, may, project_of_page, requires, role_of_page
from survey.web.household import bp
from survey.web.household.page import has_page
from survey.web.household.story import tell
from survey.web.name import mask_names
from survey.web.sheet.page import hidden_fields

FIRST_EVENTS = 30


@bp.get("/household/<uuid:household_id>")
@requires(Permission.HOUSEHOLD_SHOW)
def show(household_id: UUID) -> ResponseReturnValue:
    return render_dossier(load_household(household_id))


def render_dossier(household: Household, refused: StepForm | None = None) -> ResponseReturnValue:
    """The page; with the form of a step that was refused, its dialog opens again with the reason."""
    project = project_of_page()
    sheet = current_sheet(household)
    reasons = {reason.uid: reason.text for reason in sheet.reasons if reason.text}
    findings = shown_findings(household, reasons)
    events = tell(household)
    whole = request.args.get("timeline") == "all"
    documents = list_documents(household) if may(Permission.DOCUMENT_SHOW) else []
    requests = list_requests(household)
    attempts, signatures = list_deliveries(household), list_signatures(household)
    deliveries = [attempt.row for attempt in attempts]
    names = user_names([row.recorded_by_id for row in (*requests, *signatures)])
    reviews = list_reviews(household)
    page = render_template(
        "household/show.html",
        household=household,
        doors=[door_label(household.building.no, door.unit_no, door.room_no) for door in household.doors],
        surveyors=_surveyors(household),
        steps=next_steps(household, refused),
        refused=refused,
        advice=advice(household),
        own_work=own_work(household),
        returned_for=_last_return(household, reviews),
        actions=record_actions(household),
        draft=find_draft(current_user, household) if may(Permission.SHEET_EDIT) else None,
        conflicts=list_conflicts(household),
        findings=findings,
        sections=[_flat_section(household, name) for name in ("location", "title", "home", "wish", "note")],
        extra=_flat_section(household, "extra"),
        people=[_person(person) for person in household.persons],
        needs_reason=must_give_reason(role_of_page()),
        visits=list_visits(household),
        briefings=list_briefings(household),
        version=version_in_force(project),
        is_briefed=is_briefed(household),
        consents=list_records(household.id),
        requests=requests,
        documents=documents,
        document_groups=[(category, [*rows]) for category, rows in groupby(documents, key=lambda row: row.category)],
        deliveries=deliveries,
        papers=[
            (key, [*each]) for key, each in groupby(attempts, key=lambda each: (each.row.notice, each.row.document_no))
        ],
        unserved=list_unserved(household.project_id, [household.id])[household.id],
        signatures=signatures,
        standing_hash=standing_hash(household),
        names=names,
        events=events if whole else events[:FIRST_EVENTS],
        more_events=0 if whole else max(0, len(events) - FIRST_EVENTS),
        thing=thing_of_field,
        row_facts=row_facts,
        is_answered_in=is_answered_in,
    )
    names_here = (name for _household, name in known_names([household.id]))
    return mask_names(page, names_here), 422 if refused is not None else 200


# --- what to do next


@dataclass(frozen=True, slots=True)
class Step:
    """A step that the person may take now, asked for in a dialog."""

    action: Action
    label: str
    text: str
    shape: str
    kind: str
    url: str
    form: StepForm
    wants_reason: bool


STEPS: tuple[tuple[Action, Permission, str, str, str], ...] = (
    (Action.GROUP_PASS, Permission.HOUSEHOLD_GROUP_REVIEW, "household.group_review", "check", "primary"),
    (Action.GROUP_RETURN, Permission.HOUSEHOLD_GROUP_REVIEW, "household.group_review", "return", "danger"),
    (Action.APPROVE, Permission.HOUSEHOLD_OFFICE_REVIEW, "household.office_review", "check-double", "primary"),
    (Action.OFFICE_RETURN, Permission.HOUSEHOLD_OFFICE_REVIEW, "household.office_review", "return-double", "danger"),
    (Action.CONFIRM, Permission.HOUSEHOLD_CONFIRM, "household.confirm", "pen", "primary"),
    (Action.FINALISE, Permission.HOUSEHOLD_FINALISE, "household.finalise", "lock", "primary"),
    (Action.REOPEN, Permission.HOUSEHOLD_OFFICE_REVIEW, "household.office_review", "refresh", ""),
)
"""Step, permission, endpoint, icon, kind of its button, in the order in which they are shown."""


def step_text(action: Action) -> str:
    """What the dialog says before the step is taken."""
    return {
        Action.GROUP_PASS: _("通过后交项目办审核，调查表不能再直接修改。"),
        Action.GROUP_RETURN: _("退回后由调查员改正、重新提交。原因会出现在该户的经过里。"),
        Action.APPROVE: _("通过后请住户签字确认，调查表只能带理由更正。"),
        Action.OFFICE_RETURN: _("退回后由调查员改正，再经组审。原因会出现在该户的经过里。"),
        Action.CONFIRM: _("确认住户已在现行版本上签字（或拒签并有见证人）。"),
        Action.FINALISE: _("定稿后归档。以后的改动只能由项目办带理由更正。"),
        Action.REOPEN: _("重新打开后退回给调查员填写，已有的签字随之失效。请写明理由。"),
    }[action]


def next_steps(household: Household, refused: StepForm | None) -> list[Step]:
    """The steps that procedure and permission allow; reviews are left out for those who filled the sheet themselves."""
    possible = set(actions_from(household.state))
    is_own = current_user.id in list_editors(household)
    steps = []
    for action, permission, endpoint, shape, kind in STEPS:
        if action not in possible or not may(permission):
            continue
        is_refused = refused is not None and refused.action.data == action.value
        if is_own and endpoint in ("household.group_review", "household.office_review") and not is_refused:
            continue
        if action is Action.CONFIRM and not is_signed(household) and not is_refused:
            continue
        form = refused if refused is not None and is_refused else step_form(action)
        steps.append(
            Step(
                action=action,
                label=_(action.label),
                text=step_text(action),
                shape=shape,
                kind=kind,
                url=url_for(endpoint, household_id=household.id),
                form=form,
                wants_reason=action in (Action.GROUP_RETURN, Action.OFFICE_RETURN, Action.REOPEN),
            )
        )
    return steps


def step_form(action: Action) -> StepForm:
    """A blank form for a step; the prefix keeps the dialogs' ids apart."""
    form = StepForm(formdata=None, prefix=f"{action.value}-")
    form.action.data = action.value
    return form


def advice(household: Household) -> str:
    """One sentence: where the dossier stands and who moves next."""
    state = household.state
    if state is HouseholdState.APPROVED and is_signed(household):
        return _("住户已在现行版本上签字，可以确认。")
    return {
        HouseholdState.UNVISITED: _("还没有入户。入户后记录结果，再填写调查表。"),
        HouseholdState.IN_PROGRESS: _("正在填写。填完后检查并提交。"),
        HouseholdState.SUBMITTED: _("已提交，等组长审核。"),
        HouseholdState.GROUP_RETURNED: _("组审退回。请按原因改正后重新提交。"),
        HouseholdState.GROUP_PASSED: _("组审已通过，等项目办审核。"),
        HouseholdState.OFFICE_RETURNED: _("项目办退回。请按原因改正后重新提交。"),
        HouseholdState.APPROVED: _("审核已通过。打印登记表请住户签字，上传签字页后确认。"),
        HouseholdState.CONFIRMED: _("已签字确认，等项目办定稿。"),
        HouseholdState.FINAL: _("已定稿归档。改动只能由项目办带理由更正。"),
    }[state]


def own_work(household: Household) -> bool:
    """Whether a review is due that this person may not make, having filled the sheet."""
    due = {
        HouseholdState.SUBMITTED: Permission.HOUSEHOLD_GROUP_REVIEW,
        HouseholdState.GROUP_PASSED: Permission.HOUSEHOLD_OFFICE_REVIEW,
    }.get(household.state)
    return due is not None and may(due) and current_user.id in list_editors(household)


@dataclass(frozen=True, slots=True)
class Link:
    """A button that leads to a page."""

    label: str
    url: str
    shape: str
    kind: str = ""


def record_actions(household: Household) -> list[Link]:
    """The pages on which something is recorded for the household: what is most likely next comes first, as primary."""
    state = household.state
    links = []
    wanted: list[tuple[str, Permission, str, str, bool, bool]] = [
        ("sheet.edit", Permission.SHEET_EDIT, _("填写调查表"), "pencil", state in EDITABLE, state in EDITABLE),
        ("signature.record", Permission.SIGNATURE_RECORD, _("登记签字"), "pen", household.sheet_version > 0,
         state is HouseholdState.APPROVED and not is_signed(household)),
        ("visit.record", Permission.VISIT_RECORD, _("记录入户"), "door", True, state is HouseholdState.UNVISITED),
        ("briefing.record", Permission.BRIEFING_RECORD, _("政策宣讲"), "megaphone", True, False),
        ("consent.show", Permission.CONSENT_RECORD, _("意愿表态"), "vote", True, False),
        ("request.record", Permission.REQUEST_RECORD, _("登记诉求"), "chat", True, False),
        ("document.add", Permission.DOCUMENT_ADD, _("上传材料"), "camera", True, False),
        ("delivery.record", Permission.DELIVERY_RECORD, _("登记送达"), "inbox", True, False),
        ("notice.show", Permission.NOTICE_PRINT, _("打印文书"), "print", True, False),
        ("sheet.correct", Permission.SHEET_CORRECT, _("更正"), "history", Action.CORRECT in actions_from(state), False),
        ("household.doors", Permission.BUILDING_EDIT, _("打通与门牌"), "link", True, False),
    ]  # fmt: skip
    for endpoint, permission, label, shape, applies, is_next in wanted:
        if applies and may(permission) and has_page(endpoint):
            url = url_for(endpoint, household_id=household.id)
            links.append(Link(label, url, shape, "primary" if is_next else ""))
    return links


def _last_return(household: Household, reviews: Sequence[Any]) -> Any:
    """The return that has to be mended, while the dossier is returned."""
    if household.state not in RETURNED:
        return None
    return next((row for row in reversed(reviews) if row.to_state == household.state.value), None)


def _surveyors(household: Household) -> str:
    found = list_surveyors(household.building)
    return "、".join(
        dict.fromkeys(user.display_name for unit, user in found if unit is None or unit == household.unit_no)
    )


# --- findings


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding in words, with the reason that somebody wrote to it."""

    severity: Severity
    text: str
    reason: str


def shown_findings(household: Household, reasons: dict[str, str]) -> list[ShownFinding]:
    """What the checks say of the sheet as it stands, without what the reader may not know."""
    if not household.sheet_version:
        return []
    hidden = hidden_fields()
    names = {person.uid: person.full_name for person in household.persons}
    return [
        _finding(finding, reasons, names)
        for finding in check_household(household)
        if finding.field.rpartition(".")[2] not in hidden
    ]


def _finding(finding: Finding, reasons: dict[str, str], names: dict[str, str]) -> ShownFinding:
    text = _(MESSAGES[finding.code]).format(**finding.params)
    match = row_key(finding.field)
    if match and match.rows == "persons" and (name := names.get(match.uid, "")) and name not in text:
        text = _("%(name)s：%(text)s", name=name, text=text)
    return ShownFinding(finding.severity, text, reasons.get(finding.key, ""))


# --- facts


@dataclass(frozen=True, slots=True)
class FactSection:
    """A section of the sheet: answered questions as (label, words), and the labels of the others."""

    name: str
    title: str
    facts: list[tuple[str, str]]
    blank: list[str]


def texts_of(value: Any) -> list[str]:
    """The texts that a typed value has in the sheet's pairs; none for an unanswered question."""
    if value is None or value == "" or value == []:
        return []
    if isinstance(value, bool):
        return [YES if value else NO]
    if isinstance(value, (list, tuple)):
        return [str(each) for each in value]
    if isinstance(value, Decimal):
        return [format(value, "f")]
    if isinstance(value, date):
        return [value.isoformat()]
    return [str(value)]


ROW_LISTS = frozenset(
    {"certificates", "parts", "fixtures", "decoration_items", "persons", "desired_layouts", "reasons"}
)


def _flat_section(household: Household, name: str) -> FactSection:
    section = next(each for each in SECTIONS if each.name == name)
    hidden = hidden_fields()
    facts: list[tuple[str, str]] = []
    blank: list[str] = []
    for field in section.fields:
        if field in ROW_LISTS or field in hidden:
            continue
        word = word_of(field, texts_of(getattr(household, field)))
        if word:
            facts.append((thing_of_field(field), word))
        else:
            blank.append(thing_of_field(field))
    return FactSection(name, str(section.title), facts, blank)


def row_facts(row: Any, list_name: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """The answered ones of some questions of a row, as (label, words)."""
    told = [
        (thing_of_field(name, list_name), word_of(f"{list_name}[x].{name}", texts_of(getattr(row, name))))
        for name in names
    ]
    return [(label, word) for label, word in told if word]


def is_answered_in(rows: Sequence[Any], list_name: str, name: str) -> bool:
    """Whether any of the rows answers the question."""
    return any(row_facts(row, list_name, [name]) for row in rows)


PERSON_FACTS = (
    "relation", "ethnicity", "marital", "hukou_here", "lives_here", "hukou_addr", "current_addr", "guardian_name",
    "deceased", "heir_note", "agent_for", "authorisation_matter", "authorisation_power", "authorisation_until",
    "authorisation_signed", "service_addr", "e_service_ok", "proof_note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person of the dossier; numbers masked, special facts only for who may read them."""

    row: PersonRow
    roles: list[str]
    share: str
    age: int | None
    id_type: str
    id_no: str
    phone: str
    facts: list[tuple[str, str]]
    tags: list[str]


def _person(row: PersonRow) -> ShownPerson:
    def word(name: str) -> str:
        return word_of(f"persons[x].{name}", texts_of(getattr(row, name)))

    hidden = hidden_fields()
    tags = [] if "special_tags" in hidden else [*filter(None, word("special_tags").split("、"))]
    return ShownPerson(
        row=row,
        roles=[*filter(None, word("roles").split("、"))],
        share=f"{row.share_num}/{row.share_den}" if row.share_num is not None and row.share_den else "",
        age=age_on(row.birth_date, local_today()) if row.birth_date and not row.deceased else None,
        id_type=word("id_type"),
        id_no=word("id_no"),
        phone=word("phone"),
        facts=row_facts(row, "persons", [name for name in PERSON_FACTS if name not in hidden]),
        tags=tags,
    )
