"""Forms of the dossier's own steps: a review's reason, and the reason for seeing a number."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from survey.forms.base import Form
from survey.forms.fields import LongTextField, TextField


class StepForm(Form):
    """One step of the dossier through its states. The rule says which step wants a reason."""

    action = HiddenField()
    reason = LongTextField(
        _l("为什么？"),
        thing=_l("原因"),
        description=_l("会出现在该户的经过里；退回的，写清哪一项、怎么改"),
        most=500,
    )


class RevealForm(Form):
    """Which number, and why."""

    field = HiddenField()
    reason = TextField(
        _l("为什么要查看完整号码？"), thing=_l("理由"), description=_l("会写入操作日志，请勿写入号码"), most=200
    )
