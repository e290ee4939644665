"""What is said about a net that can get stuck or multiply its tokens: which gateway, which branch, which way."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram.elements import Flow, Kind, Node, Scope
from engine.diagram.lint.soundness.exploration import Finding, Findings
from engine.diagram.lint.soundness.net import Firing, Net
from engine.diagram.lint.soundness.replay import Replay, Token, first_meeting, fork, replay
from engine.diagram.problems import Problem, warning

#: Choices told on the way to a deadlock.
MAX_CHOICES = 4
#: Branches told by name.
MAX_TITLES = 4
_NAMES = {
    Kind.PARALLEL_GATEWAY: "并行网关",
    Kind.INCLUSIVE_GATEWAY: "包容网关",
    Kind.EXCLUSIVE_GATEWAY: "排他网关",
    Kind.EVENT_BASED_GATEWAY: "事件网关",
    Kind.BOUNDARY_EVENT: "边界事件",
}
_JOINS = frozenset({Kind.PARALLEL_GATEWAY, Kind.INCLUSIVE_GATEWAY})


def problems_of(scope: Scope, net: Net, findings: Findings) -> Iterator[Problem]:
    """Each join and each meeting place once, as the nearest way shows it."""
    told: set[str] = set()
    for finding in findings.stuck:
        yield from _fresh(_Case(scope, net, finding).stuck(), told)
    told = set()
    for finding in findings.doubled:
        yield from _fresh(_Case(scope, net, finding).doubled(), told)


def _fresh(problems: Iterator[Problem], told: set[str]) -> Iterator[Problem]:
    for problem in problems:
        if problem.element_id not in told:
            told.add(problem.element_id or "")
            yield problem


class _Case:
    """One way into trouble, told."""

    def __init__(self, scope: Scope, net: Net, finding: Finding) -> None:
        self.scope = scope
        self.net = net
        self.played: Replay | None = replay(net, finding.way)

    def stuck(self) -> Iterator[Problem]:
        marked = {token.place for token in self.played.tokens} if self.played else set()
        for node in self.scope.nodes.values():
            flows = [flow for flow in self.scope.incoming(node.id) if flow.id in self.net.on]
            if node.kind not in _JOINS or len(flows) < 2:
                continue
            here = [flow for flow in flows if self.net.on[flow.id] in marked]
            missing = [flow for flow in flows if self.net.on[flow.id] not in marked]
            if here and missing:
                yield self._waiting(node, here, missing)

    def _waiting(self, join: Node, here: list[Flow], missing: list[Flow]) -> Problem:
        message = (
            f"{_titled(join)}可能一直等下去：{self._way()}时，从{_sources(self.scope, here)}来的分支到了，"
            f"从{_sources(self.scope, missing)}来的分支不会再来，办件会停在这里。"
            "请让分出和汇合用同一种网关，并让每个分支都通到汇合处；只会来一个分支时请改用排他网关汇合。"
        )
        return warning("deadlock", join.id, join.line, message)

    def _way(self) -> str:
        choices = [firing for firing in self.played.firings if self._is_choice(firing)] if self.played else []
        told = [self._choice(firing) for firing in choices[-MAX_CHOICES:]]
        return "，再".join(told) if told else "办件走到这里"

    def _is_choice(self, firing: Firing) -> bool:
        """An activity that could have been interrupted and was not has chosen nothing."""
        node = self.scope.nodes.get(firing.node or "")
        branches = node is not None and len(self.scope.outgoing(node.id)) > 1
        return firing.choice and node is not None and (branches or node.kind is Kind.BOUNDARY_EVENT)

    def _choice(self, firing: Firing) -> str:
        node = self.scope.nodes[firing.node or ""]
        if node.kind is Kind.BOUNDARY_EVENT:
            return f"{_titled(node)}发生"
        flows = [name for place in firing.produced if isinstance(name := self.net.names[place], Flow)]
        return f"{_titled(node)}走{_branches(self.scope, flows)}"

    def doubled(self) -> Iterator[Problem]:
        pair = self.played.doubled() if self.played else None
        if pair is None:
            return
        met, parted = first_meeting(*pair), fork(*pair)
        meeting = self._meeting(met[0])
        split = self.scope.nodes.get(parted[0].firing.node or "") if parted and parted[0].firing else None
        if parted is None or split is None:
            message = f"“{_shown(meeting)}”会被几条同时进行的路各走一次，后面的环节会重复办理。请先用并行网关汇合。"
            yield warning("multiple-tokens", meeting.id, meeting.line, message)
        elif min(token.index for token in met) < parted[0].index:
            yield self._returning(meeting, split, parted)
        else:
            yield self._uncontrolled(meeting, split, parted)

    def _meeting(self, token: Token) -> Node:
        """The node where two tokens come one after the other."""
        name = self.net.names[token.place]
        assert name is not None
        return name if isinstance(name, Node) else self.scope.nodes[name.target]

    def _returning(self, meeting: Node, split: Node, parted: tuple[Token, Token]) -> Problem:
        message = (
            f"{self._parted(split, parted)}还没有都走完时，其中一条又回到前面的“{_shown(meeting)}”，"
            "再走一遍就会重复办理。请先用同一种网关汇合，再退回。"
        )
        return warning("multiple-tokens", split.id, split.line, message)

    def _uncontrolled(self, meeting: Node, split: Node, parted: tuple[Token, Token]) -> Problem:
        mend = f"请在“{_shown(meeting)}”之前用{_joining(self.scope, split)}汇合。"
        if self._is_beside(split, parted):
            mend = "请让边界事件的这条路自己结束，或者把边界事件改成中断的。"
        message = (
            f"{self._parted(split, parted)}在“{_shown(meeting)}”没有合成一条：每到一个令牌就往下走一次，"
            f"后面的环节会重复办理。{mend}"
        )
        return warning("multiple-tokens", meeting.id, meeting.line, message)

    def _is_beside(self, split: Node, parted: tuple[Token, Token]) -> bool:
        """Whether one token stayed in an activity while an event on its border sent out the other."""
        return split.kind is Kind.BOUNDARY_EVENT and any(token.place == self.net.at[split.id] for token in parted)

    def _parted(self, split: Node, parted: tuple[Token, Token]) -> str:
        host = self.scope.nodes.get(split.attached_to or "")
        if host is not None and self._is_beside(split, parted):
            return f"非中断边界事件“{_shown(split)}”多放出的一条路和“{_shown(host)}”的正常出路"
        names = [self.net.names[token.place] for token in parted]
        branches = [_branches(self.scope, [name]) for name in names if isinstance(name, Flow)]
        return f"{_titled(split)}分出的{'和'.join(branches)}"


def _titled(node: Node) -> str:
    return f"{_NAMES.get(node.kind, '')}“{_shown(node)}”"


def _shown(node: Node) -> str:
    """A title on one line."""
    return " ".join(node.title.split())


def _joining(scope: Scope, split: Node) -> str:
    free = any(flow.condition is not None for flow in scope.outgoing(split.id))
    return "包容网关" if free else "并行网关"


def _branches(scope: Scope, flows: list[Flow]) -> str:
    return _listed([flow.name or _title(scope, flow.target) for flow in flows])


def _sources(scope: Scope, flows: list[Flow]) -> str:
    return _listed([flow.name or _title(scope, flow.source) for flow in flows])


def _listed(titles: list[str]) -> str:
    told = "、".join(f"“{' '.join(title.split())}”" for title in titles[:MAX_TITLES])
    return f"{told}等 {len(titles)} 处" if len(titles) > MAX_TITLES else told


def _title(scope: Scope, node_id: str) -> str:
    return scope.nodes[node_id].title if node_id in scope.nodes else node_id
