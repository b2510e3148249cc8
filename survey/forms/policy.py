"""Forms of policy documents: writing a version, publishing it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from survey.domain.policy import read_points
from survey.forms.base import Form
from survey.forms.fields import DateField, LongTextField, TextField
from survey.forms.validators import Required

POINTS_MOST, TEXT_MOST = 4000, 60000


class EditPolicyForm(Form):
    title = TextField(
        _l("文件叫什么名字？"),
        [Required()],
        thing=_l("文件名称"),
        description=_l("例如：颐园小区改造补偿安置方案"),
        most=120,
    )
    points = LongTextField(
        _l("要点有哪些？"),
        thing=_l("要点"),
        description=_l("每行一条，入户宣讲时逐条讲解、逐条勾选"),
        most=POINTS_MOST,
        render_kw={"rows": 8},
    )
    text = LongTextField(
        _l("正文是什么？"), thing=_l("正文"), description=_l("空一行分段"), most=TEXT_MOST, render_kw={"rows": 16}
    )
    change_note = LongTextField(
        _l("和上一版相比改了什么？"),
        thing=_l("修改说明"),
        description=_l("发布时会给调查员看，请逐条写明"),
        most=2000,
    )
    attachment = FileField(
        _l("附上盖章的 PDF（可不附）"), description=_l("不超过 20 MB"), render_kw={"accept": ".pdf,application/pdf"}
    )

    def __init__(self, *args: Any, is_first: bool = False, **values: Any) -> None:
        super().__init__(*args, **values)
        if is_first:
            del self.change_note

    @property
    def note(self) -> str:
        return (self.change_note.data or "") if "change_note" in self else ""

    def point_list(self) -> list[str]:
        return read_points(self.points.data or "")


class PublishPolicyForm(Form):
    valid_from = DateField(
        _l("从哪一天起执行？"), thing=_l("执行日期"), description=_l("8 位数字；空着就是今天"), optional=True
    )
