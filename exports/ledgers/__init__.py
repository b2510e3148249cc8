"""The ledgers: each module describes one (`LEDGER`) and reads its rows (`records`). Here is the list, and the export."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile

from exports.ledger import Heading, Ledger, Preview, Record, preview
from exports.ledgers import (
    appraisers,
    briefings,
    building_summary,
    cared,
    changes,
    consents,
    daily,
    deliveries,
    disputes,
    documents,
    postings,
    quality,
    register,
    requests,
    unregistered,
)
from exports.template import MOST_ROWS, fill_template
from exports.view import CHINA, View, one_moment, scope_words
from exports.workbook import write_ledger
from survey.domain.errors import DomainError
from survey.domain.settings import ProjectSettings, read_settings
from survey.models import LedgerTemplate, Project

Reading = Callable[[View, ProjectSettings], dict[str, Iterable[Record]]]

LEDGERS: dict[str, tuple[Ledger, Reading]] = {
    module.LEDGER.name: (module.LEDGER, module.records)
    for module in (
        register,
        building_summary,
        daily,
        briefings,
        consents,
        requests,
        cared,
        unregistered,
        disputes,
        deliveries,
        postings,
        documents,
        appraisers,
        changes,
        quality,
    )
}
"""Name -> description and reading, in the order in which the list shows them."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the number that stands on the sheets, the rows of each sheet, a name for the file."""

    ledger: Ledger
    snapshot: str
    counts: dict[str, int]
    file_name: str


def find_ledger(name: str) -> tuple[Ledger, Reading]:
    """A ledger by its name. Raises DomainError("export.ledger_unknown")."""
    if name not in LEDGERS:
        raise DomainError("export.ledger_unknown", name=name[:40], known="、".join(LEDGERS))
    return LEDGERS[name]


def open_to(view: View) -> list[Ledger]:
    """The ledgers that the reader may open, in their order."""
    return [ledger for ledger, _reading in LEDGERS.values() if ledger.is_open_to(view.granted)]


def snapshot_no(project_code: str, now: datetime) -> str:
    """A number for one export, e.g. YY-20261122-093015-7F3A: on the sheets, in the file's properties, in the log."""
    return f"{project_code}-{now.astimezone(CHINA):%Y%m%d-%H%M%S}-{secrets.token_hex(2).upper()}"


def export_ledger(
    name: str, *, project: Project, view: View, now: datetime, target: Path | BinaryIO, by: str = "", codes: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Exported:  # fmt: skip
    """Write a ledger as the reader may see it, as everything stands at one moment.

    codes  whether a column of codes stands behind each column of coded words
    tell   is told now and then how many rows are written; what it raises stops the export

    Ends the session's transaction; the caller records the export afterwards, in a transaction of its own.
    Raises DomainError("export.ledger_unknown").
    """
    ledger, reading = find_ledger(name)
    snapshot = snapshot_no(project.code, now)
    with one_moment():
        described = ledger.with_codes() if codes else ledger
        return _export(described, reading, project, view, heading_of(project, now, snapshot, by, view), target, tell)


def rows_ahead(names: Iterable[str], view: View) -> int:
    """How many rows an export has to write, as far as that can be counted quickly; 0 where it cannot.

    Told of the register, whose rows are by far the most, so that whoever waits is told how long.
    """
    return register.count_rows(view) if "register" in names else 0


def export_set(
    names: Iterable[str], *, project: Project, view: View, now: datetime, target: BinaryIO, by: str = "",
    tell: Callable[[int], None] | None = None,
) -> list[Exported]:  # fmt: skip
    """Write several ledgers into one ZIP, all of one moment and under one number, so that their totals agree.

    As `export_ledger` otherwise. A workbook is compressed already: the ZIP only holds them together.
    """
    found = [find_ledger(name) for name in names]
    snapshot = snapshot_no(project.code, now)
    done, passed = [], count(1)
    with one_moment(), ZipFile(target, "w", ZIP_STORED) as parcel:
        heading = heading_of(project, now, snapshot, by, view)
        for ledger, reading in found:
            with tempfile.TemporaryFile(prefix="ruhu-ledger-") as file:
                made = _export(ledger, reading, project, view, heading, file, tell, passed)
                file.seek(0)
                with parcel.open(made.file_name, "w", force_zip64=True) as member:
                    shutil.copyfileobj(file, member, 1 << 20)
            done.append(made)
    return done


def export_template(
    template: LedgerTemplate, *, project: Project, view: View, now: datetime, by: str = ""
) -> tuple[Exported, bytes]:
    """An office's own form filled with its sheet of a ledger, as the reader may see it, and what was written.

    As `export_ledger` otherwise. Raises DomainError: export.ledger_unknown, template.too_many, template.failed.
    """
    ledger, reading = find_ledger(template.ledger)
    described = ledger.permitted(view.granted)
    sheet = next(each for each in described.sheets if each.key == template.sheet)
    title, file = template.title, template.file
    heading = heading_of(project, now, snapshot_no(project.code, now), by, view)
    with one_moment():
        records = [*islice(reading(view, read_settings(project.settings))[sheet.key], MOST_ROWS + 1)]
    data, count = fill_template(file, sheet, heading, records)
    name = f"{title}_{heading.project}_{heading.cut_off:%Y%m%d_%H%M}.xlsx"
    return Exported(described, heading.snapshot, {sheet.key: count}, name), data


def heading_of(project: Project, now: datetime, snapshot: str, by: str, view: View | None = None) -> Heading:
    """What stands above and below the sheets of an export made at this moment; of a part of the project, which part."""
    scope = scope_words(view) if view is not None else ""
    return Heading(
        unit=project.office_name or project.name,
        project=f"{project.name}（{scope}）" if scope else project.name,
        cut_off=now.astimezone(CHINA).replace(tzinfo=None),
        snapshot=snapshot,
        exported_by=by,
    )


def _export(
    ledger: Ledger, reading: Reading, project: Project, view: View, heading: Heading, target: Path | BinaryIO,
    tell: Callable[[int], None] | None = None, passed: Iterator[int] | None = None,
) -> Exported:  # fmt: skip
    described = ledger.permitted(view.granted)
    heading = replace(heading, counted_in=ledger.counted_in)
    runs: Iterable[tuple[str, Iterable[Record]]]
    if ledger.name == register.LEDGER.name:  # the only one whose sheets share what they read
        runs = register.together(view)
    else:
        runs = reading(view, read_settings(project.settings)).items()
    counts = write_ledger(described, heading, _told(runs, tell, passed or count(1)) if tell else runs, target)
    return Exported(
        described, heading.snapshot, counts, f"{ledger.title}_{project.name}_{heading.cut_off:%Y%m%d_%H%M}.xlsx"
    )


def _told(
    runs: Iterable[tuple[str, Iterable[Record]]], tell: Callable[[int], None], passed: Iterator[int]
) -> Iterator[tuple[str, Iterable[Record]]]:
    """The same rows; every 500 of them, of all sheets and ledgers together, are told."""

    def telling(records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            yield record
            if (number := next(passed)) % 500 == 0:
                tell(number)

    return ((key, telling(records)) for key, records in runs)


def preview_ledger(name: str, *, project: Project, view: View, limit: int = 20) -> list[Preview]:
    """The first rows of each sheet, with the totals of those that are short. Raises as `find_ledger`."""
    ledger, reading = find_ledger(name)
    rows = reading(view, read_settings(project.settings))
    return [preview(sheet, rows[sheet.key], limit) for sheet in ledger.permitted(view.granted).sheets]
