"""The list of a project's households. The board's figures lead here, with the register's filters in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.household import HouseholdState
from survey.services import register
from survey.services.board import count_flags
from survey.services.project import list_teams
from survey.services.scope import find_membership
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.answer import url_with
from survey.web.household import bp
from survey.web.household.page import page_words

QUICK = (
    "surveyed", "returned", "unmet", "refused", "rebrief", "briefed", "appointment", "today", "stuck", "open_request",
    "overdue_request", "overdue_appointment", "never_met", "waiting_review", "conflict", "joined", "disputed", "deceased",
    "seized", "special",
)  # fmt: skip
"""Flags shown as chips with their counts; those that choose nobody are left out."""
SELECTS = ("building", "team", "surveyor", "will", "choice", "comp_mode", "lease_status", "tenure_type", "last_result")


@dataclass(frozen=True, slots=True)
class Select:
    """One list to choose from in the form of filters."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


bp.context_processor(page_words)


@bp.get("/project/<project_code>/households")
@requires(Permission.HOUSEHOLD_LIST)
def list(project_code: str) -> ResponseReturnValue:
    """The visible households that the address chooses, fifty a page."""
    project = project_of_page()
    reading = register.read(project)
    chosen = register.chosen_filters(request.args, may)
    sort = request.args.get("sort", "door")
    page = register.list_households(
        current_user, reading, chosen, sort=sort, page=request.args.get("page", 1, type=int) or 1
    )
    quick = [name for name in QUICK if (needed := register.HOUSEHOLD_FILTERS[name].permission) is None or may(needed)]
    counts = count_flags(current_user, project, reading, chosen, quick)
    states = register.count_states(current_user, reading, chosen)
    selects = _selects(chosen)
    return render_template(
        "household/list.html",
        page=page,
        chosen=chosen,
        words=[(name, _word(name, value, selects), url_with(**{name: None})) for name, value in chosen.items()],
        state_chips=_state_chips(states, chosen),
        quick_chips=[
            {"label": _(register.HOUSEHOLD_FILTERS[name].label), "count": counts[name],
             "current": chosen.get(name) == "yes", "url": url_with(**{name: None if chosen.get(name) == "yes" else "yes"})}
            for name in quick
            if counts[name] or chosen.get(name) == "yes"
        ],
        selects=selects,
        kept=[(name, value) for name, value in chosen.items() if name not in SELECTS],
        is_narrowed=any(name in SELECTS for name in chosen),
        sort=sort if sort in register.SORTS else "door",
        sorts=[(name, _(label)) for name, (label, _order) in register.SORTS.items()],
    )  # fmt: skip


def _state_chips(states: Mapping[HouseholdState, int], chosen: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    items = [
        {
            "label": _("全部"),
            "count": sum(states.values()),
            "url": url_with(state=None),
            "current": "state" not in chosen,
        }
    ]
    for state, count in states.items():
        current = chosen.get("state") == state.value
        if count or current:
            items.append(
                {"label": _(state.label), "count": count, "code": state.value, "current": current,
                 "url": url_with(state=None if current else state.value)}
            )  # fmt: skip
    return items


def _selects(chosen: Mapping[str, str]) -> Sequence[Select]:
    project = project_of_page()
    options: dict[str, Any] = {
        "building": [(no, _("%(no)s号楼", no=no)) for no in register.list_building_numbers(current_user, project)]
    }
    member = find_membership(current_user, project.id)
    sees_all = member is not None and member.role.value not in ("surveyor", "leader")
    if sees_all:
        options["team"] = [(str(team.id), team.name) for team in list_teams(project.id)]
        options["team"].append(("none", _("未指定小组")))
    if member is not None and member.role.value != "surveyor":
        options["surveyor"] = [
            (str(user.id), user.display_name) for user in register.list_project_surveyors(project.id)
        ]
        options["surveyor"].append(("none", _("未分配")))
    selects = []
    for name in SELECTS:
        each = register.HOUSEHOLD_FILTERS[name]
        if each.codes is not None:
            options[name] = [(str(code), _(code.label)) for code in each.codes]
        if options.get(name):
            selects.append(Select(name, _(each.label), options[name], chosen.get(name, "")))
    return selects


def _word(name: str, value: str, selects: Sequence[Select]) -> str:
    """How a chosen filter is called: 楼栋：3号楼; 未遇; 未遇：否."""
    each = register.HOUSEHOLD_FILTERS[name]
    label = _(each.label)
    if each.kind == "flag":
        return label if value == "yes" else _("%(label)s：否", label=label)
    if each.kind == "user" and value != "none":
        people = register.list_project_surveyors(project_of_page().id)
        word = next((user.display_name for user in people if str(user.id) == value), value)
    elif each.codes is not None:
        word = next(
            (_(code.label) for code in each.codes if code.value == value), _("未填") if value == "none" else value
        )
    else:
        known = next((select for select in selects if select.name == name), None)
        word = dict(known.options).get(value, value) if known else value
    return _("%(label)s：%(word)s", label=label, word=word)
