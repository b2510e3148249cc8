"""The survey form's pages as stories: fill, draft, submit, be returned, correct, compare, and disagree with a colleague."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import Part, to_pairs
from survey.models import AuditEntry, ConflictRow, DraftRow, Household, Project, User, db
from survey.services.household import take_step
from survey.services.sheet import current_sheet, find_draft, list_conflicts, list_versions, save_sheet
from tests import factories

As = Callable[..., FlaskClient]


class SheetPage(HTMLParser):
    """What a browser would send of the page's survey form, and what stands on the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.data: MultiDict[str, str] = MultiDict()
        self.labels: set[str] = set()
        self._inside = self._template = False
        self._select = self._textarea = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = values.get("data-qa") in ("sheet-form", "conflict-form")
        elif tag == "template":
            self._template = True
        if not self._inside or self._template or "disabled" in values:
            return
        name = values.get("name", "")
        if tag == "input" and name:
            if values.get("type") not in ("radio", "checkbox") or "checked" in values:
                self.data.add(name, values.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values:
            self.data.add(self._select, values.get("value", ""))
        elif tag == "textarea":
            self._textarea = name
            self.data.add(name, "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            told = self.data.poplist(self._textarea)
            self.data.setlist(self._textarea, [*told[:-1], told[-1] + data.removeprefix("\r\n").removeprefix("\n")])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "template":
            self._template = False
        elif tag == "textarea":
            self._textarea = ""

    def row(self, name: str, uid: str) -> str:
        """`persons-3-` of the row with a uid."""
        return next(key.removesuffix("uid") for key, text in self.data.items() if text == uid and key.startswith(name))


def url(household: Household, end: str = "edit") -> str:
    return f"/household/{household.id}/sheet/{end}"


def open_sheet(browser: FlaskClient, household: Household, end: str = "edit") -> SheetPage:
    response = browser.get(url(household, end))
    assert response.status_code == 200, response.text
    return SheetPage(response.text)


def send(browser: FlaskClient, household: Household, page: SheetPage, end: str = "edit", /, **answers: Any) -> Any:
    """Send the form as the page has it, with some answers changed; `row__field` names are written with `-`."""
    data = page.data.copy()
    for name, text in {"action": "save", **answers}.items():
        key = name.replace("__", "-")
        data.setlist(key, text if isinstance(text, list) else [text])
    return browser.post(url(household, end), data=data)


@pytest.fixture
def surveyor(project: Project) -> User:
    return factories.member(project, Role.SURVEYOR, "李调查")


@pytest.fixture
def household(project: Project, surveyor: User) -> Household:
    """A household with a sheet without a fault, assigned to the surveyor, in progress."""
    made = factories.household(project, sheet=factories.sheet())
    factories.assign(surveyor, made)
    db.session.commit()
    return made


@pytest.fixture
def blank(project: Project, surveyor: User) -> Household:
    """A household of which nothing was ever written."""
    made = factories.household(project, "3-2-502")
    factories.assign(surveyor, made)
    db.session.commit()
    return made


def audits(household: Household, action: str) -> list[AuditEntry]:
    query = (
        select(AuditEntry)
        .where(AuditEntry.household_id == household.id, AuditEntry.action == action)
        .order_by(AuditEntry.seq)
    )
    return list(db.session.scalars(query.order_by(AuditEntry.seq)))


# --- fill and save


def test_a_surveyor_fills_a_blank_sheet_and_finds_it_again(as_: As, surveyor: User, blank: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, blank)
    saved = send(
        browser, blank, page, address="颐园小区3号楼2单元502室", floor_no="５层", tenure_type="commercial",
        persons__0__uid="x1", persons__0__full_name="王芳", persons__0__roles=["owner", "resident"],
        persons__0__birth_date="1962年4月5日",
    )  # fmt: skip
    assert saved.status_code == 302
    sheet = current_sheet(blank)
    assert (sheet.floor_no, sheet.tenure_type, sheet.persons[0].full_name) == (5, codes.Tenure.COMMERCIAL, "王芳")
    assert blank.state is HouseholdState.IN_PROGRESS
    again = open_sheet(browser, blank)
    assert again.data["persons-0-birth_date"] == "1962-04-05"
    assert again.data.getlist("persons-0-roles") == ["owner", "resident"]
    assert again.data["base"] == "1"


def test_saving_without_a_change_makes_no_version(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    before = current_sheet(household)
    send(browser, household, open_sheet(browser, household))
    assert household.sheet_version == 1
    assert current_sheet(household) == before


def test_every_answer_of_a_full_sheet_survives_opening_and_saving(
    as_: As, project: Project, household: Household
) -> None:
    from tests.forms.test_sheet import full_pairs

    office = factories.member(project, Role.OFFICE)
    save_sheet(actor=office, household=household, base=1, pairs=full_pairs())
    db.session.commit()
    before = current_sheet(household)
    browser = as_(office)
    send(browser, household, open_sheet(browser, household), note="改了一处")
    after = current_sheet(household)
    assert after.note == "改了一处"
    assert after.persons == before.persons
    assert (after.parts, after.certificates, after.fixtures) == (before.parts, before.certificates, before.fixtures)
    assert after.expected_price_yuan == before.expected_price_yuan


def test_what_cannot_be_read_comes_back_as_typed_with_a_link_to_it_and_stays_in_the_draft(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    refused = send(browser, household, open_sheet(browser, household), floor_no="五楼", note="已经写好的备注")
    assert refused.status_code == 422
    page = SheetPage(refused.text)
    assert (page.data["floor_no"], page.data["note"]) == ("五楼", "已经写好的备注")
    assert 'href="#floor_no"' in refused.text
    assert "所在层应为整数" in refused.text
    assert household.sheet_version == 1
    draft = find_draft(surveyor, household)
    assert draft is not None
    assert ["floor_no", "五楼"] in draft.pairs
    assert "五楼" in open_sheet(browser, household).data["floor_no"]


def test_a_wrong_check_digit_is_saved_and_pointed_out(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    wrong = "379900197005140012" if factories.id_no(1)[-1] != "2" else "379900197005140013"
    answer = send(browser, household, page, **{page.row("persons", "p1") + "id_no": wrong})
    assert answer.location.endswith("/sheet/edit?check=1")
    assert current_sheet(household).persons[0].id_no == wrong
    assert "校验位" in browser.get(answer.location).text


def test_a_script_in_an_answer_is_shown_as_text(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    send(browser, household, open_sheet(browser, household), note="<script>alert(1)</script>\"'")
    text = browser.get(url(household)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_rows_can_be_added_and_removed_without_a_script(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    more = SheetPage(send(browser, household, page, add_row="persons", note="没保存").text)
    uids = [text for name, text in more.data.items(multi=True) if name.startswith("persons") and name.endswith("uid")]
    assert len(uids) == len(set(uids)) == 2
    assert more.data["note"] == "没保存"
    less = SheetPage(send(browser, household, more, remove_row="persons-0").text)
    assert [text for name, text in less.data.items() if name.startswith("persons") and name.endswith("uid")] == uids[1:]
    assert household.sheet_version == 1


# --- numbers


def test_numbers_are_masked_and_left_alone_when_left_empty(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    stored = current_sheet(household).persons[0]
    text = browser.get(url(household)).text
    assert stored.id_no not in text
    assert stored.phone not in text
    assert stored.id_no[:6] + "********" + stored.id_no[-4:] in text
    send(browser, household, SheetPage(text), note="别的改动")
    after = current_sheet(household).persons[0]
    assert (after.id_no, after.phone) == (stored.id_no, stored.phone)


def test_a_number_is_replaced_when_typed_and_removed_only_when_said(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    send(browser, household, page, clear="persons[p1].id_no", **{page.row("persons", "p1") + "phone": "120 0000 0009"})
    person = current_sheet(household).persons[0]
    assert (person.id_no, person.phone) == ("", "12000000009")


def test_a_typed_number_wins_over_a_ticked_removal(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    send(browser, household, page, clear="persons[p1].phone", **{page.row("persons", "p1") + "phone": "12000000009"})
    assert current_sheet(household).persons[0].phone == "12000000009"


def test_a_number_is_shown_on_request_and_the_request_is_in_the_log(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    told = browser.post(url(household, "reveal"), data={"uid": "p1", "field": "id_no"})
    assert told.json == {"value": factories.id_no(1)}
    entry = audits(household, "person.reveal")[0]
    assert (entry.actor_id, entry.details["field"]) == (surveyor.id, "id_no")
    assert factories.id_no(1) not in json.dumps(entry.details, ensure_ascii=False)
    assert browser.post(url(household, "reveal"), data={"uid": "p1", "field": "full_name"}).status_code == 404
    assert browser.post(url(household, "reveal"), data={"uid": "nobody", "field": "phone"}).status_code == 404


def test_a_person_removed_from_the_page_is_gone_with_the_numbers(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    for name in [name for name in page.data if name.startswith("persons-")]:
        page.data.poplist(name)
    send(browser, household, page)
    assert current_sheet(household).persons == ()


# --- what a role does not see


def test_the_expected_price_is_the_office_s_and_survives_a_surveyor_s_save(
    as_: As, project: Project, surveyor: User, household: Household
) -> None:
    office = as_("office")
    send(office, household, open_sheet(office, household), expected_price_yuan="9800")
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    assert "expected_price_yuan" not in page.text
    send(browser, household, page, note="surveyor", expected_price_yuan="1")
    sheet = current_sheet(household)
    assert (sheet.note, sheet.expected_price_yuan) == ("surveyor", Decimal("9800.00"))


# --- drafts


def keep(browser: FlaskClient, household: Household, pairs: list[list[str]], base: object = 1) -> Any:
    return browser.post(url(household, "draft"), json={"base": base, "pairs": pairs})


def test_what_was_typed_is_kept_as_a_draft_of_each_person_and_comes_back(
    as_: As, project: Project, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    typed = open_sheet(browser, household).data
    typed.update({"clear": "persons[p1].phone"})
    typed["note"], typed["floor_no"] = "一半", "五"
    told = keep(browser, household, [[name, text] for name, text in typed.items(multi=True)])
    assert told.status_code == 200
    page = open_sheet(browser, household)
    assert 'data-qa="draft"' in page.text
    assert (page.data["note"], page.data["floor_no"], page.data["clear"]) == ("一半", "五", "persons[p1].phone")
    colleague = open_sheet(as_("office"), household)
    assert 'data-qa="draft"' not in colleague.text
    assert colleague.data["note"] == ""
    assert household.sheet_version == 1


def test_a_draft_can_be_discarded(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    keep(browser, household, [["note", "一半"]])
    assert browser.post(url(household, "draft/discard")).status_code == 302
    assert open_sheet(browser, household).data["note"] == ""
    assert db.session.scalar(select(DraftRow)) is None


def test_a_save_ends_the_draft(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    keep(browser, household, [[name, text] for name, text in open_sheet(browser, household).data.items(multi=True)])
    send(browser, household, open_sheet(browser, household), note="存好了")
    assert db.session.scalar(select(DraftRow)) is None


def test_a_draft_on_an_old_version_says_so_and_is_merged_when_saved(
    as_: As, project: Project, surveyor: User, household: Household
) -> None:
    browser, office = as_(surveyor), as_("office")
    keep(browser, household, [[name, text] for name, text in open_sheet(browser, household).data.items(multi=True)
                              if name != "note"] + [["note", "我写的"]])  # fmt: skip
    send(office, household, open_sheet(office, household), parcel_no="12-3")
    page = open_sheet(browser, household)
    assert "这期间他人保存了第 2 版" in page.text
    send(browser, household, page)
    sheet = current_sheet(household)
    assert (sheet.note, sheet.parcel_no) == ("我写的", "12-3")


@pytest.mark.parametrize(
    "body",
    [None, [], {"base": 1}, {"base": "x", "pairs": []}, {"base": 1, "pairs": [["note"]]}, {"base": 1, "pairs": [[1, 2]]},
     {"base": 99, "pairs": []}, {"base": -1, "pairs": []}],
)  # fmt: skip
def test_a_draft_of_the_wrong_shape_is_refused_with_a_sentence(
    as_: As, surveyor: User, household: Household, body: object
) -> None:
    told = as_(surveyor).post(url(household, "draft"), json=body)
    assert told.status_code == 422
    assert told.json["message"].endswith("。")
    assert db.session.scalar(select(DraftRow)) is None


def test_a_draft_may_hold_any_text_that_a_browser_can_send(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    odd = '{"base": 1, "pairs": [["note", "\\ud800\\u0000𬭚"], ["special", "x"], ["expected_price_yuan", "1"]]}'
    told = browser.post(url(household, "draft"), data=odd, content_type="application/json")
    assert told.status_code == 200
    assert find_draft(surveyor, household).pairs == [["note", "𬭚"]]


def test_a_draft_of_a_locked_sheet_is_refused(as_: As, surveyor: User, household: Household) -> None:
    take_step(actor=surveyor, household=household, action=Action.SUBMIT)
    db.session.commit()
    told = keep(as_(surveyor), household, [["note", "x"]])
    assert told.status_code == 422
    assert "已提交" in told.json["message"]


# --- submit


def test_a_sheet_without_a_fault_is_submitted(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    answer = send(browser, household, open_sheet(browser, household), action="submit", note="完成")
    assert answer.status_code == 302
    assert household.state is HouseholdState.SUBMITTED
    assert current_sheet(household).note == "完成"
    assert len(audits(household, "sheet.submit")) == 1
    locked = browser.get(url(household))
    assert locked.status_code == 409
    assert "不能直接修改" in locked.text


def test_errors_block_submitting_but_everything_is_saved_and_each_is_linked(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    part = page.row("parts", "b1")
    answer = send(
        browser, household, page, action="submit", tenure_type="", note="都写了",
        **{part + "area_meas_inner_m2": "200"},
    )  # fmt: skip
    assert answer.location.endswith("check=1")
    assert household.state is HouseholdState.IN_PROGRESS
    assert current_sheet(household).note == "都写了"
    text = browser.get(answer.location).text
    assert 'data-qa="error-summary"' in text
    assert 'href="#tenure_type"' in text
    assert f'href="#{part}area_meas_inner_m2"' in text
    assert text.count('class="error"') >= 2


def test_a_warning_wants_a_reason_beside_its_question_and_keeps_it(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    part = page.row("parts", "b1")
    answer = send(browser, household, page, action="submit", **{part + "area_meas_m2": "95.00"})
    checked = SheetPage(browser.get(answer.location).text)
    assert 'data-qa="warning"' in checked.text
    key = next(name for name, text in checked.data.items() if text.startswith("check.area_difference"))
    answer = send(browser, household, checked, action="submit", **{key.replace("uid", "text"): "阳台已封闭"})
    assert answer.location.endswith(f"/{household.id}")
    assert household.state is HouseholdState.SUBMITTED
    assert [reason.text for reason in current_sheet(household).reasons] == ["阳台已封闭"]


def test_a_reason_stays_on_the_page_after_it_was_written(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    send(browser, household, page, reasons__0__uid="check.area_difference:b1", reasons__0__text="旧的说明")
    again = open_sheet(browser, household)
    assert 'data-qa="old-reason"' in again.text
    send(browser, household, again, note="x")
    assert [reason.text for reason in current_sheet(household).reasons] == ["旧的说明"]
    emptied = open_sheet(browser, household)
    send(browser, household, emptied, reasons__0__text="")
    assert current_sheet(household).reasons == ()


def test_what_is_missing_altogether_is_asked_for_where_it_belongs(as_: As, surveyor: User, blank: Household) -> None:
    browser = as_(surveyor)
    answer = send(browser, blank, open_sheet(browser, blank), action="submit", note="空的", tenure_type="other")
    text = browser.get(answer.location).text
    assert blank.state is HouseholdState.IN_PROGRESS
    for target in ("title_status", "section-people", "section-part", "renewal_will"):
        assert f'href="#{target}"' in text, target


def test_a_household_s_own_page_is_left_after_saving_and_print_is_near(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    assert f"/household/{household.id}/notices" in page.text
    assert send(browser, household, page, note="x").location == f"/household/{household.id}"


def test_a_returned_sheet_is_open_again_and_can_be_resubmitted(
    as_: As, project: Project, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    send(browser, household, open_sheet(browser, household), action="submit")
    leader = factories.member(project, Role.LEADER)
    take_step(actor=leader, household=household, action=Action.GROUP_RETURN, reason="请核对面积")
    db.session.commit()
    send(browser, household, open_sheet(browser, household), action="submit", note="核对过了")
    assert household.state is HouseholdState.SUBMITTED


def test_what_was_typed_into_a_sheet_that_was_submitted_meanwhile_is_not_lost(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    take_step(actor=surveyor, household=household, action=Action.SUBMIT)
    db.session.commit()
    refused = send(browser, household, page, note="迟到的内容")
    assert refused.status_code == 422
    assert "已提交" in refused.text
    assert SheetPage(refused.text).data["note"] == "迟到的内容"
    assert ["note", "迟到的内容"] in find_draft(surveyor, household).pairs


# --- correct


@pytest.fixture
def approved(project: Project, household: Household) -> Household:
    leader, office = factories.member(project, Role.LEADER), factories.member(project, Role.OFFICE)
    surveyor = factories.member(project, Role.SURVEYOR)
    take_step(actor=surveyor, household=household, action=Action.SUBMIT)
    take_step(actor=leader, household=household, action=Action.GROUP_PASS)
    take_step(actor=office, household=household, action=Action.APPROVE)
    db.session.commit()
    return household


def test_after_approval_only_the_office_corrects_and_says_why(as_: As, surveyor: User, approved: Household) -> None:
    assert as_(surveyor).get(url(approved, "correct")).status_code == 403
    office = as_("office")
    assert office.get(url(approved)).status_code == 409
    page = open_sheet(office, approved, "correct")
    silent = send(office, approved, page, "correct", note="更正")
    assert silent.status_code == 422
    assert "必须写明理由" in silent.text
    assert approved.sheet_version == 1
    send(office, approved, page, "correct", note="更正", reason="复核登记簿")
    assert approved.state is HouseholdState.GROUP_PASSED
    first, second = list_versions(approved)
    assert (first.reason, second.reason, second.source) == ("", "复核登记簿", "correction")
    assert dict(second.pairs)["note"] == "更正"
    assert len(audits(approved, "sheet.correct")) == 1


def test_whoever_corrected_may_not_approve_the_correction(project: Project, approved: Household) -> None:
    one, other = factories.member(project, Role.OFFICE), factories.member(project, Role.OFFICE)
    sheet = replace(current_sheet(approved), note="更正")
    save_sheet(actor=one, household=approved, base=1, pairs=to_pairs(sheet), source="correction", reason="复核登记簿")
    with pytest.raises(DomainError, match=r"household\.own_work"):
        take_step(actor=one, household=approved, action=Action.APPROVE)
    assert take_step(actor=other, household=approved, action=Action.APPROVE).state is HouseholdState.APPROVED


def test_a_submitted_sheet_is_returned_and_not_corrected(as_: As, surveyor: User, household: Household) -> None:
    take_step(actor=surveyor, household=household, action=Action.SUBMIT)
    db.session.commit()
    found = as_("office").get(url(household, "correct"))
    assert found.status_code == 409
    assert 'data-qa="correct"' not in found.text


def test_a_signed_sheet_that_is_corrected_asks_for_a_new_signature(as_: As, approved: Household) -> None:
    approved.state = HouseholdState.CONFIRMED
    db.session.commit()
    office = as_("office")
    send(office, approved, open_sheet(office, approved, "correct"), "correct", note="更正", reason="复核登记簿")
    assert approved.state is HouseholdState.GROUP_PASSED
    assert "请重新签字" in office.get(url(approved, "versions")).text


def test_a_correction_may_not_bring_in_an_error(as_: As, approved: Household) -> None:
    office = as_("office")
    page = open_sheet(office, approved, "correct")
    refused = send(office, approved, page, "correct", tenure_type="", reason="试试")
    assert refused.status_code == 422
    assert 'href="#tenure_type"' in refused.text
    assert SheetPage(refused.text).data["reason"] == "试试"
    assert approved.sheet_version == 1


def test_an_open_sheet_is_filled_and_not_corrected(as_: As, household: Household) -> None:
    assert as_("office").get(url(household, "correct")).location.endswith("/sheet/edit")


# --- versions


def test_versions_are_listed_and_compared_in_words_with_numbers_masked(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    row = page.row("persons", "p1")
    send(browser, household, page, tenure_type="affordable", **{row + "phone": "12000000099"})
    listed = browser.get(url(household, "versions")).text
    assert listed.count("<tr>") == 3
    assert "2 项" in listed
    text = browser.get(url(household, "compare?from=1&to=2")).text
    assert "<del>商品房</del>" in text
    assert "<ins>经济适用房</ins>" in text
    assert "人口 · 张伟 · 电话" in text
    assert "120****0099" in text
    assert "12000000099" not in text
    assert "之间没有改动" in browser.get(url(household, "compare?from=2&to=2")).text
    assert browser.get(url(household, "compare?from=x&to=99")).status_code == 200


def test_a_number_that_looks_alike_masked_is_still_told_to_have_changed(
    as_: As, surveyor: User, household: Household
) -> None:
    browser = as_(surveyor)
    page = open_sheet(browser, household)
    send(browser, household, page, **{page.row("persons", "p1") + "phone": "12099990001"})
    assert "120****0001（已更改）" in browser.get(url(household, "compare")).text


def test_a_price_that_changed_is_not_told_to_those_who_may_not_see_it(
    as_: As, surveyor: User, household: Household
) -> None:
    office = as_("office")
    send(office, household, open_sheet(office, household), expected_price_yuan="9876")
    assert "9876.00" in office.get(url(household, "compare")).text
    text = as_(surveyor).get(url(household, "compare")).text
    assert "9876.00" not in text
    assert "有改动，无权查看" in text


def test_who_sees_the_whole_project_reads_names_masked(as_: As, household: Household) -> None:
    text = as_("coordinator").get(url(household, "compare?from=0&to=1")).text
    assert "张伟" not in text
    assert "人口 · 张* · 姓名" in text


def test_a_household_without_a_version_says_what_to_do(as_: As, surveyor: User, blank: Household) -> None:
    assert "还没有填写过" in as_(surveyor).get(url(blank, "versions")).text


# --- two people


def test_two_people_who_change_different_answers_are_merged(as_: As, surveyor: User, household: Household) -> None:
    browser, office = as_(surveyor), as_("office")
    mine, theirs = open_sheet(browser, household), open_sheet(office, household)
    send(office, household, theirs, parcel_no="12-3")
    send(browser, household, mine, note="我的")
    sheet = current_sheet(household)
    assert (household.sheet_version, sheet.parcel_no, sheet.note) == (3, "12-3", "我的")


def dispute(as_: As, surveyor: User, household: Household) -> tuple[FlaskClient, str]:
    """Two people changed the note and the phone; the surveyor's browser and the address of the conflict."""
    browser, office = (
        as_(surveyor),
        as_(factories.member(db.session.get_one(Project, household.project_id), Role.OFFICE, "王主任")),
    )
    mine, theirs = open_sheet(browser, household), open_sheet(office, household)
    row = mine.row("persons", "p1")
    send(office, household, theirs, note="办公室写的", parcel_no="12-3", **{row + "phone": "12000000077"})
    answer = send(browser, household, mine, note="我写的", floor_note="跃层", **{row + "phone": "12099990002"})
    assert "/sheet/conflict/" in answer.location
    return browser, answer.location


def test_who_changed_the_same_answers_sees_both_and_the_old_one(as_: As, surveyor: User, household: Household) -> None:
    browser, address = dispute(as_, surveyor, household)
    text = browser.get(address).text
    for told in ("您填的", "现在的", "原来的", "办公室写的", "我写的", "王主任"):
        assert told in text
    assert text.count('data-qa="dispute"') == 2
    assert "12099990002" not in text
    assert household.sheet_version == 2
    assert 'href="' + address.replace("http://localhost", "") + '"' in browser.get(url(household)).text


def test_a_choice_is_wanted_for_each_dispute_and_then_everything_is_there(
    as_: As, surveyor: User, household: Household
) -> None:
    browser, address = dispute(as_, surveyor, household)
    page = SheetPage(browser.get(address).text)
    half = browser.post(address, data={**page.data, "choice-0": "ours"})
    assert half.status_code == 422
    assert "还有 1 处没有选择" in half.text
    labels = [part.split("<")[0] for part in half.text.split('<legend class="sr">')[1:]]
    note = next(number for number, label in enumerate(labels) if "备注" in label)
    choices = {f"choice-{note}": "ours", f"choice-{1 - note}": "theirs"}
    assert browser.post(address, data={**page.data, **choices}).status_code == 302
    sheet = current_sheet(household)
    assert (sheet.note, sheet.parcel_no, sheet.floor_note) == ("我写的", "12-3", "跃层")
    assert sheet.persons[0].phone == "12000000077"
    assert list_conflicts(household) == []
    assert browser.get(address).status_code == 404


def test_a_change_during_the_choice_asks_again(as_: As, surveyor: User, household: Household) -> None:
    browser, address = dispute(as_, surveyor, household)
    page = SheetPage(browser.get(address).text)
    office = as_("office")
    send(office, household, open_sheet(office, household), note="第三个人写的")
    again = browser.post(address, data={**page.data, "choice-0": "ours", "choice-1": "ours"})
    assert again.location == address
    assert "第三个人写的" in browser.get(address).text


def test_a_choice_on_a_sheet_that_was_submitted_meanwhile_says_so_and_stays_open(
    as_: As, project: Project, surveyor: User, household: Household
) -> None:
    browser, address = dispute(as_, surveyor, household)
    page = SheetPage(browser.get(address).text)
    household.state = HouseholdState.SUBMITTED
    db.session.commit()
    refused = browser.post(address, data={**page.data, "choice-0": "ours", "choice-1": "ours"})
    assert refused.status_code == 422
    assert "已提交" in refused.text
    assert len(list_conflicts(household)) == 1


def test_two_numbers_that_look_alike_masked_are_told_apart(as_: As, surveyor: User, household: Household) -> None:
    browser, office = as_(surveyor), as_("office")
    mine, theirs = open_sheet(browser, household), open_sheet(office, household)
    row = mine.row("persons", "p1")
    send(office, household, theirs, **{row + "phone": "12011110009"})
    address = send(browser, household, mine, **{row + "phone": "12022220009"}).location
    assert "120****0009（与现在的号码不同）" in browser.get(address).text


def test_a_dispute_that_went_away_is_merged_without_a_choice(as_: As, surveyor: User, household: Household) -> None:
    browser, address = dispute(as_, surveyor, household)
    office = as_("office")
    page = open_sheet(office, household)
    send(office, household, page, note="我写的", **{page.row("persons", "p1") + "phone": "12099990002"})
    again = SheetPage(browser.get(address).text)
    assert "已没有冲突" in again.text
    browser.post(address, data=again.data)
    assert current_sheet(household).floor_note == "跃层"
    assert list_conflicts(household) == []


def test_a_row_that_one_deleted_and_the_other_edited_is_a_choice(as_: As, surveyor: User, household: Household) -> None:
    browser, office = as_(surveyor), as_("office")
    mine, theirs = open_sheet(browser, household), open_sheet(office, household)
    send(office, household, theirs, **{theirs.row("parts", "b1") + "part_note": "漏雨"})
    for name in [name for name in mine.data if name.startswith("parts-")]:
        mine.data.poplist(name)
    address = send(browser, household, mine).location
    text = browser.get(address).text
    assert "删除了这一行" in text
    browser.post(address, data={**SheetPage(text).data, "choice-0": "ours"})
    assert current_sheet(household).parts == ()


def test_a_save_on_a_version_that_does_not_exist_is_refused(as_: As, surveyor: User, household: Household) -> None:
    browser = as_(surveyor)
    assert send(browser, household, open_sheet(browser, household), base="7").status_code == 422
    assert household.sheet_version == 1


# --- who may


@pytest.mark.parametrize("end", ["edit", "versions", "compare", "correct"])
def test_a_household_outside_the_assignment_does_not_exist(
    as_: As, project: Project, household: Household, end: str
) -> None:
    stranger = factories.member(project, Role.SURVEYOR)
    found = as_(stranger).get(url(household, end))
    assert found.status_code == 404


def test_a_stranger_can_write_nothing(as_: As, project: Project, household: Household) -> None:
    browser = as_(factories.member(project, Role.SURVEYOR))
    for end in ("edit", "draft", "draft/discard", "reveal", "correct"):
        assert browser.post(url(household, end), json={}).status_code == 404
    assert db.session.scalar(select(ConflictRow)) is None


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_who_only_reads_sees_versions_and_not_the_form(as_: As, household: Household, role: str) -> None:
    browser = as_(role)
    assert browser.get(url(household)).status_code == 403
    assert browser.post(url(household), data={}).status_code == 403
    assert browser.get(url(household, "versions")).status_code == 200


def test_a_long_list_of_people_is_closed_to_a_line_each(as_: As, surveyor: User, household: Household) -> None:
    people = tuple(factories.person(f"张{number}", number) for number in range(1, 5))
    office = factories.member(db.session.get_one(Project, household.project_id), Role.OFFICE)
    parts = (Part(uid="b1"), *factories.sheet().parts[1:])
    pairs = to_pairs(factories.sheet(persons=people, parts=parts))
    save_sheet(actor=office, household=household, base=1, pairs=pairs)
    db.session.commit()
    text = as_(surveyor).get(url(household)).text
    assert "张3 · 权利人、居住人口" in text
    rows = text.split('data-qa="row-persons"')[1:5]
    assert all('<details class="row-details">' in row for row in rows)
