"""The board over 1,000 to 1,000,000 households, on SQLite and PostgreSQL, alone and while 20 records a second arrive.

The service call is `survey.services.board.make_board` and the first page of `list_buildings` for the office, who sees
every household; the page is the whole answer of the application to a signed-in coordinator, without the network. The
records are visits, recorded by the same service as on pages and tablets, each committed by itself, in a process of its
own beside the reader.

BENCH_BOARD_SIZES sets other sizes: "1000,10000".
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, select, text

from bench.machine import Table, percentile, show
from survey import create_app
from survey.config import read_config
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.door import door_sort
from survey.domain.household import SURVEYED, Action, HouseholdState
from survey.domain.visit import VisitMade
from survey.models import Building, Household, Project, User, db, new_id, utc_now
from survey.models.base import READ_ONLY
from survey.models.bulk import insert_rows
from survey.models.migrate import upgrade
from survey.services import account, register
from survey.services import project as projects
from survey.services.board import list_buildings, make_board
from survey.services.feed import note_changed
from survey.services.visit import record_visit
from survey.web.board import ROWS

SIZES = tuple(int(each) for each in os.environ.get("BENCH_BOARD_SIZES", "1000,10000,100000,1000000").split(","))
UNITS, FLOORS, DOORS = 5, 18, 3
"""Of a building: 270 households, so that 100,000 stand in 371."""
PACE = 20
"""Records a second."""
SECONDS = float(os.environ.get("BENCH_BOARD_SECONDS", "10"))
EVENTS = 200
AIM_MS = 100
DAYS = 50
CHUNK = 20


def fill(project: Project, count: int, random: Random) -> None:
    """Buildings of households as in the middle of a survey: half of them done, visited and asked."""
    office = _member(project, Role.OFFICE)
    _member(project, Role.COORDINATOR)
    teams = [projects.create_team(actor=None, project=project, name=f"第{number}组") for number in range(1, 7)]
    staff = [_member(project, Role.SURVEYOR, str(number)) for number in range(60)]
    project_id, ids, team_ids = project.id, [each.id for each in staff], [each.id for each in teams]
    policy, version, round_id, now = new_id(), new_id(), new_id(), utc_now()
    db.session.flush()
    tables = Household.metadata.tables
    connection = db.session.connection()
    insert_rows(
        connection, tables["policy"], [{"id": policy, "project_id": project_id, "title": "方案", "created_at": now}]
    )
    insert_rows(connection, tables["policy_version"], [
        {"id": version, "policy_id": policy, "number": 1, "text": "一", "points": ["一"], "published_at": now, "created_at": now}
    ])  # fmt: skip
    insert_rows(connection, tables["consultation_round"], [
        {"id": round_id, "project_id": project_id, "kind": codes.RoundKind.RENEWAL, "title": "第一轮", "threshold_num": 3,
         "threshold_den": 4, "opened_at": now, "opened_by_id": office.id}
    ])  # fmt: skip
    db.session.commit()
    each = UNITS * FLOORS * DOORS
    for start in range(0, count, each * CHUNK):
        rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("building", "household", "door", "visit", "briefing", "standing", "review", "request", "person")
        }  # fmt: skip
        for number in range(start, min(start + each * CHUNK, count)):
            no, inside = divmod(number, each)
            if inside == 0:
                building = new_id()
                rows["building"].append(
                    {"id": building, "project_id": project_id, "no": str(no + 1), "sort": str(no + 1).zfill(6),
                     "team_id": team_ids[no % len(team_ids)]}
                )  # fmt: skip
            pair = (
                ids[no % 60],
                ids[(no * 7 + 1 + no % 60) % 60] if (no * 7 + 1 + no % 60) % 60 != no % 60 else ids[(no + 1) % 60],
            )
            _household(rows, random, project_id, building, inside, no, pair, version, round_id, now, office.id)
        connection = db.session.connection()
        for name, values in rows.items():
            insert_rows(connection, tables[name], values)
        note_changed([row["id"] for row in rows["household"]])
        db.session.commit()


def _household(
    rows: dict[str, list[dict[str, Any]]], random: Random, project_id: UUID, building: UUID, inside: int, no: int,
    pair: tuple[UUID, UUID], version: UUID, round_id: UUID, now: Any, office: UUID,
) -> None:  # fmt: skip
    """One household with its door, visits, briefing, standing, reviews and people."""
    key = new_id()
    unit, rest = divmod(inside, FLOORS * DOORS)
    floor, door = rest // DOORS + 1, rest % DOORS + 1
    room = f"{floor}0{door}"
    place = (str(no + 1), str(unit + 1), room)
    visits = random.choices((0, 1, 2, 3, 4), (25, 30, 25, 15, 5))[0]
    moments = sorted(now - timedelta(days=random.randrange(DAYS), minutes=random.randrange(600)) for _ in range(visits))
    results = [
        random.choice(("done", "partial", "nobody_home", "nobody_home", "refused", "rescheduled")) for _ in moments
    ]
    met = [moment for moment, result in zip(moments, results, strict=True) if result != "nobody_home"]
    state = random.choice(tuple(HouseholdState)) if met else HouseholdState.UNVISITED
    done = state in SURVEYED
    area = random.randrange(4000, 16000)
    rows["household"].append(
        {"id": key, "project_id": project_id, "building_id": building, "dossier_no": f"B-{no:05d}-{inside:04d}",
         "unit_no": place[1], "door_text": "-".join(place), "door_sort": door_sort(*place), "state": state,
         "state_since": moments[-1] if moments else None, "sheet_version": 0, "owner_names": "张伟", "owner_count": 1,
         "area_cert_m2": Decimal(area).scaleb(-2), "area_meas_m2": Decimal(area + 50).scaleb(-2),
         "area_unreg_m2": Decimal(random.choice((0, 0, 0, 600))).scaleb(-2), "special_count": int(random.random() < 0.05),
         "visit_count": visits, "last_visit_at": moments[-1] if moments else None,
         "last_visit_result": codes.VisitResult(results[-1]) if results else None, "met_at": met[0] if met else None,
         "refused_at": moments[-1] if results and results[-1] == "refused" else None,
         "next_visit_at": moments[-1] + timedelta(days=3) if results and results[-1] == "rescheduled" else None,
         "first_submitted_at": met[-1] if done else None, "briefed_version_id": version if met else None,
         "mortgage": random.choice((codes.TriState.NO, codes.TriState.NO, codes.TriState.YES)),
         "seizure": codes.TriState.YES if random.random() < 0.01 else codes.TriState.NO, "will_reason": []}
    )  # fmt: skip
    rows["door"].append({"id": new_id(), "building_id": building, "household_id": key, "unit_no": place[1], "room_no": room,
                         "floor_no": floor, "sort": door_sort(*place)})  # fmt: skip
    for number, (moment, result) in enumerate(zip(moments, results, strict=True), 1):
        rows["visit"].append(
            {"id": new_id(), "project_id": project_id, "household_id": key, "visit_no": number, "started_at": moment,
             "ended_at": moment, "surveyor_1_id": pair[0], "surveyor_2_id": pair[1], "result": codes.VisitResult(result),
             "recorded_by_id": pair[0], "recorded_at": moment}
        )  # fmt: skip
    for position in range(2):
        rows["person"].append({"id": new_id(), "project_id": project_id, "household_id": key, "uid": f"p{position}",
                               "position": position, "is_owner": position == 0, "full_name": "张伟",
                               "deceased": position == 0 and random.random() < 0.01,
                               "roles": [], "special_tags": []})  # fmt: skip
    if met:
        rows["briefing"].append(
            {"id": new_id(), "project_id": project_id, "household_id": key, "policy_version_id": version, "held_at": met[0],
             "form": codes.BriefingForm.AT_HOME, "recipient": "张伟", "understood": codes.Understood.YES,
             "briefed_by_id": pair[0], "recorded_at": met[0], "points": [0], "questions": []}
        )  # fmt: skip
        choice = random.choice(("agree", "agree", "agree", "disagree", "abstain"))
        rows["standing"].append({"round_id": round_id, "household_id": key, "choice": choice,
                                 "area_m2": Decimal(area).scaleb(-2), "detail": {}})  # fmt: skip
    if done:
        for action, by, after in ((Action.SUBMIT, pair[0], 0), (Action.GROUP_RETURN, office, 1)):
            if action is Action.SUBMIT or random.random() < 0.2:
                rows["review"].append({"id": new_id(), "project_id": project_id, "household_id": key, "action": action.value,
                                       "from_state": "in_progress", "to_state": "submitted", "sheet_version": 1,
                                       "by_id": by, "at": met[-1] + timedelta(hours=after)})  # fmt: skip
    if random.random() < 0.03:
        day = now.date()
        rows["request"].append({"id": new_id(), "project_id": project_id, "household_id": key,
                                "number": len(rows["request"]) + 1000 * no, "received_on": day - timedelta(days=30),
                                "person_name": "张伟", "kind": codes.RequestKind.AREA, "content": "面积",
                                "accept_due": day - timedelta(days=15), "reply_due": day + timedelta(days=random.randrange(-9, 30)),
                                "recorded_by_id": pair[0], "recorded_at": now})  # fmt: skip


def _member(project: Project, role: Role, name: str = "") -> User:
    made = User(username=f"bench-{role}{name}", display_name=role.label + name, password_hash="-")  # noqa: S106
    db.session.add(made)
    db.session.flush()
    account.set_membership(actor=None, project=project, user=made, role=role)
    return made


# --- the writer


def write(count: int, pace: int) -> None:
    """Record visits one after another, each in its own transaction; prints milliseconds of CPU an event."""
    app = create_app()
    random = Random(11)
    with app.app_context():
        project = projects.get_project_by_code("BENCH")
        pair = db.session.scalars(select(User.id).where(User.username.like("bench-surveyor%")).limit(2)).all()
        total = db.session.scalar(select(Household.id).limit(1))
        assert total is not None
        buildings = db.session.scalars(select(Building.id).where(Building.project_id == project.id)).all()
        ids: list[UUID] = []
        for building in random.sample(buildings, min(40, len(buildings))):
            ids += db.session.scalars(select(Household.id).where(Household.building_id == building)).all()
        db.session.rollback()
        spent, begun = 0.0, time.perf_counter()
        for number in range(count):
            if pace and (wait := begun + number / pace - time.perf_counter()) > 0:
                time.sleep(wait)
            cpu = time.process_time()
            actor = db.session.get_one(User, pair[0])
            household = db.session.get_one(Household, random.choice(ids))
            moment = utc_now().replace(hour=2)
            now = moment + timedelta(hours=1)
            made = VisitMade(pair[0], pair[1], moment, moment + timedelta(minutes=5), random.choice(
                (codes.VisitResult.DONE, codes.VisitResult.NOBODY_HOME)))  # fmt: skip
            record_visit(actor=actor, household=household, made=made, now=now)
            db.session.commit()
            db.session.expunge_all()
            if number >= 10:
                spent += time.process_time() - cpu
        print(spent / max(count - 10, 1) * 1000)


@contextmanager
def writing(environ: dict[str, str]) -> Iterator[None]:
    """20 records a second from another process, while the block runs."""
    command = [sys.executable, "-m", "bench.board", "write", str(10**6), str(PACE)]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        time.sleep(3)  # until it has loaded the application and records
        yield
    finally:
        process.kill()
        process.wait()


# --- reading


def _times(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each call by a clock, over some seconds."""
    times: list[float] = []
    call()
    until = time.perf_counter() + SECONDS
    while (len(times) < 20 or time.perf_counter() < until) and len(times) < 400:
        begun = clock()
        call()
        times.append((clock() - begun) * 1000)
    return times


def measure(app: Any, environ: dict[str, str], size: int) -> list[list[object]]:
    """Lines of the table: the service call and the whole page, alone and beside the writer."""
    office = db.session.scalars(select(User.id).where(User.username == "bench-office")).one()
    coordinator = db.session.scalars(select(User).where(User.username == "bench-coordinator")).one()
    token = account.open_session(coordinator, utc_now())
    db.session.commit()
    db.session.remove()

    def service() -> None:
        with app.app_context():
            READ_ONLY.set(True)
            project = projects.get_project_by_code("BENCH")
            actor, reading = db.session.get_one(User, office), register.read(project)
            make_board(actor, project, reading)
            list_buildings(actor, project, reading, size=ROWS)
            db.session.rollback()
            READ_ONLY.set(False)

    client = app.test_client()
    client.set_cookie("ruhu_session", token)

    def page() -> None:
        answer = client.get("/project/BENCH/board")
        assert answer.status_code == 200, answer.status

    rows = []
    for what, call in (("service call", service), ("whole page", page)):
        cpu = _times(call, time.process_time)
        alone = _times(call)
        with writing(environ):
            beside = _times(call)
        rows.append([
            f"{size:,}", what, f"{percentile(cpu, 50):.1f}",
            *(f"{percentile(times, part):.1f}" for times in (alone, beside) for part in (50, 95)),
            "yes" if percentile(beside, 95) <= AIM_MS else "no",
        ])  # fmt: skip
    return rows


def one(address: str, folder: str, size: int) -> tuple[list[list[object]], list[object]]:
    """Fill one database and measure: lines of the two tables."""
    environ = {**os.environ, "DATABASE_URL": address, "RUHU_INSTANCE": folder}
    app = create_app(read_config({"DATABASE_URL": address, "RUHU_INSTANCE": folder}))
    with app.app_context():
        upgrade(db.engine)
        project = projects.create_project(actor=None, code="BENCH", name="进度")
        begun = time.perf_counter()
        fill(project, size, Random(7))
        filled = time.perf_counter() - begun
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                connection.execute(text("ANALYZE"))  # what autovacuum does; SQLite is measured without statistics
                connection.commit()
    with app.app_context():
        rows = measure(app, environ, size)
        told = subprocess.run([sys.executable, "-m", "bench.board", "write", str(EVENTS), "0"], env=environ, check=True,
                              capture_output=True, text=True)  # fmt: skip
        db.session.remove()
        db.engine.dispose()
    return rows, [f"{size:,}", f"{filled:.0f}", f"{float(told.stdout):.1f}"]


def run(label: str, server: str) -> Iterator[Table]:
    rows: list[list[object]] = []
    costs: list[list[object]] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            if not server:
                found, cost = one(f"sqlite:///{Path(folder) / 'bench.sqlite'}", folder, size)
            else:
                with database(server) as address:
                    found, cost = one(address, folder, size)
        rows += found
        costs.append(cost)
    yield Table(
        f"The board on {label}",
        ("households", "what", "CPU ms", "p50 ms", "p95 ms", f"p50 ms, {PACE} records/s", f"p95 ms, {PACE} records/s",
         f"p95 within {AIM_MS} ms"),
        rows, f"{UNITS * FLOORS * DOORS} households a building. CPU is of the reading process; the rest is what a person waits.", frozenset({0, 2, 3, 4, 5, 6}),
    )  # fmt: skip
    yield Table(
        f"Recording a visit on {label}", ("households", "filled in s", "CPU ms an event"), costs,
        "CPU of the recording process, commit and the building's tally included.", frozenset({0, 1, 2}),
    )  # fmt: skip


@contextmanager
def database(server: str) -> Iterator[str]:
    """A PostgreSQL database for the block."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bench_board WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE bench_board TEMPLATE template0 ENCODING 'UTF8'"))
    try:
        yield admin.url.set(database="bench_board").render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE bench_board WITH (FORCE)"))
        admin.dispose()


def tables() -> Iterator[Table]:
    yield from run("SQLite", "")
    if server := os.environ.get("POSTGRES_URL"):
        yield from run("PostgreSQL", server)
    else:
        sys.stderr.write("POSTGRES_URL is not set: SQLite only\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(int(sys.argv[2]), int(sys.argv[3]))
    else:
        show(tables())
