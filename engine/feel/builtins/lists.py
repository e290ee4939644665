"""List functions, and sort (DMN 1.5, tables 70 to 74 and 77)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from engine.feel.arithmetic import add, divide, multiply, subtract
from engine.feel.builtins.numeric import square_root
from engine.feel.builtins.signatures import Functions
from engine.feel.comparison import order_keys, same
from engine.feel.invocation import invoke
from engine.feel.limits import check_list, spend
from engine.feel.reasons import null
from engine.feel.values import Function, Value

functions = Functions()
Items = list[Any]


def _over_list_or_arguments(name: str) -> Callable[[Callable[[Items], Value]], Callable[[Items], Value]]:
    """Declare a function that takes one list, or the elements as its arguments."""

    def declare(call: Callable[[Items], Value]) -> Callable[[Items], Value]:
        functions.define(f"{name}(list: list)")(call)
        functions.define(f"{name}(n: any...)")(
            lambda *items: call(list(items)) if items != (None,) else null("参数为空")
        )
        return call

    return declare


@functions.define("list contains(list: list, element: any)")
def list_contains(items: Items, element: Value) -> bool:
    """`list contains([1, 2, 3], 2) = true`."""
    return any(same(item, element) for item in items)


@functions.define("list replace(list: list, position: number, newItem: any)")
def list_replace(items: Items, position: Decimal, new_item: Value) -> Items | None:
    """`list replace([2, 4, 7, 8], 3, 6) = [2, 4, 6, 8]`."""
    index = _index(position, len(items))
    return None if index is None else [*items[:index], new_item, *items[index + 1 :]]


@functions.define("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(items: Items, match: Function, new_item: Value) -> Items | None:
    """`list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) = [5, 5, 7, 8]`."""
    replaced = []
    for item in items:
        found = invoke(match, (item, new_item))
        if type(found) is not bool:
            return null("判断函数应得出 true 或 false，而不是 {}", found)
        replaced.append(new_item if found else item)
    return replaced


@functions.define("count(list: list)")
def count(items: Items) -> Decimal:
    """`count([1, 2, 3]) = 3`."""
    return Decimal(len(items))


@_over_list_or_arguments("min")
def minimum(items: Items) -> Value:
    """`min([1, 2, 3]) = 1`."""
    return _extreme(items, lambda candidate, best: candidate < best)


@_over_list_or_arguments("max")
def maximum(items: Items) -> Value:
    """`max([1, 2, 3]) = 3`."""
    return _extreme(items, lambda candidate, best: candidate > best)


def _extreme(items: Items, better: Callable[[Any, Any], bool]) -> Value:
    if not items:
        return null("列表为空")
    best = items[0]
    for item in items:
        keys = order_keys(item, best)
        if keys is None:
            return null("不能比较大小：{} 与 {}", item, best)
        if better(*keys):
            best = item
    return best


@_over_list_or_arguments("sum")
def total(items: Items) -> Decimal | None:
    """`sum([1, 2, 3]) = 6`."""
    numbers = _numbers(items)
    return _sum(numbers) if numbers else None


@_over_list_or_arguments("mean")
def mean(items: Items) -> Value:
    """`mean([1, 2, 3]) = 2`."""
    numbers = _numbers(items)
    return divide(_sum(numbers), Decimal(len(numbers))) if numbers else None


@_over_list_or_arguments("product")
def product(items: Items) -> Decimal | None:
    """`product([2, 3, 4]) = 24`."""
    numbers = _numbers(items)
    if not numbers:
        return None
    result: Decimal | None = Decimal(1)
    for number in numbers:
        result = multiply(result, number)
    return result


@_over_list_or_arguments("median")
def median(items: Items) -> Decimal | None:
    """`median([6, 1, 2, 3]) = 2.5`."""
    numbers = _numbers(items)
    if not numbers:
        return None
    numbers = sorted(numbers)
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    halfway: Decimal | None = divide(add(numbers[middle - 1], numbers[middle]), Decimal(2))
    return halfway


@_over_list_or_arguments("stddev")
def standard_deviation(items: Items) -> Decimal | None:
    """`stddev([2, 4, 7, 5]) = 2.0816…`, of a sample."""
    numbers = _numbers(items)
    if numbers is None or len(numbers) < 2:
        return null("标准差至少需要两个数值")
    average = divide(_sum(numbers), Decimal(len(numbers)))
    squares = [multiply(difference, difference) for difference in (subtract(number, average) for number in numbers)]
    variance = divide(_sum(squares), Decimal(len(numbers) - 1)) if None not in squares else None
    return None if variance is None else square_root(variance)


@_over_list_or_arguments("mode")
def mode(items: Items) -> Items | None:
    """`mode([6, 1, 9, 6, 1]) = [1, 6]`, ascending."""
    numbers = _numbers(items) if items else []
    if numbers is None:
        return None
    times: dict[Decimal, int] = {}
    for number in numbers:
        times[number] = times.get(number, 0) + 1
    most = max(times.values(), default=0)
    return sorted(number for number in times if times[number] == most)


def _numbers(items: Items) -> list[Decimal] | None:
    if not items:
        return null("列表为空")
    for item in items:
        if type(item) is not Decimal:
            return null("应为数值的列表，而其中有 {}", item)
    return items


def _sum(numbers: Iterable[Decimal]) -> Value:
    result: Value = Decimal(0)
    for number in numbers:
        result = add(result, number)
    return result


@_over_list_or_arguments("all")
def every(items: Items) -> bool | None:
    """`all([true, false]) = false`."""
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else null("列表中有不是 true 或 false 的内容")


@_over_list_or_arguments("any")
def some(items: Items) -> bool | None:
    """`any([false, true]) = true`."""
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else null("列表中有不是 true 或 false 的内容")


@functions.define("sublist(list: list, start position: number, length: number?)")
def sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Items | None:
    """`sublist([4, 5, 6], 1, 2) = [4, 5]`."""
    first = _index(start, len(items))
    if first is None:
        return None
    if length is None:
        return items[first:]
    last = first + int(length)
    return items[first:last] if length >= 1 and last <= len(items) else null("长度超出列表的范围")


@functions.define("append(list: list, item: any...)")
def append(items: Items, *more: Value) -> Items:
    """`append([1], 2, 3) = [1, 2, 3]`."""
    return [*items, *more]


@functions.define("concatenate(list: list...)")
def concatenate(*lists: Items) -> Items:
    """`concatenate([1, 2], [3]) = [1, 2, 3]`."""
    check_list(sum(map(len, lists)))
    return [item for items in lists for item in items]


@functions.define("insert before(list: list, position: number, newItem: any)")
def insert_before(items: Items, position: Decimal, new_item: Value) -> Items | None:
    """`insert before([1, 3], 1, 2) = [2, 1, 3]`."""
    index = _index(position, len(items))
    return None if index is None else [*items[:index], new_item, *items[index:]]


@functions.define("remove(list: list, position: number)")
def remove(items: Items, position: Decimal) -> Items | None:
    """`remove([1, 2, 3], 2) = [1, 3]`."""
    index = _index(position, len(items))
    return None if index is None else [*items[:index], *items[index + 1 :]]


@functions.define("reverse(list: list)")
def reverse(items: Items) -> Items:
    """`reverse([1, 2, 3]) = [3, 2, 1]`."""
    return items[::-1]


@functions.define("index of(list: list, match: any)")
def index_of(items: Items, match: Value) -> Items:
    """`index of([1, 2, 3, 2], 2) = [2, 4]`."""
    return [Decimal(index) for index, item in enumerate(items, 1) if same(item, match)]


@functions.define("union(list: list...)")
def union(*lists: Items) -> Items:
    """`union([1, 2], [2, 3]) = [1, 2, 3]`."""
    return distinct_values(concatenate(*lists))


@functions.define("distinct values(list: list)")
def distinct_values(items: Items) -> Items:
    """`distinct values([1, 2, 3, 2, 1]) = [1, 2, 3]`."""
    distinct: Items = []
    seen: set[Any] = set()
    for item in items:
        if type(item) in (Decimal, str):
            if item in seen:
                continue
            seen.add(item)
        else:
            spend(len(distinct))
            if any(same(item, other) for other in distinct):
                continue
        distinct.append(item)
    return distinct


@functions.define("flatten(list: list)")
def flatten(items: Items) -> Items:
    """`flatten([[1, 2], [[3]], 4]) = [1, 2, 3, 4]`."""
    flat: Items = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            spend(1)
            if type(item) is list:
                waiting.append(iter(item))
                break
            flat.append(item)
        else:
            waiting.pop()
    return flat


@functions.define("sort(list: list, precedes: function)")
def sort(items: Items, precedes: Function) -> Items | None:
    """`sort([3, 1, 2], function(x, y) x < y) = [1, 2, 3]`."""
    if len(precedes.parameters) != 2:
        return null("排序函数应有两个参数")
    return sorted(
        items, key=cmp_to_key(lambda x, y: -1 if invoke(precedes, (x, y)) is True else _after(precedes, x, y))
    )


def _after(precedes: Function, x: Value, y: Value) -> int:
    return 1 if invoke(precedes, (y, x)) is True else 0


@functions.define("sort(list: list)", steps=10)
def sort_ascending(items: Items) -> Items | None:
    """`sort([3, 1, 2]) = [1, 2, 3]`."""
    if len({type(item) for item in items}) == 1 and type(items[0]) in (Decimal, str):
        return sorted(items)
    for left, right in pairwise(items):
        if order_keys(left, right) is None:
            return null("不能比较大小：{} 与 {}", left, right)
    return sorted(items, key=cmp_to_key(_compare))


def _compare(left: Value, right: Value) -> int:
    keys = order_keys(left, right) or (0, 0)
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


def _index(position: Decimal, length: int) -> int | None:
    """The index in Python of a position counted from 1, or from the end where negative."""
    place = int(position)
    if place == 0 or abs(place) > length:
        return null(f"列表没有第 {place} 项")
    return place - 1 if place > 0 else length + place
