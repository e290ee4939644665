"""Whether definitions, policies and documents are still the bytes whose digests the history names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, LargeBinary, literal, select, type_coerce

from engine import values
from engine.history.digests import digest_of
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.model import Attachment, Blob, Bundle, ProcessDefinition, Resource, UserTask
from engine.policy.model import PolicyProfile

#: what is submitted becomes a part of the case
_BINDING = frozenset({"TaskCompleted", "TaskSubmitted", "TaskSigned"})


@dataclass
class Named:
    """The digests that events name: what must be there, unchanged."""

    #: digest -> the stream that named it last
    blobs: dict[str, str] = field(default_factory=dict)
    bundles: dict[str, str] = field(default_factory=dict)
    #: attachment id -> its digest, its name, and the stream it is in
    attachments: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    #: attachment id -> the case that it became a part of
    bound: dict[str, str] = field(default_factory=dict)
    #: kind:key:version -> digest of everything that was ever deployed
    deployed: dict[str, str] = field(default_factory=dict)
    #: whether all deployments and policies have told digests; those from before the chain have not
    complete: bool = True
    #: policy profile -> digest of its parameters
    policies: dict[str, str] = field(default_factory=dict)

    def see(self, stream: str, event: Event) -> None:
        """Note what an event names."""
        told, outcome = event.content["input"], event.content["outcome"]
        match event.content["type"]:
            case "Deployed":
                self.complete &= "digests" in outcome
                self.deployed |= outcome.get("digests", {})
            case "PolicyPublished":
                self.complete &= "digest" in outcome
                if "digest" in outcome:
                    self.policies[outcome["policy"]] = outcome["digest"]
            case "ProcessStarted" if "policy" in told:
                self.blobs[told["policy"]] = stream
        if "bundle" in told:
            self.bundles[told["bundle"]] = stream
        if told.get("form"):
            self.blobs[told["form"]] = stream
        # Most events name no document, and looking through all values takes longer than everything else here.
        for document in documents_in(told.get("values")) if b'"sha256"' in event.payload else ():
            self.attachments[document["id"]] = (document["sha256"], document.get("name", ""), stream)
            if event.content["type"] in _BINDING:
                self.bound.setdefault(document["id"], stream)

    def add_pinned(self, connection: Connection) -> None:
        """Everything that the bundles of what was seen refer to."""
        raw = type_coerce(Bundle.content, LargeBinary).label("raw")
        for row in connection.execute(select(Bundle.digest, raw).where(Bundle.digest.in_(self.bundles))):
            # A bundle that was changed names nothing that counts, and is told by its own digest.
            if digest_of(row.raw) == row.digest:
                self.blobs |= dict.fromkeys(blobs_in(values.loads(row.raw)), self.bundles[row.digest])

    def all_blobs(self, connection: Connection) -> Collection[str]:
        """Whatever any event, version, bundle or task refers to."""
        pinned = connection.scalars(select(type_coerce(Bundle.content, LargeBinary)))
        forms = connection.scalars(select(UserTask.form_digest).where(UserTask.form_digest.is_not(None)).distinct())
        found = {*self.blobs, *self.deployed.values(), *forms}
        for content in pinned:
            try:
                found.update(blobs_in(values.loads(content)))
            except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
                # Told by its own digest.
                continue
        return found


def blobs_in(bundle: Mapping[str, Any]) -> list[str]:
    """The digests of everything that a bundle pins."""
    return [bundle["diagram"], *(it for part in ("called", "decisions", "forms") for it in bundle[part].values())]


def documents_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every attachment in submitted values."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("sha256"), str):
            yield value
        value = value.values()
    elif not isinstance(value, list):
        return
    for item in value:
        if isinstance(item, dict | list):
            yield from documents_in(item)


def check_definitions(connection: Connection, named: Named, *, whole: bool = True) -> Iterator[Finding]:
    """Diagrams, tables, forms and bundles against their digests, and against what the history names.

    Not the whole store but what one case is pinned to, where `whole` is false.
    """
    if not whole:
        named.add_pinned(connection)
    pinned = select(Bundle.digest, type_coerce(Bundle.content, LargeBinary))
    everything = named.complete and whole
    for table, wanted, used in (
        (select(Blob.digest, Blob.content), named.blobs, named.all_blobs(connection) if everything else None),
        (pinned, named.bundles, named.bundles.keys() if everything else None),
    ):
        missing = dict(wanted)
        chosen = table if whole else table.where(table.selected_columns[0].in_(wanted))
        for digest, content in connection.execute(chosen):
            missing.pop(digest, None)
            if used is not None and digest not in used:
                yield _definition(digest, "历史里没有提到这一内容，是另外添加的。")
            if digest_of(content) != digest:
                yield _definition(digest, "内容被改动：与摘要不符。")
        yield from (_definition(digest, f"办件 {stream} 依据的内容已经缺失。") for digest, stream in missing.items())
    if whole:
        yield from _check_versions(connection, named)


def _check_versions(connection: Connection, named: Named) -> Iterator[Finding]:
    process = select(literal("process"), ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.digest)
    others = select(Resource.kind, Resource.key, Resource.version, Resource.digest)
    kept = {f"{kind}:{key}:{version}": digest for kind, key, version, digest in connection.execute(process)}
    kept |= {f"{kind}:{key}:{version}": digest for kind, key, version, digest in connection.execute(others)}
    for name, digest in named.deployed.items():
        if name not in kept:
            yield _definition(name, "部署过的版本已经缺失。")
        elif kept[name] != digest:
            yield _definition(name, "这个版本指向的内容与部署时的不同。")
    if named.complete:
        yield from (_definition(name, "这个版本不是经过部署得来的。") for name in kept.keys() - named.deployed.keys())


def check_policies(
    connection: Connection, parameters: Callable[[str], bytes | None], named: Named, *, whole: bool = True
) -> Iterator[Finding]:
    """The parameters of every published profile, and that there is none besides."""
    if named.complete and whole:
        others = (policy for policy in connection.scalars(select(PolicyProfile.id)) if policy not in named.policies)
        yield from (_definition(policy, "这一版政策参数不是经过发布得来的。") for policy in others)
    for policy, digest in named.policies.items():
        content = parameters(policy)
        if content is None:
            yield _definition(policy, "发布过的政策参数已经缺失。")
        elif digest_of(content) != digest:
            yield _definition(policy, "政策参数被改动：与发布时的不同。")


def check_attachments(
    connection: Connection, read: Callable[[str], bytes | None], named: Named, *, whole: bool = True
) -> Iterator[Finding]:
    """Every document that a case refers to: its row, and its bytes."""
    wanted = select(Attachment.id, Attachment.digest, Attachment.name, Attachment.instance_id)
    if not whole:
        wanted = wanted.where(Attachment.id.in_(named.attachments))
    rows = {row.id: row for row in connection.execute(wanted)}
    for document, (digest, name, stream) in named.attachments.items():
        row = rows.get(document)
        if row is None or row.digest != digest or (name and row.name != name):
            yield _attachment(stream, f"附件 {document} 的登记缺失或被改动。")
        elif row.instance_id != named.bound.get(document, row.instance_id):
            yield _attachment(stream, f"附件 {document} 的登记被移到了别的办件。")
    for document, row in rows.items():
        stream = named.attachments.get(document, ("", "", document))[2]
        if row.instance_id is not None and document not in named.attachments:
            yield _attachment(row.instance_id, f"附件 {document} 不是历史里提交的。")
        digest, content = row.digest, read(row.digest)
        if content is None:
            yield _attachment(stream, f"附件 {document} 的文件已经缺失。")
        elif digest_of(content) != digest:
            yield _attachment(stream, f"附件 {document} 的文件被改动：与摘要不符。")


def _definition(place: str, message: str) -> Finding:
    return Finding(kind=Kind.DEFINITION, place=place, message=message)


def _attachment(stream: str, message: str) -> Finding:
    return Finding(kind=Kind.ATTACHMENT, place=stream, message=message)
