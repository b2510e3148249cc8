"""Forms of edited ledgers (读回台账): the file, and the word to go ahead."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from survey.forms.base import Form
from survey.forms.fields import clean_text


class UploadAmendmentForm(Form):
    file = FileField(
        _l("改过的台账"),
        description=_l(
            "从本系统导出、在 Excel 或 WPS 里改过的入户调查登记台账（.xlsx）。先列出改了哪里，确认后才写入。"
        ),
        validators=[FileRequired(_l("请先选择改过的台账。"))],
        render_kw={"accept": ".xlsx,.ods"},
    )


class CommitAmendmentForm(Form):
    digest = HiddenField()
    reason = StringField(
        _l("为什么修改？"),
        description=_l("例如：按不动产登记簿核对。每一户的修改记录里都会写明。"),
        validators=[InputRequired(_l("请写明为什么修改。")), Length(max=200)],
        filters=[lambda text: clean_text(text or "")],
        render_kw={"autocomplete": "off"},
    )
