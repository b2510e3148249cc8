"""What must be on record of a delivery and of a signature."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from survey.domain.calendar import read_days
from survey.domain.codes import DeliveryMethod, SignerRole, UnservedReason
from survey.domain.delivery import DeliveryGiven, check_delivery, counts_from, term_until
from survey.domain.errors import DomainError
from survey.domain.settings import ProjectSettings
from survey.domain.signature import SignatureGiven, check_signature

NOW = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
M = DeliveryMethod
AGREED = ("李娜",)
SECOND = {"second_server": "赵明"}


def served(method: DeliveryMethod, **values: object) -> str:
    """The code of the refusal; "" when the delivery stands."""
    given = DeliveryGiven(
        **{"notice": "入户调查通知书", "method": method, "served_at": NOW, "server": "王芳", **values}  # type: ignore[arg-type]
    )
    try:
        check_delivery(given, NOW, AGREED)
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("method", "values", "code"),
    [
        (M.DIRECT, {**SECOND, "recipient": "张伟"}, ""),
        (M.DIRECT, {**SECOND}, "delivery.recipient_missing"),
        (M.DIRECT, {**SECOND, "recipient": "李娜", "for_self": False}, "delivery.relation_missing"),
        (M.DIRECT, {**SECOND, "recipient": "李娜", "for_self": False, "recipient_relation": "同住儿媳"}, ""),
        (M.DIRECT, {"recipient": "张伟", "served_at": NOW + timedelta(minutes=1)}, "delivery.in_future"),
        (M.LEFT, {**SECOND, "place": "门口", "witness": "李娟 居委会"}, "delivery.left_reason"),
        (M.LEFT, {**SECOND, "place": "门口", "refused_reason": "不签"}, "delivery.left_evidence"),
        (M.LEFT, {**SECOND, "refused_reason": "不签", "witness": "李娟 居委会"}, "delivery.place_missing"),
        (M.LEFT, {**SECOND, "place": "门口", "refused_reason": "不签", "witness": "李娟 居委会"}, ""),
        (M.LEFT, {**SECOND, "place": "门口", "refused_reason": "不签", "has_evidence": True}, ""),
        (M.MAIL, {}, "delivery.number_missing"),
        (M.MAIL, {"document_no": "颐园复〔2026〕1号"}, "delivery.number_missing"),
        (M.MAIL, {"mail_no": "EMS1"}, ""),
        (M.ANNOUNCED, {}, "delivery.announced_place"),
        (M.ANNOUNCED, {"place": "公告栏"}, ""),
        (M.ELECTRONIC, {}, "delivery.recipient_missing"),
        (M.ELECTRONIC, {"recipient": "张伟"}, "delivery.electronic_agreed"),
        (M.ELECTRONIC, {"recipient": "李娜"}, ""),
        (M.ENTRUSTED, {}, "delivery.recipient_missing"),
    ],
)
def test_a_delivery_by_analogy_with_the_civil_procedure_law(
    method: DeliveryMethod, values: dict[str, object], code: str
) -> None:
    assert served(method, **values) == code


@pytest.mark.parametrize(
    ("method", "values", "code"),
    [
        (M.DIRECT, {}, "delivery.servers_missing"),
        (M.DIRECT, {"second_server": "王芳"}, "delivery.servers_equal"),
        (M.DIRECT, {"second_server": " 王 芳"}, "delivery.servers_equal"),
        (M.LEFT, {"place": "门口", "refused_reason": "不签", "has_evidence": True}, "delivery.servers_missing"),
        (M.ENTRUSTED, {"recipient": "张伟"}, ""),
        (M.ENTRUSTED, {"recipient": "张伟", "second_server": "王芳"}, "delivery.servers_equal"),
        (M.MAIL, {"mail_no": "EMS1"}, ""),
        (M.ELECTRONIC, {"recipient": "李娜"}, ""),
        (M.ANNOUNCED, {"place": "公告栏"}, ""),
    ],
)
def test_two_different_servers_go_to_a_door(method: DeliveryMethod, values: dict[str, object], code: str) -> None:
    assert served(method, **values) == code


@pytest.mark.parametrize(
    ("method", "values", "code"),
    [
        (M.DIRECT, {**SECOND, "unserved": UnservedReason.NOBODY_HOME}, ""),
        (M.DIRECT, {"unserved": UnservedReason.NOBODY_HOME}, "delivery.servers_missing"),
        (M.MAIL, {"unserved": UnservedReason.WRONG_ADDRESS}, "delivery.number_missing"),
        (M.MAIL, {"unserved": UnservedReason.WRONG_ADDRESS, "mail_no": "EMS1"}, ""),
        (M.MAIL, {"unserved": UnservedReason.OTHER, "mail_no": "EMS1"}, "delivery.unserved_note"),
        (M.MAIL, {"unserved": UnservedReason.OTHER, "mail_no": "EMS1", "unserved_note": "退回"}, ""),
        (M.ELECTRONIC, {"unserved": UnservedReason.UNREACHABLE}, ""),
        (M.LEFT, {**SECOND, "unserved": UnservedReason.NOBODY_HOME}, "delivery.still_served"),
        (M.ANNOUNCED, {"unserved": UnservedReason.NOBODY_HOME}, "delivery.still_served"),
    ],
)
def test_an_attempt_that_failed_tells_why(method: DeliveryMethod, values: dict[str, object], code: str) -> None:
    assert served(method, **values) == code


def signed(**values: object) -> str:
    given = SignatureGiven(
        **{"signer_role": SignerRole.RESPONDENT, "signer_name": "张伟", "signed_at": NOW, **values}  # type: ignore[arg-type]
    )
    try:
        check_signature(given, NOW)
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"has_evidence": True}, ""),
        ({}, "signature.evidence_missing"),
        ({"has_evidence": True, "signed_at": NOW + timedelta(minutes=1)}, "signature.in_future"),
        ({"refused": True}, "signature.refuse_reason"),
        ({"refused": True, "refuse_reason": "不认可面积"}, "signature.refuse_witness"),
        ({"refused": True, "refuse_reason": "不认可面积", "witness": "张伟 本人"}, "signature.witness_is_signer"),
        ({"refused": True, "refuse_reason": "不认可面积", "witness": "李娟 居委会"}, ""),
        (
            {"refused": True, "refuse_reason": "忙", "witness": "李娟", "signer_role": SignerRole.SURVEYOR_1},
            "signature.refuse_role",
        ),
    ],
)
def test_a_signature_by_analogy_with_the_appraisal_rules_article_12(values: dict[str, object], code: str) -> None:
    assert signed(**values) == code


@pytest.mark.parametrize("method", [each for each in M if each is not M.ANNOUNCED], ids=str)
def test_what_is_handed_over_counts_from_its_day(method: DeliveryMethod) -> None:
    assert counts_from(method, date(2026, 3, 20)) == date(2026, 3, 20)


def test_what_is_announced_counts_as_served_after_thirty_days() -> None:
    assert counts_from(M.ANNOUNCED, date(2026, 3, 20)) == date(2026, 4, 19)


@pytest.mark.parametrize(
    ("paper", "until"),
    [
        ("correction-notice", date(2026, 3, 27)),
        ("objection-reply", date(2026, 4, 20)),  # The thirtieth day, 19 April 2026, is a Sunday.
        ("unregistered-opinion", date(2026, 4, 20)),
        ("survey-notice", None),
        ("", None),
    ],
)
def test_the_delivery_of_some_papers_begins_a_term(paper: str, until: date | None) -> None:
    assert term_until(paper, date(2026, 3, 20), ProjectSettings(correction_days=7, review_days=30)) == until


def test_a_term_that_ends_in_the_holidays_moves_behind_them() -> None:
    settings = ProjectSettings(correction_days=7, holidays=read_days("2026-10-01..2026-10-07"))
    assert term_until("correction-notice", date(2026, 9, 25), settings) == date(2026, 10, 8)
