"""Deployed definitions as the engine runs them: compiled once, kept by digest, pinned per case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from engine import diagram, dmn, values
from engine.errors import NotFound
from engine.interpreter import Specification, compile_definition
from engine.model import Blob, Bundle, HistoryStream, ProcessDefinition, Resource
from engine.ports import FormPort
from engine.recent import Recent
from engine.rows import AnyRow

#: the stream that every deployment is recorded in
DEPLOYMENTS = "definitions"
#: what a definition refers to can only have changed when there was another deployment
_DEPLOYMENTS = select(HistoryStream.seq).where(HistoryStream.stream == DEPLOYMENTS)
_KNOWN_BUNDLE = select(Bundle.digest).where(Bundle.digest == bindparam("digest"))
_KNOWN_BLOB = select(Blob.digest).where(Blob.digest == bindparam("digest"))
_BLOB = select(Blob.content).where(Blob.digest == bindparam("digest"))
_LATEST = (
    select(ProcessDefinition)
    .where(ProcessDefinition.key == bindparam("key"))
    .order_by(ProcessDefinition.version.desc())
    .limit(1)
)


@dataclass(frozen=True, kw_only=True)
class PinnedBundle:
    """What one case runs on, whatever is deployed later (design decision 5)."""

    digest: str
    specification: Specification
    #: decision id -> digest of its DMN file
    decisions: Mapping[str, str]
    #: activity id -> digest of its composed form
    forms: Mapping[str, str]
    #: element id -> what people call it
    names: Mapping[str, str]

    def name_of(self, element_id: str) -> str:
        """An element's name; its id where the designer gave none."""
        return self.names.get(element_id) or element_id


def digest_of(content: bytes) -> str:
    """The SHA-256 under which bytes are kept."""
    return hashlib.sha256(content).hexdigest()


def store_blob(connection: Connection, content: bytes) -> str:
    """Keep bytes once and return their digest."""
    digest = digest_of(content)
    if connection.scalar(_KNOWN_BLOB, {"digest": digest}) is None:
        connection.execute(insert(Blob).values(digest=digest, content=content))
    return digest


def load_blob(connection: Connection, digest: str) -> bytes:
    """The bytes of a digest."""
    content = connection.scalar(_BLOB, {"digest": digest})
    if content is None:
        raise NotFound("定义内容缺失，请联系系统管理员。", digest=digest)
    return content


class DefinitionCache:
    """Compiled diagrams and decision models by digest; safe to share between threads."""

    def __init__(self, *, free_names: bool = False) -> None:
        self._free_names = free_names
        self._bundles: Recent[str, PinnedBundle] = Recent(500)
        self._models: Recent[str, dmn.DecisionModel] = Recent(2_000)
        self._blobs: Recent[str, bytes] = Recent(2_000, most_bytes=16_000_000, size=len)
        self._values: Recent[str, Any] = Recent(200)
        self._stored: Recent[str, str] = Recent(500)
        #: (definition, deployments so far) -> digest of the bundle that new cases are pinned to
        self._newest: Recent[tuple[str, int], str] = Recent(500)

    def bundle(self, connection: Connection, digest: str) -> PinnedBundle:
        """The compiled bundle of a case."""
        known = self._bundles.get(digest)
        if known is None:
            known = self._compile(connection, digest)
            self._bundles.keep(digest, known)
        return known

    def newest_bundle(self, connection: Connection, forms: FormPort, definition: AnyRow) -> str:
        """The digest of the bundle that a new case of a definition is pinned to; it is stored if it is new."""
        key = (definition.id, connection.scalar(_DEPLOYMENTS) or 0)
        digest = self._newest.get(key)
        # The transaction that stored it may have been rolled back.
        if digest is None or connection.scalar(_KNOWN_BUNDLE, {"digest": digest}) is None:
            called = called_definitions(connection, definition.digest, definition.key)
            digest = BundleBuilder(connection, forms, free_names=self._free_names).build(definition, called)
            self._newest.keep(key, digest)
        return digest

    def decision_model(self, connection: Connection, digest: str) -> dmn.DecisionModel:
        """The decision model of a DMN file."""
        known = self._models.get(digest)
        if known is None:
            known = dmn.read(load_blob(connection, digest))
            self._models.keep(digest, known)
        return known

    def stored(self, connection: Connection, key: str, content: Callable[[], bytes]) -> str:
        """The digest of bytes that never change under their key, such as a policy's; written only the first time."""
        digest = self._stored.get(key)
        # The transaction that stored them may have been rolled back.
        if digest is None or connection.scalar(_KNOWN_BLOB, {"digest": digest}) is None:
            digest = store_blob(connection, content())
            self._stored.keep(key, digest)
        return digest

    def blob(self, connection: Connection, digest: str) -> bytes:
        """The bytes of a digest, such as a form; they never change."""
        known = self._blobs.get(digest)
        if known is None:
            known = load_blob(connection, digest)
            self._blobs.keep(digest, known)
        return known

    def value(self, connection: Connection, digest: str) -> Any:
        """The process value that a digest's bytes stand for, such as a policy's parameters."""
        known = self._values.get(digest)
        if known is None:
            known = values.loads(load_blob(connection, digest))
            self._values.keep(digest, known)
        return known

    def _compile(self, connection: Connection, digest: str) -> PinnedBundle:
        content = connection.execute(select(Bundle.content).where(Bundle.digest == digest)).scalar_one()
        called = {key: load_blob(connection, blob) for key, blob in content["called"].items()}
        diagram_content = load_blob(connection, content["diagram"])
        return PinnedBundle(
            digest=digest,
            specification=compile_definition(
                diagram_content,
                called=called,
                process_id=content.get("process"),
                free_names=content.get("free_names", False),
            ),
            decisions=content["decisions"],
            forms=content["forms"],
            names=_names(diagram_content) | _names(*called.values(), prefixed=True),
        )


def _names(*contents: bytes, prefixed: bool = False) -> dict[str, str]:
    """What elements are called, by id; those of called processes as the interpreter tells them."""
    names = {}
    for content in contents:
        for process in diagram.read(content).processes:
            prefix = f"{process.id}:" if prefixed else ""
            for scope, node in process.scope.walk():
                names[prefix + node.id] = node.name
                names |= {prefix + flow.id: flow.name for flow in scope.flows.values() if flow.name}
    return names


def called_definitions(connection: Connection, digest: str, key: str) -> dict[str, str]:
    """The newest version of every process that a process calls, itself or through another: key -> digest.

    A process of the same file is the one that is meant; what other processes of the file call does not matter.
    """
    found: dict[str, str] = {}
    seen, waiting = {key}, [(digest, key)]
    while waiting:
        file, caller = waiting.pop()
        read = diagram.read(load_blob(connection, file))
        process = read.process(caller) or read.main
        for called in [node.called_element for _, node in process.scope.walk()] if process else ():
            if called and called not in seen:
                seen.add(called)
                inside = read.process(called) is not None
                home = file if inside else latest_definition(connection, called).digest
                waiting.append((home, called))
                if home != digest:
                    found[called] = home
    return found


class BundleBuilder:
    """Pins what a new case of a definition runs on: the newest of everything it refers to."""

    def __init__(self, connection: Connection, forms: FormPort, *, free_names: bool = False) -> None:
        self._connection = connection
        self._forms = forms
        self._free_names = free_names

    @cached_property
    def _resources(self) -> Mapping[tuple[str, str], str]:
        """(kind, key) -> digest of the newest version."""
        newest = (
            select(Resource.kind, Resource.key, func.max(Resource.version).label("version"))
            .group_by(Resource.kind, Resource.key)
            .subquery()
        )
        rows = self._connection.execute(
            select(Resource.kind, Resource.key, Resource.digest).join(
                newest,
                (Resource.kind == newest.c.kind)
                & (Resource.key == newest.c.key)
                & (Resource.version == newest.c.version),
            )
        )
        return {(row.kind, row.key): row.digest for row in rows}

    def build(self, definition: AnyRow, called: Mapping[str, str]) -> str:
        """Store the bundle of a definition, if it is new, and return its digest."""
        diagrams = {key: load_blob(self._connection, digest) for key, digest in called.items()}
        file = load_blob(self._connection, definition.digest)
        specification = compile_definition(file, called=diagrams, process_id=definition.key)
        content = {
            "process": definition.key,
            "diagram": definition.digest,
            "called": dict(called),
            "decisions": {key: digest for (kind, key), digest in self._resources.items() if kind == "decision"},
            "forms": self._compose_forms(specification),
            **({"free_names": True} if self._free_names else {}),
        }
        digest = digest_of(values.dumps(content))
        if self._connection.scalar(select(Bundle.digest).where(Bundle.digest == digest)) is None:
            self._connection.execute(insert(Bundle).values(digest=digest, content=content))
        return digest

    def _compose_forms(self, specification: Specification) -> dict[str, str]:
        composed = {}
        for activity in specification.activities.values():
            outcomes = {outcome.key: outcome.label for outcome in activity.outcomes}
            if activity.form_key or outcomes:
                form = self._forms.compose(self._form(activity.form_key), outcomes)
                composed[activity.id] = store_blob(self._connection, form)
        return composed

    def _form(self, key: str | None) -> bytes | None:
        digest = self._resources.get(("form", key)) if key else None
        return load_blob(self._connection, digest) if digest else None


def latest_definition(connection: Connection, key: str) -> AnyRow:
    """The newest version of a process."""
    row = connection.execute(_LATEST, {"key": key}).one_or_none()
    if row is None:
        raise NotFound(f"没有名为“{key}”的流程。", key=key)
    return row


def definition_of(connection: Connection, definition_id: str) -> AnyRow:
    """One version of a process."""
    return connection.execute(select(ProcessDefinition).where(ProcessDefinition.id == definition_id)).one()
