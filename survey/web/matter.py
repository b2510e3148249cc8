"""Matters (事项) in the reader's words: the sentence, the filters above a list, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from survey.domain.access import Role
from survey.domain.codes import Code
from survey.domain.matter import Matter
from survey.domain.message import MESSAGES
from survey.forms.base import Form
from survey.models import Team
from survey.services.matter import ShownMatter, Sorted
from survey.services.project import list_teams
from survey.web.access import project_of_page, role_of_page
from survey.web.answer import url_with

Kind = TypeVar("Kind", bound=Code)
NOTED = "noted"


def sentence_of_matter(matter: Matter) -> str:
    """What stands in the records, in the reader's language."""
    told = {name: _(value.label) if isinstance(value, Code) else value for name, value in matter.params.items()}
    return _(MESSAGES[matter.code]).format(**told)


def asked_kind(kinds: Mapping[Kind, Sorted], codes: type[Kind]) -> Kind:
    """The kind of `?kind=`; else the first of which something is open, else the first."""
    asked = request.args.get("kind", "")
    if asked in {code.value for code in codes}:
        return codes(asked)
    return next((kind for kind, each in kinds.items() if each.open), next(iter(codes)))


def wants_noted() -> bool:
    return request.args.get("shown") == NOTED


def kind_chips(kinds: Mapping[Kind, Sorted], current: Kind | None, noted: bool = False) -> list[dict[str, object]]:
    """The kinds with how many are open (or noted) of each; those of which there are none come last."""
    chips = []
    for kind, each in kinds.items():
        count = len(each.noted if noted else each.open)
        chips.append(
            {"label": _(kind.label), "count": count, "url": url_with(kind=kind.value), "current": kind is current}
        )
    return sorted(chips, key=lambda chip: not chip["count"])


def team_chips(teams: list[Team], team_id: UUID | None) -> list[dict[str, object]]:
    """All teams and each of them; none for a reader who has one team only."""
    if len(teams) < 2:
        return []
    every = {"label": _("全部小组"), "url": url_with(team=None), "current": team_id is None}
    return [
        every,
        *({"label": team.name, "url": url_with(team=team.id), "current": team.id == team_id} for team in teams),
    ]


def asked_team() -> tuple[list[Team], UUID | None]:
    """The teams that the reader may choose among, and the one of `?team=`; leaders and surveyors see their own at most."""
    if role_of_page() in (Role.SURVEYOR, Role.LEADER):
        return [], None
    teams = list_teams(project_of_page().id)
    asked = request.args.get("team", "")
    return teams, next((team.id for team in teams if str(team.id) == asked), None)


def forms_of(
    rows: Sequence[ShownMatter], make: Callable[[], Form], refused: Form | None, at: UUID | None
) -> dict[UUID, Form]:
    """A form for each matter of a page, each with ids of its own; the one that was refused keeps what was typed."""
    forms = {}
    for number, row in enumerate(rows, 1):
        form = refused if refused is not None and row.id == at else make()
        for field in form:
            field.id = f"{field.name}-{number}"
            field.label.field_id = field.id
        forms[row.id] = form
    return forms
