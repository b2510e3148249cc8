"""送达回证: the receipt of one delivery, filled from what was recorded, or with the household's data for the pen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exports.notices.office import HouseholdPaper
from survey.domain.codes import DeliveryMethod

TEMPLATE = "service-receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReceipt(HouseholdPaper):
    """One receipt. Of a paper that is still to be handed over only `served`, `served_no` and `tried` are known.

    number     回证编号 within the project
    served     title of the paper; served_no: its 文号
    mail_no    number of the consignment that brought it
    tried      the attempts before, each in a sentence
    served_at  office's time
    servers    送达人, as far as they are known

    Rule: by analogy with 民事诉讼法 (2023) arts 87-95. The recipient signs; a co-resident adult of the family may sign
    for them; a refusal is attested by a witness.
    """

    number: int | None = None
    served: str = ""
    served_no: str = ""
    mail_no: str = ""
    method: DeliveryMethod | None = None
    served_at: datetime | None = None
    place: str = ""
    recipient: str = ""
    relation: str = ""
    refused_reason: str = ""
    witness: str = ""
    servers: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Each paper has a receipt of its own."""
        return f"{self.served} {self.served_no}".strip()
