"""Migrating many cases: each by a command of its own, with one line of the report for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from api.dependencies import Visit
from engine.errors import AnlanError
from engine.idempotency import KeyReused, answered_parts
from engine.moves import MigrateProcess
from engine.queries.migrations import MigratableCase, cases_among


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """What has become of one case, or what would."""

    instance_id: str
    number: str
    title: str
    accepted: bool
    #: how the dry run ended; None where it did not, or where the case was really migrated
    result: str | None = None
    played: tuple[str, ...] = ()
    #: why it was refused, or where the dry run could not go on
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The cases to be migrated, and how."""

    cases: tuple[MigratableCase, ...]
    version: int
    mapping: Mapping[str, str | None]
    reason: str

    def commands(self, visit: Visit) -> Iterable[tuple[MigratableCase, MigrateProcess]]:
        """One command for each case."""
        for case in self.cases:
            yield (
                case,
                MigrateProcess(
                    actor=visit.actor,
                    instance_id=case.instance_id,
                    version=self.version,
                    reason=self.reason,
                    mapping=self.mapping,
                ),
            )


def rehearse(visit: Visit, batch: Batch) -> tuple[ReportLine, ...]:
    """Migrate each case on a copy and play it to its end."""
    return tuple(_rehearsed(visit, case, command) for case, command in batch.commands(visit))


def migrate(visit: Visit, batch: Batch) -> tuple[ReportLine, ...]:
    """Migrate each case; one that is refused stays as it was and holds up no other."""
    return tuple(_migrated(visit, case, command) for case, command in batch.commands(visit))


def begun_before(visit: Visit) -> tuple[MigratableCase, ...]:
    """The cases that the same request has migrated when it came first: they are told of again."""
    if visit.request_key is None:
        return ()
    with visit.reading() as connection:
        return cases_among(connection, answered_parts(connection, visit.request_key))


def _rehearsed(visit: Visit, case: MigratableCase, command: MigrateProcess) -> ReportLine:
    try:
        found = visit.engine.rehearse(command)
    except AnlanError as refused:
        return _refused(case, refused)
    return ReportLine(
        instance_id=case.instance_id,
        number=case.number,
        title=case.title,
        accepted=found.accepted,
        result=found.result,
        played=found.played,
        messages=found.stopped,
    )


def _migrated(visit: Visit, case: MigratableCase, command: MigrateProcess) -> ReportLine:
    # Named by the case: which ones are left when the request comes again, nobody knows.
    key = visit.request_key and replace(visit.request_key, part=case.instance_id)
    try:
        replace(visit, request_key=key).engine.execute(command)
    except KeyReused:
        raise
    except AnlanError as refused:
        return _refused(case, refused)
    return ReportLine(instance_id=case.instance_id, number=case.number, title=case.title, accepted=True)


def _refused(case: MigratableCase, refused: AnlanError) -> ReportLine:
    return ReportLine(
        instance_id=case.instance_id,
        number=case.number,
        title=case.title,
        accepted=False,
        messages=(refused.message,),
    )
