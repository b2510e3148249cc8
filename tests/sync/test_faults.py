"""Two tablets, an office and a bad network, in any order: nothing acknowledged is lost, nothing is done twice, nothing is
there that nobody wrote."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.sheet import Sheet, from_pairs, to_pairs
from survey.models import ConflictRow, Household, Project, SyncEvent, User, Visit, db
from survey.services.sheet import current_sheet, list_versions, save_sheet
from tests import factories
from tests.sync.tablet import Tablet

FIELDS = ("note", "parcel_no", "appraiser_choice")
ROOMS = ("501", "502")
FINAL = {"applied", "merged", "conflict", "invalid", "held"}
numbers = count()


@dataclass
class Client:
    """A tablet as it behaves: it edits its own copy, keeps an outbox, and believes only what it was answered."""

    tablet: Tablet
    outbox: list[dict[str, Any]] = field(default_factory=list)
    copies: dict[str, Sheet] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)

    def pull(self) -> None:
        self.tablet.pull()
        waiting = {event["hid"] for event in self.outbox}
        for hid, row in self.tablet.rows.items():
            if hid not in waiting:
                self.copies[hid], self.bases[hid] = from_pairs([(n, t) for n, t in row["pairs"]]), row["v"]

    def write(self, event: dict[str, Any]) -> None:
        event["prev"] = self.last.get(event["hid"])
        self.last[event["hid"]] = event["id"]
        self.outbox.append(event)

    def answered(self, results: list[dict[str, Any]]) -> None:
        for result in results:
            if result["status"] in FINAL:
                earlier = self.done.setdefault(result["id"], result)
                assert (earlier["status"], earlier.get("version")) == (result["status"], result.get("version"))
                self.outbox = [event for event in self.outbox if event["id"] != result["id"]]
                row = result.get("row")
                if row and not any(event["hid"] == row["id"] for event in self.outbox):
                    self.tablet.rows[row["id"]] = row
                    self.copies[row["id"]] = from_pairs([(n, t) for n, t in row["pairs"]])
                    self.bases[row["id"]] = row["v"]


class Doors(RuleBasedStateMachine):
    """`app` and `people` are given by the test below."""

    app: Flask

    @initialize()
    def begin(self) -> None:
        self.project: Project = factories.project(f"P{next(numbers)}", "断网")
        self.office: User = factories.member(self.project, Role.OFFICE)
        homes = [factories.household(self.project, f"3-2-{room}", sheet=factories.sheet()) for room in ROOMS]
        self.homes = [str(home.id) for home in homes]
        self.clients = [Client(Tablet.enrolled(self.app, self.project, *homes)) for _ in range(2)]
        self.written: dict[str, tuple[str, str]] = {}
        self.visits: set[str] = set()
        self.by_office = 0
        for client in self.clients:
            client.pull()

    def household(self, home: int) -> Household:
        return db.session.get_one(Household, UUID(self.homes[home]))

    @rule(who=st.integers(0, 1), home=st.integers(0, 1), name=st.sampled_from(FIELDS))
    def fill(self, who: int, home: int, name: str) -> None:
        client, hid = self.clients[who], self.homes[home]
        text = f"平板{who}第{next(numbers)}次"
        client.copies[hid] = replace(client.copies[hid], **{name: text})
        pairs = [list(pair) for pair in to_pairs(client.copies[hid])]
        event = client.tablet.event("save", hid, base=client.bases[hid], pairs=pairs)
        self.written[event["id"]] = (name, text)
        client.write(event)

    @rule(who=st.integers(0, 1), home=st.integers(0, 1))
    def visit(self, who: int, home: int) -> None:
        client = self.clients[who]
        event = client.tablet.visit(self.household(home), self.clients[1 - who].tablet.user)
        self.visits.add(event["id"])
        client.write(event)

    @rule(home=st.integers(0, 1), name=st.sampled_from(FIELDS))
    def office_fills(self, home: int, name: str) -> None:
        household = self.household(home)
        sheet = replace(current_sheet(household), **{name: f"办公室第{next(numbers)}次"})
        save_sheet(actor=self.office, household=household, base=household.sheet_version, pairs=to_pairs(sheet))
        db.session.commit()
        self.by_office += 1

    @rule(
        who=st.integers(0, 1),
        fault=st.sampled_from(["none", "none", "lost", "no answer", "twice", "half"]),
        start=st.integers(0, 3),
    )
    def send(self, who: int, fault: str, start: int) -> None:
        """A batch goes out, and the network does something to it; `start` sends from the middle, out of order."""
        client = self.clients[who]
        batch = client.outbox[start if fault == "half" else 0 :][:50]
        if not batch or fault == "lost":
            return
        results = client.tablet.send(*batch)
        if fault == "twice":
            assert [each["status"] for each in client.tablet.send(*batch)] == [each["status"] for each in results]
        if fault != "no answer":
            client.answered(results)

    @rule(who=st.integers(0, 1))
    def pull(self, who: int) -> None:
        self.clients[who].pull()

    @invariant()
    def nothing_is_done_twice(self) -> None:
        if not hasattr(self, "clients"):
            return
        rows = db.session.scalars(select(SyncEvent).where(SyncEvent.project_id == self.project.id)).all()
        assert len({row.id for row in rows}) == len(rows)
        saves = [row for row in rows if row.type == "save" and row.status in ("applied", "merged")]
        versions = sum(len(list_versions(self.household(home))) for home in range(2))
        # Two for the first sheets; a save that changed nothing answers with the version that stands.
        told = {(row.household_id, row.version) for row in saves}
        assert versions <= 2 + self.by_office + len(told)
        visits = db.session.scalars(select(Visit.id).where(Visit.project_id == self.project.id)).all()
        assert Counter(str(id_) for id_ in visits) == Counter(set(map(str, visits)))
        assert {str(id_) for id_ in visits} <= self.visits

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        for client in getattr(self, "clients", ()):
            for id_, result in client.done.items():
                assert result["status"] != "invalid", result
                if id_ in self.visits:
                    assert db.session.get(Visit, UUID(id_)) is not None
                elif result["status"] == "conflict":
                    kept = db.session.get_one(SyncEvent, UUID(id_))
                    pairs = db.session.get_one(ConflictRow, kept.conflict_id).pairs
                    assert list(self.written[id_]) in pairs
                else:
                    self._stands(id_, result["version"])

    def _stands(self, id_: str, version: int) -> None:
        event = db.session.get_one(SyncEvent, UUID(id_))
        home = self.homes.index(str(event.household_id))
        pairs = list_versions(self.household(home))[version - 1].pairs
        assert list(self.written[id_]) in pairs, "what was acknowledged stands in the version that was named"

    @invariant()
    def nothing_is_there_that_nobody_wrote(self) -> None:
        if not hasattr(self, "clients"):
            return
        ours = {text for _name, text in self.written.values()}
        for home in range(2):
            sheet = current_sheet(self.household(home))
            for name in FIELDS:
                text = getattr(sheet, name)
                assert not text or text in ours or text.startswith("办公室")

    def teardown(self) -> None:
        """When the network is good again everything arrives, and both tablets hold what the server holds."""
        for client in getattr(self, "clients", ()):
            while client.outbox:
                before = len(client.outbox)
                client.answered(client.tablet.send(*client.outbox[:50]))
                assert len(client.outbox) < before
        self.nothing_acknowledged_is_lost()
        for client in getattr(self, "clients", ()):
            assert not client.outbox
            client.pull()
            for home, hid in enumerate(self.homes):
                household = self.household(home)
                assert client.bases[hid] == household.sheet_version
                for name in FIELDS:
                    assert getattr(client.copies[hid], name) == getattr(current_sheet(household), name)


def test_nothing_is_lost_doubled_or_invented_whatever_the_network_does(app: Flask) -> None:
    Doors.app = app
    run_state_machine_as_test(
        Doors,
        settings=settings(
            max_examples=12, stateful_step_count=18, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )  # fmt: skip
