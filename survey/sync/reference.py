"""What a tablet's forms and grids need besides households: doors, people, the policy's text, open rounds, words."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from survey.domain.codes import DocumentCategory
from survey.models import Building, Device, Door, Household, Project, db
from survey.services import policy as policies
from survey.services import scope
from survey.services.project import settings_of
from survey.services.round import list_open_rounds
from survey.services.visit import find_last_partner, list_surveyors


def reference(device: Device) -> dict[str, Any]:
    """The reference of docs/sync.md, within what the person may see. `hash` changes with any of it."""
    project = db.session.get_one(Project, device.project_id)
    settings = settings_of(project)
    partner = find_last_partner(device.user, project.id)
    told: dict[str, Any] = {
        "buildings": _buildings(device),
        "surveyors": [{"id": str(user.id), "name": user.display_name} for user in list_surveyors(project.id)],
        "partner": str(partner) if partner else None,
        "policies": _policies(project),
        "rounds": [
            {
                "id": str(round_.id),
                "title": round_.title,
                "kind": round_.kind.value,
                "question": round_.question,
                "policy": str(round_.policy_id) if round_.policy_id else None,
                "opened_at": round_.opened_at.isoformat(),
            }
            for round_ in list_open_rounds(project.id)
        ],
        "settings": {
            "visit_from": settings.visit_from.strftime("%H:%M"),
            "visit_until": settings.visit_until.strftime("%H:%M"),
        },
        "categories": {category.value: _(category.label) for category in DocumentCategory},
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"hash": sha256(text.encode()).hexdigest()[:32], **told}


def _policies(project: Project) -> list[dict[str, Any]]:
    """The documents of which a version is in force, the leading one first."""
    leading = policies.find_leading_policy(project.id)
    found = []
    for policy in policies.list_policies(project.id):
        version = policies.published_version(policy)
        if version is None:
            continue
        is_leading = leading is not None and policy.id == leading.id
        found.append(
            {
                "id": str(policy.id),
                "title": policy.title,
                "leading": is_leading,
                "version": {
                    "id": str(version.id),
                    "number": version.number,
                    "text": version.text,
                    "points": list(version.points),
                    "valid_from": version.valid_from.isoformat() if version.valid_from else None,
                },
            }
        )
    return sorted(found, key=lambda each: not each["leading"])


def _buildings(device: Device) -> list[dict[str, Any]]:
    """The buildings in sight with their doors in stairwell order; a door behind another's household is left out."""
    query = (
        select(Building)
        .where(scope.building_scope(device.user, device.project_id))
        .order_by(Building.sort, Building.id)
    )
    found = {
        building.id: {
            "id": str(building.id), "no": building.no, "sort": building.sort, "address": building.address,
            "doors": [],
        }
        for building in db.session.scalars(query)
    }  # fmt: skip
    visible = scope.household_scope(device.user, device.project_id)
    doors = (
        select(Door.building_id, Door.unit_no, Door.floor_no, Door.room_no, Household.id)
        .join(Household, Household.id == Door.household_id)
        .where(Door.building_id.in_(list(found)), visible)
        .order_by(Door.sort, Door.id)
    )
    for building_id, unit, floor, room, household in db.session.execute(doors):
        listed: Any = found[building_id]["doors"]
        listed.append({"unit": unit, "floor": floor, "room": room, "household": str(household)})
    return list(found.values())
