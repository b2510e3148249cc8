"""What a page does not show stays: hidden questions, masked numbers that nobody retyped, and who may see which."""

from __future__ import annotations

from collections.abc import Collection

from survey.domain.access import GRANTS, Permission, Role
from survey.domain.sheet import Pair, Pairs, field_of, from_keys, from_pairs, row_key, row_name, to_keys, to_pairs
from survey.forms.sheet.form import MASKED_FIELDS, OFFICE_FIELDS, RESTRICTED_FIELDS


def hidden_for(role: Role | None) -> frozenset[str]:
    """The questions that somebody in this role may not see."""
    return hidden_without(GRANTS[role] if role else ())


def hidden_without(granted: Collection[str]) -> frozenset[str]:
    """The questions that nobody sees who has these permissions only."""
    hidden = frozenset() if Permission.PRICE_SHOW in granted else OFFICE_FIELDS
    return hidden if Permission.PERSON_TAGS in granted else hidden | RESTRICTED_FIELDS


def row_keys(pairs: Pairs) -> set[tuple[str, str]]:
    """(list, uid) of every row that the pairs name."""
    found = ((row_name(name), text) for name, text in pairs)
    return {(match.rows, text) for match, text in found if match and match.field == "uid"}


def keep_unshown(
    pairs: Pairs, base: Pairs, *, hidden: Collection[str] = (), cleared: Collection[str] = ()
) -> list[Pair]:
    """The pairs as the person meant them: what their page did not show is taken from the version they started from.

    pairs    from the form, with the uid of every row that is still there
    base     the version that the page was made from
    hidden   names of questions that the person's form does not have: always from the base
    cleared  stable keys of masked numbers to remove (`persons[<uid>].phone`); other masked numbers stay when left empty

    A row that was removed from the page is removed, hidden answers and all. Raises DomainError as `sheet.from_pairs`.
    """
    there = row_keys(pairs)
    keys = {key: texts for key, texts in to_keys(pairs).items() if field_of(key) not in hidden}
    for key, texts in to_keys(base).items():
        match = row_key(key)
        if match and (match.rows, match.uid) not in there:
            continue
        unshown = field_of(key) in hidden
        untouched = match is not None and match.field in MASKED_FIELDS and key not in keys and key not in cleared
        if unshown or untouched:
            keys[key] = texts
    return to_pairs(from_pairs(from_keys(_in_row_order(keys, pairs))))


def without_masked(pairs: Pairs) -> list[Pair]:
    """The pairs without the numbers that a page may not carry in clear: what the form is filled with."""
    return [(name, text) for name, text in pairs if not ((match := row_name(name)) and match.field in MASKED_FIELDS)]


def _in_row_order(keys: dict[str, tuple[str, ...]], pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """The keys with the rows in the order of the pairs, whichever of their answers came first."""
    order: dict[tuple[str, str], int] = {}
    for name, text in pairs:
        match = row_name(name)
        if match and match.field == "uid":
            order.setdefault((match.rows, text), len(order))

    def place(key: str) -> tuple[str, int]:
        match = row_key(key)
        return (match.rows, order.get((match.rows, match.uid), len(order))) if match else ("", 0)

    return dict(sorted(keys.items(), key=lambda item: place(item[0])))
