"""Forms of notes about matters: a signal that was looked at, a fault that is accepted as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from survey.forms.base import Form
from survey.forms.fields import LongTextField
from survey.forms.validators import Required


class NoteSignalForm(Form):
    """`digest` says which facts the person had before them."""

    digest = HiddenField()
    text = LongTextField(
        _l("看过以后，是什么情况？"), [Required()], thing=_l("情况"), most=500,
        description=_l("写怎么核实的、是什么原因。例如：已问过住户，是住户约的晚上"),
    )  # fmt: skip


class AcceptFaultForm(Form):
    digest = HiddenField()
    reason = LongTextField(
        _l("为什么属实、不用改？"), [Required()], thing=_l("理由"), most=500,
        description=_l("例如：两户同一产权人，已核对两本证"),
    )  # fmt: skip
