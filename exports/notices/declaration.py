"""授权委托书 and 承诺书: what a household declares over its own signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import HouseholdPaper

AUTHORISATION, PLEDGE = "authorisation", "pledge"


@dataclass(frozen=True, slots=True)
class Party:
    """A person of a declaration, numbers masked unless the reader may see them."""

    name: str = ""
    id_no: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation(HouseholdPaper):
    """One letter of authority; without an agent on the sheet, blanks for the pen.

    Rule: 民法典 art. 165, in force 2021-01-01. It names the agent, the matter, the power and the term, and the principal
    signs it.
    """

    principals: tuple[Party, ...] = ()
    agent: Party = Party()
    matter: str = ""
    power: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge(HouseholdPaper):
    """One pledge that what was told and handed in is true."""

    signers: tuple[Party, ...] = ()
