"""Fill a new database, and say who may sign in: python -m tests.journeys.seed (office | demo HOUSEHOLDS).

`office` is an office before its first day: a project and its people, and no building. `demo` is the demo project. `jobs`
gives the office of the first a job in each state, and prints their ids by state.
Prints one line of JSON: `people`, role -> [user name, password], and `rules`, [endpoint, address] of every GET route.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from survey import create_app
from survey.config import read_config
from survey.domain.access import Permission, Role
from survey.domain.job import JobKind, JobState, JobStep
from survey.models import Job, User, db, utc_now
from survey.models.migrate import upgrade
from survey.services import account, project
from survey.services.demo.story import make_demo
from survey.services.project import get_project_by_code
from survey.sync.demo import add_tablets

PEOPLE = (
    ("office", "沈志远", Role.OFFICE),
    ("coordinator", "袁立新", Role.COORDINATOR),
    ("leader", "曹志刚", Role.LEADER),
    ("surveyor", "王建国", Role.SURVEYOR),
    ("surveyor2", "李秀兰", Role.SURVEYOR),
)


def make_office() -> dict[str, tuple[str, str]]:
    """The project YY with one team, five people and nothing else."""
    made = project.create_project(
        actor=None, code="YY", name="颐园小区改造项目", office_name="颐园小区改造项目办公室",
        office_phone="120-0000-0000", office_address="颐园小区物业楼一楼",
    )  # fmt: skip
    team = project.create_team(actor=None, project=made, name="第一组")
    people = {}
    for number, (name, shown, role) in enumerate(PEOPLE):
        password = account.make_password()
        user = account.create_user(
            actor=None, username=name, display_name=shown, password=password, staff_no=f"YY{number + 1:03d}"
        )
        in_team = role in (Role.LEADER, Role.SURVEYOR)
        account.set_membership(actor=None, project=made, user=user, role=role, team=team if in_team else None)
        people[name] = (name, password)
    return people


def make_neighbourhood(households: int) -> dict[str, tuple[str, str]]:
    """The demo project DEMO with its people, one a role."""
    made = make_demo(households=households, folder=read_config().documents)
    add_tablets(made)
    code = made.project.code.lower()
    return {
        user.username.removeprefix(f"{code}-"): (user.username, password) for _role, user, password in made.accounts
    }


def add_jobs() -> dict[str, str]:
    """Jobs as a worker would have left them; state -> id."""
    asker = db.session.scalars(select(User).where(User.username == "office")).one()
    now = utc_now()
    states: dict[str, dict[str, Any]] = {
        "queued": {"not_before": now + timedelta(days=9)},
        "running": {"state": JobState.RUNNING, "lease_until": now + timedelta(days=9), "step": JobStep.EXPORTING,
                    "step_started_at": now - timedelta(seconds=90), "done": 41_500, "whole": 100_000},
        "writing": {"state": JobState.RUNNING, "lease_until": now + timedelta(days=9), "step": JobStep.WRITING,
                    "step_started_at": now, "kind": JobKind.ROSTER_IMPORT, "about": "颐园房屋底册（2026年修订）.xlsx"},
        "failed": {"state": JobState.FAILED, "error": "roster.refused_rows", "error_params": {"count": 3}},
        "cancelled": {"state": JobState.CANCELLED, "finished_at": now},
        "done": {"state": JobState.DONE, "result_name": "入户调查登记台账_颐园小区改造项目_20261122_1130.xlsx",
                 "result_type": "x/y", "result_bytes": 8_300_000, "finished_at": now, "expires_at": now + timedelta(days=7)},
        "expired": {"state": JobState.DONE, "result_name": "入户调查登记台账.xlsx", "result_bytes": 8_300_000,
                    "finished_at": now, "expires_at": now - timedelta(days=1)},
    }  # fmt: skip
    made = {}
    for state, values in states.items():
        about = {"kind": JobKind.LEDGER_EXPORT, "about": "入户调查登记台账", "needs": Permission.LEDGER_EXPORT.value}
        job = Job(project_id=get_project_by_code("YY").id, asked_by_id=asker.id, **{**about, **values})
        job.arguments = {}
        db.session.add(job)
        made[state] = str(job.id)
    db.session.commit()
    return made


def main(what: str, *values: str) -> None:
    app = create_app()
    with app.app_context():
        if what == "jobs":
            print(json.dumps(add_jobs()))
            return
        upgrade(db.engine)
        people = make_office() if what == "office" else make_neighbourhood(int(values[0]))
        db.session.commit()
        rules = [
            (rule.endpoint, rule.rule)
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint != "static"
        ]
    print(json.dumps({"people": people, "rules": rules}))


if __name__ == "__main__":
    main(*sys.argv[1:])
