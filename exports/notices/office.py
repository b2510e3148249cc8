"""What stands on every notice of a project: who issues it, on which ground, how to reach them, and whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Office:
    """The issuing office of a project.

    name         the unit that signs (房屋征收部门, 项目办)
    entrusted    the unit that does the survey on its behalf (受委托单位), "" where there is none
    legal_basis  the provision on which the survey rests, as it is cited; "" when it rests on consent alone
    contact      whom to ask for, phone and address where; "" where none is told
    supervision_phone  监督电话: where a resident complains about those who come
    red_head     发文机关标志 of letters with a red head (…文件), "" for letters without
    letter_mark  发文机关标志 of letters in 信函格式 (the office's name), "" for letters in another
    retention    how long the data are kept, as a sentence without its full stop
    """

    name: str
    entrusted: str = ""
    legal_basis: str = "《国有土地上房屋征收与补偿条例》（国务院令第590号）第十五条"
    contact: str = ""
    phone: str = ""
    address: str = ""
    supervision_phone: str = ""
    red_head: str = ""
    letter_mark: str = ""
    retention: str = "作为征收档案保存，保管期限为永久"

    @property
    def statutory(self) -> bool:
        """Whether the survey is a duty of law; otherwise it rests on consent, and every notice says so."""
        return bool(self.legal_basis.strip())


@dataclass(frozen=True, slots=True)
class Surveyor:
    """A surveyor as a notice names them."""

    name: str
    badge_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPaper:
    """A paper about the whole project. `document_no` is its 文号 with 六角括号; "" where the office gives none."""

    office: Office
    project: str
    issued_on: date
    document_no: str = ""
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPaper(ProjectPaper):
    """A paper about one household.

    owners      the names of those who are asked (权利人; in public housing the tenants), "" of none
    print_mark  who printed it, when, and under which number
    """

    dossier_no: str
    door: str
    address: str
    owners: tuple[str, ...] = ()
    print_mark: str = ""

    @property
    def addressee(self) -> str:
        return "、".join(self.owners) or "住户"
