"""The survey form of a household that was signed for, reviewed and photographed says so; what is of an older version does not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from exports.notices.material_list import MaterialList
from exports.notices.reading import read_notices
from exports.notices.survey_sheet import SurveySheet
from exports.pdf import press
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.codes import DocumentCategory, SignerRole
from survey.domain.household import Action
from survey.domain.sheet import to_pairs
from survey.domain.signature import SignatureGiven
from survey.models import Household, Project, User, db, utc_now
from survey.services.document import Prepared, add_document, prepare
from survey.services.household import take_step
from survey.services.sheet import save_sheet
from survey.services.signature import record_signature
from tests import factories


def picture() -> Prepared:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return prepare(out.getvalue())


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def home(project: Project, office: User, tmp_path: Path) -> Household:
    """Submitted, signed by the owner's hand on a tablet, passed twice, with a photo and a paper of the owner's."""
    surveyor, leader = (factories.member(project, role, name) for role, name in
                        ((Role.SURVEYOR, "李建国"), (Role.LEADER, "刘建军")))  # fmt: skip
    made = factories.household(project, "3-2-501", factories.sheet())
    take_step(actor=surveyor, household=made, action=Action.SUBMIT)
    given = SignatureGiven(
        signer_role=SignerRole.RESPONDENT, signer_name="张伟", signed_at=utc_now(), has_evidence=True
    )
    record_signature(actor=surveyor, household=made, given=given, now=utc_now(), evidence=picture(), folder=tmp_path,
                     text_hash="a" * 64, strokes=(((10.2, 20, 0, 0.5), (40, 60.7, 9, 0.5)), ((50, 20, 20, 0.5),)))  # fmt: skip
    for category, title in ((DocumentCategory.PHOTO, "入户门和门牌"), (DocumentCategory.TITLE, "不动产权证书")):
        add_document(
            actor=surveyor, folder=tmp_path, category=category, prepared=picture(), title=title, household=made
        )
    take_step(actor=leader, household=made, action=Action.GROUP_PASS)
    take_step(actor=office, household=made, action=Action.APPROVE)
    db.session.commit()
    return made


def read(name: str, home: Household, office: User) -> object:
    project = db.session.get_one(Project, home.project_id)
    view = view_of(project, office)
    return read_notices(name, project=project, view=view, households=[home], now=utc_now())[home.id]


def test_the_form_shows_who_signed_who_reviewed_and_which_photos_are_kept(home: Household, office: User) -> None:
    paper = read("survey-sheet", home, office)
    assert isinstance(paper, SurveySheet)
    (signed,) = paper.signatures
    assert (signed.name, signed.strokes, signed.frame) == ("张伟", ("10,20 40,61 40,61", "50,20 50,20"), "6 16 48 49")
    assert paper.team_review is not None and paper.team_review.name == "刘建军"
    assert paper.office_review is not None and paper.office_review.name == "沈志远"
    assert [photo.title for photo in paper.photos] == ["入户门和门牌"]
    pages = PdfReader(io.BytesIO(press(None).one("survey-sheet", paper))).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    for told in ("刘建军", "沈志远", "入户门和门牌", "以上 1 件存于本户电子档案"):
        assert told in text
    assert "照片一" not in text
    assert "拒绝签字的事由" not in text


def test_a_version_that_nobody_signed_or_passed_leaves_room_for_the_pen(home: Household, office: User) -> None:
    changed = to_pairs(replace(factories.sheet(), note="改过"))
    save_sheet(actor=office, household=home, base=1, pairs=changed, source="correction", reason="与证书核对")
    paper = read("survey-sheet", home, office)
    assert isinstance(paper, SurveySheet)
    assert (paper.signatures, paper.team_review, paper.office_review) == ((), None, None)


def test_the_page_that_was_signed_for_the_office_is_no_material_of_the_household(home: Household, office: User) -> None:
    paper = read("material-list", home, office)
    assert isinstance(paper, MaterialList)
    assert [each.name for each in paper.materials] == ["入户门和门牌", "不动产权证书"]
    cover = read("dossier-cover", home, office)
    assert "签字页（被调查人）" in [entry.title for entry in cover.entries]  # type: ignore[attr-defined]
