"""Names of residents as the reader of the page may see them."""

from __future__ import annotations

from survey.domain.mask import mask_name
from survey.services.search import MASKED_ROLES
from survey.web.access import role_of_page


def shown_names(text: str) -> str:
    """Names joined by 、 as they are; masked for roles that see the project as a whole and nobody in particular."""
    if role_of_page() not in MASKED_ROLES or not text:
        return text
    return "、".join(mask_name(name) for name in text.split("、"))
