"""A matter (事项): what was found among the records that a person should look at, with the cases.

Fairness signals (`survey.domain.signal`) and faults of the data (`survey.domain.quality`) are matters. A matter is found
anew each time from the records; only the note of a person who has looked at it is kept. It refuses to be a verdict: it
says what stands in the records and why that is shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from survey.domain.codes import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One matter.

    key         the same for the same matter each time, among those of its kind; it may be a keyed hash and is never shown
    code        key of `survey.domain.message.MESSAGES`: what stands in the records
    params      values of that sentence; never a resident's name, an ID number or a phone
    households  whom it is about, in the order of their doors
    staff       who made the visits, or wrote the records
    facts       what it follows from: when they change, a note about it is no longer about this
    """

    kind: Code
    key: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)
    households: tuple[UUID, ...] = ()
    staff: tuple[UUID, ...] = ()
    building_id: UUID | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    facts: tuple[str, ...] = ()

    def id_in(self, project_id: UUID) -> UUID:
        """The id under which notes about it are kept: it follows from kind and key, and tells neither."""
        return uuid5(project_id, f"{self.kind.value}:{self.key}")

    @property
    def digest(self) -> str:
        """SHA-256 of the facts, in whatever order they were found."""
        return sha256("\n".join(sorted(self.facts)).encode()).hexdigest()
