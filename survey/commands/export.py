"""`ruhu export-ledger` and `ruhu notice`: files for people outside the application."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import click

from exports.notices import NOTICES
from survey.cli import Refused, in_app
from survey.domain.message import sentence

# Said here too, so that a command that writes no ledger does not load what writes them; a test compares.
LEDGER_NAMES = (
    "register", "building-summary", "daily", "briefings", "consents", "requests", "cared", "unregistered", "disputes",
    "deliveries", "postings", "documents", "appraisers", "changes", "quality",
)  # fmt: skip


def _list_ledgers(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from exports.ledgers import LEDGERS

        for name, (ledger, _reading) in LEDGERS.items():
            click.echo(f"{name}\t{ledger.title}\t{ledger.description}")
        context.exit(0)


def _list_notices(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        for name, notice in NOTICES.items():
            click.echo(f"{name}\t{notice.title}\t{notice.description}")
        context.exit(0)


def _check_folder(out: Path) -> None:
    if out.is_dir() or not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise Refused(sentence("export.folder", file=out))


@click.command("export-ledger")
@click.argument("name", type=click.Choice(LEDGER_NAMES))
@click.option("--project", "code", required=True, help="Code of the project.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The .xlsx to write.")
@click.option("--clear", is_flag=True, help="ID numbers and phones in clear; wants --reason, and is logged.")
@click.option("--reason", default="", help="Why the numbers are needed in clear.")
@click.option("--codes", is_flag=True, help="A column of codes behind each column of coded words.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list_ledgers,
              help="List the ledgers and stop.")  # fmt: skip
@in_app
def export_ledger(name: str, code: str, out: Path, clear: bool, reason: str, codes: bool) -> None:
    """Write the ledger NAME of a project to an .xlsx file (numbers masked unless --clear)."""
    from exports import ledgers
    from exports.view import view_of
    from survey.models import utc_now
    from survey.services.export import record_export
    from survey.services.project import get_project_by_code

    project = get_project_by_code(code)
    view = view_of(project, None, clear=clear, reason=reason)
    _check_folder(out)
    done = ledgers.export_ledger(name, project=project, view=view, now=utc_now(), target=out, by="系统", codes=codes)
    record_export(
        actor=None, project=project, ledger=name, snapshot=done.snapshot, counts=done.counts, clear=clear, reason=reason
    )
    rows = "，".join(f"{sheet.name} {done.counts[sheet.key]} 行" for sheet in done.ledger.sheets)
    click.echo(f"已导出{done.ledger.title}：{out}（{rows}；快照号 {done.snapshot}）")


@click.command("notice")
@click.argument("name", type=click.Choice(list(NOTICES)))
@click.option("--project", "code", required=True, help="Code of the project.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The .pdf to write.")
@click.option("--household", default=None, help="Id or dossier number of one household.")
@click.option("--building", "building_no", default=None, help="Number of a building: all its households.")
@click.option("--duplex", is_flag=True, help="Begin each household on a new leaf of a two-sided print.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 16))
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list_notices,
              help="List the notices and stop.")  # fmt: skip
@in_app
def notice(
    name: str,
    code: str,
    out: Path,
    household: str | None,
    building_no: str | None,
    duplex: bool,
    processes: int,
) -> None:
    """Write the notice NAME as one PDF: for a household, for a building in stairwell order, or for the
    whole project."""
    from exports.printing import issue, lay_out, read_print, reserve
    from exports.view import view_of
    from survey.config import read_config
    from survey.models import Household, db, utc_now
    from survey.services.building import find_building
    from survey.services.project import get_project_by_code

    if household and building_no:
        raise click.UsageError("--household and --building exclude each other")
    if NOTICES[name].for_project and (household or building_no):
        raise click.UsageError(f"{name} is about the whole project: leave out --household and --building")
    project, config, now = get_project_by_code(code), read_config(), utc_now()
    building = find_building(project.id, building_no) if building_no else None
    found = _find_household(project.id, household) if household else None
    if (building_no and building is None) or (household and found is None):
        raise Refused(sentence("export.no_households", where=building_no or household))
    _check_folder(out)
    reading = read_print(
        name, project=project, view=view_of(project, None), now=now, household_id=found, building=building, most=None
    )
    reserved = reserve(reading, actor=None, project=project, now=now, base=config.public_url)
    db.session.commit()  # Nobody waits while the pages are laid out.
    done = lay_out(reading, reserved.stamps, duplex=duplex, font_folder=config.fonts, processes=processes)
    issue(
        reading, reserved, actor=None, project=project, now=now,
        household=db.session.get(Household, found) if found else None,
    )  # fmt: skip
    db.session.commit()
    out.write_bytes(done.pdf)
    for paper, characters in done.missing:
        click.echo(sentence("export.lacking_glyphs", paper=paper, characters=characters), err=True)
    if reading.left_out:
        click.echo(sentence("export.left_out", count=reading.left_out, title=reading.notice.title), err=True)
    click.echo(f"已生成{done.notice.title}：{out}（{done.where}，{done.count} 份）")


def _find_household(project_id: UUID, text: str) -> UUID | None:
    """The id of a household of the project, given its id or its dossier number."""
    from sqlalchemy import select

    from survey.models import Household, db

    query = select(Household.id).where(Household.project_id == project_id, Household.removed_at.is_(None))
    try:
        return db.session.scalar(query.where(Household.id == UUID(text)))
    except ValueError:
        return db.session.scalar(query.where(Household.dossier_no == text))


COMMANDS = [export_ledger, notice]
