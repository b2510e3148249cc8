"""Names of residents as the reader of the page may see them."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import escape

from survey.domain import mask
from survey.domain.mask import mask_name
from survey.services.search import MASKED_ROLES
from survey.web.access import role_of_page


def shown_names(text: str) -> str:
    """Names joined by 、 as they are; masked for roles that see the project as a whole and nobody in particular."""
    if role_of_page() not in MASKED_ROLES or not text:
        return text
    return "、".join(mask_name(name) for name in text.split("、"))


def shows_words() -> bool:
    """Whether the reader of the page sees what people wrote in their own words.

    Not the roles for which names are masked: no rule finds every name and every phone in a free text.
    """
    return role_of_page() not in MASKED_ROLES


def mask_names(page: str, names: Iterable[str]) -> str:
    """A page's text without the names, for the same roles: also where a note or a sentence speaks of a person."""
    if role_of_page() not in MASKED_ROLES:
        return page
    return mask.mask_names(page, names, lambda name: str(escape(name)))
