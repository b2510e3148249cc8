"""What every repeating row of the sheet has: the hidden `uid` that stays with it from version to version."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from wtforms import Form, HiddenField, ValidationError

UID = re.compile(r"[^\]\s]{1,64}\Z")
KEY = re.compile(r"[^\]\s]{1,160}\Z")


class RowUidField(HiddenField):
    """The row's own key. It never changes, whatever is typed into the row and wherever it stands."""

    thing = ""
    unit = ""
    optional = True
    kind = "hidden"
    faults: tuple[str, ...] = ()

    def __init__(self, *args: Any, pattern: re.Pattern[str] = UID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pattern = pattern

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[-1].strip() if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        if not self.pattern.match(self.data or ""):
            raise ValidationError(_("这一行缺少编号，请刷新页面后重新添加。"))

    def texts(self) -> list[str]:
        return [self.data] if self.data else []

    @property
    def blocking_errors(self) -> list[str]:
        return list(self.errors)


class RowQuestions(Form):
    """The questions of one row. `uid` comes first."""

    class Meta:
        csrf = False

    uid = RowUidField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_out(self, getattr(self._parent_form, "hidden_fields", frozenset()))


def leave_out(form: Form, names: frozenset[str]) -> None:
    """Take questions out of a form: whoever fills it neither sees nor answers them."""
    for name in names:
        if name in form:
            del form[name]
