"""Why a process cannot be started for a project now (D17): one named rule each, with its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from engine.funds import closing, projects
from engine.funds.calculation import Paid
from engine.funds.model import Contract, Project, ProjectStatus, RecoveryClaim, Settlement
from engine.funds.money import share_of, show
from engine.model import RUNNING, ProcessDefinition, ProcessInstance
from engine.policy.parameters import Parameters
from engine.ports import StartBlock


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the rules read about a project."""

    project: Project
    contract: Contract | None
    settlement: Settlement | None
    settled: bool
    claim: RecoveryClaim | None
    retention_held: int
    paid: Paid
    #: number and process name of a payment case that is still running
    running: tuple[str, str] | None
    policy: Parameters
    today: date


#: a rule's sentence if it forbids the start, otherwise None
Rule = Callable[[Situation], str | None]


def not_filed(now: Situation) -> str | None:
    return None if now.project.filed_on else "项目尚未向市级报备，没有回执"


def suspended(now: Situation) -> str | None:
    reason = now.project.suspended_reason
    return f"项目已暂停拨付：{reason}" if reason else None


def no_contract(now: Situation) -> str | None:
    return None if now.contract else "合同尚未登记"


def no_start_report(now: Situation) -> str | None:
    return "没有开工报告" if now.contract and not now.contract.start_report else None


def no_notice_board(now: Situation) -> str | None:
    return "没有公示牌照片" if now.contract and not now.contract.notice_board else None


def payment_running(now: Situation) -> str | None:
    """D17 17: the last payment has not been received yet."""
    return f"办件 {now.running[0]}（{now.running[1]}）尚未办结，上期款未到账" if now.running else None


def advance_barred(now: Situation) -> str | None:
    return projects.advance_barred(now.project, now.policy)


def already_advanced(now: Situation) -> str | None:
    return f"已经预拨 {show(now.paid.advance)}，不能再次预拨" if now.paid.advance else None


def already_accepted(now: Situation) -> str | None:
    return f"项目已于 {now.project.accepted_on} 验收合格，不再预拨" if now.project.accepted_on else None


def progress_barred(now: Situation) -> str | None:
    return projects.progress_barred(now.project, now.policy)


def not_advanced(now: Situation) -> str | None:
    """P05: the advance comes first, where the project gets one."""
    waits = now.policy.flag("progress_needs_advance") and not now.paid.advance
    return "尚未办理预拨" if waits and projects.advance_barred(now.project, now.policy) is None else None


def cap_reached(now: Situation) -> str | None:
    if now.contract is None:
        return None
    ratio = now.policy.number("cap_before_acceptance")
    cap = share_of(projects.ceiling_of(now.project, now.contract), ratio)
    reached = now.paid.total >= cap
    return f"已付 {show(now.paid.total)}，达到验收前的付款上限 {show(cap)}" if reached else None


def already_settled(now: Situation) -> str | None:
    return "项目已经结算" if now.settled else None


def not_settled(now: Situation) -> str | None:
    return None if now.settled else "项目尚未结算"


def warranty_running(now: Situation) -> str | None:
    end = now.project.warranty_end
    if end is None:
        return "项目尚未验收，质保期没有开始"
    return f"质保期至 {end}，尚未届满" if now.today < end else None


def retention_gone(now: Situation) -> str | None:
    return "没有待释放的质保金" if now.settled and not now.retention_held else None


def claim_open(now: Situation) -> str | None:
    claim = now.claim
    return f"追缴单 {claim.number} 还有 {show(claim.remaining_fen)}未退回" if claim else None


def closed(now: Situation) -> str | None:
    return "项目已经结清" if now.project.status == ProjectStatus.CLOSED else None


_ALWAYS: tuple[Rule, ...] = (closed, not_filed, suspended, no_contract, no_start_report, no_notice_board)

#: which rules hold for which process
RULES: Mapping[str, tuple[Rule, ...]] = {
    "advance_payment": (*_ALWAYS, advance_barred, already_advanced, already_accepted, payment_running),
    "progress_payment": (*_ALWAYS, progress_barred, not_advanced, already_settled, cap_reached, payment_running),
    "completion_settlement": (*_ALWAYS, already_settled, payment_running),
    "retention_release": (*_ALWAYS, not_settled, retention_gone, warranty_running, claim_open, payment_running),
}


def may_start(
    connection: Connection, project_id: str, process_key: str, policy: Parameters, today: date
) -> tuple[StartBlock, ...]:
    """Every reason why the process cannot be started for the project today; none means it can."""
    return blocks_of(connection, projects.load(connection, project_id), process_key, policy, today)


def blocks_of(
    connection: Connection,
    project: Project,
    process_key: str,
    policy: Parameters,
    today: date,
    *,
    except_case: str | None = None,
) -> tuple[StartBlock, ...]:
    """The same for a case that has been started already and does not count itself."""
    rules = RULES.get(process_key, ())
    if not rules:
        return ()
    situation = situation_of(connection, project, policy, today, except_case)
    sentences = ((rule.__name__, rule(situation)) for rule in rules)
    return tuple(StartBlock(code=code, message=sentence) for code, sentence in sentences if sentence)


def situation_of(
    connection: Connection, project: Project, policy: Parameters, today: date, except_case: str | None
) -> Situation:
    """Read what the rules need."""
    settlement = projects.settlement_of(connection, project.id)
    return Situation(
        project=project,
        contract=projects.contract_of(connection, project.id),
        settlement=settlement,
        settled=settlement is not None and closing.settlement_paid(connection, settlement),
        claim=projects.open_claim(connection, project.id),
        retention_held=closing.retention_held(connection, settlement) if settlement else 0,
        paid=projects.paid_of(connection, project.id),
        running=_running_case(connection, project.id, except_case),
        policy=policy,
        today=today,
    )


def _running_case(connection: Connection, project_id: str, except_case: str | None) -> tuple[str, str] | None:
    row = connection.execute(
        select(ProcessInstance.number, ProcessDefinition.name)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.project_id == project_id,
            ProcessInstance.status.in_(RUNNING),
            ProcessInstance.id != (except_case or ""),
            ProcessDefinition.key.in_(RULES),
        )
        .order_by(ProcessInstance.started_at)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.number, row.name)
