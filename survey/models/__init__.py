"""The tables, one file per noun. Importing this package makes all of them known to the metadata."""

from survey.models.amendment import Amendment, AmendmentHome
from survey.models.audit import AuditEntry
from survey.models.base import Base, db, new_id, row_id, utc_now
from survey.models.building import Assignment, Building, Door
from survey.models.care import Care
from survey.models.consent import Consent, Round, Standing
from survey.models.device import Device
from survey.models.household import Household
from survey.models.job import Job
from survey.models.matter import MatterNote
from survey.models.notice import NoticeIssue
from survey.models.part import CertificateRow, DecorationItemRow, DesiredLayoutRow, FixtureRow, PartRow
from survey.models.person import PersonRow
from survey.models.policy import Briefing, Policy, PolicyVersion
from survey.models.posting import Objection, Posting
from survey.models.project import Project, Serial, Team
from survey.models.recheck import RecheckDraw, RecheckItem, RecheckResult
from survey.models.record import Delivery, Document, Request, Review, Signature
from survey.models.report import Report
from survey.models.roster import RosterImport, RosterMapping
from survey.models.search import SearchTerm
from survey.models.sheet import ConflictRow, DraftRow, SheetRow
from survey.models.sync import Blob, SyncEvent
from survey.models.tally import Tally
from survey.models.template import LedgerTemplate
from survey.models.user import LoginFailure, LoginSession, Membership, User
from survey.models.visit import Visit
from survey.models.wording import Wording

__all__ = [
    "Amendment", "AmendmentHome", "Assignment", "AuditEntry", "Base", "Blob", "Briefing", "Building", "Care", "CertificateRow",
    "ConflictRow", "Consent", "DecorationItemRow", "Delivery", "DesiredLayoutRow", "Device", "Document", "Door",
    "DraftRow", "FixtureRow", "Household", "Job", "LedgerTemplate", "LoginFailure", "LoginSession", "MatterNote",
    "Membership", "NoticeIssue", "Objection", "PartRow", "PersonRow", "Policy", "PolicyVersion", "Posting",
    "Project", "RecheckDraw", "RecheckItem", "RecheckResult", "Report", "Request", "Review", "RosterImport",
    "RosterMapping", "Round", "SearchTerm", "Serial", "SheetRow", "Signature", "Standing", "SyncEvent", "Tally",
    "Team", "User", "Visit", "Wording", "db", "new_id", "row_id", "utc_now",
]  # fmt: skip
