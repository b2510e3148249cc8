"""The roster: 100,000 rows of an office's file into SQLite, phase by phase, and the dry run of the standard sample."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from bench.machine import Table, show

ROWS = int(os.environ.get("BENCH_ROSTER_ROWS", "100000"))
SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "roster_standard.xlsx"
TODAY = date(2026, 11, 22)
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂䶮㛃文辉力建国华梅红玉莹雪琳浩宇鹏飞"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HEAD = ["序号", "楼号", "单元", "所在层", "总层数", "房号", "产权人", "身份证号码", "联系电话", "产权证号", "建筑面积",
        "储藏室面积", "结构", "建成年份", "产权性质", "户籍人口"]  # fmt: skip


def write_roster(path: Path, rows: int, first_building: int = 1) -> None:
    """An invented roster in the shape of the standard sample: 60 homes a building, one owner each, sometimes two."""
    chance = random.Random(7)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False})
    page = book.add_worksheet("房屋底册")
    page.write_row(0, 0, ["某项目房屋底册"])
    page.write_row(1, 0, HEAD)
    for number in range(rows):
        building, place = divmod(number, 60)
        unit, home = divmod(place, 15)
        floor, door = divmod(home, 3)
        names = [
            chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=2)) for _ in range(2 if number % 20 == 0 else 1)
        ]
        ids = [_id_no(number, turn) for turn in range(len(names))]
        page.write_row(
            number + 2,
            0,
            [
                number + 1, f"{first_building + building}号楼", f"{unit + 1}单元", floor + 1, 5, f"{floor + 1}0{door + 1}",
                "、".join(names), " / ".join(ids),
                12_000_000_000 + number if number % 3 else f"{12_000_000_000 + number}",
                f"鲁（2018）东营市不动产权第{number:07d}号", round(chance.uniform(42, 128), 2), 9.8,
                chance.choice(["砖混", "混合结构", "钢混"]), chance.choice([1985, "1985年", 1992]),
                chance.choice(["商品房", "集资建房", "房改房（标准价）"]), number % 6,
            ],
        )  # fmt: skip
    book.close()


def _id_no(number: int, turn: int) -> str:
    year, rest = divmod(number * 2 + turn, 330_000)
    month_day, sequence = divmod(rest, 1000)
    first = f"379900{1950 + year % 50}{month_day // 28 % 12 + 1:02d}{month_day % 28 + 1:02d}{sequence:03d}"
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(RUHU_INSTANCE=folder, DATABASE_URL="")
        from survey import create_app
        from survey.models import db
        from survey.models.migrate import upgrade

        app = create_app()
        with app.app_context():
            upgrade(db.engine)
            yield _dry_run()
            path = Path(folder) / "roster.xlsx"
            write_roster(path, ROWS)
            yield from _import(path)
            db.session.remove()
            db.engine.dispose()


def _dry_run() -> Table:
    from survey.models import db
    from survey.services.project import create_project
    from survey.services.roster import imports
    from survey.services.roster.read import read_roster

    project = create_project(actor=None, code="DRY", name="试算")
    db.session.commit()
    data = SAMPLE.read_bytes()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        file = read_roster(data, today=TODAY)
        plan = imports.plan_file(project=project, data=data, file=file, answers={})
        times.append(time.perf_counter() - begun)
        assert plan.counts["created"] == 1679
    db.session.rollback()
    return Table(
        "Dry run of the standard sample (1,679 rows)",
        ["run", "seconds"],
        [["best of 5", min(times)], ["worst of 5", max(times)]],
        "A new child process each time: sniffing, parsing under limits, normalising, comparing with the register.",
    )


def _import(path: Path) -> Iterator[Table]:
    from survey.models import Household, db
    from survey.services.project import create_project
    from survey.services.roster import imports
    from survey.services.roster.read import read_roster

    project = create_project(actor=None, code="BIG", name="十万户")
    db.session.commit()
    data = path.read_bytes()
    for title, note in (
        (f"{ROWS:,} rows into an empty register", "Everything is new. Read: the child parses and normalises, the parent checks across the file."),
        ("The same file once more", "Nothing changes: each row is compared by the hash of its sheet."),
    ):  # fmt: skip
        phases: list[tuple[str, float]] = []
        begun = last = time.perf_counter()

        def lap(name: str, phases: list[tuple[str, float]] = phases) -> None:
            nonlocal last
            now = time.perf_counter()
            phases.append((name, now - last))
            last = now

        file = read_roster(data, today=TODAY)
        lap("read")
        looked = imports.look(project=project, data=data, file=file, answers={})
        lap("compare")
        prepared = imports.work_out(looked, saved_by_id=None)
        lap("work the rows out")
        row = imports.upload_roster(
            actor=None, project=project, filename=path.name, data=data, file=file, answers={}, today=TODAY,
            plan=looked.plan,
        )  # fmt: skip
        lap("keep file and preview")
        imports.commit_roster(
            actor=None, project=project, row=row, file=file, answers={}, digest=looked.plan.digest, looked=looked,
            prepared=prepared,
        )  # fmt: skip
        lap("write, while on SQLite all others wait")
        db.session.commit()
        lap("commit, the same")
        whole = time.perf_counter() - begun
        counts: dict[str, Any] = looked.plan.counts
        written = db.session.query(Household).filter_by(project_id=project.id).count()
        db.session.rollback()
        yield Table(
            title,
            ["phase", "seconds", "rows/s"],
            [*([name, seconds, ROWS / seconds] for name, seconds in phases), ["end to end", whole, ROWS / whole]],
            f"{note} Created {counts['created']:,}, unchanged {counts['unchanged']:,}; {written:,} households stand.",
        )


if __name__ == "__main__":
    sys.exit(show(tables()))
