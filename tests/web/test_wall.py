"""The wall screen: the board's figures, and nobody's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.models import Project, db
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
