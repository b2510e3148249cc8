"""Who sees the project as a whole reads no resident's name: not in a list, not in a dossier, not in what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.models import Project, db
from survey.services.sheet import current_sheet, save_sheet
from tests import factories

FORMER, OWNER, WIFE = "欧阳旧名", "欧阳新名", "查美丽"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_no_page_tells_a_name_to(as_: Callable[..., FlaskClient], project: Project, role: Role) -> None:
    office = factories.member(project, Role.OFFICE)
    people = (factories.person(FORMER), factories.person(WIFE, 2, guardian_name=FORMER))
    sheet = factories.sheet(persons=people, coown_type=codes.Coown.SOLE)
    household = factories.household(project, sheet=sheet, actor=office)
    renamed = replace(current_sheet(household), persons=(factories.person(OWNER), people[1]), note=f"{WIFE}说周末在家")
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(renamed))
    db.session.commit()
    browser = as_(role.value)
    base = f"/household/{household.id}"
    pages = [
        base, f"{base}/sheet/versions", f"{base}/sheet/compare?from=1&to=2", f"{base}/consent", f"{base}/visit",
        f"{base}/briefing", "/project/YY/households", "/project/YY/search?q=3-2-501",
        f"/building/{household.building_id}", f"/building/{household.building_id}?view=list",
    ]  # fmt: skip
    for address in pages:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        for name in (FORMER, OWNER, WIFE):
            assert name not in answer.text, f"{address} tells {name}"
    assert "欧阳**" in browser.get(base).text


def test_the_office_reads_the_names(as_: Callable[..., FlaskClient], project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet(persons=(factories.person(OWNER),)))
    db.session.commit()
    assert OWNER in as_("office").get(f"/household/{household.id}").text
