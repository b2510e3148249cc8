"""Forms of the roster import: the file, what columns hold, and the word to go ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from survey.domain.roster.record import MappingQuestion, RosterField
from survey.forms.base import Form

FILES = ".xlsx,.xls,.ods,.csv"


class UploadRosterForm(Form):
    file = FileField(
        _l("花名册文件"),
        description=_l("支持 .xlsx、.xls、.ods 和 .csv，最大 20 MB。先试算给您看，确认后才写入。"),
        validators=[FileRequired(_l("请先选择要导入的花名册文件。"))],
        render_kw={"accept": FILES},
    )


class CommitRosterForm(Form):
    digest = HiddenField()
    skip_refused = BooleanField(_l("跳过不能导入的行，只导入其余各行"))


class MapColumnsForm(Form):
    """One question a column that could not be recognised for certain. Made by `map_form`."""

    questions: Sequence[MappingQuestion] = ()

    def answers(self) -> dict[str, dict[int, RosterField | None]]:
        """Signature of the header -> column -> what it holds."""
        told: dict[str, dict[int, RosterField | None]] = {}
        for number, question in enumerate(self.questions):
            value = self[f"column_{number}"].data
            told.setdefault(question.signature, {})[question.index] = RosterField(value) if value else None
        return told


def map_form(questions: Sequence[MappingQuestion]) -> MapColumnsForm:
    """A form with one list of choices for each question, the likely ones first."""
    members: dict[str, Any] = {"questions": questions}
    for number, question in enumerate(questions):
        others = [field for field in RosterField if field not in question.candidates]
        choices = [SelectChoice(field.value, _(field.label)) for field in (*question.candidates, *others)]
        members[f"column_{number}"] = SelectField(
            _("%(letter)s 列“%(header)s”是什么？", letter=question.letter, header=question.header),
            description=_("例如：%(samples)s", samples="、".join(question.samples)) if question.samples else "",
            choices=[*choices, SelectChoice("", _("不读取这一列"))],
            default=question.suggested.value if question.suggested else "",
        )
    made: Mapping[str, Any] = members
    form: type[MapColumnsForm] = type("MapColumnsForm", (MapColumnsForm,), dict(made))
    return form()
