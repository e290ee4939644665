"""The nouns: what is stored. Importing this package knows every table of the core."""

from __future__ import annotations

from engine.model.base import Base
from engine.model.call import PENDING_CALLS, CallStatus, ConnectorCall
from engine.model.definition import (
    Blob,
    Bundle,
    Deployment,
    DiagramDraft,
    ProcessDefinition,
    Resource,
    ScheduledStart,
    StartSubscription,
)
from engine.model.export import Export, ExportContent, ExportStatus
from engine.model.history import Checkpoint, HistoryEvent, HistoryStream, LogEntry
from engine.model.incident import Incident, Resolution
from engine.model.instance import (
    PENDING,
    RUNNING,
    Attachment,
    EventSubscription,
    InstanceStatus,
    KeptMessage,
    ProcessInstance,
    Serial,
    Signing,
    TaskDraft,
    TaskStatus,
    UserTask,
)
from engine.model.job import QueuedJob
from engine.model.notification import Notification, NotificationKind, NotificationStart
from engine.model.organisation import ApiToken, Delegation, LoginSession, OrgUnit, Person, Position
from engine.model.request import AnsweredRequest

__all__ = [
    "PENDING",
    "PENDING_CALLS",
    "RUNNING",
    "AnsweredRequest",
    "ApiToken",
    "Attachment",
    "Base",
    "Blob",
    "Bundle",
    "CallStatus",
    "Checkpoint",
    "ConnectorCall",
    "Delegation",
    "Deployment",
    "DiagramDraft",
    "EventSubscription",
    "Export",
    "ExportContent",
    "ExportStatus",
    "HistoryEvent",
    "HistoryStream",
    "Incident",
    "InstanceStatus",
    "KeptMessage",
    "LogEntry",
    "LoginSession",
    "Notification",
    "NotificationKind",
    "NotificationStart",
    "OrgUnit",
    "Person",
    "Position",
    "ProcessDefinition",
    "ProcessInstance",
    "QueuedJob",
    "Resolution",
    "Resource",
    "ScheduledStart",
    "Serial",
    "Signing",
    "StartSubscription",
    "TaskDraft",
    "TaskStatus",
    "UserTask",
]
