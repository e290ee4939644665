"""SpiffWorkflow 3.2.0 corrected. Its task tree and state machine carry our tokens; these are the parts it gets wrong.

- A task of any state can be run: `Token.run` insists on READY.
- The tree keeps every finished task for ever, is walked by an iterator that stops at depth 1000 and by recursion:
  a `TokenTree` holds live tokens only, one level per scope, so neither limit can be reached and a step costs the same
  in the 300th round of a rejection loop as in the first.
- Tasks are predicted ahead, and data is merged into them by reference: nothing is predicted here, variables live in
  scopes (design decision 13).
- Joins count the arrivals of earlier rounds: ours consume one token per incoming flow (`nodes.gateways`).
- Event subprocesses are connected to the shared specification while running: ours are listeners in the tree
  (`nodes.subprocesses`), and a specification never changes after it was compiled.
- Ids and timestamps are random and from the wall clock: here ids are counted and times injected.
- The default expression engine is Python: `NoScripts` evaluates nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NoReturn

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.errors import EndlessLoop, TaskNotOpen
from engine.interpreter.way import Way

#: Engine steps between two waits; more is a diagram that loops without people or time.
MAX_STEPS = 20_000
#: A fact of a token whose task has asked the outside and waits for the answer.
ASKED = "asked"


class NoScripts:
    """Takes the place of SpiffWorkflow's Python engine: FEEL is compiled at deploy and never comes here."""

    environment = None

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("SpiffWorkflow's script engine is not used")

    evaluate = execute = call_service = _refuse


class Token(Task):  # type: ignore[misc]
    """A live token: what rests at a node, or the scope others rest in."""

    def __init__(self, tree: TokenTree, spec: Any, parent: Token | None, token_id: str) -> None:
        super().__init__(tree, spec, parent, state=TaskState.FUTURE, id=token_id)
        #: how it came here, inside its scope
        self.way: Way = ()
        #: what the trail will tell of this step: names written, the decision taken
        self.outputs: dict[str, Any] = {}
        self.decision: Any = None
        #: what a connector is asked with this time, in place of what the diagram says
        self.given: Any = None

    def forget(self) -> None:
        """What belongs to a step ends with it."""
        self.outputs = {}
        self.decision = None
        self.given = None

    def _set_state(self, value: int) -> None:
        self._state = value

    def run(self) -> Any:
        if self._state != TaskState.READY:
            raise TaskNotOpen(token=self.id)
        result = super().run()
        if ASKED in self.internal_data:
            self._set_state(TaskState.WAITING)
        return result

    @property
    def is_live(self) -> bool:
        return self.id in self.workflow.tasks


class TokenTree(BpmnWorkflow):  # type: ignore[misc]
    """The live tokens of one case."""

    def __init__(self, spec: Any) -> None:
        super().__init__(spec, script_engine=NoScripts(), deserializing=True)
        self.task_tree: Token | None = None
        self.last_id = 0
        self._agenda: deque[Token] = deque()

    def add(self, spec: Any, parent: Token | None) -> Token:
        """A new token with the next counted id."""
        self.last_id += 1
        token = Token(self, spec, parent, str(self.last_id))
        if parent is None:
            self.task_tree = token
        return token

    def adopt(self, spec: Any, parent: Token | None, token_id: str, state: int) -> Token:
        """A token as it was: its id and its state are known."""
        token = Token(self, spec, parent, token_id)
        token._state = state
        if parent is None:
            self.task_tree = token
        if state == TaskState.READY and not spec.manual:
            self.schedule(token)
        return token

    def schedule(self, token: Token) -> None:
        """To be run by the engine itself, in order of arrival."""
        self._agenda.append(token)

    def discard(self, token: Token) -> None:
        """Take one token out of the tree; its children must be gone."""
        parent = token.parent
        if parent is not None:
            parent._children.remove(token.id)
        elif self.task_tree is token:
            self.task_tree = None
        del self.tasks[token.id]
        token._children = []

    def move(self, token: Token, scope: Token) -> None:
        """Hang a token under another scope."""
        token.parent._children.remove(token.id)
        token._parent = scope.id
        scope._children.append(token.id)

    def do_engine_steps(self, *_: Any) -> None:
        """Run READY engine tokens in order of arrival until none is left."""
        steps = 0
        while self._agenda:
            token = self._agenda.popleft()
            if not token.is_live or token._state != TaskState.READY:
                continue
            steps += 1
            if steps > MAX_STEPS:
                raise EndlessLoop(element=token.task_spec.bpmn_id)
            token.run()
            self.after_engine_step()

    def after_engine_step(self) -> None:
        """Called between two engine steps."""

    def is_completed(self) -> bool:
        return not self.tasks

    def _task_completed_notify(self, task: Token) -> None:
        """Nothing is polled: whoever waits is told by name."""

    def update_waiting_tasks(self) -> None:
        """See `_task_completed_notify`."""

    def refresh_timers(self) -> None:
        """Timers are fired from outside, by their wait id."""
