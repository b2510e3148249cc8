"""The names by which the people of a household are known, wherever they were written down."""

from __future__ import annotations

from datetime import UTC, date, datetime

from survey.domain import codes
from survey.domain.access import Role
from survey.models import Delivery, Request, Signature, db
from survey.services.person import known_names
from tests import factories


def test_names_are_known_from_every_record_and_words_that_are_none_are_left_out(app: object) -> None:
    project = factories.project()
    office = factories.member(project, Role.OFFICE)
    people = (factories.person("张伟", guardian_name="李娟"), factories.person("John Smith", 2))
    home = factories.household(project, "3-2-501", factories.sheet(persons=people), office)
    other = factories.household(project, "3-2-502", factories.sheet(persons=(factories.person("钱七", 3),)), office)
    moment, own = datetime(2026, 6, 1, tzinfo=UTC), {"project_id": project.id, "household_id": home.id}
    db.session.add(Delivery(**own, number=1, notice="通知书", method=codes.DeliveryMethod.LEFT, served_at=moment,
                            counts_from=moment.date(), recipient="赵六（儿媳）", witness="王五 颐园社区居委会",
                            recorded_by_id=office.id))  # fmt: skip
    db.session.add(Request(**own, number=1, received_on=date(2026, 6, 1), person_name="孙八 12012345678",
                           kind=codes.RequestKind.AREA, content="少算了", accept_due=date(2026, 6, 16),
                           reply_due=date(2026, 7, 31), recorded_by_id=office.id))  # fmt: skip
    db.session.add(Signature(**own, sheet_version=1, pairs_hash="0" * 64, signer_role=codes.SignerRole.RESPONDENT,
                             signer_name="本人", signed_at=moment, recorded_by_id=office.id))  # fmt: skip
    db.session.flush()
    found = set(known_names([home.id, other.id]))
    assert {name for each, name in found if each == home.id} == {"张伟", "李娟", "John Smith", "赵六", "王五", "孙八"}
    assert {name for each, name in found if each == other.id} == {"钱七"}
