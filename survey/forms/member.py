"""Forms of the office's people: accounts, roles in a project, teams, assignments, the project's own data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from survey.domain.access import Role
from survey.domain.calendar import check_working_days, read_days, write_days
from survey.domain.errors import DomainError
from survey.domain.identity import check_office_phone
from survey.domain.notice import LetterFormat
from survey.forms.base import Form, sentence_of


class CreateUserForm(Form):
    username = StringField(
        _l("用户名"),
        description=_l("字母、数字、点、短横线，例如 zhang.wei。"),
        validators=[
            InputRequired(_l("请输入用户名。")),
            Length(max=60),
            Regexp(r"^[A-Za-z0-9._-]+$", message=_l("用户名只能用字母、数字、点、短横线和下划线。")),
        ],
        render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
    )
    display_name = StringField(
        _l("姓名"), validators=[InputRequired(_l("请输入姓名。")), Length(max=60)], render_kw={"autocomplete": "off"}
    )
    staff_no = StringField(_l("工号"), description=_l("印在入户调查通知书上。"), validators=[Length(max=40)])
    is_admin = BooleanField(_l("系统管理员（只管理账号，不能查看任何住户）"))


class MemberForm(Form):
    """Give an account a role in the project."""

    username = StringField(
        _l("用户名"), validators=[InputRequired(_l("请输入用户名。"))],
        render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    role = SelectField(_l("角色"))
    team = SelectField(_l("小组"))
    new_team = StringField(_l("或新建小组"), validators=[Length(max=40)])

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = [SelectChoice(role.value, _(role.label)) for role in Role]
        self.team.choices = [SelectChoice("", _("不分组")), *(SelectChoice(*team) for team in teams)]


class AssignForm(Form):
    """Who surveys a building, or one stairwell of it."""

    unit_no = SelectField(_l("范围"))
    surveyors = SelectMultipleField(_l("调查员"), description=_l("入户须两人同行，请至少选两人。"))
    team = SelectField(_l("负责小组"))

    def __init__(self, *args: Any, units: list[str], people: list[tuple[str, str]], teams: list[tuple[str, str]],
                 **values: Any) -> None:  # fmt: skip
        super().__init__(*args, **values)
        self.unit_no.choices = [
            SelectChoice("", _("整栋")),
            *(SelectChoice(unit, _("%(unit)s单元", unit=unit)) for unit in units),
        ]
        self.surveyors.choices = [SelectChoice(*person) for person in people]
        self.team.choices = [SelectChoice("", _("未定")), *(SelectChoice(*team) for team in teams)]


class ProjectForm(Form):
    """The project's own data and thresholds."""

    name = StringField(_l("项目名称"), validators=[InputRequired(_l("请输入项目名称。")), Length(max=120)])
    subdistrict = StringField(_l("街道"), validators=[Length(max=60)])
    community = StringField(_l("社区"), validators=[Length(max=60)])
    office_name = StringField(_l("项目办名称"), description=_l("印在文书落款处。"), validators=[Length(max=60)])
    entrusted = StringField(
        _l("受委托单位"),
        description=_l("受项目办委托做入户调查、处理个人信息的单位，印在文书的个人信息告知里。没有委托的不填。"),
        validators=[Length(max=60)],
    )
    contact = StringField(_l("联系人"), validators=[Length(max=30)])
    office_phone = StringField(_l("咨询电话"), validators=[Length(max=40)], render_kw={"inputmode": "tel"})
    supervision_phone = StringField(
        _l("监督电话"), description=_l("居民对调查工作有意见时拨打，印在文书上。"), validators=[Length(max=40)],
        render_kw={"inputmode": "tel"},
    )  # fmt: skip
    office_address = StringField(_l("办公地点"), validators=[Length(max=120)])
    survey_from = DateField(_l("调查开始日期"), validators=[Optional()])
    survey_until = DateField(_l("调查截止日期"), validators=[Optional()])
    legal_basis = TextAreaField(_l("法律依据"), description=_l("印在入户调查通知书上。"), validators=[Length(max=300)])
    visit_from = TimeField(_l("最早入户时间"))
    visit_until = TimeField(_l("最晚入户时间"))
    area_diff_percent = StringField(
        _l("面积差异提醒：超过证载面积的"), validators=[InputRequired()],
        render_kw={"inputmode": "decimal", "data-unit": "%"},
    )  # fmt: skip
    area_diff_min_m2 = StringField(
        _l("且差异超过"), validators=[InputRequired()], render_kw={"inputmode": "decimal", "data-unit": "㎡"}
    )
    min_home_m2 = StringField(
        _l("最低面积补偿标准"), validators=[InputRequired()], render_kw={"inputmode": "decimal", "data-unit": "㎡"}
    )
    phone_households = IntegerField(_l("同一电话超过几户时提醒"), validators=[NumberRange(min=1, max=99)])
    accept_days = IntegerField(_l("诉求告知期限（日）"), validators=[NumberRange(min=1, max=365)])
    reply_days = IntegerField(_l("诉求办结期限（日）"), validators=[NumberRange(min=1, max=365)])
    retention = StringField(_l("档案保管期限"), validators=[Length(max=20)])
    letter_format = SelectField(
        _l("公文样式"),
        description=_l(
            "通知、公告和信的样式，按《党政机关公文格式》（GB/T 9704-2012）。红头印在编了文号的文书上；信函格式上方印项目办名称。"
        ),
    )
    red_head = StringField(
        _l("发文机关标志（红头）"),
        description=_l("样式选“红头”时印在上方的红色大字，例如“某某区房屋征收与补偿服务中心文件”。"),
        validators=[Length(max=30)],
    )
    document_word = StringField(
        _l("发文代字"),
        description=_l("文号开头的字，例如“颐园”：文书按种类和年份自动编号为 颐园调〔2026〕6号。不填就不编号。"),
        validators=[Length(max=12)],
    )
    posting_days = IntegerField(_l("公示天数（日）"), validators=[NumberRange(min=1, max=365)])
    report_at = TimeField(_l("每天自动生成日报的时间"), description=_l("不填就不自动生成"), validators=[Optional()])
    report_weekday = SelectField(
        _l("每周自动生成周报的日子"),
        choices=[SelectChoice(value, label) for value, label in (
            ("", _l("不自动生成")), ("0", _l("星期一")), ("1", _l("星期二")), ("2", _l("星期三")), ("3", _l("星期四")),
            ("4", _l("星期五")), ("5", _l("星期六")), ("6", _l("星期日")),
        )],
    )  # fmt: skip
    correction_days = IntegerField(_l("补正期限：送达后（日）"), validators=[NumberRange(min=1, max=365)])
    review_days = IntegerField(_l("申请复核期限：送达后（日）"), validators=[NumberRange(min=1, max=365)])
    holidays = TextAreaField(
        _l("放假日"),
        description=_l(
            "国务院办公厅每年公布的放假安排，一行一天或一段，例如 2026-10-01..2026-10-07。周末不用写；元旦、五一、国庆的法定固定节日已经算在内。期满日遇放假顺延。"
        ),
        validators=[Length(max=4000)],
    )
    working_days = TextAreaField(
        _l("调休上班日"),
        description=_l("周六、周日要上班的，一行一天，例如 2026-10-10。"),
        validators=[Length(max=4000)],
    )
    visits_a_week = IntegerField(_l("7 天内有人应门的入户超过几次时提示"), validators=[NumberRange(min=1, max=50)])
    shortest_minutes = IntegerField(_l("“完成”的入户少于几分钟时提示"), validators=[NumberRange(min=1, max=240)])
    flip_hours = IntegerField(_l("入户后几小时内改变表态时提示"), validators=[NumberRange(min=1, max=720)])
    agent_households = IntegerField(_l("一人代理超过几户时提示"), validators=[NumberRange(min=1, max=99)])
    rate_households = IntegerField(
        _l("调查员满几户才比较同意率"), description=_l("户数太少时，谁的同意率看上去都不寻常。"),
        validators=[NumberRange(min=5, max=1000)],
    )  # fmt: skip
    SIGNALS = ("visits_a_week", "shortest_minutes", "flip_hours", "agent_households", "rate_households")

    DATA = ("name", "subdistrict", "community", "office_name", "office_phone", "office_address", "survey_from",
            "survey_until")  # fmt: skip

    def validate_holidays(self, field: TextAreaField) -> None:
        with _told():
            read_days(field.data or "")

    def validate_working_days(self, field: TextAreaField) -> None:
        with _told():
            days = read_days(field.data or "")
            if not self.holidays.errors:
                check_working_days(days, read_days(self.holidays.data or ""))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.letter_format.choices = [SelectChoice(each.value, _(each.label)) for each in LetterFormat]

    def validate_red_head(self, field: StringField) -> None:
        if self.letter_format.data == LetterFormat.RED_HEAD and not (field.data or "").strip():
            raise ValidationError(_("公文样式选了红头，请填写红头上的字。"))

    def validate_document_word(self, field: StringField) -> None:
        if self.letter_format.data == LetterFormat.RED_HEAD and not (field.data or "").strip():
            raise ValidationError(_("红头文件要有文号，请填写发文代字。"))

    def validate_office_name(self, field: StringField) -> None:
        if self.letter_format.data == LetterFormat.LETTER and not (field.data or "").strip():
            raise ValidationError(_("信函格式上方印项目办名称，请填写。"))

    def validate_office_phone(self, field: StringField) -> None:
        _check_phone(field)

    def validate_supervision_phone(self, field: StringField) -> None:
        _check_phone(field)

    def validate_survey_until(self, field: DateField) -> None:
        if field.data and self.survey_from.data and field.data < self.survey_from.data:
            raise ValidationError(_("截止日期不能早于开始日期。"))

    def validate_visit_until(self, field: TimeField) -> None:
        if field.data and self.visit_from.data and field.data <= self.visit_from.data:
            raise ValidationError(_("最晚时间必须晚于最早时间。"))

    def validate_area_diff_percent(self, field: StringField) -> None:
        _check_number(field, Decimal(100))

    def validate_area_diff_min_m2(self, field: StringField) -> None:
        _check_number(field, Decimal(1000))

    def validate_min_home_m2(self, field: StringField) -> None:
        _check_number(field, Decimal(1000))

    def to_settings(self) -> dict[str, str]:
        """The thresholds as `survey.domain.settings.read_settings` reads them."""
        return {
            "area_diff_ratio": str(Fraction(Decimal(self.area_diff_percent.data or "0")) / 100),
            "area_diff_min_m2": str(Decimal(self.area_diff_min_m2.data or "0")),
            "min_home_m2": str(Decimal(self.min_home_m2.data or "0")),
            "phone_households": str(self.phone_households.data),
            "visit_from": self.visit_from.data.isoformat("minutes"),  # type: ignore[union-attr]
            "visit_until": self.visit_until.data.isoformat("minutes"),  # type: ignore[union-attr]
            "accept_days": str(self.accept_days.data),
            "reply_days": str(self.reply_days.data),
            "letter_format": self.letter_format.data,
            **{
                name: (self[name].data or "").strip()
                for name in ("red_head", "entrusted", "contact", "supervision_phone")
            },
            "document_word": (self.document_word.data or "").strip(),
            "posting_days": str(self.posting_days.data),
            "correction_days": str(self.correction_days.data),
            "review_days": str(self.review_days.data),
            "holidays": write_days(read_days(self.holidays.data or "")),
            "working_days": write_days(read_days(self.working_days.data or "")),
            "report_at": self.report_at.data.isoformat("minutes") if self.report_at.data else "",
            "report_weekday": self.report_weekday.data or "",
            **{name: str(self[name].data) for name in self.SIGNALS},
            "legal_basis": self.legal_basis.data or "",
            "retention": self.retention.data or "",
        }


@contextmanager
def _told() -> Iterator[None]:
    """What the domain refuses stands at the field that is validated."""
    try:
        yield
    except DomainError as error:
        raise ValidationError(sentence_of(error)) from None


def _check_phone(field: StringField) -> None:
    """A number that can be called, for it will be printed. Empty is allowed, and what was kept before there was this check."""
    if not (field.data or "").strip() or field.data == field.object_data:
        return
    with _told():
        check_office_phone(field.data or "")


def _check_number(field: StringField, most: Decimal) -> None:
    try:
        value = Decimal((field.data or "").strip())
    except InvalidOperation:
        raise ValidationError(_("请填写数字，例如 3 或 1.5。")) from None
    if not 0 <= value <= most or value != value.quantize(Decimal("0.01")):
        raise ValidationError(_("请填写 0 到 %(most)s 之间的数，最多两位小数。", most=most))
