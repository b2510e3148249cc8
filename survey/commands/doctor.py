"""`ruhu doctor`: what this machine lacks, and how to mend it. Needs no application: it runs where that cannot start."""

from __future__ import annotations

import click

from survey.config import read_config
from survey.services.doctor import examine


@click.command()
def doctor() -> None:
    """Check versions, fonts, libraries, database settings and folders, and say how to mend what is wrong."""
    findings = examine(read_config())
    for finding in findings:
        click.echo(f"{'正常' if finding.ok else '问题'}  {finding.name}：{finding.found}")
        if not finding.ok:
            click.echo(f"      → {finding.mend}")
    wrong = sum(not finding.ok for finding in findings)
    if wrong:
        click.echo(f"\n检查了 {len(findings)} 项，有 {wrong} 项需要处理。", err=True)
        raise SystemExit(1)
    click.echo(f"\n检查了 {len(findings)} 项，全部正常。")


COMMANDS = [doctor]
