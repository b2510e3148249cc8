"""All signals of a project before a reader, and the notes of those who looked at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from survey.domain.matter import Matter
from survey.domain.settings import ProjectSettings
from survey.domain.signal import SignalKind, check_not_own
from survey.models import MatterNote, Project, User
from survey.services import audit
from survey.services.matter import Matters, Sight, keep_note, list_matters
from survey.services.project import settings_of
from survey.services.signal.same import find_agent, find_paper, find_phone
from survey.services.signal.visits import find_hours, find_often, find_overlap, find_short
from survey.services.signal.words import find_flip, find_rate

Finder = Callable[[Project, ProjectSettings], Iterator[Matter]]
FINDERS: dict[SignalKind, Finder] = {
    SignalKind.HOURS: find_hours,
    SignalKind.OFTEN: find_often,
    SignalKind.FLIP: find_flip,
    SignalKind.RATE: find_rate,
    SignalKind.SHORT: find_short,
    SignalKind.OVERLAP: find_overlap,
    SignalKind.PHONE: find_phone,
    SignalKind.PAPER: find_paper,
    SignalKind.AGENT: find_agent,
}


def list_signals(project: Project, sight: Sight) -> Matters[SignalKind]:
    """All signals of the project that the sight shows."""
    return list_matters(project, SignalKind, find_signals, sight)


def find_signals(project: Project, kind: SignalKind) -> list[Matter]:
    """The matters of one kind in the whole project, the newest first."""
    found = FINDERS[kind](project, settings_of(project))
    return sorted(found, key=lambda each: (each.last_at.timestamp() if each.last_at else 0.0, each.key), reverse=True)


def note_signal(
    *, actor: User, project: Project, kind: SignalKind, matter_id: UUID, digest: str, text: str
) -> MatterNote:
    """Note that somebody has looked at a signal, and what they found. It comes back when its facts are others.

    Raises NotFound, DomainError: matter.changed, signal.own.
    """
    note = keep_note(
        by=actor, project=project, matters=find_signals(project, kind), matter_id=matter_id, digest=digest, text=text,
        check=lambda matter: check_not_own(matter.staff, actor.id),
    )  # fmt: skip
    audit.record(actor, "signal.note", note, {"signal": kind.value})
    return note
