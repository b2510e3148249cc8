"""The one search box over 100,000 households and 300,000 people, on SQLite and on PostgreSQL.

Names follow the frequencies of Chinese surnames, so that 王 is as common as it is. Each kind of query is asked with many
different words; the time is that of `survey.services.search.search` in one process: reading what was typed, finding,
counting up to 200, and saying why for the 30 households of the page, with the numbers opened and masked.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, insert, text

from bench.machine import Table, percentile, show
from survey import create_app
from survey.config import read_config
from survey.domain.access import Role
from survey.domain.door import door_sort, dossier_no
from survey.domain.identity import check_digit
from survey.models import Assignment, Building, CertificateRow, Door, Household, PersonRow, Project, User, db, new_id
from survey.models.base import READ_ONLY
from survey.models.crypto import keyed_hash, seal
from survey.models.migrate import upgrade
from survey.services import account
from survey.services import project as projects
from survey.services.pinyin import sort_key, syllables
from survey.services.search import bind_terms, insert_terms, search, search_terms

HOUSEHOLDS = int(os.environ.get("BENCH_HOUSEHOLDS", "100000"))
PEOPLE_EACH = 3
DOORS_EACH = 40
QUERIES = 100
CHUNK = 2000
AIM_MS = 50

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
WEIGHTS = [100 / (place + 12) for place in range(len(SURNAMES))]
COMPOUND = ("欧阳", "诸葛", "上官", "司马")
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂红华建国文辉玉梅海燕云飞志新春凤琴荣东波峰颖宇鑫晨浩博雪婷龙斌帆凯"
)
RARE = "䶮㛃𬭚𣸣"


class Data:
    """Invented people at invented doors, and words by which to search for them."""

    def __init__(self, seed: int = 7) -> None:
        self.random = Random(seed)
        self.people: list[tuple[str, str, str]] = []
        self.certificates: list[str] = []
        self.doors: list[tuple[str, str, str]] = []

    def name(self) -> str:
        random = self.random
        surname = random.choice(COMPOUND) if random.random() < 0.003 else random.choices(SURNAMES, WEIGHTS)[0]
        weights = [1 / (place + 5) for place in range(len(GIVEN))]
        given = "".join(random.choices(GIVEN, weights, k=2 if random.random() < 0.7 else 1))
        return surname + (random.choice(RARE) if random.random() < 0.002 else given)

    def id_no(self) -> str:
        born = date(1930, 1, 1) + timedelta(days=self.random.randrange(33000))
        first = f"379900{born:%Y%m%d}{self.random.randrange(1000):03d}"
        return first + check_digit(first)


def fill(project: Project, data: Data) -> list[UUID]:
    """Write buildings, doors, households, people, certificates and terms; the ids of the buildings."""
    random = data.random
    buildings: list[UUID] = []
    for start in range(0, HOUSEHOLDS, CHUNK):
        rows: dict[Any, list[dict[str, Any]]] = {
            model: [] for model in (Building, Household, Door, PersonRow, CertificateRow)
        }
        terms: list[tuple[UUID, set[int]]] = []
        for number in range(start, min(start + CHUNK, HOUSEHOLDS)):
            no, inside = divmod(number, DOORS_EACH)
            building_no, unit, room = str(no + 1), str(inside // 10 + 1), f"{inside % 10 // 2 + 1}0{inside % 2 + 1}"
            if inside == 0:
                buildings.append(new_id())
                rows[Building].append(
                    {"id": buildings[-1], "project_id": project.id, "no": building_no, "sort": building_no.zfill(6)}
                )
            household_id = new_id()
            place = (building_no, unit, room)
            people = [(data.name(), data.id_no(), f"120{random.randrange(10**8):08d}") for _ in range(PEOPLE_EACH)]
            cert = f"东房权证西城字第{random.randrange(10**6):06d}号"
            sort = door_sort(*place)
            rows[Household].append(
                {"id": household_id, "project_id": project.id, "building_id": buildings[-1], "unit_no": unit,
                 "dossier_no": dossier_no(project.code, building_no, unit, inside % 10 + 1), "door_sort": sort,
                 "door_text": "-".join(place), "owner_names": people[0][0]}
            )  # fmt: skip
            rows[Door].append(
                {"id": new_id(), "building_id": buildings[-1], "household_id": household_id, "unit_no": unit,
                 "room_no": room, "sort": sort}
            )  # fmt: skip
            for position, (name, id_no, phone) in enumerate(people):
                row = new_id()
                rows[PersonRow].append(
                    {"id": row, "project_id": project.id, "household_id": household_id, "uid": f"p{position}",
                     "position": position, "full_name": name, "name_sort": sort_key(name),
                     "id_no_sealed": seal("person.id_no", row, id_no), "id_hash": keyed_hash("id", id_no),
                     "phone_sealed": seal("person.phone", row, phone), "phone_hash": keyed_hash("phone", phone)}
                )  # fmt: skip
            rows[CertificateRow].append(
                {"id": new_id(), "household_id": household_id, "uid": "c", "position": 0, "cert_no": cert}
            )
            keys = search_terms(
                project_id=project.id, doors=["-".join(place)], names=[each[0] for each in people],
                id_numbers=[each[1] for each in people], phones=[each[2] for each in people], cert_numbers=[cert],
            )  # fmt: skip
            terms.append((household_id, keys))
            data.people += people
            data.certificates.append(cert)
            data.doors.append(place)
        for model, values in rows.items():
            if values:
                db.session.execute(insert(Household.metadata.tables[model.__tablename__]), values)
        insert_terms(db.session.connection(), bind_terms(db.engine.dialect.name, terms))
        db.session.commit()
    return buildings


def kinds(data: Data) -> dict[str, Callable[[], str]]:
    """Kinds of query, each with a maker of another example."""
    random = data.random

    def person() -> tuple[str, str, str]:
        return random.choice(data.people)

    def place() -> tuple[str, str, str]:
        return random.choice(data.doors)

    def initials(name: str) -> str:
        return "".join(part[0] for part in syllables(name))

    return {
        "name, whole": lambda: person()[0],
        "name, two characters": lambda: person()[0][:2],
        "one character: a common surname": lambda: random.choice(SURNAMES[:10]),
        "one character: any": lambda: random.choice(person()[0]),
        "one rare character": lambda: random.choice(RARE),
        "pinyin initials": lambda: initials(person()[0]),
        "pinyin, two initials": lambda: initials(person()[0])[:2],
        "pinyin, whole": lambda: "".join(syllables(person()[0])),
        "ID number": lambda: person()[1],
        "ID number, last four": lambda: person()[1][-4:],
        "phone": lambda: person()[2],
        "phone, last four": lambda: person()[2][-4:],
        "certificate": lambda: random.choice(data.certificates),
        "certificate, last five digits": lambda: random.choice(data.certificates)[-6:-1],
        "door": lambda: "-".join(place()),
        "door, in words": lambda: "{}号楼{}单元{}室".format(*place()),
        "room alone": lambda: place()[2],
        "building": lambda: f"{place()[0]}号楼",
        "surname and last four": lambda: f"{person()[0][0]} {person()[2][-4:]}",
        "initials and building": lambda: f"{initials(person()[0])} {place()[0]}号楼",
        "name and room": lambda: f"{person()[0][:2]} {place()[2]}",
        "two common surnames": lambda: " ".join(random.sample(SURNAMES[:10], 2)),
        "surname, unit and room": lambda: "{} {}单元 {}".format(random.choice(SURNAMES[:10]), *place()[1:]),
        "a name that nobody has": lambda: "钱" + "".join(random.choices(GIVEN, k=2)),
    }


def measure(actor_id: UUID, project_id: UUID, make: Callable[[], str]) -> tuple[list[float], float]:
    """Milliseconds of each query, and how many households were found on average."""
    times, hits = [], 0
    for _ in range(QUERIES):
        query = make()
        actor, project = db.session.get_one(User, actor_id), db.session.get_one(Project, project_id)
        started = time.perf_counter()
        hits += search(actor=actor, project=project, text=query).total
        times.append((time.perf_counter() - started) * 1000)
        db.session.rollback()
        db.session.expunge_all()
    return times, hits / QUERIES


def member(project: Project, role: Role) -> User:
    made = User(username=f"bench-{role}", display_name=role.label, password_hash="-")  # noqa: S106
    db.session.add(made)
    db.session.flush()
    account.set_membership(actor=None, project=project, user=made, role=role)
    return made


def run(url: str, label: str) -> Iterator[Table]:
    """One database: fill it, then ask as an office worker (all households) and as a surveyor (five buildings)."""
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        app = create_app(read_config({"DATABASE_URL": address, "RUHU_INSTANCE": folder}))
        with app.app_context():
            upgrade(db.engine)
            project = projects.create_project(actor=None, code="BENCH", name="检索")
            office, surveyor = member(project, Role.OFFICE), member(project, Role.SURVEYOR)
            data = Data()
            started = time.perf_counter()
            buildings = fill(project, data)
            filled = time.perf_counter() - started
            for building in data.random.sample(buildings, min(5, len(buildings))):
                db.session.add(Assignment(building_id=building, user_id=surveyor.id))
            db.session.commit()
            with db.engine.connect() as connection:
                terms = connection.scalar(text("SELECT count(*) FROM search_term"))
                if connection.dialect.name == "postgresql":
                    connection.execute(text("ANALYZE"))  # what autovacuum does; SQLite is measured without statistics
                    connection.commit()
            READ_ONLY.set(True)
            ids = ((office.id, "office, all households"), (surveyor.id, "surveyor, 200 households"))
            project_id = project.id
            for actor_id, who in ids:
                rows = []
                for kind, make in kinds(data).items():
                    times, hits = measure(actor_id, project_id, make)
                    p50, p95, most = percentile(times, 50), percentile(times, 95), max(times)
                    rows.append(
                        (
                            kind,
                            f"{p50:.1f}",
                            f"{p95:.1f}",
                            f"{most:.1f}",
                            f"{hits:.1f}",
                            "yes" if p95 <= AIM_MS else "no",
                        )
                    )
                yield Table(
                    f"Search on {label}, {who}",
                    ("query", "p50 ms", "p95 ms", "max ms", "found", f"p95 within {AIM_MS} ms"),
                    rows,
                    f"{HOUSEHOLDS:,} households, {HOUSEHOLDS * PEOPLE_EACH:,} people, {terms:,} terms "
                    f"(written in {filled:.0f} s); {QUERIES} different queries of each kind; found: on average, "
                    "counted up to 200.",
                    frozenset({1, 2, 3, 4}),
                )
            READ_ONLY.set(False)
            db.session.remove()
            db.engine.dispose()


def tables() -> Iterator[Table]:
    yield from run("", "SQLite")
    server = os.environ.get("POSTGRES_URL")
    if not server:
        sys.stderr.write("POSTGRES_URL is not set: SQLite only\n")
        return
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bench_search WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE bench_search TEMPLATE template0 ENCODING 'UTF8'"))
    yield from run(admin.url.set(database="bench_search").render_as_string(hide_password=False), "PostgreSQL")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE bench_search WITH (FORCE)"))
    admin.dispose()


if __name__ == "__main__":
    show(tables())
