"""Which process of a model will run."""

from __future__ import annotations

from lxml import etree

from engine.diagram.elements import CONTAINERS, Kind
from engine.diagram.importing.draft import Draft
from engine.diagram.lint.expressions import FEEL_LANGUAGE, XPATH_DEFAULT
from engine.diagram.namespaces import bpmn, local_name

_MOST_NAMES = 6
_NODES = frozenset(kind.value for kind in Kind)


def translate(draft: Draft, root: etree._Element) -> None:
    """One process is marked executable, and the report says which."""
    processes = list(root.iterchildren(bpmn("process")))
    _language(draft, root)
    if not processes:
        draft.needs_work(root, "no-process", "文件里只有协作或编排，没有流程，请补画流程。")
        return
    executable = [process for process in processes if process.get("isExecutable", "").strip() in ("true", "1")]
    if not executable:
        executable = [_mark(draft, processes)]
    if len(processes) > 1:
        _tell_which(draft, processes, executable)


def _mark(draft: Draft, processes: list[etree._Element]) -> etree._Element:
    """The fullest process that no other calls, among those that nobody forbade to run."""
    undecided = [process for process in processes if process.get("isExecutable") is None]
    called = {str(call.get("calledElement")).split(":")[-1] for call in draft.root.iter(bpmn("callActivity"))}
    main = max(undecided or processes, key=lambda process: (process.get("id") not in called, _size(process)))
    before = "原来没有标明是否可执行" if undecided else "原来标为不可执行"
    draft.set_attribute(main, "isExecutable", "true")
    title = _listed([main], draft.root)
    draft.translated(main, "executable", f"流程{title}{before}，已标为可执行（isExecutable）。")
    return main


def _tell_which(draft: Draft, processes: list[etree._Element], executable: list[etree._Element]) -> None:
    running = _listed(executable, draft.root)
    running_too = set(executable)
    others = _listed([process for process in processes if process not in running_too], draft.root)
    rest = f"；{others}原样保留，不会发起" if others else ""
    message = f"文件里有 {len(processes)} 个流程，可以发起的是{running}{rest}。"
    draft.kept(executable[0], "several-processes", message)


def _language(draft: Draft, root: etree._Element) -> None:
    language = root.get("expressionLanguage")
    if language is None or FEEL_LANGUAGE.fullmatch(language.lower()) or language.lower().startswith(XPATH_DEFAULT):
        return
    draft.remove_attribute(root, "expressionLanguage")
    draft.dropped(root, "language", f"去掉了表达式语言 {language}：这里的表达式都是 FEEL。")


def _size(process: etree._Element) -> int:
    inside = sum(1 for element in process.iter() if local_name(element) in _NODES)
    containers = sum(1 for element in process.iter() if local_name(element) in CONTAINERS)
    return inside - containers


def _listed(processes: list[etree._Element], root: etree._Element) -> str:
    """What people call them: their names, their pools' names or their ids."""
    pools = {str(p.get("processRef")).split(":")[-1]: p.get("name") for p in root.iter(bpmn("participant"))}
    shown = [process.get("name") or pools.get(process.get("id") or "") or process.get("id") for process in processes]
    return "、".join(f"“{title}”" for title in shown[:_MOST_NAMES]) + (" 等" if len(shown) > _MOST_NAMES else "")
