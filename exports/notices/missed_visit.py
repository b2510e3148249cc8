"""未遇告知单: the card left in the door when nobody was met. It names the door, never a person: anyone may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exports.notices.office import Office, Surveyor
from exports.notices.stamp import Stamp

TEMPLATE = "missed-visit"


@dataclass(frozen=True, slots=True)
class MissedVisit:
    """One card.

    visited_at     when the surveyors were at the door, office's time; None leaves blanks for the pen
    attempt        which visit it was, 0 when the card is printed in advance
    next_visit_at  the next visit, office's time; None leaves blanks
    link           where an appointment can be made; "" prints the dossier number's code instead
    """

    office: Office
    project: str
    dossier_no: str
    door: str
    issued_on: date
    visited_at: datetime | None = None
    attempt: int = 0
    next_visit_at: datetime | None = None
    surveyors: tuple[Surveyor, ...] = ()
    link: str = ""
    stamp: Stamp | None = None
