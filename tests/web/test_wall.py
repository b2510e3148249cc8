"""The wall screen: the board's figures, and nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.models import LoginSession, Project, db, utc_now
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def neighbourhood(project: Project) -> Project:
    surveyor = factories.member(project, Role.SURVEYOR, "王芳")
    home = factories.household(project, "3-2-501", sheet=factories.sheet(), actor=surveyor)
    factories.household(project, "3-2-502")
    factories.assign(surveyor, home)
    db.session.commit()
    return project


def test_the_wall_shows_the_board_s_figures_and_no_name(neighbourhood: Project, as_: As) -> None:
    page = as_("coordinator").get("/project/YY/wall").get_data(as_text=True)
    assert "/ 2 户" in page.replace("\n", "")
    assert "3号楼" in page
    for name in ("王芳", "张伟", "张*"):
        assert name not in page
    assert 'data-wall="30"' in page


def test_an_empty_project_has_a_wall_too(project: Project, as_: As) -> None:
    page = as_("office").get("/project/YY/wall")
    assert page.status_code == 200
    assert "还没有入户记录" in page.get_data(as_text=True)


def test_the_wall_keeps_no_session_awake(neighbourhood: Project, app: Flask, as_: As) -> None:
    """Whoever walks up to the screen an hour later and follows its link is asked for the password."""
    client = as_("coordinator")
    assert client.get("/project/YY/wall").status_code == 200
    login = db.session.scalars(db.select(LoginSession)).one()
    seen = login.seen_at = utc_now() - app.config["RUHU"].session_idle - timedelta(minutes=1)
    db.session.commit()
    assert client.get("/project/YY/wall").status_code == 200
    db.session.expire_all()
    assert db.session.scalars(db.select(LoginSession.seen_at)).one() == seen
    assert client.get("/project/YY/board").status_code == 302


def test_the_wall_ends_with_the_session(neighbourhood: Project, app: Flask, as_: As) -> None:
    client = as_("coordinator")
    login = db.session.scalars(db.select(LoginSession)).one()
    login.created_at = utc_now() - app.config["RUHU"].session_absolute - timedelta(minutes=1)
    db.session.commit()
    assert client.get("/project/YY/wall").status_code == 302
