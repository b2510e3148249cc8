"""Forms of an office's own forms of ledgers (样表)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.fields import SelectChoice

from survey.forms.base import Form


class AddTemplateForm(Form):
    sheet = SelectField(_l("填哪一张表的内容？"))
    file = FileField(
        _l("样表"),
        description=_l("单位自己的 .xlsx 表格，在要填的格子里写占位符。格式、合并、公式都保留。"),
        validators=[FileRequired(_l("请先选择样表。"))],
        render_kw={"accept": ".xlsx"},
    )

    def __init__(self, *args: Any, sheets: list[tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self.sheet.choices = [SelectChoice(key, name) for key, name in sheets]
