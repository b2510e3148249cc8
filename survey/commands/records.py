"""`ruhu check-records` and `ruhu recount`."""

from __future__ import annotations

import click

from survey.cli import Refused, in_app


@click.command("check-records")
@click.option("--project", "code", required=True, help="Code of the project.")
@in_app
def check_records(code: str) -> None:
    """Rebuild every household's typed rows from its sheets, count the board anew, compare. Exit code 1 on a difference."""
    from exports.view import one_moment
    from survey.services import records
    from survey.services.project import get_project_by_code

    found = 0
    with one_moment():  # what people write meanwhile is no difference, and need not wait
        for difference in records.check_records(get_project_by_code(code)):
            found += 1
            click.echo(f"{difference.dossier_no}\t{difference.where}\t{difference.what}")
    if found:
        raise Refused(f"有 {found} 处不一致。请保留现场并联系系统维护人员。")
    click.echo("全部户档案与调查表一致，进度统计与户档案一致。")


@click.command("recount")
@click.option("--project", "code", required=True, help="Code of the project.")
@in_app
def recount(code: str) -> None:
    """Count the board's figures anew from the households, when check-records names a tally."""
    from survey.models import db
    from survey.services import tally
    from survey.services.project import get_project_by_code

    number = tally.recount(get_project_by_code(code).id)
    db.session.commit()
    click.echo(f"已重新统计 {number} 个单元。")


COMMANDS = [check_records, recount]
