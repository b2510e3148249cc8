"""Sample papers: invented people, the longest names, rare characters, twelve at one address."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from exports.notices.dossier_cover import DossierCover, Entry
from exports.notices.missed_visit import MissedVisit
from exports.notices.office import Office, Surveyor
from exports.notices.survey_notice import SurveyNotice
from exports.notices.survey_sheet import SurveySheet
from survey.domain import codes
from survey.domain.sheet import Certificate, DesiredLayout, Fixture, Part, Person, Sheet

PROJECT = "颐园小区改造项目"
OFFICE = Office("东营区房屋征收与补偿服务中心", "颐园小区改造项目服务中心", contact="王敏", phone="120-0000000",
                address="东营区北一路1号颐园社区居委会二楼", supervision_phone="120-0000001")  # fmt: skip
SURVEYORS = (Surveyor("李建国", "YY0012"), Surveyor("赵晓䶮", "YY0013"))
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊"
RARE = "䶮㛃𬭚𣸣"
LONG_ADDRESS = (
    "山东省东营市东营区某某街道某某社区颐园小区东区三十七号楼甲二单元十六层一千六百零一室（含阁楼及储藏室，与隔壁打通）"
)
DAY = date(2026, 11, 22)


def survey_notice(number: int = 1, **values: object) -> SurveyNotice:
    made: dict[str, object] = {
        "office": OFFICE, "project": PROJECT, "dossier_no": f"YY-00302{number:04d}", "addressee": "张三",
        "door": f"3号楼2单元{number:03d}室", "survey_from": date(2026, 11, 1), "survey_to": date(2026, 12, 20),
        "hours": "8时至20时", "surveyors": SURVEYORS, "issued_on": DAY, "document_no": "颐园调〔2026〕12号",
    }  # fmt: skip
    return SurveyNotice(**{**made, **values})  # type: ignore[arg-type]


def people(count: int) -> tuple[Person, ...]:
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
    return Sheet(
        address=address, address_on_cert=address, realty_unit_code="379900012003GB00001F00020063", total_floors=6,
        floor_no=5, tenure_type=codes.Tenure.REFORM_FULL, title_status=codes.TitleStatus.CERTIFIED,
        coown_type=codes.Coown.SHARES, mortgage=codes.TriState.YES, mortgage_detail="抵押金额30万元",
        lease_status=codes.Lease.OWNER_LIVES, rooms=3, halls=1, decoration=codes.Decoration.SIMPLE,
        certificates=(Certificate(uid="c", cert_type=codes.CertType.REALTY, cert_date=date(2019, 5, 6),
                                  cert_no="鲁（2019）东营市不动产权第0000906号", cert_area_m2=Decimal("85.20")),),
        parts=(
            Part(uid="a", kind=codes.PartKind.MAIN, area_cert_m2=Decimal("85.20"), area_meas_m2=Decimal("86.01"),
                 area_cert_inner_m2=Decimal("72.15"), structure=codes.Structure.MIXED, build_year=1994),
            Part(uid="b", kind=codes.PartKind.STORAGE, area_meas_m2=Decimal("6.50"), area_unreg_m2=Decimal("6.50")),
        ),
        fixtures=(Fixture(uid="f", fixture_kind=codes.FixtureKind.SECURITY_WINDOW, quantity=Decimal("12.50")),),
        persons=people(count), renewal_will=codes.Will.CONDITIONAL, will_reason=(codes.WillReason.COMPENSATION,),
        will_text="希望就地安置", comp_mode=codes.CompMode.SWAP,
        desired_layouts=(DesiredLayout(uid="l", layout="三室两厅", layout_count=1, elevator=True),),
    )  # fmt: skip


def survey_sheet(number: int = 1, sheet: Sheet | None = None, **values: object) -> SurveySheet:
    made: dict[str, object] = {
        "office": OFFICE, "project": PROJECT, "dossier_no": f"YY-00302{number:04d}", "door": "3号楼2单元501室",
        "sheet": filled() if sheet is None else sheet, "state": "已提交", "version": 3, "surveyed_on": DAY,
        "surveyors": ("李建国", "赵晓䶮"), "visit_count": 2, "print_mark": "王敏 2026-11-22 09:30",
    }  # fmt: skip
    return SurveySheet(**{**made, **values})  # type: ignore[arg-type]


def missed_visit(number: int = 1, **values: object) -> MissedVisit:
    made: dict[str, object] = {
        "office": OFFICE, "project": PROJECT, "dossier_no": f"YY-00302{number:04d}", "door": "3号楼2单元501室",
        "issued_on": DAY, "visited_at": datetime(2026, 11, 22, 19, 5), "attempt": 2,  # noqa: DTZ001
        "next_visit_at": datetime(2026, 11, 25, 19, 0), "surveyors": SURVEYORS,  # noqa: DTZ001
    }  # fmt: skip
    return MissedVisit(**{**made, **values})  # type: ignore[arg-type]


def dossier_cover(number: int = 1, **values: object) -> DossierCover:
    entries = (
        Entry("入户调查通知书及回执", "颐园调〔2026〕12号", OFFICE.name, DAY, 3, "原件"),
        Entry("入户调查登记表", "", OFFICE.name, DAY, 4, "原件"),
        Entry("不动产权证书", "", "", DAY, None, "复印件"),
        Entry("居民身份证", "", "", DAY, 2, "复印件"),
    )
    made: dict[str, object] = {
        "office": OFFICE, "project": PROJECT, "dossier_no": f"YY-00302{number:04d}", "head": LONG_NAME,
        "door": "3号楼2单元501室", "address": LONG_ADDRESS, "opened_on": date(2026, 11, 1), "closed_on": DAY,
        "entries": entries, "filed_by": "王敏",
    }  # fmt: skip
    return DossierCover(**{**made, **values})  # type: ignore[arg-type]
