"""How a field and its value are called where versions are compared: 人口 · 张* · 电话, 120****1234."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from survey.domain.codes import ETHNICITIES, label_of
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.message import N_
from survey.domain.sheet import NO, ROW_TYPES, YES, Pairs, Sheet, field_types, row_key, to_keys
from survey.forms.sheet.form import MASKED_FIELDS, SheetForm

ROW_NAME = {
    "certificates": "cert_no",
    "parts": "kind",
    "fixtures": "fixture_kind",
    "decoration_items": "item",
    "persons": "full_name",
    "desired_layouts": "layout",
}
"""Which answer of a row people call the row by."""

NAME_FIELDS = frozenset({"full_name", "guardian_name", "agent_for"})
"""The answers that are names of persons: who sees names masked sees these masked."""

SOURCES = {
    "roster": N_("花名册导入"),
    "office": N_("网页填写"),
    "tablet": N_("平板填写"),
    "ledger": N_("台账导入"),
    "correction": N_("更正"),
    "merge": N_("合并"),
}
"""How a version of a sheet came in (`SheetRow.source`)."""


@cache
def _unbound(list_name: str, name: str) -> UnboundField:
    if not list_name:
        return getattr(SheetForm, name)
    rows: UnboundField = getattr(SheetForm, list_name)
    return getattr(rows.args[0], name)


def thing_of_field(name: str, list_name: str = "") -> str:
    """The short noun of a field in the reader's language: ("area_meas_m2", "parts") -> 实测建筑面积."""
    unbound = _unbound(list_name, name)
    return str(unbound.kwargs.get("thing") or (unbound.args[0] if unbound.args else name))


def word_of(key: str, texts: Sequence[str], *, clear: bool = False) -> str:
    """The answer at a stable key in words; ID and phone numbers masked unless `clear`; "" when unanswered."""
    match = row_key(key)
    list_name, name = (match.rows, match.field) if match else ("", key)
    record = ROW_TYPES.get(list_name, Sheet) if list_name else Sheet
    known = field_types(record).get(name)
    if known is None or not texts:
        return "、".join(texts)
    if known.codes is not None:
        return "、".join(_(label_of(known.codes, text)) for text in texts)
    if known.kind == "bool":
        return {YES: _("是"), NO: _("否")}.get(texts[0], texts[0])
    if name == "ethnicity":
        return _(ETHNICITIES.get(texts[0], texts[0]))
    if name in MASKED_FIELDS and not clear:
        return (mask_id_no if name == "id_no" else mask_phone)(texts[0])
    unit = str(_unbound(list_name, name).kwargs.get("unit", ""))
    if name.endswith("_m2"):
        unit = "㎡"
    elif name.endswith("_yuan") and not unit:
        unit = _("元")
    return f"{texts[0]} {unit}".strip()


def row_titles(*versions: Pairs) -> dict[tuple[str, str], str]:
    """(list, uid) -> how people call the row: the name of the person, the kind of the part; the later version wins."""
    titles: dict[tuple[str, str], str] = {}
    for pairs in versions:
        for key, texts in to_keys(pairs).items():
            match = row_key(key)
            if match and ROW_NAME.get(match.rows) == match.field:
                titles[match.rows, match.uid] = word_of(key, texts)
    return titles


def key_label(key: str, titles: dict[tuple[str, str], str] | None = None) -> str:
    """The name of a stable key for people: 产权性质; 人口 · 张伟 · 电话."""
    match = row_key(key)
    if match is None:
        return thing_of_field(key)
    if match.rows == "reasons":
        return thing_of_field("reasons")
    title = (titles or {}).get((match.rows, match.uid)) or _("未命名")
    return f"{thing_of_field(match.rows)} · {title} · {thing_of_field(match.field, match.rows)}"
