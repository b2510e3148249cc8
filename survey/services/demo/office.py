"""What the demo's office has done besides the visits: plans for people in need of care, a posting that hangs, a draft."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from sqlalchemy import select

from survey.domain.mask import mask_name
from survey.domain.posting import PostingKind
from survey.models import Household, Project, User, db, utc_now
from survey.services.care import CareGiven, cared_for, plan_care
from survey.services.posting import PostingGiven, approve_posting, draft_posting, hang_up

CARED = 12
LISTED = 6
MEASURES = ("专人上门办理，材料不用跑第二趟", "协助联系周转用房，优先一楼", "每次走访带上大字版明白纸，请家人在场")


def do_office_work(*, office: User, second: User, street: User, project: Project, today: date) -> None:
    """`second` answers for the plans; `street` (a coordinator) releases what the office drafted."""
    scope = (Household.project_id == project.id) & Household.removed_at.is_(None)
    for number, each in enumerate([*islice(cared_for(scope), CARED)]):
        given = CareGiven(
            measure=MEASURES[number % len(MEASURES)], responsible_id=second.id, every_days=7 if number % 3 else None,
            next_on=None if number % 3 else today + timedelta(days=3),
        )  # fmt: skip
        plan_care(actor=office, household=each.household, person_id=each.person.id, given=given)
    homes = db.session.scalars(
        select(Household).where(scope, Household.area_cert_m2 > 0).order_by(Household.door_sort).limit(LISTED)
    ).all()
    lines = [
        f"{home.door_text}　{mask_name(home.owner_names.partition('、')[0])}　证载 {home.area_cert_m2}㎡"
        for home in homes
        if home.owner_names
    ]
    text = "现将入户调查登记结果公示如下，如有异议，请在公示期内向项目办书面提出。\n" + "\n".join(lines)
    result = draft_posting(
        actor=office, project=project,
        given=PostingGiven(kind=PostingKind.RESULT, title="1号楼调查结果公示", scope="1号楼", content=text, days=5),
    )  # fmt: skip
    approve_posting(actor=street, posting=result)
    result.drafted_at = result.approved_at = utc_now() - timedelta(days=3)
    hang_up(actor=office, posting=result, posted_on=today - timedelta(days=2), place="1号楼各单元门口", today=today)
    plan = PostingGiven(
        kind=PostingKind.PLAN, title="安置补偿方案征求意见", scope="颐园小区全部", days=30,
        content="现就颐园小区安置补偿方案（征求意见稿）公开征求意见，意见请书面交至项目办。",
    )  # fmt: skip
    draft_posting(actor=office, project=project, given=plan)
