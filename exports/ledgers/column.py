"""The columns that ledgers have in common, so that a household, a door and a row are called the same everywhere."""

from __future__ import annotations

from exports.ledger import Column, Kind
from survey.domain.access import Permission

TAGS = Permission.PERSON_TAGS.value

SERIAL = Column("serial", "序号", 5, Kind.SERIAL)
DOSSIER = Column("dossier_no", "户编号", 15, Kind.CODE)
DOOR = Column("door", "门牌", 12, Kind.CODE)
PLACE = (
    Column("building_no", "楼栋", 6, Kind.CODE),
    Column("unit_no", "单元", 5, Kind.CODE),
    Column("room_no", "房号", 8, Kind.CODE),
)
ROW_ID = Column("id", "行标识（请勿修改）", 36, Kind.CODE, hidden=True)
NOTE = Column("note", "备注", 16)
