"""Forms of what leaves the house: a ledger as a workbook, notices as a PDF."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from survey.forms.base import Form
from survey.forms.fields import clean_text
from survey.forms.offer import OfferField


def _clean(text: str | None) -> str:
    return clean_text(text or "")


class ExportLedgerForm(Form):
    """Numbers are masked unless asked for, with a reason."""

    clear = BooleanField(
        _l("导出完整的证件号和电话"), description=_l("默认隐去中间数字。勾选后须写明用途，并记入操作日志。")
    )
    reason = StringField(
        _l("用途"), description=_l("例如：报送区住建局备案。"), validators=[Length(max=200)], filters=[_clean],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip

    codes = BooleanField(_l("附代码列"), description=_l("在用词固定的列后面加一列代码，便于别的系统读取。"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.reason.flags.show_if = "clear=y"


class PrintForm(Form):
    """One notice for one household, or one about the project.

    Numbers are masked unless somebody who may see them asks for them in full; for a paper without any, or a reader who may not,
    the page takes the two questions out.
    """

    clear = BooleanField(
        _l("打印完整的证件号和电话"),
        description=_l("登记表、授权委托书、承诺书要拿去签字、办事时勾选；默认隐去中间数字。会记入操作日志。"),
    )
    reason = StringField(
        _l("为什么要打印完整号码？"), description=_l("例如：办理委托公证。请勿写入号码。"), validators=[Length(max=200)],
        filters=[_clean], render_kw={"autocomplete": "off"},
    )  # fmt: skip

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.reason.flags.show_if = f"{self.clear.name}=y"

    @property
    def clear_for(self) -> str | None:
        """Why numbers are to be in full; None where they are to be masked."""
        return (self.reason.data or "") if self.clear and self.clear.data else None


class PrintNoticeForm(PrintForm):
    """Notices for a building, a stairwell, or every household that the person sees."""

    name = RadioField(_l("文书"), validators=[InputRequired(_l("请选择要打印的文书。"))])
    place = SelectField(_l("楼栋或单元"), validators=[InputRequired(_l("请选择楼栋或单元。"))])
    duplex = BooleanField(_l("双面打印：每户从新的一张纸开始"))
    each = BooleanField(
        _l("打包：每户一个文件"), description=_l("压缩包里按上楼顺序编号，附送达清单。不勾选的是一个 PDF，一户接一户。")
    )

    def __init__(
        self, *args: Any, names: list[tuple[str, str]], with_numbers: list[str], places: list[tuple[str, str]],
        **values: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **values)
        self.with_numbers = with_numbers
        self.clear.flags.show_if = f"name={'|'.join(with_numbers)}"
        self.name.choices = [SelectChoice(value, label) for value, label in names]
        self.place.choices = [SelectChoice("", _("请选择")), *(SelectChoice(value, label) for value, label in places)]

    @property
    def clear_for(self) -> str | None:
        return super().clear_for if self.name.data in self.with_numbers else None


class PrintPaperForm(PrintForm):
    """One notice for one household: of a 送达回证, for which paper; of a paper, whether its 送达回证 comes with it.

    The page takes out what does not belong to the notice.
    """

    paper = OfferField(
        _l("为哪份文书？"),
        thing=_l("文书"),
        description=_l("不选的，是最近打印、还没有送达的那一份"),
        blank=_l("最近打印、还没有送达的"),
    )
    with_receipt = BooleanField()
