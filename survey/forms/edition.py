"""The project's settings with a date for each older edition of the survey form: until when its sheets are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.validators import Optional

from survey.domain.settings import write_editions
from survey.forms.member import ProjectForm
from survey.forms.sheet.version import UPGRADES


def list_older_editions() -> list[int]:
    """The editions that today's form still reads, the oldest first."""
    return sorted(UPGRADES)


def project_form(until: Mapping[int, date], **values: Any) -> ProjectForm:
    """The form of the settings, with a question for each older edition; without older ones it is the form itself."""
    names = {number: f"edition_{number}" for number in list_older_editions()}

    class WithEditions(ProjectForm):
        EDITIONS = tuple(names.values())

        def to_settings(self) -> dict[str, str]:
            dates = {number: self[name].data for number, name in names.items() if self[name].data}
            return {**super().to_settings(), **({"editions_until": write_editions(dates)} if names else {})}

    for number, name in names.items():
        label = _l("第 %(number)s 版调查表接受到", number=number)
        setattr(WithEditions, name, DateField(label, validators=[Optional()]))
        values[name] = until.get(number)
    return WithEditions(**values)
