"""入户调查通知书: the announcement of the survey to one household, with the slip that comes back (回执联)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import Office, Surveyor
from exports.notices.stamp import Stamp

TEMPLATE = "survey-notice"

MATERIALS = (
    "不动产权证书（房屋所有权证、土地使用权证），或者购房合同、公房租赁凭证等权属来源材料",
    "户口簿，共有人和家庭成员的居民身份证",
    "涉及继承、离婚分割、抵押、租赁的，相应的公证书、裁判文书、协议或者合同",
    "享受低保、特困、残疾、优抚等政策的，有效证件",
    "委托他人办理的，授权委托书和受托人的身份证件",
)


@dataclass(frozen=True, slots=True)
class SurveyNotice:
    """One household's notice.

    document_no  文号 with 六角括号, e.g. 颐园调〔2026〕12号; "" where the office gives none
    addressee    the owners' names as they are spoken to, joined with 、
    appointment  an agreed day and hour in words, "" where none is agreed

    Rule: 590号 art. 15, in force 2011-01-21. The department organises the survey and registration, owners cooperate.
    Rule: 个人信息保护法 art. 17, 30, in force 2021-11-01. The handler, purpose, kinds, period and rights are told
    before anything is collected, with the necessity and effect of sensitive data.
    """

    office: Office
    project: str
    dossier_no: str
    addressee: str
    door: str
    survey_from: date | None
    survey_to: date | None
    hours: str
    surveyors: tuple[Surveyor, ...]
    issued_on: date
    document_no: str = ""
    appointment: str = ""
    materials: tuple[str, ...] = MATERIALS
    stamp: Stamp | None = None
