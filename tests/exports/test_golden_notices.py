"""Every notice of the small street as `pdftotext -layout` reads it, against tests/exports/golden/notices.

RUHU_GOLDEN=write makes the files anew: look at every line that changed before you commit it.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from exports.notices import NOTICES
from exports.printing import lay_out, read_print
from exports.view import view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.posting import PostingKind
from survey.models import Posting, Project, Round, User, db
from survey.services.posting import PostingGiven, approve_posting, draft_posting
from survey.services.round import close_round, open_round
from tests import factories
from tests.exports.street import at, make_street

GOLDEN = Path(__file__).parent / "golden" / "notices"
PAGES = {
    "survey-notice": 15, "survey-sheet": 20, "missed-visit": 5, "dossier-cover": 15, "open-letter": 10, "privacy-consent": 5,
    "renewal-ballot": 5, "appraiser-ballot": 5, "briefing-record": 5, "interview-record": 10, "material-list": 5,
    "service-receipt": 5, "objection-request": 5, "objection-reply": 1, "correction-notice": 2, "unregistered-opinion": 1,
    "authorisation": 5, "pledge": 5, "round-result": 2, "survey-posting": 3, "appraiser-notice": 1,
}  # fmt: skip
NUMBER = re.compile(r"YY-20260621-\d{6}-[0-9A-F]{4}|\d{6}-[0-9A-F]{4}\b")

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


def make_rounds(project: Project) -> None:
    """The round of the street is closed, another is open, and one on the appraiser."""
    office = db.session.query(User).filter_by(display_name="沈志远").one()
    close_round(actor=office, round_=db.session.query(Round).one(), now=at(10))
    open_round(actor=office, project=project, kind=codes.RoundKind.PLAN, title="补偿方案征求意见",
               question="您是否同意《颐园小区安置补偿方案（征求意见稿）》？", now=at(11))  # fmt: skip
    open_round(actor=office, project=project, kind=codes.RoundKind.APPRAISER, title="评估机构选定",
               question="您选择下列哪一家房地产价格评估机构？", now=at(12))  # fmt: skip
    project.office_name, project.office_phone = "颐园小区改造项目办公室", "120-0000000"
    project.office_address = "颐园社区居委会二楼"
    db.session.commit()


def printed(name: str, project: Project) -> bytes:
    office = db.session.query(User).filter_by(display_name="沈志远").one()
    view = view_of(project, office)
    posting = released(project, office) if NOTICES[name].for_posting else None
    reading = read_print(name, project=project, view=view, now=at(20), by=office.display_name, posting=posting)
    return lay_out(reading).pdf


def released(project: Project, office: User) -> Posting:
    given = PostingGiven(
        kind=PostingKind.RESULT, title="调查结果公示", scope="颐园小区全部", days=5,
        content="请各权利人核对。\n\n",
    )  # fmt: skip
    row = draft_posting(actor=office, project=project, given=given)
    approve_posting(actor=factories.member(project, Role.COORDINATOR), posting=row)
    row.approved_at = at(19)
    db.session.commit()
    return row


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_what_the_golden_file_says(name: str, app: object, tmp_path: Path) -> None:
    project = make_street()
    make_rounds(project)
    (tmp_path / "paper.pdf").write_bytes(data := printed(name, project))
    told = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "paper.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    # The number of the print is another each time, and as wide as its digits: columns are kept, their distance is not.
    lines = (re.sub(r" {2,}", "  ", line.rstrip()) for line in told.replace("\f", "\n——\n").splitlines())
    told = NUMBER.sub("…", "\n".join(lines)) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("RUHU_GOLDEN") == "write":
        path.write_text(told, "utf-8")
    assert told == path.read_text("utf-8")
    check_file(tmp_path / "paper.pdf")
    check_fonts(data)
    assert len(PdfReader(io.BytesIO(data)).pages) == PAGES[name]


def check_file(path: Path) -> None:
    if shutil.which("qpdf") is not None:
        checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def check_fonts(data: bytes) -> None:
    fonts = {font.get_object()["/BaseFont"]: font.get_object() for page in PdfReader(io.BytesIO(data)).pages
             for font in page["/Resources"]["/Font"].values()}  # fmt: skip
    assert fonts
    for font in fonts.values():
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)
