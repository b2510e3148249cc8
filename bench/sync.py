"""Tablets sending to a real server: events a second, how long one waits, and what it costs the server.

The server is `ruhu serve` with two workers; the tablets are threads of another process on the same machine. An event is a
save of a whole household (about 66 answers): authorised, checked by the form, merged, projected, audited, and durably
committed before it is answered.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bench.machine import Table, percentile, show

TABLETS = 64
EACH = 4
"""Households of a tablet."""
SECONDS = float(os.environ.get("BENCH_SYNC_SECONDS", "8"))


# --- the server


@contextmanager
def served(
    url: str, prepare: Callable[[dict[str, str]], None] | None = None
) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """A seeded server on a database: (port and tablets, the processes of the server).

    prepare  is called with the server's environment when it is seeded and not yet started
    """
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "RUHU_INSTANCE": folder, "DATABASE_URL": url}
        told = subprocess.run(
            [sys.executable, "-m", "bench.sync", "seed"], env=env, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        if prepare is not None:
            prepare(env)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        command = [sys.executable, "-c", "from survey.cli import main; main()", "serve", "--port", str(port)]
        with open(Path(folder) / "log", "wb") as log:
            server = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api/openapi.json", timeout=60).read()
                    break
                except OSError:
                    time.sleep(0.1)
            yield {"port": port, "tablets": json.loads(told)}, processes(server.pid)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def processes(parent: int) -> list[int]:
    """A process and those that it started."""
    told = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(pid for child in told for pid in processes(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def seed() -> None:
    """Fill the database: a surveyor with a tablet and a building for each client; one line of JSON about them."""
    from survey import create_app
    from survey.domain.access import Role
    from survey.domain.sheet import to_pairs
    from survey.forms.sheet import without_masked
    from survey.models import User, db
    from survey.models.migrate import upgrade
    from survey.services import account, building, device
    from survey.services.demo.neighbourhood import make_homes
    from survey.services.project import create_project
    from survey.services.sheet import save_sheet

    app = create_app()
    with app.app_context():
        upgrade(db.engine)
        project = create_project(actor=None, code="SYNC", name="同步")
        homes = [home for _block, listed in make_homes(7, 4 * TABLETS * EACH) for home in listed]
        homes.sort(key=lambda home: -len(to_pairs(home.found)))
        told = []
        for number in range(TABLETS):
            user = User(username=f"t{number}", display_name=f"调查员{number}", password_hash="!")  # noqa: S106
            db.session.add(user)
            db.session.flush()
            account.set_membership(actor=None, project=project, user=user, role=Role.SURVEYOR)
            block = building.create_building(actor=None, project=project, no=str(number + 1), total_floors=6)
            building.assign(actor=user, building=block, users=[user])
            households = []
            for place in range(EACH):
                household = building.create_household(
                    actor=None, project=project, building=block, unit_no="1", room_no=f"{place + 1}01"
                )
                pairs = to_pairs(homes[number * EACH + place].found)
                save_sheet(actor=user, household=household, base=0, pairs=pairs)
                households.append({"id": str(household.id), "pairs": without_masked(pairs)})
            _, code = device.invite(actor=None, project=project, user=user, name="平板")
            _, token = device.enrol(code=code, name="", app="1")
            told.append({"token": token, "households": households})
            db.session.commit()
        print(json.dumps(told))


# --- the tablets


class Client:
    """One tablet: a connection that stays open, and the counters of its households."""

    def __init__(self, port: int, tablet: dict[str, Any]) -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {tablet['token']}", "Content-Type": "application/json"}
        self.households = tablet["households"]
        self.versions = [1] * len(self.households)
        self.seq = 0
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def event(self, place: int, version: int) -> dict[str, Any]:
        from survey.models.base import new_id

        self.seq += 1
        home = self.households[place]
        pairs = [pair for pair in home["pairs"] if pair[0] != "note"] + [["note", f"第{self.seq}次"]]
        return {
            "id": str(new_id()), "type": "save", "form": "sheet", "fv": 1, "hid": home["id"], "base": version,
            "at": datetime.now(UTC).isoformat(), "seq": self.seq, "pairs": pairs,
        }  # fmt: skip

    def call(self, method: str, path: str, body: bytes) -> Any:
        try:
            self.connection.request(method, path, body, self.headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self.connection.close()  # The server ends a connection that said nothing for two seconds.
            self.connection.request(method, path, body, self.headers)
            answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]!r}")
        return json.loads(data)

    def send(self, batch: int, photo: bool) -> int:
        """One request; how many events it brought."""
        events, place = [], 0
        for number in range(batch):
            place = (self.seq + 1) % len(self.households)
            event = self.event(place, self.versions[place])
            if number >= len(self.households):
                event["prev"] = events[number - len(self.households)]["id"]
            events.append(event)
        if photo:
            name = self.put_photo()
            about = {"category": "survey", "title": "现场"}
            events.append(
                {
                    **self.event(place, 0),
                    "type": "document",
                    "pairs": [[*pair] for pair in about.items()],
                    "blobs": [name],
                }
            )
        results = self.call("POST", "/api/events", json.dumps({"events": events}).encode())["results"]
        for event, result in zip(events, results, strict=True):
            if result["status"] != "applied":
                raise RuntimeError(str(result)[:300])
            if event["type"] == "save":
                place = next(at for at, home in enumerate(self.households) if home["id"] == event["hid"])
                self.versions[place] = result["version"]
        return batch

    def put_photo(self) -> str:
        """A photo of about 300 KB that nobody has sent before, in pieces."""
        data = PHOTO[:2] + b"\xff\xfe\x00\x12" + os.urandom(8).hex().encode() + PHOTO[2:]  # a comment of its own
        name = sha256(data).hexdigest()
        at = 0
        while at < len(data):
            path = f"/api/blobs/{name}?at={at}&total={len(data)}"
            at = self.call("PUT", path, data[at : at + 256 * 1024])["at"]
        return name


def _photo() -> bytes:
    out = BytesIO()
    Image.effect_noise((1600, 1200), 38).convert("RGB").save(out, "JPEG", quality=28)
    return out.getvalue()


PHOTO = b""


def load() -> None:
    """Play the tablets of a plan (JSON on stdin) against the server; results as JSON."""
    global PHOTO
    plan = json.load(sys.stdin)
    PHOTO = _photo() if plan["photo"] else b""
    clients = [Client(plan["port"], tablet) for tablet in plan["tablets"][: plan["clients"]]]
    for client, versions in zip(clients, plan.get("versions", []), strict=False):
        client.versions = versions
    times: list[float] = []
    counts = [0] * len(clients)
    pause = plan["clients"] / plan["rate"] if plan.get("rate") else 0.0
    begun = time.perf_counter()
    until = begun + plan["seconds"]

    def run(number: int) -> None:
        due = time.perf_counter() + pause * number / len(clients)
        while (now := time.perf_counter()) < until:
            if now < due:
                time.sleep(due - now)
            due += pause
            started = time.perf_counter()
            counts[number] += clients[number].send(plan["batch"], plan["photo"])
            times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({
        "events": sum(counts), "seconds": time.perf_counter() - begun, "times": times,
        "versions": [client.versions for client in clients],
    }))  # fmt: skip


def at_once() -> None:
    """Send one event sixteen times at the same moment; the answers as JSON."""
    plan = json.load(sys.stdin)
    first = Client(plan["port"], plan["tablets"][0])
    first.versions = plan["versions"][0]
    event = first.event(0, first.versions[0])
    body = json.dumps({"events": [event]}).encode()
    answers: list[Any] = []
    gate = threading.Barrier(16)

    def run() -> None:
        client = Client(plan["port"], plan["tablets"][0])
        client.connection.connect()
        gate.wait()
        answers.append(client.call("POST", "/api/events", body)["results"][0])

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps([{key: each.get(key) for key in ("status", "version", "duplicate")} for each in answers]))


def play(what: str, plan: dict[str, Any]) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bench.sync", what],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


# --- the tables


def tables() -> Iterator[Table]:
    for name, url in (("SQLite", ""), ("PostgreSQL", os.environ.get("POSTGRES_URL", ""))):
        if url or name == "SQLite":
            yield from _measure(name, url)


def _measure(name: str, url: str) -> Iterator[Table]:
    rows: list[list[object]] = []
    with served(url) as (plan, pids):
        answers_count = sum(len(home["pairs"]) for tablet in plan["tablets"] for home in tablet["households"])
        answers_each = answers_count / (TABLETS * EACH)
        versions: list[list[int]] = [[1] * EACH for _ in range(TABLETS)]
        best = 0.0
        for clients, batch, photo, share in (
            (1, 1, False, 0), (4, 1, False, 0), (16, 1, False, 0), (64, 1, False, 0), (16, 1, False, 0.5),
            (1, 50, False, 0), (4, 50, False, 0), (16, 50, False, 0), (1, 1, True, 0), (16, 1, True, 0),
        ):  # fmt: skip
            before = cpu_seconds(pids)
            told = play("load", {
                **plan, "clients": clients, "batch": batch, "photo": photo, "seconds": SECONDS, "versions": versions,
                "rate": best * share,
            })  # fmt: skip
            cpu = cpu_seconds(pids) - before
            versions[: len(told["versions"])] = told["versions"]
            rate = told["events"] / told["seconds"]
            best = max(best, rate) if batch == 1 and not photo else best
            milliseconds = [1000 * each for each in told["times"]]
            rows.append(
                [
                    clients, batch, "yes" if photo else "no", "half the best rate" if share else "as fast as it goes",
                    round(rate, 1), *(round(percentile(milliseconds, part), 1) for part in (50, 95, 99)),
                    round(1000 * cpu / told["events"], 2),
                ]
            )  # fmt: skip
        yield Table(
            f"Tablets on {name}",
            [
                "clients",
                "events a request",
                "photo",
                "pace",
                "events/s",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "CPU s per 1,000",
            ],
            rows,
            f"{answers_each:.0f} answers an event on average; times are of a request, photos included (300 KB, drawn anew "
            "on the server). The sending process takes its share of the same two cores.",
        )
        answers = play("at_once", {**plan, "versions": versions})
        first = [each for each in answers if not each["duplicate"]]
        yield Table(
            f"One event sent sixteen times at the same moment, {name}",
            ["answers", "applied first", "told as a duplicate", "versions named"],
            [[len(answers), len(first), len(answers) - len(first), len({each["version"] for each in answers})]],
        )


if __name__ == "__main__":
    if sys.argv[1:]:
        {"seed": seed, "load": load, "at_once": at_once}[sys.argv[1]]()
        sys.exit(0)
    sys.exit(show(tables()))
