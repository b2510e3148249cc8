"""`ruhu import-roster`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from survey.cli import Refused, in_app
from survey.domain.message import sentence
from survey.domain.roster.state import RowFate

CHINA = ZoneInfo("Asia/Shanghai")


@click.command("import-roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", "code", required=True, help="Code of the project.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--skip-refused", is_flag=True, help="Import the good rows although others have errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_app
def import_roster(file: Path, code: str, dry_run: bool, skip_refused: bool, as_json: bool) -> None:
    """Import a housing roster FILE (.xlsx, .xls, .ods, .csv): all or nothing, like the page."""
    from survey.models import db
    from survey.services.project import get_project_by_code
    from survey.services.roster import imports
    from survey.services.roster.read import read_roster

    project = get_project_by_code(code)
    answers = imports.remembered_answers(project.id)
    today = datetime.now(CHINA).date()
    data = file.read_bytes()
    db.session.rollback()  # Nobody waits for the reading of a file.
    found = read_roster(data, today=today, answers=answers)
    looked = imports.look(project=project, data=data, file=found, answers=answers)
    plan = looked.plan
    refused = plan.counts[RowFate.REFUSED]
    stopped = bool(refused) and not skip_refused
    if looked.writes and not dry_run and not stopped:
        prepared = imports.work_out(looked, saved_by_id=None)
        row = imports.upload_roster(
            actor=None, project=project, filename=file.name, data=data, file=found, answers=answers, today=today,
            plan=plan,
        )  # fmt: skip
        imports.commit_roster(
            actor=None, project=project, row=row, file=found, answers=answers, digest=plan.digest,
            skip_refused=skip_refused, looked=looked, prepared=prepared,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(_result(plan), ensure_ascii=False, indent=1))
    else:
        _tell(plan, dry_run)
    if stopped and not dry_run:
        raise Refused(sentence("roster.refused_rows", count=refused))


def _result(plan: Any) -> dict[str, Any]:
    counts = plan.counts
    return {
        "rows": counts["rows"],
        "created": counts[RowFate.CREATED],
        "changed": counts[RowFate.CHANGED],
        "unchanged": counts[RowFate.UNCHANGED] + counts[RowFate.DIFFERS],
        "refused": counts[RowFate.REFUSED],
        "problems": [
            {
                "sheet": problem.sheet,
                "row": problem.row,
                "column": problem.letter,
                "code": problem.code,
                "message": problem.sentence(),
            }
            for problem in plan.problems
        ],
    }


def _tell(plan: Any, dry_run: bool) -> None:
    counts = plan.counts
    click.echo("试算（没有写入）：" if dry_run else "导入结果：")
    for fate in RowFate:
        click.echo(f"  {fate.label}：{counts[fate]} 行")
    for problem in plan.problems:
        mark = "错误" if problem.is_error else "提醒"
        where = f"{problem.sheet} 第{problem.row}行 {problem.column}".strip()
        click.echo(f"  [{mark}] {where}：{problem.sentence()}")
    for skipped in plan.file.skipped:
        if skipped.row == 0:
            click.echo(f"  [跳过] 工作表“{skipped.sheet}”：{skipped.sentence()}")


COMMANDS = [import_roster]
