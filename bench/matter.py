"""Signals and faults of the data over whole projects, on SQLite and on PostgreSQL: how long the pages take to count.

A project has three people, two and a half visits and one part a household; a word in a round for four of five; a signature
for one of three. About one in two hundred is something to find. Timed is what the page of the office does: every kind is
looked for over the whole project, then sorted by what was noted.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, insert, text

from bench.machine import Table, percentile, show
from survey import create_app
from survey.config import read_config
from survey.domain import codes
from survey.domain.door import door_sort, dossier_no
from survey.domain.household import HouseholdState
from survey.domain.quality import QualityKind
from survey.domain.signal import SignalKind
from survey.models import (
    Building,
    CertificateRow,
    Consent,
    Document,
    Door,
    Household,
    PartRow,
    PersonRow,
    Project,
    Round,
    Signature,
    Standing,
    User,
    Visit,
    db,
    new_id,
)
from survey.models.base import READ_ONLY
from survey.models.crypto import keyed_hash
from survey.models.migrate import upgrade
from survey.services import project as projects
from survey.services.matter import Sight
from survey.services.quality.listing import find_faults, list_faults
from survey.services.signal.listing import find_signals, list_signals

SIZES = tuple(int(size) for size in os.environ.get("BENCH_MATTERS", "1700 20000 100000").split())
DOORS_EACH = 40
CHUNK = 5000
ROUNDS = 5
FIRST = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
TABLES = (Building, Household, Door, PersonRow, CertificateRow, PartRow, Visit, Consent, Standing, Document, Signature)
Rows = dict[Any, list[dict[str, Any]]]


def fill(project: Project, count: int) -> None:
    """Write a project of `count` households in plain inserts."""
    random = Random(count)
    staff = [User(username=f"{project.code}{n}", display_name=f"调查员{n}", password_hash="!") for n in range(max(28, count // 200))]  # noqa: S106  # fmt: skip
    db.session.add_all(staff)
    db.session.flush()
    round_ = Round(
        project_id=project.id, kind=codes.RoundKind.RENEWAL, title="第一轮", opened_by_id=staff[0].id, opened_at=FIRST
    )
    db.session.add(round_)
    db.session.flush()
    people = [user.id for user in staff]
    building = new_id()
    for start in range(0, count, CHUNK):
        rows: Rows = {model: [] for model in TABLES}
        for number in range(start, min(start + CHUNK, count)):
            if number % DOORS_EACH == 0:
                building = new_id()
                no = str(number // DOORS_EACH + 1)
                rows[Building].append({"id": building, "project_id": project.id, "no": no, "sort": no.zfill(6)})
            _household(rows, project, building, number, people, round_.id, random)
        for model, found in rows.items():
            db.session.execute(insert(model.__table__), found)
    db.session.commit()


def _household(
    rows: Rows, project: Project, building: UUID, number: int, people: list[UUID], round_id: UUID, random: Random
) -> None:
    home, inside = new_id(), number % DOORS_EACH
    place = (str(number // DOORS_EACH + 1), str(inside // 10 + 1), f"{inside % 10 // 2 + 1}0{inside % 2 + 1}")
    here = {"project_id": project.id, "household_id": home}
    visits = random.choice((1, 2, 2, 3, 3, 4))
    pair = number // DOORS_EACH * 2 % len(people)
    first, second = people[pair], people[(pair + 1) % len(people)]
    rows[Household].append(
        {"id": home, "project_id": project.id, "building_id": building, "unit_no": place[1],
         "dossier_no": dossier_no(project.code, place[0], place[1], inside % 10 + 1), "door_text": "-".join(place),
         "door_sort": door_sort(*place), "visit_count": visits, "state": HouseholdState.SUBMITTED,
         "lease_status": codes.Lease.OWNER_LIVES, "living_count": 3, "title_status": codes.TitleStatus.CERTIFIED,
         "coown_type": random.choice((codes.Coown.JOINT, codes.Coown.SHARES)), "area_cert_m2": Decimal("85.20")}
    )  # fmt: skip
    if random.random() > 0.002:
        rows[Door].append(
            {"id": new_id(), "building_id": building, "household_id": home, "unit_no": place[1], "room_no": place[2],
             "floor_no": inside % 10 // 2 + 1, "sort": door_sort(*place)}
        )  # fmt: skip
    for position in range(3):
        one = number * 3 + position if random.random() > 0.004 else random.randrange(50)
        rows[PersonRow].append(
            {"id": new_id(), **here, "uid": f"p{position}", "position": position, "full_name": f"住户{one}",
             "is_owner": position < 2, "share_num": 1, "share_den": 2 if random.random() > 0.004 else 3,
             "lives_here": True, "id_hash": keyed_hash("id", str(one)), "phone_hash": keyed_hash("phone", str(one))}
        )  # fmt: skip
    rows[CertificateRow].append(
        {"id": new_id(), "household_id": home, "uid": "c", "position": 0, "cert_no": f"证{number}",
         "cert_area_m2": Decimal("85.20") if random.random() > 0.005 else Decimal("84.20")}
    )  # fmt: skip
    rows[PartRow].append(
        {"id": new_id(), "household_id": home, "uid": "b", "position": 0, "kind": codes.PartKind.MAIN,
         "area_cert_m2": Decimal("85.20"), "area_meas_m2": Decimal("85.60" if random.random() > 0.005 else "99.00")}
    )  # fmt: skip
    for visit in range(visits):
        # Ten doors a day for each pair, each at its hour; one in two hundred late, which meets the next one.
        slot = visit * 400 + number // DOORS_EACH // (len(people) // 2) * DOORS_EACH + inside
        late = 0 if random.random() > 0.005 else 45
        started = FIRST + timedelta(days=slot // 10, hours=slot % 10, minutes=late)
        length = random.choice((20, 30, 40)) if random.random() > 0.005 else 3
        rows[Visit].append(
            {"id": new_id(), **here, "visit_no": visit + 1, "started_at": started,
             "ended_at": started + timedelta(minutes=length), "surveyor_1_id": first, "surveyor_2_id": second,
             "result": codes.VisitResult.DONE, "recorded_by_id": first, "recorded_at": started}
        )  # fmt: skip
    if random.random() < 0.8:
        _words(rows, here, first, round_id, random)


def _words(rows: Rows, here: dict[str, Any], by: UUID, round_id: UUID, random: Random) -> None:
    agrees = random.random() < 0.7
    word = rows[PersonRow][-3]["id"]
    said = {**here, "round_id": round_id, "person_id": word, "person_name": "住户", "channel": codes.Channel.IN_PERSON,
            "recorded_by_id": by, "recorded_at": FIRST, "given_at": FIRST + timedelta(days=20)}  # fmt: skip
    choice = codes.Choice.AGREE if agrees else codes.Choice.DISAGREE
    first = {"id": new_id(), **said, "choice": choice, "withdraws_id": None}
    rows[Consent].append(first)
    if random.random() < 0.005:
        rows[Consent].append({"id": new_id(), **said, "choice": None, "withdraws_id": first["id"]})
    rows[Standing].append(
        {"round_id": round_id, "household_id": here["household_id"], "choice": choice.value, "area_m2": Decimal("85.20"),
         "detail": {}}
    )  # fmt: skip
    if random.random() < 0.4:
        page = new_id()
        rows[Document].append(
            {"id": page, **here, "category": codes.DocumentCategory.SURVEY, "media_type": "image/jpeg", "size_bytes": 1,
             "sha256": f"{random.randrange(10**6):064d}", "added_by_id": by, "added_at": FIRST}
        )  # fmt: skip
        rows[Signature].append(
            {"id": new_id(), **here, "sheet_version": 1, "pairs_hash": "0" * 64, "signer_name": "住户",
             "signer_role": codes.SignerRole.RESPONDENT, "signed_at": FIRST, "evidence_id": page, "recorded_by_id": by,
             "recorded_at": FIRST}
        )  # fmt: skip


def _timed(project_id: UUID, work: Callable[[Project], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of each round, with nothing left in the session from the one before."""
    times = []
    for _ in range(rounds):
        db.session.rollback()
        db.session.expunge_all()
        project = db.session.get_one(Project, project_id)
        begun = time.perf_counter()
        work(project)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def measure(url: str) -> tuple[list[list[object]], list[list[object]]]:
    """(size, signals, faults) of each size, and each kind at the largest."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"RUHU_INSTANCE": folder, "DATABASE_URL": url or f"sqlite:///{folder}/matters.sqlite"}
        app = create_app(read_config(environ))
        with app.app_context():
            upgrade(db.engine)
            pages, kinds = [], []
            for size in SIZES:
                project = projects.create_project(actor=None, code=f"M{size}", name="测量")
                here = project.id
                fill(project, size)
                if url:
                    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                        connection.execute(text("ANALYZE"))
                READ_ONLY.set(True)
                project = db.session.get_one(Project, here)
                signals, faults = list_signals(project, Sight()), list_faults(project, Sight())
                one = _timed(here, lambda project: list_signals(project, Sight()))
                two = _timed(here, lambda project: list_faults(project, Sight()))
                pages.append([f"{size:,}", signals.open, percentile(one, 50), faults.open, percentile(two, 50)])
            for kind in SignalKind:
                times = _timed(here, lambda project, kind=kind: find_signals(project, kind), 3)
                found = len(find_signals(db.session.get_one(Project, here), kind))
                kinds.append([f"signal.{kind.value}", found, percentile(times, 50)])
            for fault in QualityKind:
                times = _timed(here, lambda project, kind=fault: find_faults(project, kind), 3)
                found = len(find_faults(db.session.get_one(Project, here), fault))
                kinds.append([f"quality.{fault.value}", found, percentile(times, 50)])
            READ_ONLY.set(False)
            db.session.remove()
            db.engine.dispose()
            return pages, kinds


def tables() -> Iterator[Table]:
    engines = {"SQLite": ""}
    if server := os.environ.get("POSTGRES_URL"):
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS matters"))
            connection.execute(text("CREATE DATABASE matters"))
        engines["PostgreSQL"] = server.rpartition("/")[0] + "/matters"
    for name, url in engines.items():
        pages, kinds = measure(url)
        yield Table(
            f"Signals and faults of a whole project, {name}",
            ["households", "signals", "ms (median)", "faults", "ms (median)"],
            pages,
            "All nine kinds of signals and all thirteen of faults, as the office's pages count them.",
        )
        yield Table(f"Each kind at {SIZES[-1]:,} households, {name}", ["kind", "found", "ms (median)"], kinds)


if __name__ == "__main__":
    show(tables())
