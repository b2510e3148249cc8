"""情况核实（补正）通知书: what is still unclear in a household's registration, and what is to be brought."""

from __future__ import annotations

from dataclasses import dataclass

from exports.notices.office import HouseholdPaper
from survey.domain.codes import Legality, TitleStatus
from survey.domain.sheet import Part, Sheet

TEMPLATE = "correction-notice"
LEAST = 3

TITLE_PAPERS = {
    TitleStatus.BOUGHT_UNREGISTERED: "购房合同、付款凭证等权属来源材料",
    TitleStatus.INHERITED: "继承公证书、裁判文书或者全体继承人的书面约定",
    TitleStatus.SOLD_UNREGISTERED: "买卖合同、付款凭证和原权利人的证明材料",
    TitleStatus.DIVORCED: "离婚协议或者裁判文书",
    TitleStatus.DISPUTED: "各方的权属主张和证据",
    TitleStatus.NONE: "建造审批文件、购买凭证等权属来源材料",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice(HouseholdPaper):
    """One notice: the matters that the sheet leaves open, and lines for others where there are few.

    days  in which they are to be cleared up, counted from the delivery (`survey.domain.delivery.term_days`)
    """

    matters: tuple[str, ...] = ()
    days: int = 7

    @property
    def lines(self) -> list[str]:
        return [*self.matters, *[""] * max(0, LEAST - len(self.matters))]


def open_matters(sheet: Sheet) -> tuple[str, ...]:
    """What the sheet leaves open, a sentence each. No fact of health or welfare: the notice is handed over at the door."""
    found: list[str] = []
    if papers := TITLE_PAPERS.get(sheet.title_status) if sheet.title_status else None:
        found.append(f"房屋权属状况登记为“{sheet.title_status.label if sheet.title_status else ''}”，请提供{papers}。")
    elif any(not certificate.cert_no for certificate in sheet.certificates):
        found.append("权属证书未登记证号，请出示不动产权证书或者房屋所有权证原件。")
    found += [
        f"{(part.kind.label if part.kind else '房屋部位')}{_area_words(part)}未见登记，请提供建造时间、批准文件等来源材料。"
        for part in sheet.parts
        if is_unregistered(part)
    ]
    found += [
        f"权利人{person.full_name}登记为已故，请提供死亡证明和继承关系的证明材料。"
        for person in sheet.persons
        if person.is_owner and person.deceased
    ]
    found += [
        f"{person.full_name}作为代理人，请提供权利人签名的授权委托书和双方身份证件。"
        for person in sheet.persons
        if person.agent_for and not person.authorisation_signed
    ]
    return tuple(found)


def is_unregistered(part: Part) -> bool:
    """Whether a part has to be found lawful or not: it has unregistered area, or is not registered as a whole.

    Rule: 590号 art. 24, in force 2011-01-21. Unregistered buildings are investigated and dealt with before the decision.
    """
    return bool(part.area_unreg_m2) or part.legality not in (None, Legality.REGISTERED)


def _area_words(part: Part) -> str:
    area = part.area_unreg_m2 or part.area_meas_m2
    return f"（{area:.2f}平方米）" if area else ""
