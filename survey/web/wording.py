"""An office's own wordings of notices (文书模板): versions, editor, preview, comparison, which one is in use."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from exports.notices import NOTICES, Notice
from exports.notices.meaning import list_meanings
from exports.notices.reading.desk import office_of
from exports.notices.sample import KINDS
from exports.wording import built_in, check_wording, preview_wording
from survey.config import Config
from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.forms.base import sentence_of
from survey.forms.wording import EditWordingForm
from survey.models import db
from survey.services.project import settings_of
from survey.services.wording import (
    BUILT_IN,
    enable_wording,
    get_wording,
    list_wordings,
    restore_wording,
    save_wording,
    wording_in_use,
)
from survey.web.access import begin_writing, current_user, project_of_page, reads, requires

bp = Blueprint("wording", __name__, url_prefix="/project/<project_code>/notice/<name>")
AROUND = 2
"""Lines that are shown before and after the one that is meant."""
ALIKE = 0.5
LONGEST_LINE = 2000
MOST_PAIRS = 50_000
"""Of equal pieces that a comparison may look at: it costs their number many times over."""
PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
"""What a browser may load to show the preview: its own viewer, nothing of the page."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line as the pages show it: what became of it (same, added, removed, faulty, gap), its number, its text.

    pieces  of a line that took another's place: its text in pieces, each with whether it is another there
    """

    mark: str
    number: int
    text: str
    pieces: tuple[tuple[bool, str], ...] = ()


def _notice(name: str) -> Notice:
    if name not in NOTICES:
        abort(404)
    return NOTICES[name]


def _config() -> Config:
    config: Config = current_app.config["RUHU"]
    return config


def _source(name: str, number: int) -> str:
    """The text of a version, of the built-in one for 0. Raises NotFound."""
    return get_wording(project_of_page().id, name, number).source if number != BUILT_IN else built_in(name)


def sentence_of_fault(error: DomainError) -> str:
    """The sentence with the line that it is about, and the sample with which it was found."""
    line, sample = error.params.get("line"), error.params.get("sample")
    where = _("第%(line)s行：", line=line) if line else ""
    return where + sentence_of(error) + (_("（试排的样稿：%(sample)s）", sample=_(str(sample))) if sample else "")


@bp.get("/wordings")
@requires(Permission.WORDING_EDIT)
def list(project_code: str, name: str) -> ResponseReturnValue:
    """The versions of one notice, and which of them is in use."""
    notice, project = _notice(name), project_of_page()
    rows = list_wordings(project.id, name)
    return render_template(
        "wording/list.html", paper=notice, wordings=rows, used=next((row for row in rows if row.in_use), None)
    )


@bp.get("/wording/<int:number>")
@requires(Permission.WORDING_EDIT)
def show(project_code: str, name: str, number: int) -> ResponseReturnValue:
    """One version: what it says, and what is another than in the built-in one or in the version before."""
    notice, project = _notice(name), project_of_page()
    row = get_wording(project.id, name, number) if number != BUILT_IN else None
    against = request.args.get("against", BUILT_IN, type=int)
    source = _source(name, number)
    return render_template(
        "wording/show.html",
        paper=notice,
        wording=row,
        used=wording_in_use(project.id, name),
        against=against,
        changes=[*compare(_source(name, against), source)] if row else [],
        lines=[*_numbered(source)],
        kinds=KINDS,
    )


@bp.route("/wording/edit", methods=["GET", "POST"])
@requires(Permission.WORDING_EDIT)
@reads
def edit(project_code: str, name: str) -> ResponseReturnValue:
    """Change the text of a version (`from`; without it, of the one in use) and keep it as the next one."""
    notice, project = _notice(name), project_of_page()
    used = wording_in_use(project.id, name)
    number = request.args.get("from", used.number if used else BUILT_IN, type=int)
    form = EditWordingForm(source=_source(name, number))
    fault: DomainError | None = None
    if form.validate_on_submit():
        try:
            _check(name, form.source.data or "")
            begin_writing()
            row = save_wording(
                actor=current_user, project=project, notice=name, source=form.source.data, note=form.note.data or ""
            )
            flash(_("第%(number)s版已保存，还没有启用。看过预览后再启用。", number=row.number), "success")
            return redirect(url_for("wording.show", project_code=project_code, name=name, number=row.number))
        except DomainError as error:
            fault = error
            form.refused = True
            form.source.errors = [sentence_of_fault(error)]
    page = render_template(
        "wording/edit.html", paper=notice, form=form, number=number, groups=list_meanings(name), kinds=KINDS,
        fault_line=fault.params.get("line", 0) if fault else 0,
        excerpt=[*_excerpt(form.source.data or "", fault)] if fault else [],
    )  # fmt: skip
    return page, form.status


@bp.post("/wording/draft")
@requires(Permission.WORDING_EDIT)
@reads
def draft(project_code: str, name: str) -> ResponseReturnValue:
    """The PDF of a sample with a text that is not kept yet."""
    notice, form = _notice(name), EditWordingForm()
    try:
        return _preview(name, form.source.data or "", request.form.get("kind", ""))
    except DomainError as error:
        page = render_template(
            "wording/refused.html", paper=notice, sentence=sentence_of_fault(error),
            excerpt=[*_excerpt(form.source.data or "", error)],
        )  # fmt: skip
        return page, 422


@bp.get("/wording/<int:number>/preview/<kind>")
@requires(Permission.WORDING_EDIT)
def preview(project_code: str, name: str, number: int, kind: str) -> ResponseReturnValue:
    """The PDF of a sample with a version that was kept."""
    _notice(name)
    return _preview(name, _source(name, number), kind)


def _preview(name: str, source: str, kind: str) -> Response:
    if kind not in KINDS:
        abort(404)
    office = office_of(project_of_page(), settings_of(project_of_page()))
    db.session.rollback()  # no transaction stays open while a child lays out, or while it waits for its turn
    data = preview_wording(name, source, kind, _config().fonts, office)
    answer = send_file(io.BytesIO(data), mimetype="application/pdf", download_name=f"{NOTICES[name].title}_样张.pdf")
    answer.headers["Content-Security-Policy"] = PDF_POLICY
    return answer


def _check(name: str, source: str) -> None:
    """Check a text. It takes some seconds, in which no transaction is open. Raises DomainError wording.*"""
    db.session.rollback()
    check_wording(name, source, _config().fonts)


@bp.post("/wording/<int:number>/enable")
@requires(Permission.WORDING_EDIT)
@reads
def enable(project_code: str, name: str, number: int) -> ResponseReturnValue:
    """Print with this version from now on. It is checked once more: the program may have changed since it was kept."""
    project = project_of_page()
    _notice(name)
    _check(name, get_wording(project.id, name, number).source)
    begin_writing()
    enable_wording(actor=current_user, wording=get_wording(project.id, name, number))
    flash(_("已启用第%(number)s版，以后打印都用这一版。", number=number), "success")
    return redirect(url_for("wording.list", project_code=project_code, name=name))


@bp.post("/wording/restore")
@requires(Permission.WORDING_EDIT)
def restore(project_code: str, name: str) -> ResponseReturnValue:
    _notice(name)
    restore_wording(actor=current_user, project=project_of_page(), notice=name)
    flash(_("已恢复内置模板。单位自己的各版仍然保留。"), "success")
    return redirect(url_for("wording.list", project_code=project_code, name=name))


def _numbered(source: str) -> Iterator[SourceLine]:
    for number, text in enumerate(source.splitlines(), 1):
        yield SourceLine("same", number, text)


def _excerpt(source: str, error: DomainError) -> Iterator[SourceLine]:
    """The lines around the one that a fault names."""
    line = int(str(error.params.get("line") or 0))
    for each in _numbered(source):
        if line and abs(each.number - line) <= AROUND:
            yield SourceLine("faulty" if each.number == line else "same", each.number, each.text)


def compare(old: str, new: str) -> Iterator[SourceLine]:
    """What became of the lines, those that stayed only where they are near. Numbers are those of the text they stand in."""
    before, after = old.splitlines(), new.splitlines()
    if _pairs(before, after) > MOST_PAIRS:
        yield from (SourceLine("removed", number, text) for number, text in enumerate(before, 1))
        yield from (SourceLine("added", number, text) for number, text in enumerate(after, 1))
        return
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND):
        yield SourceLine("gap", 0, "")
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (SourceLine("same", number + 1, after[number]) for number in range(new_from, new_to))
                continue
            others = zip_longest(before[old_from:old_to], after[new_from:new_to], fillvalue="")
            pairs = [_pieces(one, other) for one, other in others]
            for at in range(old_to - old_from):
                yield SourceLine("removed", old_from + at + 1, before[old_from + at], pairs[at][0])
            for at in range(new_to - new_from):
                yield SourceLine("added", new_from + at + 1, after[new_from + at], pairs[at][1])


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """In how many ways one piece of each can be equal: lines of a text, or characters of a line."""
    known = Counter(new)
    return sum(count * known[each] for each, count in Counter(old).items())


def _pieces(old: str, new: str) -> tuple[tuple[tuple[bool, str], ...], tuple[tuple[bool, str], ...]]:
    """Both lines in pieces, where they are alike enough for it to help; lines of a template are long."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if (
        not old
        or not new
        or len(old) + len(new) > LONGEST_LINE
        or _pairs(old, new) > MOST_PAIRS
        or matcher.quick_ratio() < ALIKE
        or matcher.ratio() < ALIKE
    ):
        return (), ()
    codes = matcher.get_opcodes()
    was = tuple((tag != "equal", old[start:end]) for tag, start, end, _from, _to in codes if end > start)
    now = tuple((tag != "equal", new[start:end]) for tag, _from, _to, start, end in codes if end > start)
    return was, now
