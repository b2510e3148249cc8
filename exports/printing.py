"""Printing notices: read at one moment, render afterwards, outside any transaction. The caller records the print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from exports.ledgers import snapshot_no
from exports.notices import NOTICES, Notice
from exports.notices.reading import read_notices, read_project_notice, select_households
from exports.pdf import CHUNK, press
from exports.view import CHINA, View, one_moment
from survey.domain.door import door_label
from survey.domain.errors import DomainError
from survey.models import Building, Project

MOST = 300
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


def find_notice(name: str) -> Notice:
    """A notice by its name. Raises DomainError("export.notice_unknown")."""
    if name not in NOTICES:
        raise DomainError("export.notice_unknown", name=name[:40], known="、".join(NOTICES))
    return NOTICES[name]


def print_notices(
    name: str,
    *,
    project: Project,
    view: View,
    now: datetime,
    by: str = "",
    household_id: UUID | None = None,
    building: Building | None = None,
    unit_no: str | None = None,
    document_no: str = "",
    duplex: bool = False,
    most: int | None = MOST,
    font_folder: Path | None = None,
    processes: int = 1,
) -> Printed:
    """One PDF for a household, a stairwell, a building or the project, in stairwell order; of a notice about the whole
    project the one paper.

    Ends the session's transaction; the caller records the print afterwards, in a transaction of its own.
    Raises DomainError: export.notice_unknown, export.no_households, export.too_many, export.nothing_to_say, and those of
    the readers.
    """
    notice = find_notice(name)
    snapshot = snapshot_no(project.code, now)
    mark = " ".join(part for part in (by, f"{now.astimezone(CHINA):%Y-%m-%d %H:%M}", snapshot[-11:]) if part)
    with one_moment():
        where = door_label(building.no, unit_no or "") if building is not None else project.name
        if notice.for_project:
            values = [read_project_notice(name, project=project, view=view, now=now, document_no=document_no)]
        else:
            households = select_households(view, household_id=household_id, building=building, unit_no=unit_no)
            if not households:
                raise DomainError("export.no_households", where=where)
            if most is not None and len(households) > most:
                raise DomainError("export.too_many", most=most, count=len(households))
            if household_id is not None:
                where = households[0].door_text or households[0].dossier_no
            values = read_notices(
                name, project=project, view=view, households=households, now=now, mark=mark, document_no=document_no
            )
            if not values:
                raise DomainError("export.nothing_to_say", title=notice.title)
    heavy = len(values) > CHUNK and len(values) * notice.pages > PAGES_ALONE
    pdf = press(font_folder).book(name, values, duplex=duplex, processes=processes if heavy else 1)
    file_name = f"{notice.title}_{where}_{now.astimezone(CHINA):%Y%m%d}.pdf"
    return Printed(notice, where, snapshot, len(values), file_name, pdf)
