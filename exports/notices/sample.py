"""Sample papers (样稿): one of each notice with everything in it, one with only what must be there, one that is long.

An office's own wording is checked and previewed with them, and the tests of the papers begin with them. Everyone in them is
invented; the names are the longest and rarest that a register has.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from exports.notices.appraiser_notice import AppraiserNotice
from exports.notices.ballot import Ballot
from exports.notices.conversation import BriefingRecord, InterviewRecord
from exports.notices.correction_notice import CorrectionNotice
from exports.notices.declaration import Authorisation, Party, Pledge
from exports.notices.dossier_cover import DossierCover, Entry
from exports.notices.material_list import Material, MaterialList
from exports.notices.missed_visit import MissedVisit
from exports.notices.objection import ObjectionReply, ObjectionRequest
from exports.notices.office import Office, Surveyor
from exports.notices.open_letter import OpenLetter
from exports.notices.privacy_consent import PrivacyConsent
from exports.notices.round_result import ResultLine, RoundResult
from exports.notices.service_receipt import ServiceReceipt
from exports.notices.stamp import Stamp
from exports.notices.survey_notice import SurveyNotice
from exports.notices.survey_posting import SurveyPosting
from exports.notices.survey_sheet import Photo, Reviewed, Signed, SurveySheet
from exports.notices.unregistered_opinion import UnregisteredOpinion
from survey.domain import codes
from survey.domain.message import N_
from survey.domain.posting import PostedHome
from survey.domain.sheet import Certificate, DecorationItem, DesiredLayout, Fixture, Part, Person, Sheet

KINDS = {"full": N_("各项齐全"), "bare": N_("只有必有的内容"), "long": N_("内容很长、行数很多")}
"""The three samples of each notice, and what people call them."""

PROJECT = "颐园小区改造项目"
OFFICE = Office("东营区房屋征收与补偿服务中心", "颐园小区改造项目服务中心", contact="王敏", phone="120-0000000",
                address="东营区北一路1号颐园社区居委会二楼", supervision_phone="120-0000001")  # fmt: skip
SURVEYORS = (Surveyor("李建国", "YY0012"), Surveyor("赵晓䶮", "YY0013"))
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊"
LONG_ADDRESS = (
    "山东省东营市东营区某某街道某某社区颐园小区东区三十七号楼甲二单元十六层一千六百零一室（含阁楼及储藏室，与隔壁打通）"
)
LONG_TEXT = "希望就地安置，面积按实测计算，过渡费按月发放；老人行动不便，请安排低楼层和电梯，并书面答复。" * 6
DAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 22, 19, 5)  # noqa: DTZ001  office's time, as papers carry it
STAMP = Stamp("颐园调〔2026〕12号", DAY, "https://ruhu.invalid/n/sample", "1A2B-3C4D")
"""The stamp of a sample: its QR leads nowhere."""

PROJECT_HEAD: dict[str, Any] = {
    "office": OFFICE, "project": PROJECT, "issued_on": DAY, "document_no": STAMP.document_no, "stamp": STAMP,
}  # fmt: skip
HEAD: dict[str, Any] = {
    **PROJECT_HEAD, "dossier_no": "YY-003020001", "door": "3号楼2单元501室", "address": "颐园小区3号楼2单元501室",
    "owners": ("张三", "李㛃"), "print_mark": "王敏 2026-11-22 09:30 YY-20261122-093000-0A1B",
}  # fmt: skip
CERT_NO = "鲁（2019）东营市不动产权第0000906号"


def sample(name: str, kind: str = "full") -> Any:
    """A sample of a notice; each call answers with equal values."""
    full = FULL[name]
    if kind == "bare":
        return _bare(full)
    return _with(full, LONG.get(name, {})) if kind == "long" else full


def people(count: int) -> tuple[Person, ...]:
    """So many persons, the first two owners."""
    names = ["张三", "李㛃", LONG_NAME, "赵晓䶮", "王𬭚", "孙𣸣"]
    return tuple(
        Person(
            uid=f"p{i}", full_name=names[i % 6], id_type=codes.IdType.RESIDENT, id_no="379900********1234",
            roles=(codes.PersonRole.OWNER, codes.PersonRole.RESIDENT) if i < 2 else (codes.PersonRole.RESIDENT,),
            phone="120****1234" if i < 3 else "", sex=codes.Sex.MALE, birth_date=date(1950 + i, 3, 7), ethnicity="01",
            relation=list(codes.Relation)[i % 9], hukou_here=True, lives_here=i != 1, share_num=1, share_den=2,
            special_tags=(codes.SpecialTag.AGED,) if i == 0 else (),
        )
        for i in range(count)
    )  # fmt: skip


def filled(count: int = 4, address: str = "颐园小区3号楼2单元501室") -> Sheet:
    """A survey form of so many persons."""
    return Sheet(
        address=address, address_on_cert=address, realty_unit_code="379900012003GB00001F00020063", total_floors=6,
        floor_no=5, tenure_type=codes.Tenure.REFORM_FULL, title_status=codes.TitleStatus.CERTIFIED,
        coown_type=codes.Coown.SHARES, mortgage=codes.TriState.YES, mortgage_detail="抵押金额30万元",
        lease_status=codes.Lease.OWNER_LIVES, rooms=3, halls=1, decoration=codes.Decoration.SIMPLE,
        certificates=(Certificate(uid="c", cert_type=codes.CertType.REALTY, cert_date=date(2019, 5, 6),
                                  cert_no=CERT_NO, cert_area_m2=Decimal("85.20")),),
        parts=PARTS, fixtures=(Fixture(uid="f", fixture_kind=codes.FixtureKind.SECURITY_WINDOW, quantity=Decimal("12.50")),),
        persons=people(count), renewal_will=codes.Will.CONDITIONAL, will_reason=(codes.WillReason.COMPENSATION,),
        will_text="希望就地安置", comp_mode=codes.CompMode.SWAP,
        desired_layouts=(DesiredLayout(uid="l", layout="三室两厅", layout_count=1, elevator=True),),
    )  # fmt: skip


PARTS = (
    Part(uid="a", kind=codes.PartKind.MAIN, area_cert_m2=Decimal("85.20"), area_meas_m2=Decimal("86.01"),
         area_cert_inner_m2=Decimal("72.15"), structure=codes.Structure.MIXED, build_year=1994),
    Part(uid="b", kind=codes.PartKind.STORAGE, area_meas_m2=Decimal("6.50"), area_unreg_m2=Decimal("6.50")),
)  # fmt: skip


def _everything() -> Sheet:
    """The form with what few households have: an agent, a public landlord, things of the fittings."""
    agent = Person(uid="agent", full_name="孙伟", roles=(codes.PersonRole.AGENT,), id_type=codes.IdType.RESIDENT,
                   id_no="379900********5678", phone="120****5678", agent_for="李㛃", authorisation_matter="签署登记表",
                   authorisation_power="代为签名", authorisation_until=date(2027, 6, 30), authorisation_signed=True)  # fmt: skip
    sheet = filled()
    return replace(
        sheet, persons=(*sheet.persons, agent), lessor="东营区住房保障中心", uscc="91370500MA00000000", floor_note="含夹层",
        land_area_m2=Decimal("21.30"), land_owner_type=codes.LandOwner.STATE, newness_pct=70, only_home=True,
        rent_yuan_month=Decimal("1200.00"), lease_end=date(2027, 5, 31), note="南窗外有加装雨棚",
        decoration_items=(DecorationItem(uid="d", item="木地板", item_quantity=Decimal("32.50"), item_unit="平方米"),),
    )  # fmt: skip


def _posted(number: int) -> PostedHome:
    return PostedHome(f"3号楼2单元{number}01室", "张*、李*", "0906", "住宅", "混合", Decimal("85.20"), Decimal("86.01"),
                      Decimal("6.50") if number % 2 else None)  # fmt: skip


_PARTIES = (Party("张三", "379900********1234", "120****1234"), Party("李㛃", "379900********2345", ""))
_LINES = tuple(
    ResultLine(choice, households, Decimal(area))
    for choice, households, area in (("同意", 812, "69210.55"), ("不同意", 31, "2604.10"), ("未表态", 41, "3390.00"))
)
_ROUND: dict[str, Any] = {
    "ballot_no": "YY-003020001-2", "round_title": "补偿方案征求意见", "area_m2": Decimal("85.20"), "cert_nos": (CERT_NO,),
    "question": "您是否同意《颐园小区安置补偿方案（征求意见稿）》？",
}  # fmt: skip
_NAMED = ("东营正信房地产评估有限公司", "山东衡平房地产土地评估有限公司", "黄河口房地产评估事务所")
_MATERIALS = (
    Material("不动产权证书", "权属", True, 4),
    Material("居民身份证", "身份", False, 2, 2),
    Material("户口簿", "身份", False, 6),
)

FULL: dict[str, Any] = {
    "survey-notice": SurveyNotice(
        OFFICE, PROJECT, "YY-003020001", "张三", "3号楼2单元501室", date(2026, 11, 1), date(2026, 12, 20), "8时至20时",
        SURVEYORS, DAY, STAMP.document_no, "2026年11月25日19时", stamp=STAMP,
    ),
    "survey-sheet": SurveySheet(
        OFFICE, PROJECT, "YY-003020001", "3号楼2单元501室", _everything(), "已提交", 3, DAY, ("李建国", "赵晓䶮"), 2, "第1版",
        print_mark="王敏 2026-11-22 09:30", printed_at=MOMENT, stamp=STAMP,
        signatures=(
            Signed(codes.SignerRole.RESPONDENT, "张三", DAY, strokes=("0,30 40,4 80,52 80,52", "95,10 96,60 140,20 140,20"),
                   frame="-4 0 148 64"),
            Signed(codes.SignerRole.AGENT, "孙伟", DAY, True, "称等家人回来再签", "周明（颐园社区居委会）"),
            Signed(codes.SignerRole.SURVEYOR_1, "李建国", DAY), Signed(codes.SignerRole.SURVEYOR_2, "赵晓䶮", DAY),
            Signed(codes.SignerRole.WITNESS, "周明", DAY),
        ),
        team_review=Reviewed("刘建军", DAY), office_review=Reviewed("王敏", DAY, "材料齐全"),
        photos=(Photo("入户门和门牌", DAY), Photo("客厅", DAY), Photo("户型图", DAY)),
    ),
    "missed-visit": MissedVisit(
        OFFICE, PROJECT, "YY-003020001", "3号楼2单元501室", DAY, MOMENT, 2, datetime(2026, 11, 25, 19, 30),  # noqa: DTZ001
        SURVEYORS, stamp=STAMP,
    ),
    "dossier-cover": DossierCover(
        OFFICE, PROJECT, "YY-003020001", LONG_NAME, "3号楼2单元501室", LONG_ADDRESS, date(2026, 11, 1), DAY,
        (
            Entry("入户调查通知书及回执", "颐园调〔2026〕12号", OFFICE.name, DAY, 3, "原件"),
            Entry("入户调查登记表", "", OFFICE.name, DAY, 4, "原件"),
            Entry("不动产权证书", "", "", DAY, None, "复印件", "封面未复印"),
            Entry("居民身份证", "", "", DAY, 2, "复印件"),
        ),
        "王敏", "0312", "27", stamp=STAMP,
    ),
    "open-letter": OpenLetter(
        **HEAD, survey_from=date(2026, 11, 1), survey_to=date(2026, 12, 20), hours="8时至20时",
        policy="《颐园小区改造政策说明》第2版", points=("自愿参加", "先签约后搬迁", "就地安置与货币补偿任选"),
    ),
    "privacy-consent": PrivacyConsent(**HEAD),
    "briefing-record": BriefingRecord(
        **HEAD, policy="《颐园小区改造政策说明》第2版", held_at=MOMENT, form=codes.BriefingForm.AT_HOME, place="住户家中",
        briefed_by="李建国", recipient="张三", attendees=3, points=(("自愿参加", True), ("先签约后搬迁", False)),
        questions=(("过渡费怎么发？", "按政策文件第八条，每季度发放。"),), materials="政策说明一份",
        understood=codes.Understood.PARTLY, receipt="已签收",
    ),
    "interview-record": InterviewRecord(**HEAD, interviewers=("李建国", "赵晓䶮")),
    "material-list": MaterialList(**HEAD, materials=_MATERIALS),
    "service-receipt": ServiceReceipt(
        **HEAD, number=17, served="入户调查通知书", served_no="颐园调〔2026〕12号", method=codes.DeliveryMethod.LEFT,
        served_at=MOMENT, place="住户家中", recipient="李㛃", relation="配偶", refused_reason="称等家人回来再签", tried=("第1次：2026年11月20日，无人在家",),
        witness="周明（颐园社区居委会）", servers=("李建国", "赵晓䶮"),
    ),
    "renewal-ballot": Ballot(**HEAD, **_ROUND),
    "appraiser-ballot": Ballot(
        **HEAD, **{**_ROUND, "round_title": "评估机构选定", "question": "您选择下列哪一家房地产价格评估机构？"},
        candidates=_NAMED,
    ),
    "objection-request": ObjectionRequest(
        **HEAD, tenure="房改房（成本价）", cert_nos=(CERT_NO,), area_cert_m2=Decimal("85.20"), area_meas_m2=Decimal("86.01")
    ),
    "objection-reply": ObjectionReply(
        **HEAD, number=8, received_on=date(2026, 11, 10), content="实测面积比证载面积少0.8平方米。",
        reply="经测绘单位复测，实测面积为86.01平方米，登记表已更正。",
    ),
    "correction-notice": CorrectionNotice(
        **HEAD, matters=("储藏间（6.50平方米）未见登记，请提供建造时间、批准文件等来源材料。",
                         "权属证书未登记证号，请出示不动产权证书原件。"),
    ),
    "unregistered-opinion": UnregisteredOpinion(
        **HEAD, parts=(replace(PARTS[1], structure=codes.Structure.BRICK_WOOD, build_year=2003, part_note="自行搭建",
                               use_actual=codes.Use.DWELLING),),
    ),
    "authorisation": Authorisation(
        **HEAD, principals=_PARTIES, agent=Party("孙伟", "379900********5678", "120****5678"), matter="签署登记表",
        power="代为签名", until=date(2027, 6, 30),
    ),
    "pledge": Pledge(**HEAD, signers=_PARTIES),
    "round-result": RoundResult(
        **PROJECT_HEAD, title="改造意愿征询", question="您是否同意实施改造？", opened_on=date(2026, 10, 1),
        closed_on=date(2026, 10, 31), lines=_LINES, agree=_LINES[0], answered=843, threshold=Fraction(2, 3),
        until=date(2026, 11, 29),
    ),
    "survey-posting": SurveyPosting(
        **PROJECT_HEAD, subject="1", title="3号楼调查结果公示", scope="3号楼", lines=("现将3号楼的调查结果公示如下。",), days=5,
        from_on=DAY, until=date(2026, 11, 27), homes=tuple(_posted(number) for number in range(1, 7)),
    ),
    "appraiser-notice": AppraiserNotice(**PROJECT_HEAD, named=tuple(zip(_NAMED, (460, 201, 35), strict=True)), whole=884),
}  # fmt: skip
"""Notice -> its sample with everything in it."""

_OWNERS = ("张三", "李㛃", LONG_NAME, "赵晓䶮", "王𬭚", "孙𣸣", "欧阳明月", "司马青")
LONG: dict[str, Mapping[str, Any]] = {
    "survey-notice": {"addressee": "、".join(_OWNERS), "surveyors": SURVEYORS * 3, "appointment": ""},
    "survey-sheet": {"sheet": replace(filled(14, LONG_ADDRESS), parts=PARTS * 6, will_text=LONG_TEXT)},
    "missed-visit": {"surveyors": SURVEYORS * 2, "door": "37号楼甲2单元1601室、1602室、阁楼"},
    "dossier-cover": {"entries": tuple(Entry(f"材料{number}", "", LONG_NAME, DAY, 2) for number in range(1, 60))},
    "open-letter": {"points": tuple(f"要点{number}：{LONG_TEXT[:60]}" for number in range(1, 15))},
    "briefing-record": {"points": (("先签约后搬迁", True),) * 20, "questions": ((LONG_TEXT[:80], LONG_TEXT),) * 8},
    "interview-record": {"interviewers": _OWNERS},
    "material-list": {"materials": _MATERIALS * 20},
    "service-receipt": {"refused_reason": LONG_TEXT, "served": "未登记建筑认定意见书", "witness": LONG_NAME},
    "renewal-ballot": {"cert_nos": (CERT_NO,) * 5, "question": LONG_TEXT},
    "appraiser-ballot": {"candidates": _NAMED * 8},
    "objection-request": {"cert_nos": (CERT_NO,) * 5},
    "objection-reply": {"content": LONG_TEXT, "reply": LONG_TEXT * 4},
    "correction-notice": {"matters": (LONG_TEXT[:120],) * 20},
    "unregistered-opinion": {"parts": (replace(PARTS[1], part_note=LONG_TEXT[:80]),) * 20},
    "authorisation": {"principals": _PARTIES * 4, "matter": LONG_TEXT, "power": LONG_TEXT[:90]},
    "pledge": {"signers": _PARTIES * 6},
    "round-result": {"title": LONG_TEXT[:60], "question": LONG_TEXT[:200]},
    "survey-posting": {"lines": (LONG_TEXT[:200],) * 20, "homes": tuple(_posted(number) for number in range(1, 121))},
    "appraiser-notice": {"named": tuple((f"第{number}房地产评估有限公司", 30) for number in range(1, 26))},
}


def _with(paper: Any, more: Mapping[str, Any]) -> Any:
    """The long sample: what is told for the notice, a red head, and for a household many owners at a long address."""
    names = {each.name for each in fields(paper)}
    general = {
        "owners": _OWNERS,
        "address": LONG_ADDRESS,
        "office": replace(OFFICE, red_head="东营市东营区房屋征收与补偿服务中心文件"),
    }
    return replace(paper, **{name: value for name, value in general.items() if name in names}, **more)


def _bare(paper: Any) -> Any:
    """The sample with only what a paper cannot do without: no stamp, no number, an office that surveys by consent."""
    hints = typing.get_type_hints(type(paper))
    values = {each.name: _least(each, hints[each.name], getattr(paper, each.name)) for each in fields(paper)}
    return type(paper)(**values)


def _least(field: Field[Any], hint: Any, value: Any) -> Any:
    if isinstance(value, Office):
        return Office(value.name, legal_basis="", phone=value.phone, address=value.address)
    if isinstance(value, Sheet):
        return Sheet()
    if field.default is not MISSING:
        return field.default
    return None if type(None) in typing.get_args(hint) else value
