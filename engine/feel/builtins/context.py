"""Context functions (DMN 1.5, table 79)."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.signatures import Functions
from engine.feel.limits import spend
from engine.feel.reasons import null
from engine.feel.values import Value

functions = Functions()
Context = dict[str, Any]


@functions.define("get value(m: context, key: string)")
def get_value(m: Context, key: str) -> Value:
    """`get value({a: 1}, "a") = 1`."""
    return m[key] if key in m else null(f"上下文中没有“{key}”")


@functions.define("get entries(m: context)")
def get_entries(m: Context) -> list[Context]:
    """`get entries({a: 1}) = [{key: "a", value: 1}]`."""
    return [{"key": key, "value": m[key]} for key in sorted(m)]


@functions.define("context(entries: list)")
def context(entries: list[Value]) -> Context | None:
    """`context([{key: "a", value: 1}]) = {a: 1}`."""
    made: Context = {}
    for entry in entries:
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            return null("每一项都应有文字 key 和 value")
        if entry["key"] in made:
            return null(f"名称“{entry['key']}”重复")
        made[entry["key"]] = entry["value"]
    return made


@functions.define("context put(context: context, key: string, value: any)")
def context_put(context: Context, key: str, value: Value) -> Context:
    """`context put({a: 1}, "b", 2) = {a: 1, b: 2}`."""
    spend(len(context))
    return {**context, key: value}


@functions.define("context put(context: context, keys: list, value: any)")
def context_put_along(context: Context, keys: list[Value], value: Value) -> Context | None:
    """`context put({a: {b: 1}}, ["a", "b"], 2) = {a: {b: 2}}`."""
    if not keys or type(keys[0]) is not str:
        return null("路径应为文字的列表")
    spend(len(context))
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if type(inner) is not dict:
        return null("路径上的内容不是上下文")
    changed = context_put_along(inner, keys[1:], value)
    return None if changed is None else {**context, keys[0]: changed}


@functions.define("context merge(contexts: list)")
def context_merge(contexts: list[Value]) -> Context | None:
    """`context merge([{a: 1}, {b: 2}]) = {a: 1, b: 2}`."""
    merged: Context = {}
    for part in contexts:
        if type(part) is not dict:
            return null("只能合并上下文，而不是 {}", part)
        spend(len(part))
        merged.update(part)
    return merged
