"""Faults of the data (数据质量): what contradicts itself, stands twice, is missing from a row, or does not add up.

The checks of one sheet (`survey.domain.check`) speak to whoever fills it in; these speak to the office, across the
households and the records around them. What a sheet's projection makes true by itself (the household's area is the sum
of its parts, its people are those listed) is not looked for here: `ruhu check-records` compares those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from survey.domain.codes import Code
from survey.domain.message import N_


class QualityKind(Code):
    """问题的种类, in the order of the work list."""

    VISIT_MISSING = "visit_missing", N_("已提交而没有入户记录")
    OCCUPANCY = "occupancy", N_("居住状况与人口矛盾")
    DECEASED_SIGNED = "deceased_signed", N_("已故权利人有签字")
    SPEAKER_GONE = "speaker_gone", N_("表态人不是权利人")
    CERTIFICATE_MISSING = "certificate_missing", N_("有证而没有证号")
    SAME_ID = "same_id", N_("多户同一证件号")
    SAME_CERT = "same_cert", N_("多户同一权证号")
    SAME_DOOR = "same_door", N_("一门两户")
    DOOR_GAP = "door_gap", N_("门牌缺号")
    UNIT_MISSING = "unit_missing", N_("门牌没有单元")
    SHARES = "shares", N_("份额之和不是 1")
    CERT_SUM = "cert_sum", N_("权证与部位面积不等")
    AREA_OFF = "area_off", N_("实测与证载相差大")


FEWEST_FLOORS = 3
MOST_GAPS = 5


def missing_rooms(rooms: Iterable[str]) -> tuple[str, ...]:
    """The rooms that a regular stairwell lacks, in their order; none where it is not regular.

    Rule: practice of numbering: 501 is floor 5, place 01. A stairwell is regular where it has at least three floors, each
    place stands on at least half of them, and no more than a fifth of the rooms (and at most five) are missing; then
    every floor from the lowest to the highest should have every place. Rooms of another form (地下室, A1) are left aside.
    """
    places: dict[int, set[int]] = {}
    for room in rooms:
        if room.isascii() and room.isdigit() and 3 <= len(room) <= 4 and int(room) >= 100:
            places.setdefault(int(room) // 100, set()).add(int(room) % 100)
    if len(places) < FEWEST_FLOORS:
        return ()
    floors = range(min(places), max(places) + 1)
    counts = Counter(place for row in places.values() for place in row)
    if any(count * 2 < len(places) for count in counts.values()):
        return ()
    missing = [(floor, place) for floor in floors for place in sorted(counts) if place not in places.get(floor, set())]
    if len(missing) > min(MOST_GAPS, len(floors) * len(counts) // 5):
        return ()
    return tuple(f"{floor}{place:02d}" for floor, place in missing)
