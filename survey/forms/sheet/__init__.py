"""The survey form: `SheetForm`, its sections, and what a save must keep although the page did not show it.

One module a part of the form: location, title, home, person, wish; `form` joins them, `keep` guards what is unshown,
`label` names a field for comparisons.
"""

from survey.forms.sheet.form import (
    MASKED_FIELDS,
    OFFICE_FIELDS,
    RESTRICTED_FIELDS,
    SECTION_OF,
    SECTIONS,
    Progress,
    Section,
    SheetForm,
    is_known,
    lent_form,
)
from survey.forms.sheet.keep import hidden_for, hidden_without, keep_unshown, row_keys, without_masked
from survey.forms.sheet.label import NAME_FIELDS, SOURCES, key_label, row_titles, thing_of_field, word_of

__all__ = [
    "MASKED_FIELDS",
    "NAME_FIELDS",
    "OFFICE_FIELDS",
    "RESTRICTED_FIELDS",
    "SECTIONS",
    "SECTION_OF",
    "SOURCES",
    "Progress",
    "Section",
    "SheetForm",
    "hidden_for",
    "hidden_without",
    "is_known",
    "keep_unshown",
    "key_label",
    "lent_form",
    "row_keys",
    "row_titles",
    "thing_of_field",
    "without_masked",
    "word_of",
]
