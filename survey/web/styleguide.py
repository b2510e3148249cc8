"""The style guide (/styleguide): every component of the pages, with invented content. Only where STYLEGUIDE is set."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace as Thing
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FileField, FormField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from survey.domain import codes
from survey.domain.household import HouseholdState
from survey.forms.base import Form
from survey.forms.fields import (
    AreaField,
    CodeField,
    CodesField,
    DateField,
    IdNumberField,
    LongTextField,
    PhoneField,
    TextField,
    WholeField,
    YesNoField,
)
from survey.forms.validators import Required, ShowIf
from survey.web.access import public

bp = Blueprint("styleguide", __name__)


class RowForm(Form):
    class Meta:
        csrf = False

    uid = HiddenField()
    full_name = TextField("叫什么名字？", [Required("姓名")], thing="姓名")
    id_type = CodeField("用哪一种证件？", codes.IdType)
    id_no = IdNumberField("证件号码是多少？")
    sex = CodeField("性别？", codes.Sex)
    birth_date = DateField("哪一天出生？")
    phone = PhoneField("联系电话是多少？", description="手机号，或带区号的座机")


class SampleForm(Form):
    address = TextField(
        "房屋坐落在哪里？", [Required("坐落")], description="按门牌填写，与证书不同也照实写", thing="坐落"
    )
    tenure_type = CodeField("是什么产权？", codes.Tenure)
    lease_status = CodeField("现在谁在住？", codes.Lease)
    rent_yuan_month = AreaField("每月租金多少？", [ShowIf(lease_status=["rented"])], unit="元/月")
    area = AreaField("实测建筑面积是多少？", description="量到小数点后两位")
    floor_no = WholeField("在第几层？", unit="层")
    lease_end = DateField("租到哪一天？", description="8 位数字，例如 20271231")
    only_home = YesNoField("这是唯一住房吗？")
    reasons = CodesField("有什么顾虑？", codes.WillReason, description="可以多选")
    note = LongTextField("还有什么要说明？", optional=True)
    visited_from = StringField("几点开始？", render_kw={"data-kind": "time", "type": "time"})
    persons = FieldList(FormField(RowForm), "家里都有谁？", render_kw={"data-row": "成员", "data-expected": "1"})


class OtherForm(Form):
    title = StringField("标题", [InputRequired()])
    kind = SelectField("类别", choices=[SelectChoice("a", "政策"), SelectChoice("b", "诉求")])
    text = TextAreaField("内容", description="说清时间、地点、人")
    password = PasswordField("当前密码")
    roster = FileField("花名册文件", description=".xlsx、.xls、.ods 或 .csv，不超过 20 MB")


FILLED = [
    ("address", ""), ("lease_status", "rented"), ("area", "85.2平方"), ("floor_no", "五"), ("lease_end", "20270230"),
    ("reasons", "compensation"), ("reasons", "elderly"), ("persons-0-uid", "a"), ("persons-0-full_name", "张㛃"),
    ("persons-0-sex", "2"), ("persons-1-uid", "b"), ("persons-1-full_name", ""), ("persons-1-phone", "12000000001"),
]  # fmt: skip


def sample_grid() -> dict[str, Any]:
    """A building of three stairwells: joined flats, a duplex, an attic, a place without a door."""
    states = list(HouseholdState)

    def cell(floor: int, column: int, **more: Any) -> Thing:
        unit, door = divmod(column, 2)
        state = states[(floor * 5 + column * 7) % len(states)]
        name = {
            "unit": f"{unit + 1}单元",
            "door": f"{floor}0{door + 1}",
            "url": "#grid",
            "state": state,
            "column": column,
        }
        return Thing(**{**name, "colspan": 1, "rowspan": 1, "current": False, "dim": False, "marks": (), **more})

    floors = []
    for floor in range(6, 0, -1):
        cells: list[Thing | None] = [cell(floor, column) for column in range(6)]
        if floor == 6:
            cells = [cell(6, 0, rowspan=2, door="501-601"), *cells[1:]]
        elif floor == 5:
            cells = cells[1:]
        elif floor == 3:
            cells = [*cells[:2], cell(3, 2, colspan=2, door="301-302", marks=[("heart", "重点关注")]), *cells[4:]]
        elif floor == 2:
            cells = [*cells[:3], cell(2, 3, current=True), cell(2, 4, dim=True), cells[5]]
        elif floor == 1:
            cells = [*cells[:5], None]
        floors.append({"label": f"{floor}层", "cells": cells})
    units = [{"name": f"{number}单元", "doors": ["01", "02"]} for number in (1, 2, 3)]
    return {"caption": "3号楼：3 个单元、6 层，共 32 户", "units": units, "floors": floors}


@bp.route("/styleguide", methods=["GET", "POST"])
@public
def show() -> ResponseReturnValue:
    """Every component on one page; `?errors=1` shows the forms as they come back refused."""
    if not current_app.config.get("STYLEGUIDE"):
        abort(404)
    form = SampleForm(MultiDict(FILLED)) if request.args.get("errors") else SampleForm(formdata=None)
    if request.args.get("errors"):
        form.validate()
    now = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
    entries = [
        {"at": now, "who": "李四", "what": "退回调查表", "icon": "return", "tone": "bad", "note": "证号与照片不一致，请核对。"},
        {"at": now, "who": "王芳", "what": "修改调查表", "icon": "pencil", "tone": "active", "url": "#timeline",
         "changes": [("实测建筑面积", "85.20 ㎡", "86.00 ㎡"), ("联系电话", "", "120****0001")]},
        {"at": now, "who": "王芳、赵敏", "what": "入户：完成", "icon": "door", "tone": "good"},
    ]  # fmt: skip
    return render_template(
        "styleguide.html",
        form=form,
        other=OtherForm(formdata=None),
        grid=sample_grid(),
        states=list(HouseholdState),
        wills=list(codes.Will),
        results=list(codes.VisitResult),
        entries=entries,
    )
