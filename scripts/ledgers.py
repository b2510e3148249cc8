"""Write docs/ledgers.md from the descriptions of the ledgers, from which the workbooks and the previews are made too.

    .venv/bin/python scripts/ledgers.py

tests/test_docs.py fails when the page is not what this would write.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from exports.ledger import Column, Kind, Sheet  # noqa: E402
from exports.ledgers import LEDGERS  # noqa: E402
from survey.domain.access import GRANTS, Role  # noqa: E402

PAGE = ROOT / "docs" / "ledgers.md"
KINDS = {
    Kind.SERIAL: "自动编号",
    Kind.TEXT: "文字",
    Kind.WORD: "固定用词",
    Kind.CODE: "文本编号",
    Kind.INTEGER: "整数",
    Kind.AREA: "面积，两位小数",
    Kind.MONEY: "金额，两位小数",
    Kind.SHARE: "百分比，两位小数",
    Kind.DATE: "日期",
    Kind.MOMENT: "日期和时间",
}


def page() -> str:
    """The page's text."""
    lines = [
        "# 台账的表和列 · Sheets and columns of the ledgers",
        "",
        "<!-- Made by scripts/ledgers.py from exports/ledgers. Do not edit: tests/test_docs.py compares the two. -->",
        "",
        "Excel 文件、页面上的预览和这一页出自同一份说明。怎么用见 [office.md](office.md)。",
        "The workbooks, the previews on the pages and this page are made from one description.",
        "",
        "说明一栏里：**合计**＝表末有合计；**可点开**＝页面上的数字可以点开看是哪些户；**可读回**＝在 Excel 里改了可以读回；",
        "**代码**＝导出时可以另附代码列；**限**＝只有这些角色看得到。",
        "",
    ]
    for ledger, _reading in LEDGERS.values():
        lines += [f"## {ledger.title}", "", f"`{ledger.name}` · {ledger.description}", ""]
        if ledger.permission:
            lines += [f"只有{_roles(ledger.permission)}能打开。", ""]
        for sheet in ledger.sheets:
            lines += _sheet(sheet)
    return "\n".join(lines)


def _sheet(sheet: Sheet) -> list[str]:
    lines = [f"### 工作表“{sheet.name}”（{sheet.paper} 横向）", "", "| 列 | 内容 | 说明 |", "|---|---|---|"]
    for column in sheet.visible:
        title = column.heading.replace("\n", "")
        lines.append(
            f"| {f'{column.group} · ' if column.group else ''}{title} | {KINDS[column.kind]} | {_marks(column)} |"
        )
    return [*lines, "", *([f"表下说明：{sheet.note}", ""] if sheet.note else [])]


def _marks(column: Column) -> str:
    marks = []
    if column.total:
        marks.append("合计")
    if column.filters is not None:
        marks.append("可点开")
    if column.field:
        marks.append("可读回")
    if column.coded:
        marks.append("代码")
    if column.permission:
        marks.append(f"限{_roles(column.permission)}")
    return "、".join(marks)


def _roles(permission: str) -> str:
    return "、".join(role.label for role in Role if permission in GRANTS[role])


def main() -> None:
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
