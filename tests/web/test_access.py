"""Who may open what: every route of the application, walked as every role, on one's own, another's and a missing thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from survey.domain.access import Permission, Role, is_granted
from survey.models import Household, Project, User, db
from survey.web.access import READING, Open
from tests import factories
from tests.html import without_tokens

As = Callable[..., FlaskClient]


@dataclass(frozen=True)
class World:
    """Two buildings: one the surveyor's, one not; and a project of other people."""

    project: Project
    mine: Household
    others: Household
    foreign_project: Project
    foreign: Household
    users: dict[Role, User]


@pytest.fixture
def world(project: Project) -> World:
    team = factories.team(project)
    users = {role: factories.member(project, role, team=team if role is Role.LEADER else None) for role in Role}
    mine = factories.household(project, "1-1-101", factories.sheet())
    others = factories.household(project, "2-1-101", factories.sheet(persons=(factories.person("李四", 2),)))
    factories.assign(users[Role.SURVEYOR], mine)
    mine.building.team_id = team.id
    foreign_project = factories.project("QT", "其他项目")
    foreign = factories.household(foreign_project, "1-1-101", factories.sheet())
    db.session.commit()
    return World(project, mine, others, foreign_project, foreign, users)


def rules(app: Flask) -> Iterator[tuple[Rule, str, object]]:
    """Each rule with each of its methods and the permission of its view."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, getattr(app.view_functions[rule.endpoint], "permission", None)


def address(app: Flask, rule: Rule, household: Household, project: Project) -> str:
    """The rule's address about a household of a project; ids of other nouns are made up."""
    given: dict[str, object] = {
        "project_code": project.code,
        "household_id": household.id,
        "building_id": household.building_id,
        "name": "0" * 64 if rule.endpoint.startswith("api.") else None,
    }
    values = {}
    for name in rule.arguments:
        kind = rule._converters[name].__class__.__name__
        values[name] = given.get(name) or (
            uuid4() if kind == "UUIDConverter" else 1 if kind == "IntegerConverter" else "x"
        )
    with app.test_request_context():
        from flask import url_for

        return url_for(rule.endpoint, **values)


NEEDS_MORE = {"consent.record": "which round and whose word: asked by the page before"}


def names_a_thing(rule: Rule) -> bool:
    return bool(rule.arguments & {"household_id", "building_id", "project_code"})


def test_nobody_is_let_in_without_signing_in(app: Flask, client: FlaskClient, world: World) -> None:
    for rule, method, permission in rules(app):
        if permission is Open.PUBLIC:
            continue
        answer = client.open(address(app, rule, world.mine, world.project), method=method)
        asks_to_sign_in = method in READING and permission not in (Open.DEVICE, Open.MARK)
        assert answer.status_code == (302 if asks_to_sign_in else 401), f"{method} {rule}"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused_everywhere(app: Flask, as_: As, world: World, role: Role) -> None:
    browser = as_(world.users[role])
    for rule, method, permission in rules(app):
        if isinstance(permission, Permission) and not is_granted(role, permission):
            answer = browser.open(address(app, rule, world.mine, world.project), method=method)
            assert answer.status_code in (403, 404), f"{method} {rule} as {role}"


def test_a_surveyor_cannot_tell_anothers_household_from_a_missing_one(app: Flask, as_: As, world: World) -> None:
    browser = as_(world.users[Role.SURVEYOR])
    missing = Household(id=uuid4(), building_id=uuid4())
    for rule, method, permission in rules(app):
        if not rule.arguments & {"household_id", "building_id"} or not isinstance(permission, Permission):
            continue
        theirs = browser.open(address(app, rule, world.others, world.project), method=method)
        nobody = browser.open(address(app, rule, missing, world.project), method=method)
        assert (theirs.status_code, nobody.status_code) == (404, 404), f"{method} {rule}"
        assert without_tokens(theirs.text) == without_tokens(nobody.text), f"{method} {rule}"


@pytest.mark.parametrize("role", list(Role))
def test_another_project_does_not_exist_for_its_strangers(app: Flask, as_: As, world: World, role: Role) -> None:
    browser = as_(world.users[role])
    for rule, method, permission in rules(app):
        if names_a_thing(rule) and isinstance(permission, Permission):
            answer = browser.open(address(app, rule, world.foreign, world.foreign_project), method=method)
            assert answer.status_code == 404, f"{method} {rule} as {role}"


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_whoever_may_see_it_and_writes_nothing(
    app: Flask, as_: As, world: World, role: Role
) -> None:
    browser = as_(world.users[role])
    browser.get("/projects")
    written: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", statement):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        for rule, method, permission in rules(app):
            if method not in READING or not (permission is Open.SIGNED_IN or isinstance(permission, Permission)):
                continue
            if isinstance(permission, Permission) and not is_granted(role, permission):
                continue
            others = rule.arguments - {"household_id", "building_id", "project_code"}
            answer = browser.get(address(app, rule, world.mine, world.project))
            allowed = (200, 302, 404, 400, 422) if others or rule.endpoint in NEEDS_MORE else (200, 302)
            assert answer.status_code in allowed, f"{rule} as {role}: {answer.status_code}"
            kept = [each for each in written if not re.match(r"INSERT INTO audit_entry", each)]
            assert not kept, f"GET {rule} writes: {kept[:2]}"
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)


def test_ids_and_phones_are_masked_on_every_page(app: Flask, as_: As, world: World) -> None:
    person = factories.sheet().persons[0]
    for role in Role:
        browser = as_(world.users[role])
        for rule, method, permission in rules(app):
            if method in READING and isinstance(permission, Permission) and is_granted(role, permission):
                page = browser.get(address(app, rule, world.mine, world.project))
                if page.mimetype in ("text/html", "application/json"):
                    assert person.id_no not in page.text, f"{rule} as {role}"
                    assert person.phone not in page.text, f"{rule} as {role}"


def test_a_removed_household_is_gone_for_everybody(as_: As, world: World) -> None:
    world.mine.removed_at = world.mine.building.id and world.project.created_at
    db.session.commit()
    for user in world.users.values():
        assert as_(user).get(f"/household/{world.mine.id}").status_code == 404


def test_an_ended_role_ends_the_sight_at_once(as_: As, world: World) -> None:
    user = world.users[Role.OFFICE]
    browser = as_(user)
    assert browser.get(f"/household/{world.mine.id}").status_code == 200
    factories.membership_of(user).valid_until = world.project.created_at
    db.session.commit()
    assert browser.get(f"/household/{world.mine.id}").status_code == 404


def test_a_deactivated_account_is_out_on_its_next_request(as_: As, world: World) -> None:
    user = world.users[Role.OFFICE]
    browser = as_(user)
    user.is_active = False
    db.session.commit()
    assert browser.get(f"/project/{world.project.code}/board").status_code == 302


def test_pages_carry_the_headers_that_keep_them_ours(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_form_without_its_token_changes_nothing(app: Flask, as_: As, world: World) -> None:
    browser = as_(world.users[Role.OFFICE])
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule, method, permission in rules(app):
            if method not in READING and permission is not Open.PUBLIC:
                answer = browser.open(address(app, rule, world.mine, world.project), method=method, data={})
                refused = (401,) if permission in (Open.DEVICE, Open.MARK) else (400, 403, 404)
                assert answer.status_code in refused, f"{method} {rule}: {answer.status_code}"
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_ids_in_addresses_are_random_and_ordered_by_time_only() -> None:
    from survey.models import new_id

    one, two = new_id(), new_id()
    assert isinstance(one, UUID) and one.version == 7 and one != two
