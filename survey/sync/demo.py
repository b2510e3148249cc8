"""The tablets of the demo project: what an office finds on the pages 平板 and 待处理 on an ordinary day.

One tablet whose records went in, with a number that never arrived; one that has not called for days; one that was revoked
with records still on it; and a code that waits. Everything is enrolled and received as a real tablet's is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from survey.domain.check import CHINA
from survey.domain.event import EventType
from survey.domain.household import EDITABLE
from survey.domain.sheet import FORM_VERSION, Sheet, to_pairs
from survey.forms.sheet import without_masked
from survey.models import Device, Household, User, db, new_id, utc_now
from survey.models.base import at
from survey.services import device as devices
from survey.services.demo.story import Demo, signed_page
from survey.services.scope import visible_households
from survey.services.sheet import current_sheet, is_signed, save_sheet
from survey.sync import blobs, inbox


def add_tablets(demo: Demo, now: datetime | None = None) -> None:
    """Give the demo its tablets, and the queue something of each kind. The caller commits."""
    now = (now or datetime.now(CHINA)).astimezone(CHINA)
    one, two = demo.surveyors
    homes = list(db.session.scalars(visible_households(one, demo.project.id)))
    first, second, third = (_Tablet.enrolled(demo, user, name, now) for user, name in
                            ((one, "1 号平板"), (two, "2 号平板"), (two, "旧平板")))  # fmt: skip
    with at(now - timedelta(hours=3)):
        first.send(first.document(homes[0], "楼道现场"))
        first.lose(2)
        _make_twice(first, homes)
        _dispute(first, demo.office, homes)
        _meet_locked(first, homes)
    with at(now - timedelta(days=2)):
        second.send(second.document(homes[-1], "楼道现场"), unsent=4)
    with at(now - timedelta(hours=2)):
        devices.revoke(actor=demo.office, device=third.device)
        third.send(third.document(homes[-1], "门牌"), third.visit(homes[-1], one, now - timedelta(days=1)))
    with at(now):
        devices.invite(actor=demo.office, project=demo.project, user=one, name="3 号平板")


def _make_twice(tablet: _Tablet, homes: Sequence[Household]) -> None:
    """A household that the tablet made at a door where there was one, with some answers that differ from it."""
    there = next((home for home in homes if _is_open(home) and len(home.doors) == 1), None)
    if there is None:
        return
    made, sheet, door = new_id(), current_sheet(there), there.doors[0]
    about = {"building": str(there.building_id), "unit": door.unit_no, "room": door.room_no}
    created = tablet.event(EventType.CREATE, made, about=about)
    told = replace(sheet, address=f"{sheet.address}（北户）", note="两家分户居住，各走各的门")
    pairs = [[*pair] for pair in to_pairs(told)]  # a new household: its numbers are typed anew
    tablet.send(created, tablet.event(EventType.SAVE, made, prev=created["id"], pairs=pairs))


def _dispute(tablet: _Tablet, office: User, homes: Sequence[Household]) -> None:
    """An answer that the office and the tablet changed at the same time."""
    home = next((home for home in reversed(homes) if _is_open(home)), None)
    if home is None:
        return
    base, sheet = home.sheet_version, current_sheet(home)
    rooms = sheet.rooms or 2
    save_sheet(actor=office, household=home, base=base, pairs=to_pairs(replace(sheet, rooms=rooms + 1)))
    tablet.send(tablet.save(home.id, replace(sheet, rooms=rooms + 2), base))


def _meet_locked(tablet: _Tablet, homes: Sequence[Household]) -> None:
    """A sheet that was filled again after it had been handed in."""
    home = next((home for home in homes if home.state not in EDITABLE), None)
    if home is not None:
        told = replace(current_sheet(home), note="住户来电更正：阳台是后封的")
        tablet.send(tablet.save(home.id, told, home.sheet_version))


def _is_open(home: Household) -> bool:
    return home.state in EDITABLE and home.sheet_version > 0 and not is_signed(home)


@dataclass(slots=True)
class _Tablet:
    """A tablet of the demo; `seq` is the number of its last record."""

    device: Device
    seq: int = 0

    @classmethod
    def enrolled(cls, demo: Demo, user: User, name: str, now: datetime) -> _Tablet:
        with at(now - timedelta(days=9)):
            _row, code = devices.invite(actor=demo.office, project=demo.project, user=user, name=name)
            device, _token = devices.enrol(code=code, name="", app="1", now=now - timedelta(days=9))
        device.feed_at, device.households = now - timedelta(days=9), 0
        return cls(device)

    def event(self, kind: EventType, household_id: UUID, **values: Any) -> dict[str, Any]:
        """A record as a tablet makes it (docs/sync.md)."""
        self.seq += 1
        return {
            "id": str(new_id()), "type": kind.value, "form": "sheet", "fv": FORM_VERSION, "hid": str(household_id),
            "base": 0, "prev": None, "at": (utc_now() - timedelta(minutes=20)).isoformat(), "seq": self.seq, "pairs": [], "clear": [],
            "blobs": [], "about": {}, **values,
        }  # fmt: skip

    def save(self, household_id: UUID, sheet: Sheet, base: int, **values: Any) -> dict[str, Any]:
        pairs = [[*pair] for pair in without_masked(to_pairs(sheet))]
        return self.event(EventType.SAVE, household_id, base=base, pairs=pairs, **values)

    def document(self, home: Household, title: str) -> dict[str, Any]:
        photo = blobs.put_whole(self.device, signed_page())
        pairs = [["category", "photo"], ["title", title]]
        return self.event(EventType.DOCUMENT, home.id, pairs=pairs, blobs=[photo])

    def visit(self, home: Household, partner: User, day: datetime) -> dict[str, Any]:
        pairs = [
            ["result", "nobody_home"], ["surveyor_1", str(self.device.user_id)], ["surveyor_2", str(partner.id)],
            ["started_at", day.strftime("%Y-%m-%dT10:00")], ["ended_at", day.strftime("%Y-%m-%dT10:05")],
        ]  # fmt: skip
        return self.event(EventType.VISIT, home.id, pairs=pairs)

    def lose(self, count: int) -> None:
        """So many records never arrive."""
        self.seq += count

    def send(self, *events: dict[str, Any], unsent: int = 0) -> list[dict[str, Any]]:
        return inbox.receive(self.device, {"events": [*events], "unsent": unsent, "households": 24})
