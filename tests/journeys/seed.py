"""Fill a new database, and say who may sign in: python -m tests.journeys.seed (office | demo HOUSEHOLDS).

`office` is an office before its first day: a project and its people, and no building. `demo` is the demo project.
Prints one line of JSON: `people`, role -> [user name, password], and `rules`, [endpoint, address] of every GET route.
"""

from __future__ import annotations

import json
import sys

from survey import create_app
from survey.config import read_config
from survey.domain.access import Role
from survey.models import db
from survey.models.migrate import upgrade
from survey.services import account, project
from survey.services.demo.story import make_demo
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


def main(what: str, *values: str) -> None:
    app = create_app()
    with app.app_context():
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
