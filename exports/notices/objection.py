"""异议（复核）申请表 and 异议处理告知书: a household contradicts what was found, and is answered in writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exports.notices.office import HouseholdPaper

REQUEST, REPLY = "objection-request", "objection-reply"
SUBJECTS = ("权属", "面积", "用途", "结构和建成年份", "未登记建筑", "附属物和装修", "人口", "其他")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRequest(HouseholdPaper):
    """A form with the facts as they are registered, for the household to say what is wrong.

    Rule: 590号 art. 15, in force 2011-01-21. The results of the survey are published within the area.
    """

    tenure: str = ""
    cert_nos: tuple[str, ...] = ()
    area_cert_m2: Decimal | None = None
    area_meas_m2: Decimal | None = None
    subjects: tuple[str, ...] = SUBJECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionReply(HouseholdPaper):
    """The answer to one objection.

    number  of the request in the ledger of requests
    days    in which a review may be asked for, counted from the delivery (`survey.domain.delivery.term_days`)
    """

    number: int | None = None
    received_on: date | None = None
    content: str = ""
    reply: str = ""
    days: int = 30

    @property
    def subject(self) -> str:
        """Each request is answered under a number of its own."""
        return "" if self.number is None else str(self.number)
