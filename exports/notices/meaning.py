"""What a wording may say (可以写的内容): each value of a notice with its meaning and with how it is written.

The names are read from the classes; here stand their meanings. Those of the survey form are the form's own words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from exports.notices.sample import sample
from exports.notices.survey_sheet import UNPRINTED
from exports.notices.value import element_of, members_of
from survey.domain import sheet
from survey.domain.codes import Code
from survey.domain.message import N_
from survey.forms.sheet.label import thing_of_field

ROWS_OF_SHEET: dict[type, str] = {row: name for name, row in sheet.ROW_TYPES.items()}
CONCEALED = frozenset({"uid", *(name for names in UNPRINTED.values() for name in names)})
"""Never printed, or a number of the machine."""

MEANINGS: dict[str, str] = {
    "Office.address": N_("落款单位地址"), "Office.name": N_("落款单位名称"), "Office.phone": N_("落款单位电话"),
    "address": N_("房屋坐落"), "addressee": N_("受文人：各权利人姓名"), "agent": N_("代理人"), "agree": N_("“同意”一行的数字"),
    "answered": N_("已表态户数"), "appointment": N_("约定的入户时间，没有约定的为空"), "area_cert_m2": N_("证载建筑面积"),
    "area_m2": N_("建筑面积"), "area_meas_m2": N_("实测建筑面积"), "area_share": N_("占总面积的比例"),
    "area_unreg_m2": N_("未登记面积"), "attempt": N_("第几次上门"), "attendees": N_("在场人数"), "badge_no": N_("工作证号"),
    "ballot_no": N_("票号"), "briefed_by": N_("宣讲人"), "candidates": N_("候选评估机构"), "cert_nos": N_("权属证书号"),
    "certificates": N_("权证，补足空行"), "choice": N_("表态"), "favoured": N_("超过半数的户在调查时提到的评估机构，没有的为空"), "closed_on": N_("结束日期"),
    "code": N_("校验码"), "contact": N_("联系人"), "content": N_("诉求内容"), "copies": N_("份数"), "copy": N_("原件或者复印件"),
    "scope": N_("公示范围"), "from_on": N_("期限的第一天"),
    "days": N_("期限的天数"), "dated": N_("材料日期"), "document_no": N_("文号"), "door": N_("门牌"), "dossier_no": N_("户编号"), "entries": N_("归档材料"),
    "entrusted": N_("受委托单位"), "entry": N_("归档材料"), "file_no": N_("案卷号"), "filed_by": N_("立卷人"),
    "fixtures": N_("附属物，每行两项"), "fonds_no": N_("全宗号"), "form": N_("宣讲形式"), "head": N_("户主"), "held_at": N_("宣讲时间"),
    "homes": N_("公示的各户"), "hours": N_("每日入户时间"), "household_share": N_("占总户数的比例"), "households": N_("户数"),
    "hukou_count": N_("户籍在册人数"), "id_no": N_("证件号码（已隐去中间数字）"), "interviewers": N_("询问人"), "is_blank": N_("是否空白表"),
    "is_original": N_("是否原件"), "issued_on": N_("成文日期"), "items": N_("装修项目，补足空行"), "kind": N_("类别"), "layout": N_("户型"),
    "layouts": N_("意向户型，补足空行"), "legal_basis": N_("调查依据，没有的为空"), "letter_mark": N_("信函格式的发文机关标志，没有的为空"),
    "lines": N_("各行，补足空行"), "link": N_("二维码里的网址"), "mail_no": N_("邮件单号"),
    "living_count": N_("常住人数"), "materials": N_("材料"), "matter": N_("委托事项"), "matters": N_("待核实的事项"), "method": N_("送达方式"),
    "name": N_("名称或姓名"), "next_visit_at": N_("下次上门时间"), "note": N_("备注"), "number": N_("编号"), "office": N_("落款单位"),
    "opened_on": N_("开始日期"), "others": N_("承租人、代理人、继承人"), "owners": N_("权利人"), "page": N_("页号"), "page_count": N_("总页数"),
    "pages": N_("页数"), "parts": N_("房屋部位，补足空行"), "people": N_("居住和户籍人口，补足空行"), "phone": N_("电话"),
    "piece_count": N_("总件数"), "place": N_("地点"), "point_lines": N_("宣讲要点，补足空行"), "points": N_("政策要点"),
    "policy": N_("政策文件和版本"), "policy_version": N_("宣讲过的政策文件和版本"), "power": N_("委托权限"), "principals": N_("委托人"),
    "print_mark": N_("打印人、时间和编号"), "printed_at": N_("打印时间"), "project": N_("项目名称"), "question": N_("征询的问题"),
    "question_lines": N_("问题与答复，补足空行"), "questions": N_("问题与答复"), "reached": N_("户数、面积是否达到比例"),
    "realty_groups": N_("不动产单元号，分组书写"), "receipt": N_("签收情况"), "received_on": N_("收到日期"), "recipient": N_("签收人或宣讲对象"),
    "team_review": N_("组长审核"), "office_review": N_("项目办审核"), "signatures": N_("已经签字的人"), "refusals": N_("拒绝签字的记录"),
    "signed_by": N_("某些身份的签字"), "photos": N_("照片和户型图"), "photo_pairs": N_("照片和户型图，每行两件"), "role": N_("签字人身份"),
    "signed_on": N_("签字日期"), "refused": N_("是否拒签"), "reason": N_("拒签事由"), "strokes": N_("手写签名的笔画"), "frame": N_("手写签名的边框"),
    "passed_on": N_("审核日期"), "remark": N_("审核意见"), "kept_on": N_("存入日期"),
    "red_head": N_("发文机关标志，没有的为空"), "refused_reason": N_("拒收的事由"), "relation": N_("与权利人关系"), "reply": N_("答复"),
    "responsible": N_("责任者"), "retention": N_("保管期限"), "round_title": N_("征询轮次"), "served": N_("送达的文书"),
    "served_at": N_("送达时间"), "served_no": N_("送达文书的文号"), "servers": N_("送达人"), "share": N_("占全部户数的比例"), "sheet": N_("调查登记表"),
    "show_tags": N_("打印人能否查看特殊情况"), "signers": N_("签名的人"), "stamp": N_("核验二维码和校验码"), "state": N_("档案状态"),
    "statutory": N_("是否依法调查（否则为自愿）"), "steps": N_("工作流程"), "structure": N_("结构"), "subject": N_("哪一件（同类文书的区分）"),
    "subjects": N_("可以异议的事项"), "sum_of": N_("一列面积的合计"), "supervision_phone": N_("监督电话"), "survey_from": N_("调查开始日期"),
    "survey_to": N_("调查结束日期"), "surveyed_on": N_("调查日期"), "surveyors": N_("调查人员"), "tenure": N_("产权性质"),
    "threshold": N_("规定的比例，没有的为空"), "title": N_("题名"), "tried": N_("此前没有送到的各次"), "understood": N_("是否听懂"), "until": N_("截止日期"), "use": N_("用途"),
    "version": N_("第几版"), "visit_count": N_("第几次入户"), "visited_at": N_("上门时间"), "named": N_("各评估机构和提到它的户数"),
    "whole": N_("总户数"), "witness": N_("见证人"),
}  # fmt: skip
"""Name -> meaning, the same in whatever value it stands; where it is not, with the name of the class before it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One value of a notice: what it is, and how a template writes it."""

    path: str
    meaning: str
    written: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of a notice itself (`name` is "notice"), of something that belongs to it, or of each row of a list."""

    name: str
    meaning: str
    values: tuple[Meaning, ...]


def list_meanings(notice: str) -> list[Group]:
    """What a wording of the notice may say, in groups: the notice first, then what belongs to it."""
    return [*_groups("notice", N_("文书"), type(sample(notice)), set())]


def _groups(name: str, meaning: str, record: Any, known: set[Any]) -> Iterator[Group]:
    known.add(record)
    members = {each: hint for each, hint in members_of(record).items() if each not in CONCEALED}
    yield Group(name, meaning, tuple(_meaning(name, record, each, hint) for each, hint in members.items()))
    for each, hint in members.items():
        row = element_of(hint)
        inner = row if dataclasses.is_dataclass(row) else hint
        if dataclasses.is_dataclass(inner) and inner not in known:
            yield from _groups("row" if inner is row else f"{name}.{each}", meaning_of(record, each), inner, known)


def _meaning(name: str, record: Any, each: str, hint: Any) -> Meaning:
    path = f"{name}.{each}"
    return Meaning(path, meaning_of(record, each), _written(path, hint))


def meaning_of(record: Any, name: str) -> str:
    """The meaning of a value, in Chinese; of a value of the survey form as the form calls it. Raises KeyError."""
    fields = {field.name for field in dataclasses.fields(record)}
    if record is sheet.Sheet and name in fields - set(sheet.ROW_TYPES):
        return thing_of_field(name)
    if record in ROWS_OF_SHEET and name in fields:
        return thing_of_field(name, ROWS_OF_SHEET[record])
    return MEANINGS.get(f"{record.__name__}.{name}") or MEANINGS[name if name in MEANINGS else SHEET_LISTS[name]]


SHEET_LISTS = {"decoration_items": "items", "persons": "people", "desired_layouts": "layouts", "residents": "people",
               "is_owner": "owners"}  # fmt: skip


def _written(path: str, hint: Any) -> str:
    """How it is written: a day as a day, an area with two decimals, a code in words, a list row by row."""
    if dataclasses.is_dataclass(hint):
        return ""
    if getattr(hint, "__origin__", None) in (tuple, list):
        return f"{{% for row in {path} %}} … {{% endfor %}}" if element_of(hint) is not None else ""
    if hint is bool:
        return f"{{% if {path} %}} … {{% endif %}}"
    if not isinstance(hint, type):
        return ""
    if issubclass(hint, Code):
        return f"{{{{ {path}|word }}}}"
    word = "day" if issubclass(hint, date) else "area" if issubclass(hint, Decimal) else ""
    return f"{{{{ {path}{'|' if word else ''}{word} }}}}"
