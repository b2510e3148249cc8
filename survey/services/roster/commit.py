"""Carrying out a plan: exactly what the preview showed, in the caller's one transaction, by bulk statements."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from survey.collector import without_collection
from survey.domain.door import DoorRef, natural_key
from survey.domain.errors import DomainError
from survey.domain.roster.state import RowFate
from survey.models import Building, Door, Household, Project, User, db
from survey.services.roster.plan import Plan, PlanItem
from survey.services.roster.prepare import Prepared, Tell, door_values, prepare, say_nothing, take_ground, told_floors
from survey.services.sheet.bulk import write_sheets


def lock_project(project: Project) -> None:
    """Let one import of a project after the other compare and write. Whoever writes a row of the project goes on."""
    # FOR NO KEY UPDATE: a full lock would bar every row that refers to the project, and with it all tablets.
    db.session.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def carry_out(
    *, actor: User | None, project: Project, plan: Plan, digest: str, skip_refused: bool,
    prepared: Prepared | None = None, tell: Tell = say_nothing,
) -> None:  # fmt: skip
    """Write what the plan says. The caller writes the one audit entry.

    digest        of the plan that the person was shown
    skip_refused  the person has said that rows with errors are to be left out
    prepared      the plan's rows, where they were worked out before
    tell          is told how many households are written so far; what it raises stops the import

    Raises DomainError: roster.changed_since, roster.refused_rows.
    """
    if plan.digest != digest:
        raise DomainError("roster.changed_since")
    refused = plan.counts[RowFate.REFUSED]
    if refused and not skip_refused:
        raise DomainError("roster.refused_rows", count=refused)
    ground = take_ground(project.id, plan)
    if prepared is None or prepared.ground != ground:
        prepared = prepare(project.id, project.code, plan, ground, saved_by_id=actor.id if actor else None)
    buildings = _write_buildings(project, plan, prepared.new_buildings)
    written = 0
    with without_collection():
        for rows in prepared:
            write_sheets(rows)
            tell(written := written + len(rows.household_ids))
    prepared.close()
    for item in plan.items:
        if item.fate is RowFate.CHANGED and item.new_doors:
            _add_doors(item, buildings)


def _write_buildings(project: Project, plan: Plan, new_buildings: dict[str, UUID]) -> dict[str, Building]:
    """The buildings of the project by number, with those that the plan brings and the floors that it tells."""
    floors = told_floors(plan.items)
    for no in sorted(new_buildings, key=natural_key):
        db.session.add(Building(id=new_buildings[no], project_id=project.id, no=no, sort=natural_key(no)))
    db.session.flush()
    found = {
        building.no: building
        for building in db.session.scalars(select(Building).where(Building.project_id == project.id))
    }
    for no, told in floors.items():
        if found[no].total_floors is None:
            found[no].total_floors = told
    db.session.flush()
    return found


def _add_doors(item: PlanItem, buildings: dict[str, Building]) -> None:
    """Give a household the doors that the roster names besides its own (打通)."""
    assert item.household_id is not None and item.place is not None
    building = buildings[item.row.building_no]
    for _, unit_no, room_no in item.new_doors:
        given = db.session.execute(
            update(Door)
            .where(Door.building_id == building.id, Door.unit_no == unit_no, Door.room_no == room_no)
            .values(household_id=item.household_id)
        )
        if not given.rowcount:  # type: ignore[attr-defined]
            db.session.add(Door(**door_values(item.row, room_no, item.household_id, building.id)))
    household = db.session.get_one(Household, item.household_id)
    db.session.flush()
    db.session.refresh(household, ["doors"])
    household.door_text = "、".join(DoorRef(building.no, door.unit_no, door.room_no).short for door in household.doors)
    household.door_sort = household.doors[0].sort
