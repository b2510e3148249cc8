"""The one error that a rule of the subject raises. It carries a code and values, never a finished sentence."""

from __future__ import annotations


class DomainError(Exception):
    """A rule refused something.

    code    "noun.reason", a key of `survey.domain.message.MESSAGES`
    field   name of the form field that the person should look at, or None
    params  values for the placeholders of the sentence; never an ID or phone number in clear
    """

    def __init__(self, code: str, /, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.code


class NotFound(DomainError):
    """What was asked for does not exist, or not for the person who asks: the two must look the same."""

    def __init__(self, code: str = "access.not_found") -> None:
        super().__init__(code)
