"""Hit policies: from the rules that matched to the result of a decision table (DMN 1.5, 8.2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from engine.feel.builtins import BUILTINS
from engine.feel.comparison import same
from engine.feel.reasons import null
from engine.feel.values import Value


class HitPolicy(Enum):
    """How a table deals with several rules that match."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"

    @property
    def takes_first(self) -> bool:
        """Whether the rules after the first match need not be looked at."""
        return self is HitPolicy.FIRST


class Hit(NamedTuple):
    """A rule that matched and what it gives."""

    number: int
    outputs: tuple[Value, ...]
    result: Value


#: Allowed values of each output column, best first.
Priorities = Sequence[Sequence[Value]]


def resolve(policy: HitPolicy, aggregation: str, hits: list[Hit], priorities: Priorities) -> Value:
    """The result of the hits, at least one."""
    if policy is HitPolicy.COLLECT and aggregation:
        return _aggregate(aggregation, hits)
    return _POLICIES[policy](hits, priorities)


def _unique(hits: list[Hit], priorities: Priorities) -> Value:
    if len(hits) > 1:
        return null(f"唯一命中（U）的决策表同时命中第 {_numbers(hits)} 条规则")
    return hits[0].result


def _any(hits: list[Hit], priorities: Priorities) -> Value:
    if not all(same(hit.result, hits[0].result) for hit in hits):
        return null(f"任意命中（A）的决策表第 {_numbers(hits)} 条规则的结果不一致")
    return hits[0].result


def _first(hits: list[Hit], priorities: Priorities) -> Value:
    return hits[0].result


def _priority(hits: list[Hit], priorities: Priorities) -> Value:
    return _by_priority(hits, priorities)[0].result


def _in_order(hits: list[Hit], priorities: Priorities) -> Value:
    return [hit.result for hit in hits]


def _output_order(hits: list[Hit], priorities: Priorities) -> Value:
    return [hit.result for hit in _by_priority(hits, priorities)]


def _by_priority(hits: list[Hit], priorities: Priorities) -> list[Hit]:
    return sorted(
        hits, key=lambda hit: [_rank(value, best) for value, best in zip(hit.outputs, priorities, strict=False)]
    )


def _rank(value: Value, best_first: Sequence[Value]) -> int:
    return next((rank for rank, other in enumerate(best_first) if same(value, other)), len(best_first))


def _aggregate(aggregation: str, hits: list[Hit]) -> Value:
    if aggregation == "COUNT":
        return Decimal(len(hits))
    function = BUILTINS.get(aggregation.lower())
    if function is None:
        return null(f"没有名为 {aggregation} 的汇总方式")
    return function.positional([hit.result for hit in hits])


def _numbers(hits: list[Hit]) -> str:
    return "、".join(str(hit.number) for hit in hits)


_POLICIES: Mapping[HitPolicy, Callable[[list[Hit], Priorities], Value]] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.ANY: _any,
    HitPolicy.FIRST: _first,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.RULE_ORDER: _in_order,
    HitPolicy.OUTPUT_ORDER: _output_order,
    HitPolicy.COLLECT: _in_order,
}
