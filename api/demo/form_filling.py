"""Fills a task's form with plausible contents, for people who are only played."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine import feel
from engine.clock import local_date
from engine.ports import FormTask
from forms import library
from forms.samples import Sampler

#: stores a document and gives its id
Upload = Callable[[str, bytes], str]

#: what an official writes who does not simply agree
_OPINIONS: Mapping[str, str] = {
    "return_for_correction": "经审核，所附材料不齐全，请按下列清单一次补齐后重新提交。",
    "return_to_previous": "经复核，上一环节的意见与所附材料不一致，请核实后重新办理。",
    "reject": "经审核，该事项不符合扶持范围和年度计划的有关规定，不予同意。",
    "refuse_reimbursement": "经审核，本次报账的票据与支出内容不符合规定，本笔不予报账。",
    "defer": "经审核，本年度资金额度不足，列入备选项目，待额度落实后再议。",
}


def fill(
    task: FormTask, outcome: str | None, values: Mapping[str, Any], upload: Upload, *, now: datetime, serial: int
) -> dict[str, Any]:
    """A submission that the form accepts: the given values, and samples for what else it demands."""
    if not task.form:
        return dict(values)
    from api.demo.papers import paper

    sampler = Sampler(
        today=local_date(now),
        context=task.context,
        attach=lambda name: upload(name, paper(name)),
        serial=serial,
    )
    with feel.clock(now):
        return sampler.submission(
            library.parsed(task.form), inputs=task.inputs, overrides=_given(outcome, values), rights=task.rights
        )


def _given(outcome: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    if outcome is None:
        return dict(values)
    opinion = {"opinion_text": _OPINIONS[outcome]} if outcome in _OPINIONS else {}
    return {**opinion, **values, "outcome": outcome}
