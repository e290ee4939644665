"""Logging in and out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, insert, select, update

from engine.commands import LogIn, LogInAs, LogOut, OpenedSession
from engine.errors import Forbidden, NotFound
from engine.machines import NO_PASSWORD
from engine.model import LoginSession, Person
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: argon2id, 19 MiB, two passes
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
SESSION_LENGTH = timedelta(hours=12)
#: in a demo the clock is moved by months, and nobody should be logged out by it
DEMO_SESSION_LENGTH = timedelta(days=3650)
LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
#: verified against when nobody has that login, so that both answers take the same time
_NOBODY = HASHER.hash(secrets.token_hex(8))


def digest_of_token(token: str) -> str:
    """What the database keeps of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def log_in(work: UnitOfWork, command: LogIn) -> OpenedSession | None:
    """Open a session, or count a failed attempt and return None; five failures lock the account for a while."""
    person = work.connection.execute(
        select(Person).where(
            Person.login == command.login, Person.disabled.is_(False), Person.password_hash != NO_PASSWORD
        )
    ).one_or_none()
    if person is not None and person.locked_until is not None and person.locked_until > work.now:
        raise Forbidden("密码错误次数过多，账号已暂时锁定，请 15 分钟后再试。")
    if not _matches(person.password_hash if person else _NOBODY, command.password) or person is None:
        _count_failure(work, person)
        return None
    work.connection.execute(update(Person).where(Person.id == person.id).values(failed_logins=0, locked_until=None))
    return _open(work, person.id)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def _count_failure(work: UnitOfWork, person: AnyRow | None) -> None:
    if person is None:
        return
    failures = person.failed_logins + 1
    locked_until = work.now + LOCK_FOR if failures >= LOCK_AFTER else None
    work.connection.execute(
        update(Person)
        .where(Person.id == person.id)
        .values(failed_logins=0 if locked_until else failures, locked_until=locked_until)
    )


def log_in_as(work: UnitOfWork, command: LogInAs) -> OpenedSession:
    """Open a session for a demo person."""
    if not work.tools.demo:
        raise Forbidden("只有演示环境可以直接选择人员登录。")
    person = work.connection.scalar(
        select(Person.id).where(Person.id == command.person_id, Person.password_hash != NO_PASSWORD)
    )
    if person is None:
        raise NotFound("没有这位演示人员。")
    return _open(work, command.person_id)


def _open(work: UnitOfWork, person_id: str) -> OpenedSession:
    session = OpenedSession(
        token=secrets.token_urlsafe(32),
        csrf_token=secrets.token_urlsafe(32),
        person_id=person_id,
        expires_at=work.now + (DEMO_SESSION_LENGTH if work.tools.demo else SESSION_LENGTH),
    )
    work.connection.execute(delete(LoginSession).where(LoginSession.expires_at < work.now))
    work.connection.execute(
        insert(LoginSession).values(
            token_digest=digest_of_token(session.token),
            person_id=person_id,
            csrf_token=session.csrf_token,
            created_at=work.now,
            expires_at=session.expires_at,
        )
    )
    return session


def log_out(work: UnitOfWork, command: LogOut) -> None:
    """Close a session."""
    work.connection.execute(delete(LoginSession).where(LoginSession.token_digest == digest_of_token(command.token)))
