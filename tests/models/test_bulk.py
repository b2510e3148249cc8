"""A bulk insert keeps the same values as the ordinary one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select

from survey.domain import codes
from survey.domain.household import HouseholdState
from survey.models import Household, Project, db, new_id
from survey.models.bulk import insert_rows
from tests import factories


def values(project: Project, number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "project_id": project.id, "building_id": factories.building(project).id,
        "dossier_no": f"YY-{number}", "state": HouseholdState.UNVISITED,
        "state_since": datetime(2026, 11, 22, 8, 30, 1, 5, tzinfo=UTC), "tenure_type": codes.Tenure.COMMERCIAL,
        "area_cert_m2": Decimal("85.20"), "lease_end": date(2027, 1, 2), "rent_yuan_month": None,
        "will_reason": ["area", "place"], "only_home": False, "lon": Decimal("118.5"), "removed_at": None, "note": "䶮",
        **more,
    }  # fmt: skip


def test_a_bulk_insert_and_an_ordinary_one_keep_the_same(project: Project) -> None:
    one, two = values(project, 1), values(project, 2)
    db.session.flush()
    table = Household.metadata.tables["household"]
    insert_rows(db.session.connection(), table, [one])
    db.session.connection().execute(insert(table), [two])
    rows = [dict(row._mapping) for row in db.session.execute(select(table).order_by(table.c.dossier_no))]
    for row, given in zip(rows, (one, two), strict=True):
        assert {name: row[name] for name in given} == given
    assert {k: v for k, v in rows[0].items() if k not in ("id", "dossier_no")} == {
        k: v for k, v in rows[1].items() if k not in ("id", "dossier_no")
    }


@pytest.mark.parametrize(
    "wrong",
    [{"area_cert_m2": Decimal("1.234")}, {"state_since": datetime(2026, 1, 1)}, {"tenure_type": "castle"}],  # noqa: DTZ001
)
def test_what_the_column_types_refuse_is_refused_in_bulk_too(project: Project, wrong: dict[str, Any]) -> None:
    row = values(project, 1, **wrong)
    db.session.flush()
    with pytest.raises(Exception, match=r"decimal places|naive|castle"):
        insert_rows(db.session.connection(), Household.metadata.tables["household"], [row])


def test_no_rows_are_no_statement(project: Project) -> None:
    insert_rows(db.session.connection(), Household.metadata.tables["household"], [])
