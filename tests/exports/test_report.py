"""Progress reports: what they say is what the ledgers say at that moment, and stays so."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from exports import report as reports
from exports.ledger import sums_of
from exports.ledgers import building_summary, daily
from exports.view import view_of
from survey.domain.report import ReportKind
from survey.domain.settings import ProjectSettings
from survey.models import Project, Report, db, utc_now
from survey.services.report import add_report
from tests.exports import street

LAST = date(2026, 6, 5)


def read(project: Project, kind: ReportKind = ReportKind.DAILY, day: date = LAST) -> reports.Figures:
    return reports.read_report(project=project, view=view_of(project, None), kind=kind, last_day=day, now=utc_now())


def kept(project: Project, figures: reports.Figures, kind: ReportKind = ReportKind.DAILY) -> Report:
    row = add_report(
        actor=None, project=project, kind=kind, last_day=LAST, snapshot=figures.snapshot,
        figures=json.loads(json.dumps(reports.to_kept(figures))), problems="三号楼停电", plan="复测阳台", made_at=utc_now(),
    )  # fmt: skip
    db.session.commit()
    return row


def test_totals_are_those_of_the_ledgers_of_the_same_moment(app: Flask) -> None:
    project = street.make_street()
    figures, view = read(project), view_of(project, None)
    of_buildings = sums_of(
        building_summary.SHEET.columns, building_summary.records(view, ProjectSettings())["buildings"]
    )
    assert sums_of(building_summary.SHEET.columns, figures.buildings) == of_buildings
    of_days = [row for row in daily.days(view) if row["day"] <= LAST]
    for key in reports.COUNTED:
        on_the_day = sum(row[key] for row in of_days if row["day"] == LAST)
        assert sum(row[key] for row in figures.teams) == on_the_day
    assert sum(row["done_so_far"] for row in figures.teams) == sum(row["done"] for row in of_days)
    assert sum(row["due"] for row in figures.teams) == of_buildings["due"]


def test_a_week_counts_from_its_monday_and_each_quiet_day_has_a_line(app: Flask) -> None:
    project = street.make_street()
    week, view = read(project, ReportKind.WEEKLY), view_of(project, None)
    days = [row for row in daily.days(view) if LAST - timedelta(days=LAST.weekday()) <= row["day"] <= LAST]
    assert sum(row["visits"] for row in week.teams) == sum(row["visits"] for row in days) > 0
    assert [row["day"] for row in week.days] == [LAST - timedelta(days=13 - number) for number in range(14)]
    assert week.days[-1]["done_so_far"] == sum(row["done_so_far"] for row in week.teams)


def test_what_is_kept_is_as_exact_as_what_was_read(app: Flask) -> None:
    project = street.make_street()
    figures = read(project)
    assert reports.from_kept(json.loads(json.dumps(reports.to_kept(figures)))) == figures


def test_the_workbook_and_the_paper_say_the_same(app: Flask, tmp_path: Path) -> None:
    project = street.make_street()
    row = kept(project, read(project))
    path = tmp_path / "report.xlsx"
    with path.open("wb") as file:
        reports.write_workbook(row, file, "沈志远")
    book = load_workbook(path)
    assert book.sheetnames == ["各小组", "逐日", "分楼栋"]
    paper = reports.paper_of(row, project)
    due = paper.tables[2].total[1]
    cells = {cell.value for line in book["分楼栋"].iter_rows() for cell in line}
    assert int(due) in cells
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(reports.write_pdf(row, project))).pages)
    for wanted in (f"应调查{due}户", "三号楼停电", "复测阳台", row.snapshot, "合计"):
        assert wanted in text
    assert "张" not in "".join(paper.sentences)


def test_a_project_without_a_household_has_a_report_too(project: Project) -> None:
    row = kept(project, read(project))
    assert "应调查0户，已完成0户，完成率—" in reports.paper_of(row, project).sentences[0]
    assert reports.write_pdf(row, project)[:5] == b"%PDF-"
