"""An office's own wording on the pages: written, previewed, refused with its line, enabled, printed, taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from exports.wording import built_in
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.models import AuditEntry, Household, NoticeIssue, Project, Wording, db
from survey.services.notice import token_of
from survey.web.wording import compare
from tests import factories

As = Callable[..., FlaskClient]
NAME = "missed-visit"
BASE = f"/project/YY/notice/{NAME}"
OLD, NEW = "时间不便的，请来电另约。", "时间不便的，请扫码改约或者来电。"
OWN = built_in(NAME).replace(OLD, NEW)


@pytest.fixture
def home(project: Project) -> Household:
    made = factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    return made


def save(office: FlaskClient, source: str = OWN, note: str = "改约方式") -> TestResponse:
    return office.post(f"{BASE}/wording/edit", data={"source": source.replace("\n", "\r\n"), "note": note})


def printed(client: FlaskClient, household: Household) -> str:
    answer = client.post(f"/household/{household.id}/notice/{NAME}", data={})
    assert answer.mimetype == "application/pdf"
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_sentence_is_changed_enabled_printed_and_taken_back(as_: As, project: Project, home: Household) -> None:
    office = as_("office")
    assert f'href="{BASE}/wordings"' in page(office, "/project/YY/notices")
    assert OLD in page(office, f"{BASE}/wording/edit")
    assert save(office).location.endswith("/wording/1")
    assert db.session.scalars(select(Wording)).one().source == OWN
    assert OLD in printed(office, home)  # saved is not enabled

    shown = page(office, f"{BASE}/wording/1")
    assert shown.count("＋ 新增") == shown.count("－ 删去") == 1
    assert office.post(f"{BASE}/wording/1/enable").status_code == 302
    assert NEW in printed(office, home)

    rows = db.session.scalars(select(NoticeIssue).order_by(NoticeIssue.issued_at, NoticeIssue.id)).all()
    assert [row.wording.number if row.wording else 0 for row in rows] == [0, 1]
    assert "单位自己的第1版" in page(office, f"/n/{token_of(rows[1])}")
    first = page(office, f"/n/{token_of(rows[0])}")
    assert "系统内置" in first
    assert "后来又有新的一份" in first

    assert office.post(f"{BASE}/wording/restore").status_code == 302
    assert OLD in printed(office, home)
    for at, state in ((0, "由落款单位签发"), (1, "后来又有新的一份")):
        assert state in page(office, f"/n/{token_of(rows[at])}")  # the first says what the newest says
    assert "改约方式" in page(office, f"{BASE}/wordings")
    acts = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("wording.")).order_by(AuditEntry.seq)
    )
    assert [*acts] == ["wording.save", "wording.enable", "wording.restore"]


def test_a_broken_wording_is_refused_with_its_line_and_nothing_is_lost(as_: As, project: Project) -> None:
    office = as_("office")
    broken = OWN.replace("{{ notice.door }}", "{{ notice.dor }}")
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if "notice.dor " in text)
    answer = save(office, broken, "说明")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"第{line}行：没有名为“notice.dor”的内容，可能要写的是：door" in text
    assert f'data-go-line="{line}"' in text
    assert NEW in text  # the text of the form
    assert 'value="说明"' in text
    assert db.session.scalars(select(Wording)).all() == []
    empty = office.post(f"{BASE}/wording/edit", data={"source": "", "note": "x"})
    assert "extends 语句不能删改" in empty.get_data(as_text=True)


def test_a_preview_shows_a_text_before_it_is_kept(as_: As, project: Project) -> None:
    office = as_("office")
    answer = office.post(f"{BASE}/wording/draft", data={"source": OWN, "kind": "long"})
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    told = re.sub(r"\s+", "", PdfReader(io.BytesIO(answer.data)).pages[0].extract_text())
    assert NEW in told
    assert "样张" in told
    refused = office.post(f"{BASE}/wording/draft", data={"source": OWN + "{{ x }}", "kind": "full"})
    assert refused.status_code == 422
    assert office.post(f"{BASE}/wording/draft", data={"source": OWN, "kind": "real"}).status_code == 404
    assert office.get(f"{BASE}/wording/0/preview/bare").mimetype == "application/pdf"
    assert db.session.scalars(select(Wording)).all() == []
    assert db.session.scalars(select(NoticeIssue)).all() == []


def test_versions_are_compared_with_each_other(as_: As, project: Project) -> None:
    office = as_("office")
    save(office)
    assert save(office).status_code == 422  # the same once more
    save(office, OWN.replace("温馨提示", "提示"), "提示")
    assert NEW in page(office, f"{BASE}/wording/edit?from=2")
    newest = page(office, f"{BASE}/wording/2")
    assert newest.count("＋ 新增") == 2
    assert "<strong>扫码改约或者</strong>来电" in newest  # within the line, what is another
    assert page(office, f"{BASE}/wording/2?against=1").count("＋ 新增") == 1
    assert "＋ 新增" not in page(office, f"{BASE}/wording/0")
    assert office.get(f"{BASE}/wording/9").status_code == 404
    assert office.get("/project/YY/notice/nothing/wordings").status_code == 404


def test_a_version_that_the_program_outgrew_cannot_be_enabled(as_: As, project: Project) -> None:
    office = as_("office")
    save(office)
    row = db.session.scalars(select(Wording)).one()
    row.source = OWN.replace("notice.door", "notice.gone")
    db.session.commit()
    answer = office.post(f"{BASE}/wording/1/enable")
    assert answer.status_code == 422
    assert "没有名为“notice.gone”的内容" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Wording.in_use)).one() is False


def test_a_print_that_fails_says_why(as_: As, project: Project, home: Household) -> None:
    office = as_("office")
    save(office)
    row = db.session.scalars(select(Wording)).one()
    row.source, row.in_use = OWN.replace("{{ notice.door }}", "{{ 1 / 0 }}"), True
    db.session.commit()
    answer = office.post(f"/household/{home.id}/notice/{NAME}", data={})
    assert answer.status_code == 422
    assert "除数是零" in answer.get_data(as_text=True)


def test_only_the_office_words_notices_and_each_project_its_own(as_: As, project: Project, home: Household) -> None:
    office = as_("office")
    save(office)
    office.post(f"{BASE}/wording/1/enable")
    for role in ("leader", "surveyor", "coordinator", "auditor"):
        client = as_(role)
        assert client.get(f"{BASE}/wordings").status_code == 403
        assert client.post(f"{BASE}/wording/edit", data={"source": OWN, "note": "x"}).status_code == 403
        assert client.post(f"{BASE}/wording/restore").status_code == 403
    other = factories.project("ZZ")
    db.session.commit()
    elsewhere = factories.household(other, "1-1-101", factories.sheet())
    db.session.commit()
    foreign = as_(factories.member(other, Role.OFFICE))
    assert foreign.get(f"{BASE}/wordings").status_code == 404
    assert OLD in printed(foreign, elsewhere)


def test_the_list_of_what_can_be_written_is_that_of_the_notice(as_: As, project: Project) -> None:
    shown = page(as_("office"), f"{BASE}/wording/edit")
    assert "修改模板：未遇告知单" in shown
    assert "<code>notice.visited_at</code>" in shown
    assert "<code>{{ notice.visited_at|day }}</code>" in shown
    assert "上门时间" in shown
    assert "notice.ballot_no" not in shown


def test_controls_are_taken_out_of_a_text_and_lines_stay_lines(as_: As, project: Project) -> None:
    save(as_("office"), "\x00\x1b" + OWN.replace("温馨提示", "温\u202e馨\x0b提\u2028示\x85"))
    assert db.session.scalars(select(Wording)).one().source == OWN


def test_a_text_of_equal_lines_is_compared_at_once() -> None:
    """Line by line it would take minutes; what is told is still every line."""
    old, new = "甲\n乙\n" * 1000, "乙\n丙\n甲\n" * 600
    marks = [line.mark for line in compare(old, new)]
    assert (marks.count("removed"), marks.count("added"), len(marks)) == (2000, 1800, 3800)
    assert all(line.pieces == () for line in compare("甲乙" * 400, "乙甲" * 400))
    assert [line.mark for line in compare("甲\n乙\n", "甲\n丙\n")] == ["gap", "same", "removed", "added"]


def test_a_preview_shows_the_office_as_its_real_papers_will(as_: As, project: Project) -> None:
    project.office_name = "颐园小区改造项目办公室"
    project.settings = {"supervision_phone": "12345"}
    db.session.commit()
    data = as_("office").get(f"/project/{project.code}/notice/survey-notice/wording/0/preview/full").data
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    text = text.replace("\n", "")
    assert "颐园小区改造项目办公室" in text
    assert "监督电话：12345" in text
    assert "联系人" not in text


def test_no_transaction_is_open_while_a_text_is_checked_or_laid_out(
    as_: As, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, seen = as_("office"), []

    def busy(*_told: object) -> None:
        seen.append(db.session().in_transaction())
        raise DomainError("wording.busy", "source", line=0)

    save(office)
    for name in ("check_wording", "preview_wording"):
        monkeypatch.setattr(f"survey.web.wording.{name}", busy)
    answers = [
        save(office, OWN.replace("温馨", "友情")),
        office.post(f"{BASE}/wording/1/enable"),
        office.post(f"{BASE}/wording/draft", data={"source": OWN, "kind": "full"}),
        office.get(f"{BASE}/wording/1/preview/full"),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("正忙，请稍后再试" in answer.get_data(as_text=True) for answer in answers)
    assert seen == [False] * 4
