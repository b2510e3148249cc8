"""Which row is the header, and what each column holds.

A header may be one row or two or three merged ones (`面积 / 证载`), below title rows, in words that every office chooses for
itself. The words are matched against a table of synonyms, and the first values of a column may confirm or contradict the
word (`证号` over eighteen-digit numbers is an ID number). What stays uncertain becomes a `MappingQuestion`; the answer is
remembered under the `signature` of the header, so that the next file of that office asks nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from survey.domain.roster.cells import is_blank, text_of
from survey.domain.roster.record import Cell, Column, MappingQuestion, RosterField

F = RosterField
HEADER_DEPTH = 40
"""A header is looked for in the first rows only."""
SURE, UNSURE, MARGIN = 85, 55, 10
SAMPLE_ROWS = 60
CLEARLY_BETTER = 30
LONGEST_LABEL = 16
"""Longer texts are remarks, not labels, whatever words they contain."""

SYNONYMS: dict[RosterField, str] = {
    F.SEQUENCE: "序号 序 行号 顺序号 NO 序列号 编号=85",
    F.BUILDING: "楼号 楼栋 楼栋号 楼幢 楼幢号 幢号 栋号 幢 栋 楼 座号 楼座 楼座号 所在楼栋 所在楼号 楼房号 楼宇 楼宇号 楼名 楼栋名称 号楼 几号楼 房屋幢号 楼房编号",
    F.UNIT: "单元 单元号 单元门 门洞 所在单元 楼门 单元门号 几单元",
    F.FLOOR: "楼层 所在层 所在楼层 所在层数 层 层次 层号 几层 所处楼层 房屋所在层 层数=75",
    F.TOTAL_FLOORS: "总层数 总楼层 楼层总数 总层 共几层 地上层数 房屋总层数 楼房层数 层数=70",
    F.ROOM: "房号 室号 房间号 门牌 门牌号 户号 房屋编号 室 房间 门号 住户号 户室号 房室号 门牌号码 单元房号 户门号 编号=60 号=60",
    F.ADDRESS: "房屋坐落 坐落 座落 地址 房屋地址 住址 详细地址 房屋位置 房屋座落 坐落地址 门牌地址 楼栋单元房号 楼单元室 楼号单元房号 坐落位置 房屋坐落位置 住房地址 "
    "房屋详细地址 楼-单元-室 楼号-单元-房号 楼栋-单元-房号 楼栋房号 楼房号码 房源 具体位置 家庭住址=80 家庭地址=80 现住址=60 位置=70",
    F.OWNER: "产权人 所有权人 房主 业主 权利人 产权人姓名 业主姓名 房屋所有权人 房屋所有人 所有人 所有人姓名 户主 户主姓名 姓名 被征收人 被征收人姓名 住户姓名 产权所有人 "
    "房主姓名 不动产权利人 权利人姓名 购房人 购房人姓名 户名 房产所有人 产权单位 产权人名称 所有权人姓名 住户=80 名字=80 名称=60 联系人=60",
    F.CO_OWNER: "共有人 共有权人 共有人姓名 其他共有人 共同产权人 房屋共有人 共有人情况=75",
    F.CO_OWNER_ID: "共有人身份证号 共有人身份证号码 共有人证件号 共有人证件号码 共有人身份证",
    F.ID_NO: "身份证号 身份证号码 身份证 证件号 证件号码 公民身份号码 公民身份证号码 身份证件号 身份证件号码 居民身份证号 居民身份证号码 有效证件号码 有效证件号 "
    "产权人身份证号 产权人身份证号码 产权人证件号 产权人证件号码 业主身份证号 户主身份证号 权利人证件号 权利人证件号码 身份号码 证号=60 证件=80 号码=60",
    F.PHONE: "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 移动电话 联系手机 联系号码 业主电话 户主电话 产权人电话 产权人联系电话 固定电话=80 号码=58",
    F.SHARE: "份额 共有份额 产权份额 占有份额 所占份额 持有份额 产权比例 共有比例",
    F.CERT_NO: "产权证号 房产证号 房权证号 不动产权证号 权证号 产权证书号 房屋所有权证号 不动产证号 权证编号 产权证编号 不动产权证书号 不动产权证号码 房产证编号 证书编号 权属证号 "
    "权证号码 产权证号码 房产证号码 产权证 房产证 不动产权证 不动产权证书 房屋产权证号 证书号 所有权证号 房证号 权属证书号 证号=70",
    F.CERT_DATE: "发证日期 登记日期 登记时间 发证时间 领证日期 领证时间 办证时间 办证日期 填发日期 登簿日期 登簿时间 产权证日期 发证年月 取得时间=75 取得日期=75 日期=58",
    F.AREA_CERT: "证载面积 证载建筑面积 产权面积 登记面积 建筑面积 房产证面积 产权证面积 房屋建筑面积 证上面积 权证面积 产权证建筑面积 登记建筑面积 不动产证面积 产权建筑面积 "
    "面积=78 房屋面积=80 住房面积=80 住宅面积=80 主房面积=86",
    F.AREA_INNER: "套内面积 套内建筑面积 证载套内面积 使用面积 套内使用面积 套内",
    F.AREA_MEAS: "实测面积 实测建筑面积 测绘面积 测量面积 丈量面积 实测 实际面积 实际建筑面积 面积=66 房屋面积=60",
    F.AREA_STORAGE: "储藏室面积 储藏间面积 地下室面积 附房面积 小房面积 储物间面积 储藏室 储藏间 储藏室建筑面积 贮藏室面积 下房面积 车库面积=75 附属房面积",
    F.USE: "用途 房屋用途 规划用途 设计用途 使用性质 批准用途 登记用途 证载用途 房屋使用性质 土地用途=58 房屋性质=66 房屋类型=60",
    F.STRUCTURE: "结构 房屋结构 建筑结构 结构类型 结构形式 房屋结构类型 建筑结构类型",
    F.BUILD_YEAR: "建成年份 建成年代 建造年代 建筑年代 竣工年份 建成时间 建造年份 建房年代 年代 建成年 竣工时间 竣工日期 "
    "建设年代 建设年份 建造时间 建成日期 建筑年份 房屋建成年份 年份=80",
    F.TENURE: "产权性质 产权类别 产权类型 房屋来源 权属性质 产权来源 住房性质 房源性质 产别 房屋性质=86 取得方式=80 房屋类型=66 性质=75 房产性质 产权情况=70",
    F.HUKOU_ADDR: "户籍地 户籍地址 户口所在地 户籍所在地 户口地址 户籍住址 户口登记地",
    F.HUKOU_COUNT: "户籍人口 户籍人数 户口人数 在册人口 户籍人口数 户口数 在册人数 户籍在册人口 家庭人口=75 人口=75 人口数=75 户口=70",
    F.LEASE: "是否出租 出租情况 租赁情况 租赁状况 居住状况 居住情况 房屋使用状况 使用状况 使用情况 出租 房屋现状=75 现状=60 是否空置=60",
    F.REMARK: "备注 说明 附注 情况说明 备注说明 其他 其它 注 备考 其他情况 特殊情况=70",
}  # fmt: skip
FOREIGN = (
    "承租人 租户 租客 承租 租住人 代理人 委托人 配偶 紧急联系人 家庭成员 经办人 填表人 审核人 继承人 子女 监护人 网格员 "
    "楼长 调查员 担保人 原产权人 原业主 车位 车牌 开户 银行 抵押 物业费 维修"
).split()
"""Words that make a column somebody else's or something else's: 承租人姓名 is no owner."""
_UNITS = re.compile(r"\((?:M2|㎡|平方米|平米|平方|M\^2|元|人|户|层|年|必填|选填|以不动产证为准|含公摊)\)|:|\*|\?|。")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_SENTENCE = re.compile(r"[，。、；,;!]")
_ID_LIKE = re.compile(r"[0-9]{17}[0-9Xx](?![0-9])|^[0-9]\.[0-9]+E\+?1[67]$")
_PHONE_LIKE = re.compile(r"^1[0-9]{10}$")
_ADDRESS_LIKE = re.compile(r"^[^,，]{1,20}(?:[-－—#]|号楼|栋|幢|单元)[^,，]*[0-9]")
_CERT_LIKE = re.compile(r"不动产|房权证|字第|房地证|国用")


def label_of_cell(cell: Cell) -> str:
    """A header cell without blanks, units and marks: `建筑面积\\n（㎡）` -> `建筑面积`."""
    text = "".join(unicodedata.normalize("NFKC", text_of(cell)).split()).upper()
    return _UNITS.sub("", text)


def _table() -> dict[str, dict[RosterField, int]]:
    table: dict[str, dict[RosterField, int]] = {}
    for field, words in SYNONYMS.items():
        for word in words.split():
            text, _, weight = word.partition("=")
            table.setdefault(text, {})[field] = int(weight or 100)
    return table


WORDS = _table()


@lru_cache(maxsize=4096)
def scores(label: str) -> Mapping[RosterField, int]:
    """How well a label (levels joined by `/`) fits each field, 0 to 100."""
    found: dict[RosterField, int] = {}
    levels = [level for level in label.split("/") if level]
    if not levels:
        return found
    is_foreign = any(word in label for word in FOREIGN)
    last = levels[-1]
    group = "".join(levels[:-1])
    texts: list[tuple[str, int]] = [(last, 0)] if not group else [(group + last, 0), (last + group, 0), (last, -1)]
    outside = _PARENTHESES.sub("", last)
    if outside != last:
        texts.append((outside, -2))
        texts.extend((inside, -6) for inside in _PARENTHESES.findall(last))
        if group:
            texts.extend(((group + outside, -2), (outside + group, -2)))
    for text, minus in texts:
        for field, weight in WORDS.get(text, {}).items():
            found[field] = max(found.get(field, 0), weight + minus)
    whole = group + last
    if not found and len(whole) <= LONGEST_LABEL and not _SENTENCE.search(whole):
        for word, fields in WORDS.items():
            if len(word) >= 2 and word in whole:
                for field, weight in fields.items():
                    likeness = 55 + round(30 * len(word) / len(whole)) - (100 - weight) // 3
                    found[field] = max(found.get(field, 0), likeness)
    if group and any(word in group for word in ("共有",)):
        found = _as_co_owner(found)
    if is_foreign:
        found = {field: value for field, value in found.items() if field is F.REMARK}
    return found


def _as_co_owner(found: dict[RosterField, int]) -> dict[RosterField, int]:
    renamed = {F.OWNER: F.CO_OWNER, F.ID_NO: F.CO_OWNER_ID}
    return {renamed.get(field, field): value for field, value in found.items() if field is not F.PHONE}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header of a sheet is (rows counted from 0) and the label of each column."""

    first: int
    last: int
    labels: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The same for every file whose header says the same; what a remembered mapping is filed under."""
        return hashlib.sha256("\n".join(self.labels).rstrip("\n").encode()).hexdigest()[:32]


Merges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def find_header(rows: Sequence[Sequence[Cell]], merges: Merges = ()) -> Header | None:
    """The header among the first rows: the one to three rows that name the most fields. None on a sheet without one."""
    best: tuple[int, Header] | None = None
    top = [list(row) for row in rows[:HEADER_DEPTH]]
    likeness = [_is_header_row(row) for row in top]
    for first in range(len(top)):
        for height in (1, 2, 3):
            last = first + height - 1
            if last >= len(top) or not all(likeness[first : last + 1]):
                break
            if sum(cell is not None and cell != "" for cell in top[first]) < 2:
                break  # A title is one cell.
            if any(row < first <= end and left == right for (row, left), (end, right) in merges):
                break  # A header does not begin in the middle of a merged cell.
            labels = _labels(top, first, last, merges)
            named: set[RosterField] = set()
            weight = 0
            for label in labels:
                fit = scores(label) if label else {}
                if fit:
                    field, score = max(fit.items(), key=lambda item: item[1])
                    if score >= UNSURE and field not in named:
                        named.add(field)
                        weight += score
            located = named & {F.ROOM, F.ADDRESS}
            if len(named) < 2 or not located or not named - {F.SEQUENCE, F.ROOM, F.ADDRESS}:
                continue
            if best is None or weight > best[0] + CLEARLY_BETTER:
                best = (weight, Header(first, last, tuple(labels)))
    return best[1] if best else None


def _is_header_row(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if not (cell is None or cell == "")]
    if not filled:
        return False
    words = sum(
        1
        for cell in filled
        if isinstance(cell, str) and len(cell) <= 40 and sum(map(str.isdigit, cell)) * 3 <= len(cell)
    )
    return words == len(filled) or (len(filled) > 3 and words >= len(filled) * 0.9)


def _labels(rows: Sequence[Sequence[Cell]], first: int, last: int, merges: Merges) -> list[str]:
    width = max(len(rows[index]) for index in range(first, last + 1))
    levels = [
        [label_of_cell(cell) for cell in rows[index]] + [""] * (width - len(rows[index]))
        for index in range(first, last + 1)
    ]
    covered: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in merges:
        if bottom < first or top > last or right - left > width:
            continue
        text = label_of_cell(rows[top][left]) if top < len(rows) and left < len(rows[top]) else ""
        for row in range(max(top, first), min(bottom, last) + 1):
            for column in range(left, min(right, width - 1) + 1):
                covered.add((row, column))
                levels[row - first][column] = text if row == max(top, first) else ""
    if not merges:
        for depth in range(
            len(levels) - 1
        ):  # Without merge marks a blank beside a group with words below belongs to it.
            group = ""
            for column in range(width):
                group = levels[depth][column] or (group if levels[depth + 1][column] else "")
                if not levels[depth][column] and levels[depth + 1][column]:
                    levels[depth][column] = group
    labels: list[str] = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            if level[column] and level[column] not in parts:
                parts.append(level[column].replace("/", "、"))
        labels.append("/".join(parts))
    return labels


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The decision about every column of a header, and the questions that are left."""

    columns: tuple[Column, ...]
    questions: tuple[MappingQuestion, ...]

    def index_of(self, field: RosterField) -> int | None:
        return next((column.index for column in self.columns if column.field is field), None)


def map_columns(
    header: Header,
    sample: Sequence[Sequence[Cell]],
    sheet: str,
    hidden: frozenset[int] = frozenset(),
    remembered: Mapping[int, RosterField | None] | None = None,
) -> ColumnMap:
    """What each column holds. `remembered` are a person's answers for this header, which are taken as they are."""
    fits: list[dict[RosterField, int]] = []
    for index, label in enumerate(header.labels):
        values = [row[index] for row in sample[:SAMPLE_ROWS] if index < len(row) and not is_blank(row[index])]
        fits.append(_confirmed(dict(scores(label)), values, label))
    chosen: dict[int, RosterField | None] = dict(remembered or {})
    taken = {field for field in chosen.values() if field}
    order = sorted(
        (index for index in range(len(fits)) if index not in chosen and fits[index]),
        key=lambda index: (-max(fits[index].values()), index),
    )
    questions: list[MappingQuestion] = []
    for index in order:
        ranked = sorted(fits[index].items(), key=lambda item: -item[1])
        free = [(field, score) for field, score in ranked if field not in taken and score >= UNSURE]
        if not free:
            chosen[index] = None
            continue
        field, score = free[0]
        second = free[1][1] if len(free) > 1 else 0
        chosen[index] = field
        taken.add(field)
        lost_first = free[0] != ranked[0]
        if score < SURE or score - second < MARGIN or lost_first:
            if lost_first:  # Its own meaning went to a better column: do not press it into another one unasked.
                chosen[index] = None
                taken.discard(field)
            samples = tuple(
                dict.fromkeys(
                    text_of(row[index])[:24] for row in sample if index < len(row) and not is_blank(row[index])
                )
            )[:3]
            questions.append(
                MappingQuestion(
                    header.signature,
                    sheet,
                    index,
                    header.labels[index],
                    tuple(candidate for candidate, _ in ranked if _ >= UNSURE),
                    chosen[index],
                    samples,
                )
            )
    columns = tuple(
        Column(index, label.replace("/", " / "), chosen.get(index), index in hidden)
        for index, label in enumerate(header.labels)
        if label or chosen.get(index)
    )
    return ColumnMap(columns, tuple(sorted(questions, key=lambda question: question.index)))


def _confirmed(fit: dict[RosterField, int], values: Sequence[Cell], label: str) -> dict[RosterField, int]:
    """The scores after a look at the values below: they may lift a field or rule it out."""
    if not values or any(word in label for word in FOREIGN):
        return fit
    texts = ["".join(text_of(value).split()) for value in values if not isinstance(value, date)] or [""]

    def portion(pattern: re.Pattern[str]) -> float:
        return sum(1 for text in texts if pattern.search(text)) / len(texts)

    if portion(_ID_LIKE) >= 0.6 or sum(1 for v in values if isinstance(v, float) and v > 1e16) / len(values) >= 0.6:
        kind = F.CO_OWNER_ID if F.CO_OWNER_ID in fit else F.ID_NO
        return {kind: min(100, fit.get(kind, 30) + 40)}
    if portion(_PHONE_LIKE) >= 0.6:
        return {F.PHONE: min(100, fit.get(F.PHONE, 30) + 40)}
    if portion(_CERT_LIKE) >= 0.5:
        return {F.CERT_NO: min(100, fit.get(F.CERT_NO, 30) + 40)}
    for field in (F.ID_NO, F.CERT_NO, F.PHONE):
        if field in fit and fit[field] < 80:
            fit[field] -= 20
    if F.SEQUENCE in fit:
        if _counts_up(values):
            return {F.SEQUENCE: 100}
        fit[F.SEQUENCE] -= 30 if fit[F.SEQUENCE] < 100 else 0
    if fit.get(F.ROOM, 0) >= UNSURE and F.ADDRESS not in fit and portion(_ADDRESS_LIKE) >= 0.5:
        return {F.ADDRESS: fit[F.ROOM]}
    if F.ADDRESS in fit and portion(_ADDRESS_LIKE) >= 0.5:
        fit[F.ADDRESS] = min(100, fit[F.ADDRESS] + 20)
    if F.OWNER in fit and fit[F.OWNER] < 90 and portion(re.compile(r"^[一-鿿㐀-䶿𠀀-𳿿·、]{2,12}$")) >= 0.6:
        fit[F.OWNER] += 10
    if F.USE in fit and F.TENURE in fit:
        winner = F.USE if portion(re.compile(r"住宅|商业|办公|仓储|宿舍|门市")) >= 0.5 else F.TENURE
        loser = F.TENURE if winner is F.USE else F.USE
        fit[winner], fit[loser] = max(fit[winner], 86), 0
    return {field: score for field, score in fit.items() if score > 0}


def _counts_up(values: Sequence[Cell]) -> bool:
    numbers: list[int] = []
    for value in values[:30]:
        text = text_of(value)
        if isinstance(value, date) or not text.isdigit() or len(text) > 6:
            continue
        numbers.append(int(text))
    steps = [after - before for before, after in zip(numbers, numbers[1:], strict=False)]
    return len(numbers) >= min(2, len(values)) and numbers[:1] in ([0], [1]) and all(step == 1 for step in steps)
