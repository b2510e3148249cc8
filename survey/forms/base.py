"""The base of a page's form: CSRF, a rule's error put on its field, and the status of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey.domain.errors import DomainError
from survey.domain.message import MESSAGES


def sentence_of(error: DomainError) -> str:
    """The sentence of a rule's error in the reader's language."""
    return _(MESSAGES[error.code]).format(**error.params)


class Form(FlaskForm):
    """A form of a page. `status` is 422 once something was refused, so that nothing is committed."""

    refused = False

    @contextmanager
    def catching(self, *kinds: type[DomainError]) -> Iterator[None]:
        """Put a rule's error on the field that it names, or on the form; the block ends there."""
        try:
            yield
        except kinds or (DomainError,) as error:
            self.refuse(error)

    def refuse(self, error: DomainError) -> None:
        self.refused = True
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, sentence_of(error)]
        else:
            self.form_errors.append(sentence_of(error))

    @property
    def status(self) -> int:
        return 422 if self.errors or self.refused else 200
