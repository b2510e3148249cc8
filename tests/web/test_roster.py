"""The roster import as the office sees it: upload, questions, preview, commit, copy, history."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey.domain.access import Role
from survey.models import AuditEntry, Building, Household, Project, RosterImport, db
from tests import factories

As = Callable[..., FlaskClient]


def upload(client: FlaskClient, project: Project, data: bytes, name: str = "花名册.xlsx") -> TestResponse:
    return client.post(
        f"/project/{project.code}/roster/upload", data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )  # fmt: skip


def book(*rows: list[object]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def digest(page: str) -> str:
    return re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', page)[1]  # type: ignore[index]


def newest() -> RosterImport:
    return db.session.scalars(select(RosterImport).order_by(RosterImport.uploaded_at.desc())).first()  # type: ignore[return-value]


def households() -> int:
    return db.session.scalar(select(func.count()).select_from(Household)) or 0


HEAD = ["楼号", "单元", "房号", "产权人", "身份证号", "建筑面积"]


def test_the_first_page_says_what_to_do(as_: As, project: Project) -> None:
    page = as_("office").get(f"/project/{project.code}/roster").text
    assert 'data-qa="upload-form"' in page and 'data-qa="empty"' in page


def test_a_roster_goes_from_upload_to_the_register(as_: As, project: Project, data: Path) -> None:
    office = as_("office")
    answer = upload(office, project, (data / "roster_standard.xlsx").read_bytes(), "颐园房屋底册.xlsx")
    assert answer.status_code == 302
    page = office.get(answer.location).text
    assert "将新增 1679 户" in page and households() == 0
    done = office.post(f"{answer.location}/commit", data={"digest": digest(page)})
    assert done.status_code == 302
    assert households() == 1679
    assert db.session.scalar(select(func.count()).select_from(Building)) == 42
    page = office.get(answer.location).text
    assert 'data-qa="to-buildings"' in page and "新增 1679 户" in page
    assert "颐园房屋底册.xlsx" in office.get(f"/project/{project.code}/roster").text
    told = select(AuditEntry.action).where(AuditEntry.action.like("roster.%")).order_by(AuditEntry.seq)
    actions = list(db.session.scalars(told))
    assert actions == ["roster.upload", "roster.import"]


def test_a_roster_with_errors_is_only_imported_when_the_person_leaves_them_out(
    as_: As, project: Project, data: Path
) -> None:
    office = as_("office")
    where = upload(office, project, (data / "roster_with_errors.xlsx").read_bytes()).location
    page = office.get(where).text
    assert 'data-qa="rows-refused"' in page and "校验位不对" in page
    refused = office.post(f"{where}/commit", data={"digest": digest(page)})
    assert refused.status_code == 422 and "有 24 行不能导入" in refused.text and households() == 0
    office.post(f"{where}/commit", data={"digest": digest(page), "skip_refused": "y"})
    assert households() == 162


def test_a_question_about_a_column_is_asked_once_and_remembered(as_: As, project: Project, data: Path) -> None:
    office = as_("office")
    file = (data / "roster_sheet_per_building.xlsx").read_bytes()
    where = upload(office, project, file).location
    page = office.get(where).text
    assert "有 1 列需要您确认" in page and "99.46㎡" in page
    office.post(f"{where}/map", data={"column_0": "area_meas_m2"})
    page = office.get(where).text
    assert 'data-qa="map-form"' not in page and newest().counts["questions"] == 0
    office.post(f"{where}/commit", data={"digest": digest(page)})
    assert db.session.scalar(select(func.sum(Household.area_cert_m2))) == 0
    again = office.get(upload(office, project, file).location).text
    assert 'data-qa="map-form"' not in again and "没有需要写入的内容" in again


def test_a_plan_that_is_no_longer_true_is_refused_and_can_be_made_anew(as_: As, project: Project) -> None:
    office = as_("office")
    where = upload(office, project, book(HEAD, ["3", "2", "501", "张伟", factories.id_no(1), 80])).location
    seen = digest(office.get(where).text)
    factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    refused = office.post(f"{where}/commit", data={"digest": seen})
    assert refused.status_code == 422 and "预览之后数据已有变化" in refused.text
    office.post(f"{where}/preview")
    assert newest().counts["differs"] == 1
    assert "入户核实为" in office.get(f"{where}?tab=differs").text


def test_a_change_shows_old_and_new_with_numbers_masked(as_: As, project: Project) -> None:
    office = as_("office")
    first = upload(office, project, book(HEAD, ["3", "2", "501", "张伟", factories.id_no(1), 80])).location
    office.post(f"{first}/commit", data={"digest": digest(office.get(first).text)})
    second = upload(office, project, book(HEAD, ["3", "2", "501", "张伟", factories.id_no(2), 81])).location
    page = office.get(second).text
    assert 'data-qa="rows-changed"' in page
    assert "80.00 ㎡" in page and "81.00 ㎡" in page
    assert factories.id_no(2) not in page and factories.id_no(1) not in page


def test_the_office_gets_its_own_file_back_marked(as_: As, project: Project, data: Path) -> None:
    office = as_("office")
    where = upload(office, project, (data / "roster_with_errors.xlsx").read_bytes(), "底册.xlsx").location
    answer = office.post(f"{where}/copy")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    marked = openpyxl.load_workbook(io.BytesIO(answer.data))
    page = marked["房屋底册"]
    assert page["H48"].fill.start_color.rgb.endswith("FFC7CE")
    assert "校验位" in page["H48"].comment.text
    assert page["K7"].fill.start_color.rgb.endswith("FFEB9C")
    assert page["B5"].value == "1号楼" and "B5:B28" in [str(area) for area in page.merged_cells.ranges]
    assert marked["检查结果"].max_row == 1 + len(newest().preview["problems"])


def test_a_file_that_cannot_be_read_gets_one_sentence(as_: As, project: Project) -> None:
    office = as_("office")
    for data, told in [(b"%PDF-1.7", "PDF 文档"), (b"PK\x03\x04 broken", "已损坏"), (b"", "没有任何住户数据")]:
        answer = upload(office, project, data)
        assert answer.status_code == 422 and told in answer.text
    assert office.post(f"/project/{project.code}/roster/upload").status_code == 422
    assert db.session.scalar(select(func.count()).select_from(RosterImport)) == 0


def test_an_import_can_be_put_aside(as_: As, project: Project) -> None:
    office = as_("office")
    where = upload(office, project, book(HEAD, ["3", "2", "501", "张伟", factories.id_no(1), 80])).location
    assert office.post(f"{where}/discard").status_code == 302
    assert newest().file == b"" and "这次导入已放弃" in office.get(where).text
    assert office.post(f"{where}/commit", data={"digest": newest().digest}).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICE])
def test_only_the_office_imports(as_: As, project: Project, role: Role) -> None:
    assert as_(role.value).get(f"/project/{project.code}/roster").status_code == 403


def test_an_import_of_another_project_does_not_exist(as_: As, project: Project) -> None:
    other = factories.project("ZZ", "别的项目")
    where = upload(as_("office"), project, book(HEAD, ["3", "2", "501", "张伟", factories.id_no(1), 80])).location
    stranger = factories.member(other, Role.OFFICE)
    client = as_(stranger)
    assert client.get(where).status_code == 404
    import_id = UUID(where.rsplit("/", 1)[1])
    assert client.get(f"/project/ZZ/roster/{import_id}").status_code == 404
