"""State as bytes, the same for the same case: tokens without their specification, variables beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from engine import values
from engine.interpreter.corrections import Token, TokenTree
from engine.interpreter.errors import StateUnreadable
from engine.interpreter.scopes import Variables
from engine.interpreter.way import Way, to_json, way_of

FORMAT = 1
#: The id of the token that holds the whole case; its variables outlive it.
ROOT = "1"


class Living:
    """A case as its last step left it in memory. One step may take it over; whoever comes later reads the bytes."""

    def __init__(self, *trees: TokenTree) -> None:
        # Taking from a list is one indivisible act, so two threads never get the same tree.
        self._trees = list(trees)

    def take(self, net: Any) -> TokenTree | None:
        """The tree, if it is still here and of that specification."""
        try:
            tree = self._trees.pop()
        except IndexError:
            return None
        if tree.spec is not net:
            self._trees.append(tree)
            return None
        return tree

    def leave(self, tree: TokenTree) -> None:
        """Give back what was only looked at."""
        self._trees.append(tree)


@dataclass(frozen=True, kw_only=True)
class State:
    """A case between two steps."""

    tokens: bytes
    variables: bytes
    living: Living = field(default_factory=Living, compare=False, repr=False)


def encode(tree: TokenTree, variables: Variables) -> State:
    """Rows `[id, parent, node, state, facts, way]`, each scope before what lies in it; no way is no entry."""
    rows: list[list[Any]] = []
    pending = [tree.task_tree] if tree.task_tree is not None else []
    while pending:
        token = pending.pop()
        rows.append([token.id, token._parent, token.task_spec.name, token._state, token.internal_data, *_way(token)])
        pending.extend(reversed(token.children))
    return State(
        tokens=values.trimmed(orjson.dumps([FORMAT, tree.last_id, rows], option=orjson.OPT_SORT_KEYS)),
        variables=variables.encode(),
        living=Living(tree),
    )


def variables_of(state: State) -> dict[str, Any]:
    """The variables of the process itself, also when the case has ended."""
    scopes: dict[str, dict[str, Any]] = values.loads(state.variables)["scopes"]
    return scopes[ROOT]


def decode_tokens(state: State, tree: TokenTree) -> None:
    """Put the stored tokens into an empty tree."""
    version, last_id, rows = orjson.loads(state.tokens)
    if version != FORMAT:
        raise StateUnreadable(format=version)
    for token_id, parent, node, code, facts, *rest in rows:
        _restore(tree, token_id, parent, node, code, facts, way_of(rest[0]) if rest else ())
    tree.last_id = last_id


def _way(token: Token) -> list[list[Any]]:
    return [to_json(token.way)] if token.way else []


def _restore(
    tree: TokenTree, token_id: str, parent: str | None, node: str, code: int, facts: dict[str, Any], way: Way
) -> None:
    spec = tree.spec.task_specs.get(node)
    if spec is None:
        raise StateUnreadable(f"流程定义里没有办件所在的环节 {node}。", node=node)
    token = tree.adopt(spec, tree.tasks[parent] if parent is not None else None, token_id, code)
    token.internal_data = facts
    token.way = way
