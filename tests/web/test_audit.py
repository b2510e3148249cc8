"""The log speaks the words of the office."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from survey.domain.household import Action
from survey.models import Project, db
from survey.services import household as households
from survey.web.audit import ACTIONS
from tests import factories

SURVEY = Path(households.__file__).parent.parent


def test_every_act_that_is_logged_has_a_word() -> None:
    written = {
        action
        for path in SURVEY.rglob("*.py")
        for call in re.findall(r"audit\.record\((.{0,120})", path.read_text("utf-8"), re.S)
        for action in re.findall(r'"([a-z]+\.[a-z_]+)"', call)
    }
    assert {"visit.record", "roster.import", "person.reveal"} <= written, "the search no longer finds the acts"
    assert (written | set(households.AUDIT_ACTIONS.values())) <= set(ACTIONS)


def test_the_log_tells_who_did_what_in_words(as_: Callable[..., FlaskClient], project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    households.take_step(actor=factories.user("李调查"), household=household, action=Action.SUBMIT)
    db.session.commit()
    page = as_("office").get("/project/YY/audit").text
    assert "李调查" in page and "提交调查表" in page
    assert "原状态：进行中；新状态：已提交" in page
    assert "sheet.submit" not in page
