"""Range functions: how points and ranges lie to each other (DMN 1.5, table 78, after Allen's algebra)."""

from __future__ import annotations

from engine.feel.builtins.signatures import Functions
from engine.feel.comparison import equal, ordered
from engine.feel.values import Range, Value

functions = Functions()
Truth = bool | None

_POINT = "number|string|date|time|date and time|duration"


def _both(left: Truth, right: Truth) -> Truth:
    if left is None or right is None:
        return None
    return left and right


def _less(left: Value, right: Value) -> Truth:
    return ordered("<", left, right)


def _touches(left: Value, right: Value, included: bool) -> Truth:
    """`left < right`, or `left = right` where that counts."""
    return ordered("<=" if included else "<", left, right)


@functions.define(f"before(point1: {_POINT}, point2: {_POINT})")
def point_before_point(point1: Value, point2: Value) -> Truth:
    """`before(1, 10) = true`."""
    return _less(point1, point2)


@functions.define(f"before(point: {_POINT}, range: range)")
def point_before_range(point: Value, range: Range) -> Truth:
    """`before(1, [2..10]) = true`."""
    return _touches(point, range.start, not range.start_included)


@functions.define(f"before(range: range, point: {_POINT})")
def range_before_point(range: Range, point: Value) -> Truth:
    """`before([1..10), 10) = true`."""
    return _touches(range.end, point, not range.end_included)


@functions.define("before(range1: range, range2: range)")
def range_before_range(range1: Range, range2: Range) -> Truth:
    """`before([1..10), [10..20]) = true`."""
    return _touches(range1.end, range2.start, not (range1.end_included and range2.start_included))


@functions.define(f"after(point1: {_POINT}, point2: {_POINT})")
def point_after_point(point1: Value, point2: Value) -> Truth:
    """`after(10, 5) = true`."""
    return _less(point2, point1)


@functions.define(f"after(point: {_POINT}, range: range)")
def point_after_range(point: Value, range: Range) -> Truth:
    """`after(12, [2..10]) = true`."""
    return range_before_point(range, point)


@functions.define(f"after(range: range, point: {_POINT})")
def range_after_point(range: Range, point: Value) -> Truth:
    """`after((10..20], 10) = true`."""
    return point_before_range(point, range)


@functions.define("after(range1: range, range2: range)")
def range_after_range(range1: Range, range2: Range) -> Truth:
    """`after([11..20], [1..11)) = true`."""
    return range_before_range(range2, range1)


@functions.define("meets(range1: range, range2: range)")
def meets(range1: Range, range2: Range) -> Truth:
    """`meets([1..5], [5..10]) = true`."""
    if not (range1.end_included and range2.start_included):
        return False
    return equal(range1.end, range2.start)


@functions.define("met by(range1: range, range2: range)")
def met_by(range1: Range, range2: Range) -> Truth:
    """`met by([5..10], [1..5]) = true`."""
    return meets(range2, range1)


@functions.define("overlaps(range1: range, range2: range)")
def overlaps(range1: Range, range2: Range) -> Truth:
    """`overlaps([1..5], [3..8]) = true`."""
    return _both(
        _touches(range2.start, range1.end, range1.end_included and range2.start_included),
        _touches(range1.start, range2.end, range2.end_included and range1.start_included),
    )


@functions.define("overlaps before(range1: range, range2: range)")
def overlaps_before(range1: Range, range2: Range) -> Truth:
    """`overlaps before([1..5], [3..8]) = true`."""
    return _both(
        _both(_starts_first(range1, range2), _ends_first(range1, range2)),
        _touches(range2.start, range1.end, range1.end_included and range2.start_included),
    )


@functions.define("overlaps after(range1: range, range2: range)")
def overlaps_after(range1: Range, range2: Range) -> Truth:
    """`overlaps after([3..8], [1..5]) = true`."""
    return overlaps_before(range2, range1)


def _starts_first(range1: Range, range2: Range) -> Truth:
    earlier = range1.start_included and not range2.start_included
    return _touches(range1.start, range2.start, earlier)


def _ends_first(range1: Range, range2: Range) -> Truth:
    """Ends no later: earlier, or at the same point unless only the first includes it."""
    return _touches(range1.end, range2.end, range2.end_included or not range1.end_included)


@functions.define(f"finishes(point: {_POINT}, range: range)")
def point_finishes(point: Value, range: Range) -> Truth:
    """`finishes(10, [1..10]) = true`."""
    return equal(range.end, point) if range.end_included else False


@functions.define("finishes(range1: range, range2: range)")
def range_finishes(range1: Range, range2: Range) -> Truth:
    """`finishes([5..10], [1..10]) = true`."""
    if range1.end_included != range2.end_included:
        return False
    later = _touches(range2.start, range1.start, range2.start_included or not range1.start_included)
    return _both(equal(range1.end, range2.end), later)


@functions.define(f"finished by(range: range, point: {_POINT})")
def finished_by_point(range: Range, point: Value) -> Truth:
    """`finished by([1..10], 10) = true`."""
    return point_finishes(point, range)


@functions.define("finished by(range1: range, range2: range)")
def finished_by_range(range1: Range, range2: Range) -> Truth:
    """`finished by([1..10], [5..10]) = true`."""
    return range_finishes(range2, range1)


@functions.define(f"includes(range: range, point: {_POINT})")
def includes_point(range: Range, point: Value) -> Truth:
    """`includes([1..10], 5) = true`; a missing end does not limit."""
    above = True if range.start is None else _touches(range.start, point, range.start_included)
    below = True if range.end is None else _touches(point, range.end, range.end_included)
    return _both(above, below)


@functions.define("includes(range1: range, range2: range)")
def includes_range(range1: Range, range2: Range) -> Truth:
    """`includes([1..10], [4..6]) = true`."""
    return _both(
        _touches(range1.start, range2.start, range1.start_included or not range2.start_included),
        _touches(range2.end, range1.end, range1.end_included or not range2.end_included),
    )


@functions.define(f"during(point: {_POINT}, range: range)")
def point_during(point: Value, range: Range) -> Truth:
    """`during(5, [1..10]) = true`."""
    return includes_point(range, point)


@functions.define("during(range1: range, range2: range)")
def range_during(range1: Range, range2: Range) -> Truth:
    """`during([4..6], [1..10]) = true`."""
    return includes_range(range2, range1)


@functions.define(f"starts(point: {_POINT}, range: range)")
def point_starts(point: Value, range: Range) -> Truth:
    """`starts(1, [1..10]) = true`."""
    return equal(range.start, point) if range.start_included else False


@functions.define("starts(range1: range, range2: range)")
def range_starts(range1: Range, range2: Range) -> Truth:
    """`starts([1..5], [1..10]) = true`."""
    if range1.start_included != range2.start_included:
        return False
    return _both(equal(range1.start, range2.start), _ends_first(range1, range2))


@functions.define(f"started by(range: range, point: {_POINT})")
def started_by_point(range: Range, point: Value) -> Truth:
    """`started by([1..10], 1) = true`."""
    return point_starts(point, range)


@functions.define("started by(range1: range, range2: range)")
def started_by_range(range1: Range, range2: Range) -> Truth:
    """`started by([1..10], [1..5]) = true`."""
    return range_starts(range2, range1)


@functions.define(f"coincides(point1: {_POINT}, point2: {_POINT})")
def points_coincide(point1: Value, point2: Value) -> Truth:
    """`coincides(5, 5) = true`."""
    return equal(point1, point2)


@functions.define("coincides(range1: range, range2: range)")
def ranges_coincide(range1: Range, range2: Range) -> Truth:
    """`coincides([1..5], [1..5]) = true`."""
    return equal(range1, range2)
