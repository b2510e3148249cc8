"""`ruhu enrol-device`."""

from __future__ import annotations

import json

import click

from survey.cli import in_app


@click.command("enrol-device")
@click.argument("username")
@click.option("--project", "code", required=True, help="Code of the project.")
@click.option("--name", default="命令行登记", help="What the device is called.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_app
def enrol_device(username: str, code: str, name: str, as_json: bool) -> None:
    """Enrol a device of USERNAME at once and print its token: for scripts and load tests, not for tablets."""
    from survey.domain.errors import DomainError
    from survey.services import account, device
    from survey.services.project import get_project_by_code

    project, user = get_project_by_code(code), account.find_user(username)
    if user is None:
        raise DomainError("account.unknown")
    _invited, secret = device.invite(actor=None, project=project, user=user, name=name)
    enrolled, token = device.enrol(code=secret, name=name, app="")
    if as_json:
        told = {"device": str(enrolled.id), "token": token, "project": project.code, "user": user.username}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(f"平板编号：{enrolled.id}\n令牌：{token}\n令牌只显示这一次，请妥善保管。")


COMMANDS = [enrol_device]
