"""Form of a held record: why it is dropped."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.forms.base import Form
from survey.forms.fields import LongTextField
from survey.forms.validators import Required


class DropRecordForm(Form):
    reason = LongTextField(_l("为什么放弃？"), [Required()], thing=_l("放弃原因"), most=200)
