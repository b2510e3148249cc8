"""What stands on every notice of a project: who issues it, on which ground, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Office:
    """The issuing office of a project.

    name        the unit that signs (房屋征收部门, 项目办)
    entrusted   the unit that does the survey on its behalf (受委托单位), "" where there is none
    statutory   whether the survey rests on 590号 art 15; otherwise it rests on consent and the notices say so
    retention   how long the data are kept, as a sentence without its full stop
    """

    name: str
    entrusted: str = ""
    statutory: bool = True
    contact: str = ""
    phone: str = ""
    address: str = ""
    supervision_phone: str = ""
    retention: str = "按房屋征收档案管理规定的期限保存"


@dataclass(frozen=True, slots=True)
class Surveyor:
    """A surveyor as a notice names them."""

    name: str
    badge_no: str = ""
