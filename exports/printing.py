"""Printing notices: read at one moment, numbered, laid out outside any transaction, issued when the pages are there.

`read_print`, `reserve` (the caller commits), `lay_out` or `pack`, `issue` (the caller commits, and only then hands the file
over): a print that fails or is killed leaves no paper that passes for genuine, and the log never lacks one that was handed over.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from exports.ledger import Column, Heading, Kind, Ledger, Sheet
from exports.ledgers import snapshot_no
from exports.ledgers.column import DOOR, DOSSIER, NOTE, SERIAL
from exports.notices import NOTICES, Notice
from exports.notices.reading import read_notices, read_project_notice, select_households
from exports.notices.stamp import Stamp, digest_of, stamped, subject_of
from exports.notices.survey_sheet import SurveySheet, concealed
from exports.pdf import CHUNK, Press, press
from exports.view import CHINA, View, one_moment
from exports.wording import WordingPress
from exports.workbook import write_ledger
from survey.domain.door import door_label
from survey.domain.errors import DomainError
from survey.models import Building, Household, NoticeIssue, Posting, Project, User
from survey.services.notice import Draft, code_of, issue_notices, reserve_issues, token_of
from survey.services.wording import wording_in_use

MOST = 300
VOLUME = 300
DELIVERIES = Ledger(
    "delivery-list",
    "送达清单",
    "",
    (
        Sheet(
            "deliveries",
            "送达清单",
            "文书送达清单",
            (
                SERIAL,
                DOSSIER,
                DOOR,
                Column("addressee", "受送达人", 16),
                Column("notice", "文书", 18),
                Column("document_no", "文号", 18, Kind.CODE),
                Column("code", "校验码", 12, Kind.CODE),
                Column("method", "送达方式", 10),
                Column("receiver", "签收人", 12),
                Column("served_on", "日期", 12),
                NOTE,
            ),
            paper="A4",
            note="与打印的文书顺序一致；送达后在系统里登记：本人签收的在楼栋页一起登记，其余逐户登记。",
            frozen="door",
        ),
    ),
)
"""What the two who carry the papers take along: the order of the pile, with room to sign."""
PAGES_ALONE = 48  # Beyond so many pages a second process helps more than it costs to start.


@dataclass(frozen=True, slots=True)
class Printed:
    """A file of notices: which, for where, under which number, of how many papers."""

    notice: Notice
    where: str
    snapshot: str
    count: int
    file_name: str
    pdf: bytes
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A ZIP that was packed: what it is called, and which paper lacks which characters."""

    file_name: str
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reserved:
    """What papers are laid out with, in their order: their issues, which do not count before `issue`, and their stamps."""

    issues: list[UUID]
    stamps: list[Stamp]


def find_notice(name: str) -> Notice:
    """A notice by its name. Raises DomainError("export.notice_unknown")."""
    if name not in NOTICES:
        raise DomainError("export.notice_unknown", name=name[:40], known="、".join(NOTICES))
    return NOTICES[name]


@dataclass(frozen=True, slots=True)
class Home:
    """Whose a paper is, as the list of deliveries names it."""

    dossier_no: str
    door: str
    owners: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The office's own wording that was in use when papers were read."""

    id: UUID
    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Papers that were read at one moment and are not laid out yet: nothing in it needs the database."""

    notice: Notice
    where: str
    snapshot: str
    day: date
    papers: dict[UUID | None, object]
    homes: dict[UUID, Home]
    wording: Edition | None = None
    left_out: int = 0
    """Households to which the notice has nothing to say."""
    clear: bool = False
    """With ID numbers and phones in full: another paper than the masked one, of which neither replaces the other."""

    @property
    def drafts(self) -> list[Draft]:
        """What the service must know in order to issue them."""
        source = self.wording.source if self.wording else ""
        return [
            Draft(household, subject_of(paper) or ("clear" if self.clear else ""), digest_of(paper, source))
            for household, paper in self.papers.items()
        ]

    def values(self, stamps: Sequence[Stamp]) -> list[object]:
        """The papers as they are laid out, each with its stamp; without stamps as they were read."""
        values = [*self.papers.values()]
        if stamps:
            values = [stamped(paper, stamp) for paper, stamp in zip(values, stamps, strict=True)]
        if self.wording is None:
            return values
        return [concealed(paper) if isinstance(paper, SurveySheet) else paper for paper in values]

    def press(self, font_folder: Path | None) -> Press | WordingPress:
        """What lays the papers out: with the office's own wording, where one is in use, with the built-in one else."""
        return WordingPress(self.wording.source, font_folder) if self.wording else press(font_folder)


def read_print(
    name: str,
    *,
    project: Project,
    view: View,
    now: datetime,
    by: str = "",
    household_id: UUID | None = None,
    building: Building | None = None,
    unit_no: str | None = None,
    most: int | None = MOST,
    posting: Posting | None = None,
    hung_on: date | None = None,
    choice: str = "",
    tell: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Reading:
    """The papers for a household, a stairwell, a building or the project, in stairwell order; of a notice about the whole
    project the one paper. `choice` as in `read_notices`.

    posting, hung_on  the approved posting that is printed, and the day on which it is to hang

    tell  is told how many households of how many are read; what it raises stops the reading

    Ends the session's transaction. Raises DomainError: export.notice_unknown, export.no_households, export.too_many,
    export.nothing_to_say or for a household alone what it lacks (`Notice.nothing`), and those of the readers.
    """
    notice = find_notice(name)
    snapshot = snapshot_no(project.code, now)
    mark = " ".join(part for part in (by, f"{now.astimezone(CHINA):%Y-%m-%d %H:%M}", snapshot[-11:]) if part)
    papers: dict[UUID | None, object] = {}
    homes: dict[UUID, Home] = {}
    left_out = 0
    with one_moment():
        where = door_label(building.no, unit_no or "") if building is not None else project.name
        if notice.for_project:
            papers[None] = read_project_notice(
                name, project=project, view=view, now=now, posting=posting, hung_on=hung_on
            )
            where = posting.title if posting is not None else where
        else:
            households = select_households(view, household_id=household_id, building=building, unit_no=unit_no)
            if not households:
                raise DomainError("export.no_households", where=where)
            if most is not None and len(households) > most:
                raise DomainError("export.too_many", most=most, count=len(households))
            if household_id is not None:
                where = households[0].door_text or households[0].dossier_no
            found = read_notices(
                name, project=project, view=view, households=households, now=now, mark=mark, choice=choice,
                tell=lambda done: tell(done, len(households)),
            )  # fmt: skip
            papers.update((key, paper) for key, paper in found.items())
            homes = {row.id: Home(row.dossier_no, row.door_text, view.name(row.owner_names)) for row in households}
            left_out = len(households) - len(papers)
            if not papers:
                code = notice.nothing if household_id is not None else "export.nothing_to_say"
                raise DomainError(code, title=notice.title)
        kept = wording_in_use(project.id, name)
        wording = Edition(kept.id, kept.number, kept.source) if kept else None
    day, clear = now.astimezone(CHINA).date(), view.clear and notice.shows_numbers
    return Reading(notice, where, snapshot, day, papers, homes, wording, left_out, clear)


def lay_out(
    reading: Reading,
    stamps: Sequence[Stamp] = (),
    *,
    duplex: bool = False,
    font_folder: Path | None = None,
    processes: int = 1,
) -> Printed:
    """The papers as one PDF, each with its stamp. Needs no transaction, so that nobody waits for a page to be laid out."""
    notice, values = reading.notice, reading.values(stamps)
    heavy = len(values) > CHUNK and len(values) * notice.pages > PAGES_ALONE
    machine = reading.press(font_folder)
    pdf = machine.book(notice.name, values, duplex=duplex, processes=processes if heavy else 1)
    file_name = _file_name(f"{notice.title}_{reading.where}_{reading.day:%Y%m%d}") + ".pdf"
    missing = _missing(values, lacking_characters(values, font_folder))
    return Printed(notice, reading.where, reading.snapshot, len(values), file_name, pdf, missing)


def pack(
    reading: Reading,
    stamps: Sequence[Stamp],
    heading: Heading,
    target: BinaryIO,
    *,
    each: bool,
    duplex: bool = False,
    font_folder: Path | None = None,
    processes: int = 1,
    tell: Callable[[int], None] = lambda _done: None,
) -> Parcel:
    """The papers as a ZIP with a list of deliveries (送达清单), in stairwell order. The list names what a paper lacks.

    each  a file for each paper; else volumes of so many papers that a printer takes one at a time (`VOLUME`)
    tell  is told often how many papers are laid out; what it raises stops the packing

    Memory is that of one volume, or of one chunk of single papers, whatever the number of households.
    """
    notice, machine = reading.notice, reading.press(font_folder)
    papers = reading.values(stamps)
    homes = [reading.homes[key] for key in reading.papers if key is not None]
    lacking = lacking_characters(papers, font_folder)

    def bound(start: int) -> bytes:
        part = papers[start : start + VOLUME]
        return machine.book(notice.name, part, duplex=duplex, processes=processes, tell=lambda done: tell(start + done))

    with ZipFile(target, "w", ZIP_STORED) as parcel:
        if each:
            pieces = machine.each(notice.name, papers, processes=processes, tell=tell)
            for number, (home, pdf) in enumerate(zip(homes, pieces, strict=True), 1):
                parcel.writestr(f"{notice.title}/{number:05d}_{_file_name(home.door or home.dossier_no)}.pdf", pdf)
        else:
            for volume, start in enumerate(range(0, len(papers), VOLUME), 1):
                parcel.writestr(f"{notice.title}_第{volume:02d}册.pdf", bound(start))
        rows = _deliveries(notice, homes, stamps, lacking)
        with tempfile.TemporaryFile(prefix="ruhu-deliveries-") as file:
            write_ledger(DELIVERIES, heading, [("deliveries", rows)], file)
            file.seek(0)
            parcel.writestr(f"送达清单_{notice.title}.xlsx", file.read())
    return Parcel(f"{notice.title}_{reading.where}_{reading.day:%Y%m%d}.zip", _missing(papers, lacking))


def _file_name(text: str) -> str:
    return "".join("_" if each in '\\/:*?"<>|' else each for each in text)[:60]


def _deliveries(
    notice: Notice, homes: Sequence[Home], stamps: Sequence[Stamp], lacking: Sequence[str]
) -> Iterator[dict[str, object]]:
    for home, stamp, characters in zip(homes, stamps, lacking, strict=True):
        yield {
            "dossier_no": home.dossier_no,
            "door": home.door,
            "addressee": home.owners,
            "notice": notice.title,
            "document_no": stamp.document_no,
            "code": stamp.code,
            "note": f"有打印不出的字，不要送达：{characters}" if characters else "",
        }


def lacking_characters(papers: Sequence[object], font_folder: Path | None) -> list[str]:
    """For each paper the characters that no font here has, 𰻞 as 𰻞（U+30EDE）; "" where all can be printed."""
    machine = press(font_folder)
    found = []
    for paper in papers:
        assert is_dataclass(paper) and not isinstance(paper, type)
        found.append(named(machine.undrawable("".join(dict.fromkeys("".join(_texts(asdict(paper))))))))
    return found


def _missing(papers: Sequence[object], lacking: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(dossier number and door, characters) of each paper that lacks some."""
    return tuple((_of(paper), characters) for paper, characters in zip(papers, lacking, strict=True) if characters)


def _of(paper: object) -> str:
    of = " ".join(str(getattr(paper, name, "")) for name in ("dossier_no", "door")).strip()
    return of or str(getattr(paper, "project", ""))


def named(characters: str) -> str:
    """Each character with its code: a screen without the font cannot show it either."""
    return "、".join(f"{each}（U+{ord(each):04X}）" for each in characters)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def reserve(reading: Reading, *, actor: User | None, project: Project, now: datetime, base: str) -> Reserved:
    """Give the papers their numbers and tokens. The caller commits before the pages are laid out, so that nobody waits.

    base  the address of the office's server, "" when nobody can reach it
    """
    rows = reserve_issues(
        actor=actor, project=project, notice=reading.notice.name, title=reading.notice.title,
        letter=reading.notice.letter, drafts=reading.drafts, issued_on=reading.day, now=now,
        wording_id=reading.wording.id if reading.wording else None,
    )  # fmt: skip
    return Reserved([row.id for row in rows], stamps_of(rows, base))


def issue(
    reading: Reading,
    reserved: Reserved,
    *,
    actor: User | None,
    project: Project,
    now: datetime,
    household: Household | None = None,
    reason: str = "",
) -> None:
    """Let the papers count that are laid out now, with the one entry in the log. The caller commits, then hands them over.

    reason  why the numbers on them are in clear
    """
    issue_notices(
        actor=actor, project=project, notice=reading.notice.name, issues=reserved.issues, snapshot=reading.snapshot,
        where=reading.where, household=household, clear=reading.clear, reason=reason, now=now,
    )  # fmt: skip


def stamps_of(issued: Sequence[NoticeIssue], base: str) -> list[Stamp]:
    """The stamps of what was reserved. `base` is the address of the office's server, "" when nobody can reach it."""
    address = base.rstrip("/")
    return [
        Stamp(row.document_no, row.issued_on, f"{address}/n/{token_of(row)}" if address else "", code_of(row.digest))
        for row in issued
    ]
