"""Fill the sheet of a household: save, submit, correct; the draft that keeps itself; a number shown on request."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from survey.domain.access import Permission
from survey.domain.check import blocking as blocking_of
from survey.domain.check import check_sheet
from survey.domain.errors import DomainError
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import ROW_TYPES, Pair, Pairs, from_pairs, row_name
from survey.forms.base import sentence_of
from survey.forms.fields import clean_text
from survey.forms.sheet import SheetForm, is_known, keep_unshown, without_masked
from survey.models import DraftRow, Household, db
from survey.services.facts import gather_facts
from survey.services.household import ChecksFailed, check_household, take_step
from survey.services.person import reveal_number
from survey.services.sheet import (
    Saved,
    current_pairs,
    drop_draft,
    find_draft,
    list_conflicts,
    pairs_of_version,
    save_draft,
    save_sheet,
)
from survey.web import clock
from survey.web.access import current_user, load_household, may, requires
from survey.web.sheet import bp
from survey.web.sheet.page import (
    Shelf,
    attach_kept,
    cards,
    hidden_fields,
    is_correctable,
    is_open,
    is_row_open,
    row_summary,
    sent_pairs,
    show_findings,
)

DRAFT_BYTES = 2 * 1024 * 1024
REASON_MOST = 500
SIGNED = frozenset({HouseholdState.CONFIRMED, HouseholdState.FINAL})


@bp.route("/household/<uuid:household_id>/sheet/edit", methods=["GET", "POST"])
@requires(Permission.SHEET_EDIT)
def edit(household_id: UUID) -> ResponseReturnValue:
    """The form. A locked sheet says why, and where to go on."""
    household = load_household(household_id)
    if request.method == "POST":
        return _take(household)
    if not is_open(household):
        return _locked(household)
    return _fill(household, source="office")


@bp.route("/household/<uuid:household_id>/sheet/correct", methods=["GET", "POST"])
@requires(Permission.SHEET_CORRECT)
def correct(household_id: UUID) -> ResponseReturnValue:
    """The form for a sheet that is approved already: a reason is wanted, both versions stay."""
    household = load_household(household_id)
    if request.method == "POST":
        return _take(household, source="correction")
    if is_open(household):
        return redirect(url_for("sheet.edit", household_id=household.id))
    return _fill(household, source="correction") if is_correctable(household) else _locked(household)


def _locked(household: Household) -> ResponseReturnValue:
    return render_template("sheet/locked.html", household=household, is_correctable=is_correctable(household)), 409


# --- the page


def _fill(household: Household, *, source: str) -> ResponseReturnValue:
    """The form as the person left it, or as the sheet stands."""
    draft = find_draft(current_user, household)
    hidden = hidden_fields()
    if draft is not None:
        base, cleared = draft.base, {text for name, text in draft.pairs if name == "clear"}
        pairs = [(name, text) for name, text in draft.pairs if is_known(name)]
    else:
        base, cleared = household.sheet_version, set()
        pairs = without_masked(current_pairs(household))
    form = SheetForm.from_pairs(pairs, hidden_fields=hidden)
    attach_kept(form, household, pairs_of_version(household, base), cleared)
    is_checked = draft is None and "check" in request.args and household.sheet_version > 0
    shelf = Shelf()
    if household.sheet_version:
        shelf = show_findings(form, check_household(household), inline=is_checked)
    return _page(household, form, base, source=source, draft=draft, shelf=shelf, is_checked=is_checked)


def _page(
    household: Household,
    form: SheetForm,
    base: int,
    *,
    source: str,
    draft: DraftRow | None = None,
    shelf: Shelf | None = None,
    is_checked: bool = False,
    reason: str = "",
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    is_correction, shelf, shown = source == "correction", shelf or Shelf(), cards(form)
    page = render_template(
        "sheet/edit.html",
        household=household,
        form=form,
        base=base,
        cards=shown,
        jump=[(card.id, card.title, card.errors) for card in shown],
        draft=draft,
        shelf=shelf,
        open_links=[each.link for each in shelf.open],
        is_checked=is_checked,
        is_correction=is_correction,
        reason=reason,
        reason_most=REASON_MOST,
        refusal=refusal,
        conflicts=list_conflicts(household),
        is_row_open=is_row_open,
        row_summary=row_summary,
        can_submit=not is_correction and may(Permission.SHEET_SUBMIT),
    )
    return page, status


# --- what comes back


def _take(household: Household, *, source: str = "office") -> ResponseReturnValue:
    """Save what was sent; then submit where that was asked. What cannot be saved comes back as it was typed."""
    hidden, cleared = hidden_fields(), set(request.form.getlist("clear"))
    reason = clean_text(request.form.get("reason", ""), lines=True)[:REASON_MOST]
    base = request.form.get("base", "", type=int) if request.form.get("base", "").isascii() else 0
    base = base if isinstance(base, int) else 0
    form = SheetForm.from_pairs(_with_rows(sent_pairs()), hidden_fields=hidden)
    base_pairs = pairs_of_version(household, base)
    attach_kept(form, household, base_pairs, cleared)
    if "add_row" in request.form or "remove_row" in request.form:
        return _page(household, form, base, source=source, reason=reason)
    form.validate()
    if form.blocking_errors():
        return _refuse(household, form, base, source, reason, "")
    was_signed = household.state in SIGNED
    pairs = keep_unshown(form.to_pairs(), base_pairs, hidden=hidden, cleared=cleared)
    try:
        if source == "correction":
            shelf = _check_correction(household, form, pairs, reason)
            if shelf is not None:
                return _refuse(household, form, base, source, reason, "", shelf)
        with db.session.begin_nested():  # refused means: nothing of it, but the draft below
            saved = save_sheet(
                actor=current_user, household=household, base=base, pairs=pairs, source=source, reason=reason,
                hidden=hidden,
            )  # fmt: skip
    except DomainError as error:
        return _refuse(household, form, base, source, reason, sentence_of(error))
    return _go_on(household, form, saved, source, was_signed)


def _with_rows(pairs: list[Pair]) -> list[Pair]:
    """The pairs with one more row, or without one, when a button of a page without script asks for it."""
    added, removed = request.form.get("add_row", ""), request.form.get("remove_row", "")
    if removed:
        pairs = [(name, text) for name, text in pairs if not name.startswith(f"{removed}-")]
    if added in ROW_TYPES:
        taken = [int(match.number) for name, _text in pairs if (match := row_name(name)) and match.rows == added]
        pairs = [*pairs, (f"{added}-{max(taken, default=-1) + 1}-uid", str(uuid4()))]
    return pairs


def _check_correction(household: Household, form: SheetForm, pairs: Pairs, reason: str) -> Shelf | None:
    """What the checks say against the corrected sheet: it skips no step that a submission has to take."""
    if not reason:
        raise DomainError("sheet.correction_reason", "reason")
    sheet = from_pairs(pairs)
    findings = check_sheet(sheet, gather_facts(household, sheet))
    return show_findings(form, findings) if blocking_of(sheet, findings) else None


def _refuse(
    household: Household, form: SheetForm, base: int, source: str, reason: str, refusal: str, shelf: Shelf | None = None
) -> ResponseReturnValue:
    """The page again with everything as it was typed; the draft keeps it too, should the page be closed."""
    save_draft(actor=current_user, household=household, base=base, pairs=_draft_pairs(form))
    g.keep = True
    return _page(
        household, form, base, source=source, shelf=shelf, is_checked=shelf is not None, reason=reason, refusal=refusal,
        status=422,
    )  # fmt: skip


def _draft_pairs(form: SheetForm) -> list[Pair]:
    return [*form.to_pairs(unasked=True), *(("clear", key) for key in request.form.getlist("clear"))]


def _go_on(household: Household, form: SheetForm, saved: Saved, source: str, was_signed: bool) -> ResponseReturnValue:
    """Where the person goes after a save: to the conflict, to what is wrong, or to the dossier."""
    if saved.conflict is not None:
        return redirect(url_for("sheet.resolve", household_id=household.id, conflict_id=saved.conflict.id))
    if saved.status == "merged":
        flash(_("已保存为第 %(version)s 版，并与他人同时所做的修改合并。", version=saved.version), "success")
    elif saved.status == "saved":
        flash(_("已保存为第 %(version)s 版。", version=saved.version), "success")
    else:
        flash(_("没有改动，仍是第 %(version)s 版。", version=saved.version), "message")
    if source == "correction":
        if was_signed:
            flash(_("这一户原来已签字确认。更正后请重新签字。"), "warning")
    elif request.form.get("action") == "submit" and may(Permission.SHEET_SUBMIT):
        try:
            with db.session.begin_nested():  # the save stays, whatever the checks say
                take_step(actor=current_user, household=household, action=Action.SUBMIT)
        except ChecksFailed:
            return redirect(url_for("sheet.edit", household_id=household.id, check=1))
        flash(_("已提交，等待组长审核。"), "success")
    elif form.faults():
        return redirect(url_for("sheet.edit", household_id=household.id, check=1))
    return redirect(url_for("household.show", household_id=household.id))


# --- the draft


@bp.post("/household/<uuid:household_id>/sheet/draft")
@requires(Permission.SHEET_EDIT)
def draft(household_id: UUID) -> ResponseReturnValue:
    """Keep what is on the page so far: `{"base": 3, "pairs": [[name, text], …]}`. Any text is fine."""
    household = load_household(household_id)
    if (request.content_length or 0) > DRAFT_BYTES:
        raise RequestEntityTooLarge
    told: Any = request.get_json(silent=True)
    try:
        base, pairs = _read_draft(told)
        if not is_open(household) and not is_correctable(household):
            raise DomainError("sheet.locked", state=_(household.state.label))
        row = save_draft(actor=current_user, household=household, base=base, pairs=pairs)
    except DomainError as error:
        return jsonify(message=sentence_of(error)), 422
    return jsonify(saved_at=clock(row.saved_at))


def _read_draft(told: Any) -> tuple[int, list[Pair]]:
    """Base and pairs of the request. Raises DomainError sheet.draft_form."""
    given = told if isinstance(told, dict) else {}
    base, pairs = str(given.get("base", "")), given.get("pairs")
    if not (base.isascii() and base.isdigit() and len(base) < 9 and isinstance(pairs, list)):
        raise DomainError("sheet.draft_form")
    kept: list[Pair] = []
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise DomainError("sheet.draft_form")
        if is_known(pair[0]) or pair[0] == "clear":
            kept.append((pair[0], clean_text(pair[1], lines=True)))
    hidden = hidden_fields()
    return int(base), [pair for pair in kept if pair[0].rpartition("-")[2] not in hidden]


@bp.post("/household/<uuid:household_id>/sheet/draft/discard")
@requires(Permission.SHEET_EDIT)
def discard(household_id: UUID) -> ResponseReturnValue:
    """Forget one's own draft and begin again from the sheet as it stands."""
    household = load_household(household_id)
    drop_draft(current_user, household)
    flash(_("已放弃未保存的填写，下面是已保存的内容。"), "message")
    return redirect(url_for("sheet.edit" if is_open(household) else "sheet.correct", household_id=household.id))


# --- one number in clear


@bp.post("/household/<uuid:household_id>/sheet/reveal")
@requires(Permission.PERSON_REVEAL)
def reveal(household_id: UUID) -> ResponseReturnValue:
    """One number of one person, as JSON for the form; noted in the log before it is told."""
    household = load_household(household_id)
    value = reveal_number(
        actor=current_user,
        household=household,
        uid=request.form.get("uid", ""),
        field=request.form.get("field", ""),
        reason=_("填写调查表"),
    )
    return jsonify(value=value)
