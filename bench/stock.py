"""The same rejection loop on SpiffWorkflow as it comes: the whole case as JSON, loaded and stored at every step."""

from __future__ import annotations

import copy
import re
import sqlite3
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from lxml import etree
from office import APPLICATION, DIAGRAM, OPINION, ROUND
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState


class StockEngine:
    """One case and one table: nothing but the state is kept, no inbox and no history."""

    def __init__(self, database: Path, synchronous: str) -> None:
        self.connection = sqlite3.connect(database, isolation_level=None)
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT)")
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        workflow = BpmnWorkflow(_specification())
        workflow.do_engine_steps()
        self.connection.execute("INSERT INTO instance VALUES (1, ?)", (self.serializer.serialize_json(workflow),))
        # Decimals do not survive its JSON; the peer gets what it can keep.
        self.submissions = {"apply": _floats(APPLICATION)}

    def round(self) -> list[float]:
        """Seconds of every step of one round."""
        return [self._complete(activity, outcome) for activity, _, outcome in ROUND]

    @property
    def size(self) -> int:
        """Bytes that a step stores."""
        size: int = self.connection.execute("SELECT length(CAST(state AS BLOB)) FROM instance").fetchone()[0]
        return size

    def _complete(self, activity: str, outcome: str | None) -> float:
        begin = perf_counter()
        self.connection.execute("BEGIN IMMEDIATE")
        state = self.connection.execute("SELECT state FROM instance WHERE id = 1").fetchone()[0]
        workflow = self.serializer.deserialize_json(state)
        task = next(task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == activity)
        submission = copy.deepcopy(self.submissions.get(activity, OPINION))
        task.data.update({activity: submission, "outcome": outcome})
        task.run()
        workflow.do_engine_steps()
        state = self.serializer.serialize_json(workflow)
        self.connection.execute("UPDATE instance SET state = ? WHERE id = 1", (state,))
        self.connection.execute("COMMIT")
        return perf_counter() - begin


def _specification() -> Any:
    """Our diagram with a Python condition in place of FEEL."""
    condition = r"(<bpmn:conditionExpression[^>]*>).*?(</bpmn:conditionExpression>)"
    content = re.sub(condition, r'\1outcome == "agree"\2', DIAGRAM.read_text(encoding="utf-8"))
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(content.encode()))
    return parser.get_spec("rejection")


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _floats(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
