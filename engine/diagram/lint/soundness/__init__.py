"""Whether a scope's tokens can get stuck or multiply: its workflow net, reduced and then explored.

Van der Aalst's soundness, said of what people draw: a join that may wait for ever, and branches that come
together without a join. The net is reduced by rules that keep both (Murata 1989), so that a well-structured
diagram of any size leaves nothing to explore; the rest is explored up to a cap, and judged by structure above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram.elements import Diagram
from engine.diagram.lint.executed import executed, places
from engine.diagram.lint.soundness.branching import compare_joins
from engine.diagram.lint.soundness.exploration import explore
from engine.diagram.lint.soundness.net import build
from engine.diagram.lint.soundness.reduction import reduce
from engine.diagram.lint.soundness.wording import problems_of
from engine.diagram.problems import Problem

#: Transitions looked at in one file; about a second.
WORK = 600_000
#: and at most this share of it in one scope
SHARE = 4


def check(diagram: Diagram) -> Iterator[Problem]:
    work = WORK
    for process in executed(diagram):
        for place in places(process):
            net = build(place.scope)
            work -= reduce(net, work // SHARE)
            findings = explore(net, work // SHARE)
            work -= findings.work
            found = list(problems_of(place.scope, net, findings))
            yield from found
            if not findings.complete and not found:
                yield from compare_joins(place.scope)
