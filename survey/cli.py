"""The `ruhu` command. Each command calls a service and commits once.

Exit codes: 0 done, 1 refused with a message, 2 wrong call. Commands of a noun live beside it in `survey/commands/`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.message import sentence


class Refused(click.ClickException):
    """A refusal that the person can act on: exit code 1 and one sentence."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application, in one transaction: it commits when the command returns."""

    @wraps(command)
    def run(*args: Any, **values: Any) -> Any:
        from survey import create_app
        from survey.models import db
        from survey.models.migrate import is_current

        app = create_app()
        with app.app_context():
            if command.__name__ != "migrate" and not is_current(db.engine):
                raise Refused(sentence("database.not_migrated"))
            try:
                result = command(*args, **values)
                db.session.commit()
                return result
            except DomainError as error:
                db.session.rollback()
                raise Refused(sentence(error.code, **error.params)) from error

    return run


@click.group()
def ruhu() -> None:
    """Ruhu 入户: the household survey before an old neighbourhood is rebuilt."""


@ruhu.command()
@in_app
def migrate() -> None:
    """Bring the database to the newest tables (makes a new one)."""
    from survey.models import db
    from survey.models.migrate import upgrade

    upgrade(db.engine)
    click.echo("数据库已是最新版本。")


@ruhu.command("create-user")
@click.argument("username")
@click.option("--name", "display_name", default="", help="The name shown.")
@click.option("--project", "code", help="Code of the project to join.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Role in the project.")
@click.option("--team", "team_name", default="", help="Team in the project.")
@click.option("--admin", is_flag=True, help="A system administrator: accounts only, no households.")
@in_app
def create_user(
    username: str, display_name: str, code: str | None, role: str | None, team_name: str, admin: bool
) -> None:
    """Make an account with a random password, and give it a role in a project."""
    from survey.services import account, project

    if bool(code) != bool(role):
        raise click.UsageError("--project and --role belong together")
    password = account.make_password()
    user = account.create_user(
        actor=None, username=username, display_name=display_name, password=password, is_admin=admin
    )
    if code and role:
        found = project.get_project_by_code(code)
        team = None
        if team_name:
            team = next((each for each in project.list_teams(found.id) if each.name == team_name), None)
            team = team or project.create_team(actor=None, project=found, name=team_name)
        account.set_membership(actor=None, project=found, user=user, role=Role(role), team=team)
    click.echo(f"用户名：{user.username}\n密码：{password}\n请登录后立即修改密码。")


@ruhu.command("create-project")
@click.argument("code")
@click.argument("name")
@in_app
def create_project(code: str, name: str) -> None:
    """Make a project: CODE is its number (letters, digits, - and _), NAME what people call it."""
    from survey.services import project

    project.create_project(actor=None, code=code, name=name)
    click.echo(f"已新建项目 {code}：{name}")


def _add_commands() -> None:
    """Attach the commands of each noun: every module of survey.commands says `COMMANDS`."""
    import pkgutil
    from importlib import import_module

    import survey.commands

    for module in pkgutil.iter_modules(survey.commands.__path__):
        for command in import_module(f"survey.commands.{module.name}").COMMANDS:
            ruhu.add_command(command)


_add_commands()


def main() -> None:
    ruhu()
