"""Doors of a household: a new household at a door, doors joined to it (打通) and parted again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.door import door_label
from survey.domain.errors import DomainError, NotFound
from survey.forms.building import AttachDoorForm, CreateHouseholdForm
from survey.models import Household
from survey.services.building import create_household, detach_door
from survey.services.door import join_door, list_attachable
from survey.services.grid import visible_units
from survey.web.access import building_of_page, current_user, load_household, project_of_page, requires
from survey.web.household import bp


@bp.route("/building/<uuid:building_id>/household/create", methods=["GET", "POST"])
@requires(Permission.HOUSEHOLD_CREATE)
def create(building_id: UUID) -> ResponseReturnValue:
    """A household at a door of the building; the door is made where there is none."""
    building = building_of_page()
    form = CreateHouseholdForm(
        unit_no=request.args.get("unit_no", ""),
        room_no=request.args.get("room_no", ""),
        floor_no=request.args.get("floor_no", type=int),
    )
    if form.validate_on_submit():
        units = visible_units(current_user, building)
        unit = (form.unit_no.data or "").removesuffix("单元")
        with form.catching():
            if units is not None and unit not in units:
                raise DomainError("building.unit_not_yours", "unit_no")
            household = create_household(
                actor=current_user,
                project=project_of_page(),
                building=building,
                unit_no=unit,
                room_no=form.room_no.data or "",
                floor_no=form.floor_no.data,
            )
            flash(_("已为 %(door)s 建立档案。", door=household.door_text), "success")
            return redirect(url_for("household.show", household_id=household.id))
    return render_template("household/create.html", form=form, building=building), form.status


@bp.get("/household/<uuid:household_id>/doors")
@requires(Permission.BUILDING_EDIT)
def doors(household_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    return _doors_page(household, _attach_form(household))


def _attach_form(household: Household) -> AttachDoorForm:
    form = AttachDoorForm()
    form.door.offer(
        {
            str(door.id): door_label(household.building.no, door.unit_no, door.room_no) + word
            for door, word in (
                (
                    door,
                    ""
                    if other is None
                    else _("（%(names)s，花名册资料将并入）", names=other.owner_names or other.dossier_no),
                )
                for door, other in list_attachable(household)
            )
        }
    )
    return form


def _doors_page(household: Household, form: AttachDoorForm) -> ResponseReturnValue:
    page = render_template(
        "household/doors.html",
        household=household,
        doors=[(door, door_label(household.building.no, door.unit_no, door.room_no)) for door in household.doors],
        form=form,
    )
    return page, form.status


@bp.post("/household/<uuid:household_id>/doors/attach")
@requires(Permission.BUILDING_EDIT)
def attach(household_id: UUID) -> ResponseReturnValue:
    """Join a door of the same building to the household."""
    household = load_household(household_id)
    form = _attach_form(household)
    if form.validate():
        chosen = next(door for door, _other in list_attachable(household) if door.id == form.door.uuid)
        with form.catching():
            join_door(actor=current_user, household=household, door=chosen)
            flash(_("已打通：%(door)s 并入本户。", door=chosen.room_no), "success")
            return redirect(url_for("household.doors", household_id=household.id))
    return _doors_page(household, form)


@bp.post("/household/<uuid:household_id>/doors/<uuid:door_id>/detach")
@requires(Permission.BUILDING_EDIT)
def detach(household_id: UUID, door_id: UUID) -> ResponseReturnValue:
    """Part a door from the household; it stands without one until it gets its own."""
    household = load_household(household_id)
    form = AttachDoorForm(formdata=None)
    if all(door.id != door_id for door in household.doors):
        raise NotFound
    with form.catching():
        detach_door(actor=current_user, household=household, door_id=door_id)
        flash(_("门牌已分开，可以在楼盘表里为它单独建档。"), "success")
        return redirect(url_for("household.doors", household_id=household.id))
    form.door.offer({})
    return _doors_page(household, form)
