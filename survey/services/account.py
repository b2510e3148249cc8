"""Accounts: sign-in with Argon2id, sessions in the database, the lock after failures, new accounts and roles."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, or_, select

from survey.domain.access import Permission, Role, is_granted
from survey.domain.errors import DomainError, NotFound
from survey.models import LoginFailure, LoginSession, Membership, Project, Team, User, db, utc_now
from survey.models.crypto import keyed_hash
from survey.services import audit

PASSWORD_LEAST, PASSWORD_MOST = 12, 128
FAILURES, FAILURE_WINDOW = 5, timedelta(minutes=15)
ADDRESS_FAILURES = 20
COMMON = frozenset({"123456789012", "password1234", "passw0rd1234", "qwertyuiop12", "111111111111", "000000000000",
                    "1234567890ab", "abcdefghijkl", "admin1234567", "ruhu12345678", "入户调查入户调查入户调查"})  # fmt: skip

# RFC 9106's low-memory profile: 64 MiB a run, so that only a few run at a time in one process.
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
RUNS = BoundedSemaphore(4)
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$9Zq1nF8b6o7mJm0m2rQ0m7cYH0H4Jx1l0bYc2cXw3cU"
"""A hash that no password has: an unknown name costs the same time as a known one."""


def hash_password(password: str) -> str:
    """Refuse a password that is too short, too long or common (DomainError account.password_*); else its hash."""
    if len(password) < PASSWORD_LEAST:
        raise DomainError("account.password_short", "password", least=PASSWORD_LEAST)
    if len(password) > PASSWORD_MOST:
        raise DomainError("account.password_long", "password", most=PASSWORD_MOST)
    if password.lower() in COMMON or len(set(password)) < 4:
        raise DomainError("account.password_common", "password")
    with RUNS:
        return HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    try:
        with RUNS:
            return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def make_password() -> str:
    """A random password of 16 letters and digits that are not mistaken for each other."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(16))


def username_of(text: str) -> str:
    return text.strip().casefold()


def create_user(*, actor: User | None, username: str, display_name: str, password: str, staff_no: str = "",
                is_admin: bool = False) -> User:  # fmt: skip
    """A new account. Raises DomainError: account.name_taken, account.password_*."""
    name = username_of(username)
    if db.session.scalar(select(User.id).where(User.username == name)):
        raise DomainError("account.name_taken", "username", name=name)
    user = User(
        username=name,
        display_name=display_name.strip() or name,
        staff_no=staff_no.strip(),
        password_hash=hash_password(password),
        is_admin=is_admin,
    )
    db.session.add(user)
    audit.record(actor, "user.create", user, {"is_admin": is_admin})
    return user


def change_password(*, actor: User, user: User, password: str) -> None:
    """Set a password and end all the account's sessions. Raises DomainError account.password_*."""
    user.password_hash = hash_password(password)
    end_sessions(user)
    audit.record(actor, "user.password", user)


def set_user_active(*, actor: User, user: User, is_active: bool) -> None:
    user.is_active = is_active
    if not is_active:
        end_sessions(user)
    audit.record(actor, "user.edit", user, {"is_active": is_active})


def set_membership(*, actor: User | None, project: Project, user: User, role: Role, team: Team | None = None,
                   valid_until: datetime | None = None) -> Membership:  # fmt: skip
    """Give a person their one role in a project; it takes effect on their next request."""
    row = db.session.scalar(
        select(Membership).where(Membership.user_id == user.id, Membership.project_id == project.id)
    )
    if row is None:
        row = Membership(user_id=user.id, project_id=project.id, role=role)
        db.session.add(row)
    row.role, row.team_id, row.valid_until = role, team.id if team else None, valid_until
    audit.record(actor, "member.edit", row, {"role": role.value}, project_id=project.id)
    return row


def end_membership(*, actor: User, project: Project, user_id: UUID) -> None:
    """Take a person's role in a project away. Raises NotFound."""
    row = db.session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.project_id == project.id)
    )
    if row is None:
        raise NotFound
    row.valid_until = utc_now()
    audit.record(actor, "member.end", row, project_id=project.id)


# --- signing in ---------------------------------------------------------------------------------------------------


def sign_in(*, username: str, password: str, address: str, now: datetime | None = None) -> tuple[User, str]:
    """The user and a new session token. Raises DomainError account.sign_in_failed or account.too_many_failures.

    The failure itself is written by `note_failure`, in a transaction that is kept.
    """
    now = now or utc_now()
    name = username_of(username)
    _check_failures(_name_key(name), FAILURES, now)
    check_address(address, now)
    user = db.session.scalar(select(User).where(User.username == name))
    right = is_password(user.password_hash if user else NOBODY, password)
    if user is None or not right or not user.is_active:
        raise DomainError("account.sign_in_failed")
    if HASHER.check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    db.session.execute(delete(LoginFailure).where(LoginFailure.key == _name_key(name)))
    audit.record(user, "user.sign_in", user)
    return user, open_session(user, now)


def note_failure(*, username: str, address: str, now: datetime | None = None) -> None:
    """Count a failed sign-in against the name and the address."""
    name, now = username_of(username), now or utc_now()
    db.session.add_all(LoginFailure(key=key, at=now) for key in (_name_key(name), _address_key(address)))
    audit.record(None, "user.sign_in_failed")


def check_address(address: str, now: datetime) -> None:
    """Raises DomainError account.too_many_failures where an address has tried too many wrong passwords or tablets' codes."""
    _check_failures(_address_key(address), ADDRESS_FAILURES, now)


def count_address(address: str, now: datetime) -> None:
    """Count a tablet's wrong code against an address; part of another act, which writes the audit entry."""
    db.session.add(LoginFailure(key=_address_key(address), at=now))


def _check_failures(key: bytes, most: int, now: datetime) -> None:
    if count_failures(key, now) >= most:
        raise DomainError("account.too_many_failures", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


def _name_key(name: str) -> bytes:
    return keyed_hash("login-name", name)


def _address_key(address: str) -> bytes:
    return keyed_hash("login-address", address)


def count_failures(key: bytes, now: datetime) -> int:
    """How often the key failed within FAILURE_WINDOW."""
    query = select(func.count()).where(LoginFailure.key == key, LoginFailure.at > now - FAILURE_WINDOW)
    return db.session.scalar(query) or 0


def open_session(user: User, now: datetime, at_once: int = 2) -> str:
    """A session token of 256 bits; the oldest sessions beyond `at_once` end."""
    token = secrets.token_urlsafe(32)
    db.session.add(LoginSession(token_hash=_token_hash(token), user_id=user.id, created_at=now, seen_at=now))
    db.session.flush()
    kept = db.session.scalars(
        select(LoginSession.token_hash).where(LoginSession.user_id == user.id).order_by(LoginSession.created_at.desc())
    ).all()
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash.in_(kept[at_once:])))
    return token


def _token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def find_session(token: str, now: datetime, idle: timedelta, absolute: timedelta) -> LoginSession | None:
    """The standing session of a token, or None when it is unknown, idle for too long, too old or its account off."""
    row = db.session.get(LoginSession, _token_hash(token))
    if row is None or not row.user.is_active or row.seen_at < now - idle or row.created_at < now - absolute:
        return None
    return row


def sign_out(*, actor: User, token: str) -> None:
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == _token_hash(token)))
    audit.record(actor, "user.sign_out", actor)


def end_sessions(user: User) -> None:
    """End all sessions of an account; part of another act, which writes the audit entry."""
    db.session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))


def change_locale(*, actor: User, locale: str) -> None:
    """Keep the language that a person reads."""
    actor.locale = locale
    audit.record(actor, "user.locale", actor)


def list_users() -> list[User]:
    return list(db.session.scalars(select(User).order_by(User.username)))


def list_members(project_id: UUID, role: Role | None = None) -> list[Membership]:
    """The standing members of a project, by team and name."""
    query = (
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(
            Membership.project_id == project_id,
            or_(Membership.valid_until.is_(None), Membership.valid_until > utc_now()),
        )
        .order_by(Membership.role, Team.name.nulls_last(), User.display_name, User.id)
    )
    if role is not None:
        query = query.where(Membership.role == role)
    return list(db.session.scalars(query))


def find_user(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == username_of(username)))


def list_permitted(project_id: UUID, permission: Permission) -> list[User]:
    """The standing members of a project whose role has a permission, by name."""
    roles = sorted(role for role in Role if is_granted(role, permission))
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.project_id == project_id,
            Membership.role.in_(roles),
            or_(Membership.valid_until.is_(None), Membership.valid_until > utc_now()),
            User.is_active,
        )
        .order_by(User.display_name, User.id)
    )
    return list(db.session.scalars(query))
