"""`ruhu demo`."""

from __future__ import annotations

import click
from flask import current_app

from survey.cli import in_app


@click.command()
@click.option("--project", "code", default="DEMO", show_default=True, help="Code of the project to make.")
@click.option("--households", default=1700, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed makes the same neighbourhood.")
@click.option("--if-empty", is_flag=True, help="Change nothing where there is a project already.")
@in_app
def demo(code: str, households: int, seed: int, if_empty: bool) -> None:
    """Make an invented project half-way through its survey, and print one account a role."""
    from survey.services.demo.story import make_demo
    from survey.services.project import list_codes
    from survey.sync.demo import add_tablets

    codes = list_codes() if if_empty else []
    if codes:
        click.echo(
            f"已有项目 {'、'.join(codes)}，没有改动。账号在首次运行时打印过，密码只显示那一次；忘记时可新建账号：\n"
            f"  .venv/bin/ruhu create-user 用户名 --project {codes[0]} --role office"
        )
        return

    made = make_demo(
        code=code,
        households=households,
        seed=seed,
        folder=current_app.config["RUHU"].documents,
        progress=lambda text: click.echo(text, err=True),
    )
    add_tablets(made)
    click.echo(f"演示项目 {made.project.code}：{made.households} 户。以下账号的密码只显示这一次：")
    for role, user, password in made.accounts:
        click.echo(f"  {role}\t用户名 {user.username}\t密码 {password}")


COMMANDS = [demo]
