"""One short function per command. The table says who handles what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from engine import commands, machines, moves
from engine.calls import commands as calls
from engine.commands import Command
from engine.exports import commands as exports
from engine.handlers import (
    attachment,
    call,
    checkpoint,
    definition,
    export,
    external_work,
    incident,
    machine,
    message,
    moving,
    notification,
    organisation,
    process_instance,
    returning,
    schedule,
    session,
    signing,
    start_event,
    suspension,
    transfer,
    upkeep,
    user_task,
)
from engine.messaging import messages
from engine.notifications import commands as notifications
from engine.schedules import commands as schedules
from engine.unit_of_work import UnitOfWork

R = TypeVar("R")

_HANDLERS: dict[type[Command[Any]], Callable[[UnitOfWork, Any], Any]] = {
    commands.DeployResources: definition.deploy_resources,
    commands.SaveDiagramDraft: definition.save_diagram_draft,
    commands.StartProcess: process_instance.start_process,
    commands.WithdrawProcess: process_instance.withdraw_process,
    commands.FireTimer: process_instance.fire_timer,
    commands.FailTimer: incident.fail_timer,
    commands.FireStartTimer: start_event.fire_start_timer,
    commands.CheckStartCondition: start_event.check_start_condition,
    schedules.StartScheduled: schedule.start_scheduled,
    schedules.PauseSchedule: schedule.pause_schedule,
    schedules.ResumeSchedule: schedule.resume_schedule,
    commands.CorrelateMessage: process_instance.correlate_message,
    messages.PublishMessage: message.publish_message,
    messages.BroadcastSignal: message.broadcast_signal,
    messages.DeliverKeptMessage: message.deliver_kept_message,
    commands.ClaimTask: user_task.claim_task,
    commands.ReleaseTask: user_task.release_task,
    commands.CompleteTask: user_task.complete_task,
    commands.SaveTaskDraft: user_task.save_task_draft,
    moves.TransferTask: transfer.transfer_task,
    moves.DelegateTask: signing.delegate_task,
    moves.ResolveTask: signing.resolve_task,
    moves.AddSigner: signing.add_signer,
    moves.RemoveSigner: signing.remove_signer,
    moves.ReturnTask: returning.return_task,
    moves.RecallTask: returning.recall_task,
    moves.SuspendProcess: suspension.suspend_process,
    moves.ResumeProcess: suspension.resume_process,
    moves.TerminateProcess: suspension.terminate_process,
    moves.MoveProcess: moving.move_process,
    moves.MigrateProcess: moving.migrate_process,
    moves.RetryIncident: incident.retry_incident,
    moves.ResolveIncident: incident.resolve_incident,
    calls.HoldCall: call.hold_call,
    calls.AnswerCall: call.answer_call,
    calls.RefuseCall: call.refuse_call,
    calls.PostponeCall: call.postpone_call,
    calls.FailCall: call.fail_call,
    calls.FetchCalls: external_work.fetch_calls,
    calls.ExtendLock: external_work.extend_lock,
    calls.UnlockCall: external_work.unlock_call,
    commands.StoreAttachment: attachment.store_attachment,
    exports.AskExport: export.ask_export,
    exports.FinishExport: export.finish_export,
    exports.FailExport: export.fail_export,
    exports.ForgetExports: export.forget_exports,
    notifications.MakeNotifications: notification.make_notifications,
    notifications.TakeMail: notification.take_mail,
    notifications.SettleMail: notification.settle_mail,
    notifications.ReleaseMail: notification.release_mail,
    notifications.ReadNotifications: notification.read_notifications,
    notifications.ChangeEmail: notification.change_email,
    commands.MakeCheckpoint: checkpoint.sign_checkpoint,
    commands.ForgetAnswers: upkeep.forget_answers,
    commands.LogIn: session.log_in,
    commands.LogInAs: session.log_in_as,
    commands.LogOut: session.log_out,
    commands.RegisterOrganisation: organisation.register_organisation,
    machines.RegisterMachine: machine.register_machine,
    machines.IssueToken: machine.issue_token,
    machines.RevokeToken: machine.revoke_token,
    commands.PublishPolicy: organisation.publish_policy,
    commands.Delegate: organisation.delegate,
}


def handler_of(command: Command[R]) -> Callable[[UnitOfWork, Command[R]], R]:
    """The function that carries a command out."""
    return cast("Callable[[UnitOfWork, Command[R]], R]", _HANDLERS[type(command)])
