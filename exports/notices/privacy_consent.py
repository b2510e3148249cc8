"""个人信息处理告知同意书: what is handled, why, how long and with whom; what needs a consent of its own has its own tick."""

from __future__ import annotations

from dataclasses import dataclass

from exports.notices.office import HouseholdPaper

TEMPLATE = "privacy-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyConsent(HouseholdPaper):
    """One form.

    Rule: 个人信息保护法 art. 17, 30, in force 2021-11-01. Handler, purpose, way, kinds, period, rights; for sensitive
    data the necessity and the effect. Rule: arts 23, 25, 29: supply to third parties, publication and sensitive data
    each need a separate consent, unless the law provides otherwise. Rule: arts 15, 16: a consent can be withdrawn, and a
    refusal is no reason to refuse a service.
    """
