"""Two households at one door: what each says side by side; a person makes one of them, or keeps them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.merge import difference
from survey.domain.sheet import field_of, from_keys
from survey.forms.base import sentence_of
from survey.forms.sheet import key_label, row_titles, word_of
from survey.models import Household, SheetRow
from survey.services import duplicate as services
from survey.services.briefing import list_briefings
from survey.services.delivery import list_deliveries
from survey.services.document import list_documents
from survey.services.request import list_requests
from survey.services.sheet import is_signed, list_versions
from survey.services.standing import list_records
from survey.services.visit import list_visits
from survey.web import local_time
from survey.web.access import current_user, load_household, project_of_page, requires
from survey.web.household import bp
from survey.web.sheet.conflict import Dispute, list_disputes, read_choices
from survey.web.sheet.page import hidden_fields
from survey.web.sheet.version import name_of


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two households in words, for the table that compares them."""

    household: Household
    last: SheetRow | None
    is_signed: bool
    is_open: bool
    facts: dict[str, str]


@bp.get("/household/<uuid:household_id>/duplicate/<uuid:other_id>")
@requires(Permission.INBOX_SETTLE)
def duplicate(household_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Both side by side: the first of the address is the one that would stay."""
    kept, other = _pair(household_id, other_id)
    return _page(kept, other, services.compare(kept, other))


@bp.post("/household/<uuid:household_id>/duplicate/<uuid:other_id>/merge")
@requires(Permission.BUILDING_EDIT)
def merge(household_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Make one household of them, with the answers that were chosen."""
    kept, other = _pair(household_id, other_id)
    compared = services.compare(kept, other)
    disputes = _disputes(compared)
    ours, missing = read_choices(disputes)
    if missing:
        return _page(kept, other, compared, missing)
    try:
        services.merge_households(
            actor=current_user, kept=kept, other=other, ours=ours,
            versions=(_version("version"), _version("other_version")),
        )  # fmt: skip
    except DomainError as error:
        return _page(kept, other, compared, refusal=sentence_of(error))
    flash(_("已合并为一户：%(gone)s 并入 %(kept)s。", gone=other.dossier_no, kept=kept.dossier_no), "success")
    return redirect(url_for("household.show", household_id=kept.id))


@bp.post("/household/<uuid:household_id>/duplicate/<uuid:other_id>/keep-apart")
@requires(Permission.BUILDING_EDIT)
def keep_apart(household_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """They are two households at this door: nobody is asked again."""
    first, second = _pair(household_id, other_id)
    services.keep_apart(actor=current_user, first=first, second=second)
    flash(
        _("已记下：%(first)s 和 %(second)s 是两户，不再提示。", first=first.dossier_no, second=second.dossier_no),
        "success",
    )
    return redirect(url_for("inbox.list", project_code=project_of_page().code))


def _pair(kept_id: UUID, other_id: UUID) -> tuple[Household, Household]:
    return services.get_pair(current_user, project_of_page().id, load_household(kept_id).id, other_id)


def _version(name: str) -> int:
    """A version that the page had before it; -1 for what is none, which no sheet has."""
    return request.form.get(name, -1, type=int)


def _page(kept: Household, other: Household, compared: services.Comparison, missing: Sequence[Dispute] = (),
          refusal: str = "") -> ResponseReturnValue:  # fmt: skip
    page = render_template(
        "household/duplicate.html",
        kept=_side(kept),
        other=_side(other),
        disputes=_disputes(compared),
        alone=_alone(compared),
        missing={each.number for each in missing},
        missing_links=[(f"dispute-{each.number}", each.sides[0].label) for each in missing],
        refusal=refusal,
        hindrance=_hindrance(kept, other),
        chosen=request.form,
        name_of=name_of,
    )
    return page, 422 if missing or refusal else 200


def _hindrance(kept: Household, other: Household) -> str:
    """Why the second may not become part of the first; "" where it may."""
    try:
        services.check_may_go(kept, other)
    except DomainError as error:
        return sentence_of(error)
    return ""


def _disputes(compared: services.Comparison) -> list[Dispute]:
    return list_disputes(compared.merged, [], from_keys(compared.ours), from_keys(compared.theirs))


def _alone(compared: services.Comparison) -> list[tuple[str, str, str]]:
    """(answer, in the one that stays, in the other) for what only one of them says and both keep."""
    titles = row_titles(from_keys(compared.ours), from_keys(compared.theirs))
    disputed = {each.key for each in compared.merged.conflicts}
    told = []
    for change in difference(compared.theirs, compared.ours):
        if change.key in disputed or field_of(change.key) in hidden_fields():
            continue
        told.append((key_label(change.key, titles), word_of(change.key, change.old), word_of(change.key, change.new)))
    return told


def _side(household: Household) -> Side:
    last = next(reversed(list_versions(household)), None)
    begun, signed = services.made_by(household), is_signed(household)
    sheet = _("没有填写")
    if last is not None:
        sheet = _(
            "第 %(version)s 版，%(who)s，%(at)s", version=last.version, who=name_of(last), at=local_time(last.saved_at)
        )
        sheet += _("，已签字") if signed else ""
    facts = {
        _("谁建立的"): f"{begun.actor_name}，{local_time(begun.at)}" if begun else _("花名册"),
        _("产权人"): household.owner_names,
        _("家庭成员"): "、".join(person.full_name for person in household.persons if person.full_name),
        _("调查表"): sheet,
        _("入户"): _("%(count)s 次", count=len(list_visits(household))),
        _("宣讲"): _("%(count)s 次", count=len(list_briefings(household))),
        _("表态"): _("%(count)s 条", count=len(list_records(household.id))),
        _("诉求"): _("%(count)s 件", count=len(list_requests(household))),
        _("送达"): _("%(count)s 次", count=len(list_deliveries(household))),
        _("材料"): _("%(count)s 份", count=len(list_documents(household))),
    }
    return Side(household, last, signed, services.is_open(household), facts)
