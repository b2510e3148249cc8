"""The form of an office's own wording of a notice (文书模板)."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from survey.forms.base import Form
from survey.forms.fields import TextField
from survey.forms.validators import Required

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls: some begin a line for one program and not for another, some show a text in another order than it is read in."""


def _lines(text: str | None) -> str:
    """The text with the ends of lines that the templates have, whatever the browser sent, no blanks at their ends, no controls."""
    lines = UNSEEN.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n") + "\n"


class EditWordingForm(Form):
    source = TextAreaField(
        _l("模板"),
        description=_l("花括号里是系统填的内容，其余文字可以直接改。保存前系统会用样稿试排，有问题会指出在第几行。"),
        filters=[_lines],
        render_kw={"rows": 28, "class": "code", "wrap": "off", "spellcheck": "false", "data-lines": ""},
    )
    note = TextField(
        _l("改了什么？"),
        [Required()],
        thing=_l("修改说明"),
        description=_l("以后查看历次版本时用，例如：调查时间改为周末"),
        most=200,
    )
