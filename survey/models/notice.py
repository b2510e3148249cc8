"""Issued notices (文书签发): which paper was printed for whom, under which number, and what it said, as a hash."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.project import Project
from survey.models.wording import Wording


class NoticeIssue(Identified, Base):
    """One paper with one content. Printed again unchanged it is the same; changed, it is another with the same number.

    household_id  None for a notice about the whole project
    subject       which of several of its kind it is: the number of the request that is answered, the day of a posting
    title, office, document_no  as they stand on the paper; document_no "" where the kind or the project has none
    digest        SHA-256 of everything that the paper says
    wording_id    the office's own wording with which it was printed; None for the built-in one
    mark          the first half of the token in its QR; the second half is the beginning of the digest
    issued_at     when what it says was read
    printed_at    when it was laid out and handed over for the first time; None while number and mark are only reserved: a paper
                  that was never finished is not genuine
    """

    __tablename__ = "notice_issue"
    __table_args__ = (Index("ix_notice_issue_project_notice", "project_id", "notice", "household_id"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    notice: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[str] = mapped_column(String(60))
    office: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date]
    wording_id: Mapped[UUID | None] = mapped_column(ForeignKey("wording.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mark: Mapped[bytes] = mapped_column(LargeBinary(10), unique=True)
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    issued_at: Mapped[datetime] = mapped_column(default=utc_now)
    printed_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    wording: Mapped[Wording | None] = relationship()
