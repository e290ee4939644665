"""A move's preview in words: what goes, what comes, what stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.presentation.dates import write_moment
from api.presentation.words import CASE_STATUS
from engine.cases.preview import Preview, TaskEffect, WaitEffect
from engine.cases.rehearsal import Rehearsal


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One heading of a preview with its lines."""

    title: str
    lines: tuple[str, ...]
    #: what somebody loses or what stays behind is marked
    warning: bool = False


def passages(preview: Preview, before: str) -> tuple[Passage, ...]:
    """Everything a move changes; headings without lines are left out. `before` is the case's status now."""
    found = (
        Passage(title="取消的待办", lines=_tasks(preview.cancelled), warning=True),
        Passage(title="新开的待办", lines=_tasks(preview.opened)),
        Passage(title="要重新办理的环节", lines=preview.undone),
        Passage(title="不受影响的待办", lines=_tasks(preview.kept)),
        Passage(title="已经做了、不会撤回的系统操作", lines=preview.effects, warning=True),
        Passage(title="取消的计时和等待", lines=_waits(preview.dropped)),
        Passage(title="新开始的计时和等待", lines=_waits(preview.started)),
        Passage(title="办件状态", lines=tuple(_status(preview, before))),
    )
    return tuple(passage for passage in found if passage.lines)


def outlook(rehearsal: Rehearsal) -> Passage:
    """How a case would go on after a move by hand, played on a copy."""
    if rehearsal.completed:
        line = f"在副本上用样例内容试办，可以办到结束：{rehearsal.result}。"
        return Passage(title="以后能不能办完", lines=(line,))
    lines = ("在副本上用样例内容试办，没有办到结束：", *rehearsal.stopped)
    return Passage(title="以后能不能办完", lines=lines, warning=True)


def _tasks(tasks: Sequence[TaskEffect]) -> tuple[str, ...]:
    return tuple(_task(task) for task in tasks)


def _task(task: TaskEffect) -> str:
    due = f"，{write_moment(task.due_at)}到期" if task.due_at else ""
    holder = f"：{task.holder}" if task.holder else ""
    return f"{task.name}{holder}{due}"


def _waits(waits: Sequence[WaitEffect]) -> tuple[str, ...]:
    return tuple(f"{wait.name}（到 {write_moment(wait.due_at)}）" if wait.due_at else wait.name for wait in waits)


def _status(preview: Preview, before: str) -> Iterator[str]:
    if preview.status != before:
        yield f"{CASE_STATUS[before]} → {preview.result or CASE_STATUS[preview.status]}"
