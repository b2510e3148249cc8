"""Job (后台任务): long work that a person asked for, in a queue that lives in the database of the work itself.

A job is put there by the transaction that asks for it, and its effect is committed with the word "done". While a worker
is at it, the row is leased to that worker under a token; who comes later has a higher one (survey.services.job).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.job import OPEN, JobKind, JobState, JobStep
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.project import Project
from survey.models.user import User

IS_OPEN = text("state IN ('queued', 'running')")


class Job(Identified, Base):
    """任务.

    needs        the permission of whoever asks, checked again when it runs and when its file is taken
    about        what people call it, besides the kind: the ledger, the file
    subject_id   the row that it works on; only one open job of a kind may
    arguments    plain values, sealed: a reason or a name may be among them
    not_before   when a failed attempt may be repeated
    token        rises by one each time a worker takes it; only the holder of the newest may write
    attempts     how many workers began it and did not put it back
    done, whole  progress within the step; whole 0: unknown
    error        a code of survey.domain.message, with its values
    result_*     the file that it made, sealed under the job's id and token; gone after `expires_at`
    remarks      what whoever asked has to know about the file: codes of survey.domain.message with their values, sealed,
                 for a household may be named
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="leased_while_running"),
        CheckConstraint("(state = 'failed') = (error <> '')", name="failed_says_why"),
        CheckConstraint("(result_name <> '') = (expires_at IS NOT NULL)", name="result_expires"),
        Index("uq_job_open_subject", "kind", "subject_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_job_state_enqueued", "state", "enqueued_at"),
        Index("ix_job_asked_by_enqueued", "asked_by_id", "enqueued_at"),
    )

    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("project.id"))
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[JobKind] = mapped_column(CodeType(JobKind))
    needs: Mapped[str] = mapped_column(String(40), default="")
    about: Mapped[str] = mapped_column(String(200), default="")
    subject_id: Mapped[UUID | None]
    arguments_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[JobState] = mapped_column(CodeType(JobState), default=JobState.QUEUED)
    enqueued_at: Mapped[datetime] = mapped_column(default=utc_now)
    not_before: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    step: Mapped[JobStep | None] = mapped_column(CodeType(JobStep))
    step_started_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    whole: Mapped[int] = mapped_column(default=0)
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(60), default="")
    error_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result_name: Mapped[str] = mapped_column(String(200), default="")
    result_type: Mapped[str] = mapped_column(String(100), default="")
    result_bytes: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    remarks_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    project: Mapped[Project | None] = relationship()
    asked_by: Mapped[User | None] = relationship()

    @property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(open_bytes("job.arguments", self.id, self.arguments_sealed))
        return found

    @arguments.setter
    def arguments(self, values: dict[str, Any]) -> None:
        self.arguments_sealed = seal_bytes("job.arguments", self.id, json.dumps(values, ensure_ascii=False).encode())

    @property
    def remarks(self) -> list[tuple[str, dict[str, Any]]]:
        if self.remarks_sealed is None:
            return []
        told = json.loads(open_bytes("job.remarks", self.id, self.remarks_sealed))
        return [(code, params) for code, params in told]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def has_result(self, now: datetime) -> bool:
        """Whether the file that it made can still be taken."""
        return self.expires_at is not None and now < self.expires_at
