"""What every test stands on: one application and one database a worker, emptied between tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import text
from werkzeug.test import TestResponse

from survey import create_app
from survey.config import read_config
from survey.domain.access import Role
from survey.models import Base, Project, User, db, utc_now
from survey.models.migrate import upgrade
from survey.services import account
from tests import factories
from tests.html import Page
from tests.postgres import create_database, drop_database


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A database of the worker's own: SQLite, or PostgreSQL where DATABASE_URL names a server."""
    server = os.environ.get("DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path_factory.mktemp('db') / 'ruhu.sqlite'}"
        return
    name = f"ruhu_{worker_id}_{os.getpid()}"
    yield create_database(server, name)
    drop_database(server, name)


settings.register_profile("patient", deadline=None)  # a machine that does other things besides is no fault of the code
if not os.environ.get("CI"):
    settings.load_profile("patient")


@pytest.fixture(scope="session")
def whole_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    environ = {"DATABASE_URL": database_url, "RUHU_INSTANCE": str(tmp_path_factory.mktemp("instance"))}
    app = create_app(replace(read_config(environ), testing=True, styleguide=True))
    app.config["WTF_CSRF_ENABLED"] = False
    account.HASHER = PasswordHasher(
        time_cost=1, memory_cost=64, parallelism=1
    )  # 64 MiB a run would only cost time here
    app.test_client_class = CheckedClient
    with app.app_context():
        upgrade(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stories in a browser first: they take longest, and what is short fills the gaps at the end."""
    items.sort(key=lambda item: "journeys" not in item.path.parts)


def forget_request() -> None:
    """Empty `g`: the suite's one application context would hand the last request's user and language on."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def app(whole_app: Flask) -> Iterator[Flask]:
    """The application on an empty database."""
    forget_request()
    yield whole_app
    db.session.rollback()
    db.session.remove()
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())


class CheckedClient(FlaskClient):
    """A client that refuses pages with broken markup."""

    def open(self, *args: Any, **values: Any) -> TestResponse:
        db.session.expire_all()
        forget_request()
        response = super().open(*args, **values)
        if response.mimetype == "text/html" and response.data and not 300 <= response.status_code < 400:
            problems = Page(response.get_data(as_text=True)).problems
            assert not problems, f"{response.request.path}: " + "; ".join(problems)
        return response


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def project(app: Flask) -> Project:
    return factories.project()


@pytest.fixture
def as_(app: Flask, project: Project) -> Callable[..., FlaskClient]:
    """A signed-in browser: `as_("office")` for a role in the project, or `as_(user)`."""

    def sign_in(who: str | User) -> FlaskClient:
        user = who if isinstance(who, User) else factories.member(project, Role(who))
        token = account.open_session(user, utc_now())
        db.session.commit()
        client = app.test_client()
        client.set_cookie("ruhu_session", token)
        return client

    return sign_in


@pytest.fixture
def data() -> Path:
    """The folder of sample files."""
    return Path(__file__).parent / "data"
