"""An office's own form of a ledger (样表): its .xlsx with placeholders, checked when it comes and filled on demand.

A placeholder is the heading of a column, `{{产权人}}`, with its group where two columns are headed alike,
`{{用途.批准}}`; or one of what stands once (`ONCE`), or a total, `{{合计.证载}}`. The file is a stranger's: openpyxl reads
it in a child process under the limits of reading.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from exports.child import ask, serve
from exports.ledger import Coded, Column, Heading, Kind, Record, Sheet, rounded_share, summing, total_of
from exports.own_form.fill import Value, fill_workbook
from exports.own_form.read import read_form
from survey.domain.codes import Code
from survey.domain.errors import DomainError
from survey.services.roster.sniff import Kind as FileKind
from survey.services.roster.sniff import sniff

ONCE = ("项目名称", "填报单位", "统计截止时间", "快照号", "导出人", "行数")
MOST_ROWS = 20_000
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a form cannot be used: where, which placeholder, and a code of the catalogue with its values."""

    place: str
    code: str
    params: tuple[tuple[str, object], ...] = ()


def names_of(sheet: Sheet) -> dict[str, Column]:
    """Placeholder -> the column whose value stands there: by heading, and by group and heading."""
    alike = Counter(_plain(column.label) for column in sheet.visible)
    named: dict[str, Column] = {}
    for column in sheet.visible:
        label, group = _plain(column.label), _plain(column.group).partition("（")[0]
        if alike[label] == 1:
            named[label] = column
        if group:
            named[f"{group}.{label}"] = column
    return named


def _plain(text: str) -> str:
    return "".join(text.split())


def check_template(data: bytes, sheet: Sheet) -> list[Fault]:
    """What keeps a file from being filled with this sheet; empty when nothing does.

    Raises DomainError: roster.* for a file that is no sound workbook, template.no_xlsx.
    """
    if sniff(data) is not FileKind.XLSX:
        raise DomainError("template.no_xlsx", "file")
    records, known = names_of(sheet), _known(sheet)
    found, doubts = json.loads(_ask({"fill": False, "names": [*records]}, data))
    faults = []
    lines: dict[str, set[int]] = {}
    for page, row, cell, name in found:
        if name in records:
            lines.setdefault(page, set()).add(row)
        elif name not in known:
            near = get_close_matches(name, [*records, *known], 3, 0.4) or list(records)[:6]
            params = (("name", name), ("near", "、".join(f"{{{{{each}}}}}" for each in near)))
            faults.append(Fault(f"{page} {cell}", "template.unknown", params))
    faults += [
        Fault(page, "template.two_lines", (("rows", "、".join(map(str, sorted(rows)))),))
        for page, rows in lines.items()
        if len(rows) > 1
    ]
    faults += [
        Fault(
            f"{page} {cell}", "template.part_of_lines" if part else "template.formula_unread", (("formula", formula),)
        )
        for page, cell, formula, part in doubts
    ]
    if not lines and not faults:
        faults.append(Fault("", "template.no_record", (("example", f"{{{{{next(iter(records))}}}}}"),)))
    return faults


def _known(sheet: Sheet) -> set[str]:
    """The placeholders that stand once for a sheet."""
    return {*ONCE, *(f"合计.{name}" for name, column in names_of(sheet).items() if column.total)}


def fill_template(data: bytes, sheet: Sheet, heading: Heading, records: Iterable[Record]) -> tuple[bytes, int]:
    """The office's form filled with a ledger's sheet, and the number of its rows.

    Raises DomainError: template.too_many, template.failed.
    """
    sums: dict[str, Decimal] = {}
    named = names_of(sheet)
    rows = []
    for number, record in enumerate(summing(sheet.columns, records, sums), 1):
        if number > MOST_ROWS:
            raise DomainError("template.too_many", most=MOST_ROWS)
        rows.append({name: _value(column, record, number) for name, column in named.items()})
    once: dict[str, Value] = {
        "项目名称": heading.project, "填报单位": heading.unit, "统计截止时间": heading.cut_off, "快照号": heading.snapshot,
        "导出人": heading.exported_by, "行数": len(rows),
    }  # fmt: skip
    once |= {f"合计.{name}": _plain_value(total_of(column, sums)) for name, column in named.items() if column.total}
    order = {"fill": True, "names": list(named), "rows": [_packed(row) for row in rows], "once": _packed(once)}
    return _ask(order, data), len(rows)


def _value(column: Column, record: Record, number: int) -> Value:
    return number if column.kind is Kind.SERIAL else _plain_value(record.get(column.key))


def _plain_value(value: object) -> Value:
    if isinstance(value, (Code, Coded)):
        return value.label
    if isinstance(value, Fraction):
        return rounded_share(value)
    return value if isinstance(value, str | int | Decimal | date | datetime) else None


# --- to the child and back --------------------------------------------------------------------------------------------


def _packed(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _pack(value) for name, value in values.items()}


def _pack(value: Value) -> Any:
    """A value as JSON carries it: texts and whole numbers as they are, the others with their kind."""
    if isinstance(value, datetime):
        return ["moment", value.isoformat()]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    return ["decimal", str(value)] if isinstance(value, Decimal) else value


def _unpack(value: Any) -> Value:
    if not isinstance(value, list):
        return value  # type: ignore[no-any-return]
    kinds: dict[str, Any] = {"moment": datetime.fromisoformat, "day": date.fromisoformat, "decimal": Decimal}
    return kinds[value[0]](value[1])  # type: ignore[no-any-return]


def _unpacked(values: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _unpack(value) for name, value in values.items()}


def _ask(order: Mapping[str, object], data: bytes) -> bytes:
    """What the child makes of it. Raises DomainError template.failed where it dies under its limits."""
    made = ask("exports.template", order, data, SECONDS)
    if made is None:
        raise DomainError("template.failed", "file")
    return made


def _answer(order: dict[str, Any], data: bytes) -> bytes:
    if not order["fill"]:
        found, doubts = read_form(data, order["names"])
        told = [
            [[each.sheet, each.row, each.cell, each.name] for each in found],
            [[each.sheet, each.cell, each.formula[:80], each.part] for each in doubts],
        ]
        return json.dumps(told, ensure_ascii=False).encode()
    rows = [_unpacked(row) for row in order["rows"]]
    return fill_workbook(data, order["names"], rows, _unpacked(order["once"]))


if __name__ == "__main__":
    sys.exit(serve(_answer))
