"""The key of what a form is going to record: made with the page, so that the same page sent twice records once."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from wtforms import HiddenField


class KeyField(HiddenField):
    """A hidden UUID. A text that is none becomes a new one: then the record simply has no twin."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data if isinstance(data, (str, UUID)) else None, extra_filters)
        try:
            self.data = str(UUID(str(self.data)))
        except ValueError:
            self.data = str(uuid4())

    @property
    def uuid(self) -> UUID:
        return UUID(self.data)
