"""Notices (文书): printed for a household from its dossier, or for a stairwell or a building as one file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_address
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, g, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.notices import HOUSEHOLD_NOTICES, NOTICES, PROJECT_NOTICES, Notice
from exports.pdf import joined, press
from exports.printing import MOST, Printed, Reading, issue, lay_out, named, read_print, reserve
from exports.view import view_of
from survey.config import Config
from survey.domain.access import Permission
from survey.domain.delivery import WITH_RECEIPT
from survey.domain.door import door_label
from survey.domain.errors import DomainError
from survey.domain.message import MESSAGES
from survey.forms.base import sentence_of
from survey.forms.export import PrintForm, PrintNoticeForm, PrintPaperForm
from survey.jobs.notice import enqueue_print
from survey.models import Building, Household, Job, Posting, db, utc_now
from survey.services.delivery import list_deliveries, list_printed
from survey.services.export import Place, list_places
from survey.services.notice import check_unknown, find_issue, note_unknown
from survey.services.person import must_give_reason
from survey.services.project import settings_of
from survey.services.scope import get_building
from survey.services.wording import numbers_in_use
from survey.web.access import (
    begin_writing,
    current_user,
    load_household,
    may,
    project_of_page,
    public,
    requires,
    role_of_page,
)
from survey.web.job import to_job

bp = Blueprint("notice", __name__)
LEFT_OUT, LACKING_GLYPHS = MESSAGES["export.left_out"], MESSAGES["export.lacking_glyphs"]
SHOWN_MISSING = 5
PRIVATE_NAMES = (".local", ".localdomain", ".internal", ".lan", ".home.arpa")
ALL = "all"
"""The place that is every household in sight."""


@bp.route("/project/<project_code>/notices", methods=["GET", "POST"])
@requires(Permission.NOTICE_PRINT)
def list(project_code: str) -> ResponseReturnValue:
    """What can be printed, and the forms that print it: for a building or a stairwell, or for the project as a whole."""
    form = _place_form()
    if form.validate_on_submit():
        with form.catching():
            building_id, slash, unit_no = form.place.data.partition("/")
            counts = {place.key: place.households for place in list_places(current_user, project_of_page().id)}
            if building_id == ALL or form.each.data or counts[form.place.data] > MOST:
                return to_job(_enqueue(form, "" if building_id == ALL else building_id, unit_no if slash else None))
            return print_paper(
                form.name.data,
                building=get_building(current_user, UUID(building_id)),
                unit_no=unit_no if slash else None,
                duplex=form.duplex.data,
                clear_for=form.clear_for,
            )
    return _project_page(form, PrintForm())


@bp.post("/project/<project_code>/notice/<name>")
@requires(Permission.NOTICE_PUBLISH)
def publish(project_code: str, name: str) -> ResponseReturnValue:
    """A notice about the whole project: only for who sees the whole of it, for it counts what the reader sees."""
    if name not in NOTICES or not NOTICES[name].for_project:
        abort(404)
    form = PrintForm()
    if form.validate_on_submit():
        with form.catching():
            return print_paper(name)
    return _project_page(_place_form(), form)


def _blanks() -> dict[str, str]:
    """What papers tell of the office and nobody has filled in yet: the setting's name -> what people call it."""
    project, settings = project_of_page(), settings_of(project_of_page())
    told = (
        ("office_name", _("项目办名称"), project.office_name),
        ("contact", _("联系人"), settings.contact),
        ("office_phone", _("咨询电话"), project.office_phone),
        ("supervision_phone", _("监督电话"), settings.supervision_phone),
        ("office_address", _("办公地点"), project.office_address),
        ("entrusted", _("受委托单位（没有委托的不填）"), settings.entrusted),
    )
    return {name: label for name, label, value in told if not value.strip()}


def _enqueue(form: PrintNoticeForm, building_id: str, unit_no: str | None) -> Job:
    project = project_of_page()
    building = get_building(current_user, UUID(building_id)) if building_id else None
    return enqueue_print(
        actor=current_user, project=project, notice=form.name.data, building=building, unit_no=unit_no,
        each=form.each.data, duplex=form.duplex.data,
        where=door_label(building.no, unit_no or "") if building else project.name,
        base=_base(), clear=form.clear_for is not None, reason=form.clear_for or "",
    )  # fmt: skip


def _base() -> str:
    """The address that a QR leads to: what the settings say, or that of this very page."""
    return _config().public_url or request.url_root


def _is_base_private() -> bool:
    """Whether only this machine or this network can reach the address: a QR with it would be dead in a resident's hand."""
    host = urlsplit(_base()).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(PRIVATE_NAMES)


def _place_form() -> PrintNoticeForm:
    found = list_places(current_user, project_of_page().id)
    homes = sum(place.households for place in found if place.unit_no is None)
    whole = [(ALL, _("全部楼栋（%(count)s户）", count=homes))] if homes else []
    form = PrintNoticeForm(
        names=[(notice.name, _(notice.title)) for notice in HOUSEHOLD_NOTICES],
        places=[*((place.key, _place_label(place)) for place in found), *whole],
        with_numbers=[notice.name for notice in HOUSEHOLD_NOTICES if notice.shows_numbers],
    )
    if not may(Permission.LEDGER_EXPORT_CLEAR):
        del form.clear, form.reason
    return form


def _project_page(form: PrintNoticeForm, project_form: PrintForm) -> ResponseReturnValue:
    page = render_template(
        "notice/list.html",
        form=form,
        project_form=project_form,
        has_places=len(form.place.choices) > 1,
        household_notices=HOUSEHOLD_NOTICES,
        project_notices=PROJECT_NOTICES if may(Permission.NOTICE_PUBLISH) else (),
        wordings=numbers_in_use(project_of_page().id),
        blanks=_blanks(),
        dead_base=_base() if _is_base_private() else "",
        numbered=bool(settings_of(project_of_page()).document_word),
        missing=press(_config().fonts).missing_faces(),
        font_folder=_config().fonts,
    )
    return page, max(form.status, project_form.status)


@bp.get("/household/<uuid:household_id>/notices")
@requires(Permission.NOTICE_PRINT)
def show(household_id: UUID) -> ResponseReturnValue:
    return _household_page(load_household(household_id))


@bp.post("/household/<uuid:household_id>/notice/<name>")
@requires(Permission.NOTICE_PRINT)
def print_one(household_id: UUID, name: str) -> ResponseReturnValue:
    """One notice for one household, with the 送达回证 to be carried along where it was asked for."""
    if name not in NOTICES or NOTICES[name].for_project:
        abort(404)
    household = load_household(household_id)
    form = _paper_form(NOTICES[name], _papers(household))
    if form.validate_on_submit():
        with form.catching():
            return print_paper(
                name, household=household, choice=(form.paper.data or "") if form.paper else "",
                with_receipt=bool(form.with_receipt and form.with_receipt.data), clear_for=form.clear_for,
            )  # fmt: skip
    return _household_page(household, name, form)


def _papers(household: Household) -> dict[UUID, str]:
    """What a 送达回证 can be about: what was printed, and what was handed over."""
    printed = list_printed(household.project_id, [household.id])[household.id]
    papers = {
        row.id: _("%(paper)s（%(day)s 打印）", paper=f"{row.title} {row.document_no}".rstrip(), day=row.issued_on)
        for row in printed
    }
    for attempt in list_deliveries(household):
        row = attempt.row
        if row.counts_from:
            papers[row.id] = _(
                "%(paper)s（已送达，回证 %(number)s 号）",
                paper=f"{row.notice} {row.document_no}".rstrip(),
                number=row.number,
            )
    return papers


def _paper_form(notice: Notice, papers: Mapping[UUID, str]) -> PrintPaperForm:
    """The form of one of the notices on the page, each with names of its own."""
    form = PrintPaperForm(prefix=notice.name)
    form.paper.offer(papers)
    if notice.name != "service-receipt":
        del form.paper
    if notice.name not in WITH_RECEIPT:
        del form.with_receipt
    if not (notice.shows_numbers and may(Permission.PERSON_REVEAL)):
        del form.clear, form.reason
    return form


def _household_page(household: Household, name: str = "", refused: PrintPaperForm | None = None) -> ResponseReturnValue:
    """`name`: the notice of which the form was refused."""
    papers = _papers(household)
    forms = {notice.name: _paper_form(notice, papers) for notice in HOUSEHOLD_NOTICES}
    if refused is not None:
        forms[name] = refused
    names = "".join([household.owner_names, household.address, *(person.full_name for person in household.persons)])
    lacking = press(_config().fonts).undrawable(names)
    page = render_template(
        "notice/show.html", forms=forms, refused=refused, household=household, notices=HOUSEHOLD_NOTICES,
        needs_reason=must_give_reason(role_of_page()),
        dead_base=_base() if _is_base_private() else "",
        missing=_missing_glyphs(household.dossier_no, named(lacking)) if lacking else "",
    )  # fmt: skip
    return page, refused.status if refused is not None else 200


def _missing_glyphs(paper: str, characters: str) -> str:
    return _(LACKING_GLYPHS).format(paper=paper, characters=characters)


def _place_label(place: Place) -> str:
    text = _("%(place)s（%(count)s户）", place=place.label, count=place.households)
    return text if place.unit_no is None else f"　{text}"


def _config() -> Config:
    config: Config = current_app.config["RUHU"]
    return config


def print_paper(
    name: str, *, household: Household | None = None, building: Building | None = None, unit_no: str | None = None,
    duplex: bool = False, choice: str = "", with_receipt: bool = False, clear_for: str | None = None,
    posting: Posting | None = None, hung_on: date | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """The file.

    choice     of which paper the 送达回证 is; with_receipt: whether the paper's own comes with it
    clear_for  why numbers are to be in full; None where they are to be masked
    """
    done = [
        _made(
            name, household=household, building=building, unit_no=unit_no, duplex=duplex, choice=choice,
            clear_for=clear_for, posting=posting, hung_on=hung_on,
        )
    ]  # fmt: skip
    if with_receipt:
        db.session.commit()  # The paper counts from here: its receipt names it.
        done.append(_made("service-receipt", household=household, choice=name))
    lacking = dict.fromkeys(each for _reading, printed in done for each in printed.missing)
    warnings = [_missing_glyphs(paper, characters) for paper, characters in [*lacking][:SHOWN_MISSING]]
    for reading, _printed in done:
        if reading.left_out:
            told = _(LEFT_OUT)
            warnings.append(told.format(count=reading.left_out, title=_(reading.notice.title)))
    for warning in warnings:
        flash(warning, "bad")  # seen on the next page, also where no script shows the header below
    answer = send_file(
        io.BytesIO(joined([printed.pdf for _reading, printed in done])),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=done[0][1].file_name,
    )
    if warnings:
        answer.headers["X-Print-Warning"] = quote(" ".join(warnings))
    return answer


def _made(
    name: str, *, household: Household | None = None, building: Building | None = None, unit_no: str | None = None,
    duplex: bool = False, choice: str = "", clear_for: str | None = None, posting: Posting | None = None,
    hung_on: date | None = None,
) -> tuple[Reading, Printed]:  # fmt: skip
    """What was read, and its pages. Numbers are committed before the pages are laid out, so that nobody waits for a page;
    papers count, and stand in the log, from the next commit.
    """
    project, config, now = project_of_page(), _config(), utc_now()
    reason = clear_for or ""
    view = view_of(
        project, current_user, clear=clear_for is not None, reason=reason, one_household=household is not None
    )
    reading = read_print(
        name,
        project=project,
        view=view,
        now=now,
        by=current_user.display_name,
        household_id=household.id if household else None,
        building=building,
        unit_no=unit_no,
        posting=posting,
        hung_on=hung_on,
        choice=choice,
    )
    reserved = reserve(reading, actor=current_user, project=project, now=now, base=_base())
    db.session.commit()
    done = lay_out(reading, reserved.stamps, duplex=duplex, font_folder=config.fonts, processes=2)
    issue(reading, reserved, actor=current_user, project=project, now=utc_now(), household=household, reason=reason)
    return reading, done


@bp.get("/n/<token>")
@public
def verify(token: str) -> ResponseReturnValue:
    """Whether a paper is genuine and unchanged. Whose it is, is not told: anybody may hold it."""
    found = find_issue(token[:80])
    if found is not None:
        return render_template("notice/verify.html", found=found, refusal="")
    address = request.remote_addr or ""
    try:
        check_unknown(address=address)
    except DomainError as error:
        return render_template("notice/verify.html", found=None, refusal=sentence_of(error)), 429
    begin_writing()
    note_unknown(address=address)
    g.keep = True
    return render_template("notice/verify.html", found=None, refusal=""), 404
