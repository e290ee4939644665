"""XES (IEEE 1849): one trace a case, with the concept, lifecycle, time and organizational extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from engine.mining.log import LogLine
from engine.rows import AnyRow

_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)


def xes(cases: Iterable[tuple[AnyRow, Iterable[LogLine]]]) -> Iterator[str]:
    """The log, piece by piece."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix, uri in _EXTENSIONS:
        yield f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    yield f'<global scope="trace">{_string("concept:name", "")}</global>\n'
    yield f'<global scope="event">{_string("concept:name", "")}{_string("lifecycle:transition", "complete")}'
    yield f"{_date(datetime(1970, 1, 1, tzinfo=UTC))}</global>\n"
    yield '<classifier name="Activity" scope="event" keys="concept:name"/>\n'
    yield '<classifier name="ActivityTransition" scope="event" keys="concept:name lifecycle:transition"/>\n'
    yield _string("concept:name", "anlan") + _string("lifecycle:model", "standard") + "\n"
    for case, lines in cases:
        yield "<trace>"
        yield _string("concept:name", case.number) + _string("title", case.title)
        yield _string("process", case.process_key) + _string("region", case.region_code)
        yield from (_event(line) for line in lines)
        yield "</trace>\n"
    yield "</log>\n"


def _event(line: LogLine) -> str:
    known = {
        "concept:name": line.activity,
        "concept:instance": line.task,
        "lifecycle:transition": line.transition,
        "org:resource": line.resource,
        "org:role": line.role,
        "org:group": line.unit,
        "outcome": line.outcome,
        "type": line.type,
    }
    strings = "".join(_string(key, value) for key, value in known.items() if value)
    return f'<event>{strings}{_date(line.at)}<int key="seq" value="{line.seq}"/></event>'


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_clean(value))}/>'


def _date(at: datetime) -> str:
    return f'<date key="time:timestamp" value="{at.isoformat(timespec="milliseconds")}"/>'


def _clean(value: str) -> str:
    """Without signs that XML 1.0 cannot hold."""
    return "".join(sign for sign in value if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff"))
