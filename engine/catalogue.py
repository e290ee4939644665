"""What a diagram may refer to: roles, forms with their fields, decisions, processes and connectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from engine import diagram
from engine.connectors.parameters import GuidedConnector
from engine.definitions import load_blob
from engine.model import ProcessDefinition, Resource
from engine.offices.roles import ROLES
from engine.ports import Connector, FormPort
from engine.unit_of_work import Tools


class FormFields(Mapping[str, frozenset[str]]):
    """Form key -> the keys of its fields. A form is read when its fields are asked for."""

    def __init__(
        self, connection: Connection, forms: FormPort, keys: frozenset[str], fresh: Mapping[str, bytes]
    ) -> None:
        self._connection = connection
        self._forms = forms
        self._keys = keys
        self._fresh = fresh

    def __getitem__(self, key: str) -> frozenset[str]:
        if key not in self._keys:
            raise KeyError(key)
        return self._forms.fields(self._fresh.get(key) or self._deployed(key) or self._forms.find(key) or b"")

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def _deployed(self, key: str) -> bytes | None:
        digest = self._connection.scalar(
            select(Resource.digest)
            .where(Resource.kind == "form", Resource.key == key)
            .order_by(Resource.version.desc())
            .limit(1)
        )
        return load_blob(self._connection, digest) if digest else None


def catalogue(
    connection: Connection,
    tools: Tools,
    *,
    resources: Iterable[tuple[str, str, bytes]] = (),
    processes: Iterable[str] = (),
) -> diagram.Catalogue:
    """What is deployed, what ships with the product, and what a deployment brings along: (kind, key, content)."""
    brought = tuple(resources)
    known = {(row.kind, row.key) for row in connection.execute(select(Resource.kind, Resource.key).distinct())}
    known |= {(kind, key) for kind, key, _ in brought}
    forms = frozenset(key for kind, key in known if kind == "form") | tools.forms.keys()
    fresh = {key: content for kind, key, content in brought if kind == "form"}
    return diagram.Catalogue(
        roles=frozenset(ROLES),
        forms=forms,
        decisions=frozenset(key for kind, key in known if kind == "decision"),
        processes=frozenset(connection.scalars(select(ProcessDefinition.key).distinct())) | frozenset(processes),
        connectors=frozenset(tools.connectors),
        guides=connector_guides(tools.connectors),
        fields=FormFields(connection, tools.forms, forms, fresh),
    )


def connector_guides(connectors: Mapping[str, Connector]) -> dict[str, diagram.ConnectorGuide]:
    """What the connectors say about their parameters; those that say nothing take what comes."""
    return {
        name: diagram.ConnectorGuide(
            parameters=[parameter.name for parameter in known.parameters],
            required=frozenset(parameter.name for parameter in known.parameters if parameter.required),
            waits=known.waits,
            doubts=known.doubts,
        )
        for name, known in connectors.items()
        if isinstance(known, GuidedConnector)
    }
