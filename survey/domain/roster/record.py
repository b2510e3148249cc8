"""What a roster says, after reading: rows, owners, certificates, and everything that was found wrong or left out.

These are plain values. A row is what the office wrote about one door (or several doors of one home), already normalised;
a `Problem` points at a cell of the office's own file and speaks a Chinese sentence. Nothing here knows the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from survey.domain import codes
from survey.domain.message import N_, sentence

Cell = str | int | float | bool | date | None
Door = tuple[str, str, str]
"""Building, unit, room: canonical texts, unit "" where a building has no stairwells of its own."""


class RosterField(codes.Code):
    """What a column of a roster may hold."""

    BUILDING = "building_no", N_("楼栋号")
    UNIT = "unit_no", N_("单元")
    FLOOR = "floor_no", N_("所在层")
    TOTAL_FLOORS = "total_floors", N_("总层数")
    ROOM = "room_no", N_("房号")
    ADDRESS = "address", N_("房屋坐落")
    OWNER = "owner_name", N_("产权人")
    ID_NO = "id_no", N_("身份证号码")
    PHONE = "phone", N_("联系电话")
    CO_OWNER = "co_owner_name", N_("共有人")
    CO_OWNER_ID = "co_owner_id_no", N_("共有人身份证号码")
    SHARE = "share", N_("份额")
    CERT_NO = "cert_no", N_("产权证号")
    CERT_DATE = "cert_date", N_("登记日期")
    AREA_CERT = "area_cert_m2", N_("证载建筑面积")
    AREA_INNER = "area_cert_inner_m2", N_("套内面积")
    AREA_MEAS = "area_meas_m2", N_("实测面积")
    AREA_STORAGE = "area_storage_m2", N_("储藏室面积")
    USE = "use_approved", N_("用途")
    STRUCTURE = "structure", N_("结构")
    BUILD_YEAR = "build_year", N_("建成年份")
    TENURE = "tenure_type", N_("产权性质")
    HUKOU_ADDR = "hukou_addr", N_("户籍地址")
    HUKOU_COUNT = "hukou_count", N_("户籍人口")
    LEASE = "lease_status", N_("居住（租赁）状况")
    REMARK = "note", N_("备注")
    SEQUENCE = "sequence", N_("序号")


class Severity(StrEnum):
    """An error refuses its row; a warning lets it through and is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, before it is known where the cell is."""

    code: str
    severity: Severity = Severity.ERROR
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault at its place. `row` counts from 1 as Excel does, 0 for the whole sheet; `letter` is "" for the whole row."""

    sheet: str
    row: int
    letter: str
    header: str
    code: str
    severity: Severity = Severity.ERROR
    params: tuple[tuple[str, object], ...] = ()

    def sentence(self) -> str:
        """The Chinese sentence from the catalogue, with its values."""
        return sentence(self.code, **dict(self.params))

    @property
    def column(self) -> str:
        """The column as people name it: `H（身份证号码）`."""
        return f"{self.letter}（{self.header}）" if self.letter and self.header else self.letter or self.header

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows that were left out on purpose. `reason` is a code of the catalogue; row 0 stands for the whole sheet."""

    sheet: str
    row: int
    reason: str

    def sentence(self) -> str:
        return sentence(self.reason)


@dataclass(frozen=True, slots=True)
class RosterOwner:
    """One owner as the roster names them. `id_no` is checked and canonical, or ""."""

    full_name: str
    id_no: str = ""
    id_type: codes.IdType | None = None
    phone: str = ""
    share_num: int | None = None
    share_den: int | None = None
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class RosterCertificate:
    """One certificate as the roster names it."""

    cert_no: str
    cert_type: codes.CertType
    cert_date: date | None = None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One home of the roster: its doors (more than one where flats were joined), facts and owners.

    Areas in square metres with two decimals. `row` is the line of the file where it begins.
    """

    sheet: str
    row: int
    building_no: str
    unit_no: str
    room_no: str
    more_rooms: tuple[str, ...] = ()
    floor_no: int | None = None
    floor_note: str = ""
    total_floors: int | None = None
    address: str = ""
    owners: tuple[RosterOwner, ...] = ()
    certificates: tuple[RosterCertificate, ...] = ()
    area_cert_m2: Decimal | None = None
    area_cert_inner_m2: Decimal | None = None
    area_meas_m2: Decimal | None = None
    area_storage_m2: Decimal | None = None
    use_approved: codes.Use | None = None
    structure: codes.Structure | None = None
    build_year: int | None = None
    tenure_type: codes.Tenure | None = None
    hukou_addr: str = ""
    hukou_count: int | None = None
    lease_status: codes.Lease | None = None
    note: str = ""
    other_rows: tuple[int, ...] = ()
    """Further lines of the file that were taken together with this one."""

    @property
    def door(self) -> Door:
        return (self.building_no, self.unit_no, self.room_no)

    @property
    def doors(self) -> tuple[Door, ...]:
        return (self.door, *((self.building_no, self.unit_no, room) for room in self.more_rooms))

    @property
    def place(self) -> tuple[str, int]:
        return (self.sheet, self.row)


@dataclass(frozen=True, slots=True)
class Column:
    """One column under its header, and what it was taken for (None: not read)."""

    index: int
    header: str
    field: RosterField | None
    is_hidden: bool = False

    @property
    def letter(self) -> str:
        return letter_of(self.index)


@dataclass(frozen=True, slots=True)
class MappingQuestion:
    """A column that could not be recognised for certain: to be answered by a person.

    signature   of the header the column stands under; the answer is remembered with it
    candidates  best first; `suggested` is taken when nobody answers (None: the column is not read)
    samples     the first values of the column
    """

    signature: str
    sheet: str
    index: int
    header: str
    candidates: tuple[RosterField, ...]
    suggested: RosterField | None
    samples: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        return letter_of(self.index)


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """How one sheet of the file was understood. `header_row` counts from 1; 0: no header was found."""

    name: str
    signature: str
    header_row: int
    columns: tuple[Column, ...] = ()
    row_count: int = 0


def letter_of(index: int) -> str:
    """The letter of a column counted from 0: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
