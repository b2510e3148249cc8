"""户档案封面, 卷内目录 and 备考表: the three leaves that make a household's papers a file (卷)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import Office
from exports.notices.stamp import Stamp

TEMPLATE = "dossier-cover"
LEAST_ENTRIES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper of the file, as the list of contents names it.

    pages   its number of pages, None when nobody counted
    copy    原件 or 复印件, "" when not told
    """

    title: str
    document_no: str = ""
    responsible: str = ""
    dated: date | None = None
    pages: int | None = None
    copy: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its number in the file and its first page."""

    number: int
    entry: Entry
    page: str


@dataclass(frozen=True, slots=True)
class DossierCover:
    """One household's cover, contents and closing leaf.

    head       the head of the household or the first owner
    fonds_no   全宗号, file_no 案卷号, given by the local archives; "" leaves blanks
    retention  保管期限

    Rule: 590号 art. 29, in force 2011-01-21. The department keeps an archive of the compensation of each household.
    """

    office: Office
    project: str
    dossier_no: str
    head: str
    door: str
    address: str
    opened_on: date | None
    closed_on: date | None
    entries: tuple[Entry, ...]
    filed_by: str = ""
    fonds_no: str = ""
    file_no: str = ""
    retention: str = "永久"
    stamp: Stamp | None = None

    @property
    def piece_count(self) -> int:
        return len(self.entries)

    @property
    def page_count(self) -> int | None:
        """The number of pages in the file; None as long as the pages of one paper are not counted."""
        counted = [entry.pages for entry in self.entries]
        return sum(pages for pages in counted if pages) if counted and None not in counted else None

    @property
    def lines(self) -> list[Line | None]:
        """The contents with running page numbers, and empty lines for papers to come.

        After a paper whose pages nobody counted the page is not known and is left blank.
        """
        lines: list[Line | None] = []
        page: int | None = 1
        for number, entry in enumerate(self.entries, 1):
            lines.append(Line(number, entry, "" if page is None else str(page)))
            page = None if page is None or entry.pages is None else page + entry.pages
        return lines + [None] * max(0, LEAST_ENTRIES - len(lines))
