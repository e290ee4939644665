"""`anlan:in`, `anlan:out`, `anlan:resultVariable`: what goes into an element and what comes out (design §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.diagram.elements import DataMapping, Extension
from engine.interpreter.corrections import Token


@dataclass(frozen=True, kw_only=True)
class Mappings:
    """Compiled mappings of one element."""

    inputs: tuple[tuple[str, feel.Expression], ...] = ()
    outputs: tuple[tuple[str, feel.Expression], ...] = ()
    result_variable: str | None = None

    @property
    def are_missing(self) -> bool:
        """Whether nothing is said: then all is seen and all that comes is kept, as other engines have it."""
        return not (self.inputs or self.outputs or self.result_variable)

    @property
    def restricts(self) -> bool:
        """Whether only what is mapped leaves a subprocess."""
        return bool(self.outputs)

    def read_inputs(self, token: Token) -> dict[str, Any]:
        if not self.inputs:
            return {}
        context = token.workflow.context(token)
        return {target: source(context) for target, source in self.inputs}

    def read_outputs(self, token: Token, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context = token.workflow.context(token, extra)
        return {target: source(context) for target, source in self.outputs}

    def with_result(self, values: Mapping[str, Any], whole: object) -> Mapping[str, Any]:
        """What output mappings see: the values by name, and all of them under the result variable's name."""
        return {**values, self.result_variable: whole} if self.result_variable else values

    def read_received(self, token: Token, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a submission, message or result becomes: mapped, one variable, or merged by name."""
        if self.outputs:
            return self.read_outputs(token, self.with_result(values, dict(values)))
        if self.result_variable:
            return {self.result_variable: dict(values)}
        return dict(values)


def compile_mappings(extension: Extension) -> Mappings:
    return Mappings(
        inputs=_compiled(extension.inputs),
        outputs=_compiled(extension.outputs),
        result_variable=extension.get("resultVariable"),
    )


def _compiled(mappings: tuple[DataMapping, ...]) -> tuple[tuple[str, feel.Expression], ...]:
    return tuple((mapping.target, feel.compile(mapping.source.text)) for mapping in mappings)
