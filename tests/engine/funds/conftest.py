"""A ledger of its own, and a hand that does what the service tasks of the payment processes do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert, update

from engine.clock import LOCAL_ZONE
from engine.commands import Actor
from engine.funds import FundsProjects, fund_connectors
from engine.model import Blob, Bundle, Deployment, InstanceStatus, ProcessDefinition, ProcessInstance
from engine.policy.parameters import resolve
from engine.ports import CaseFacts, Work
from engine.store.tables import metadata

REGION = {"code": "330324103201", "name": "陈庄村"}
CONNECTORS = {connector.type: connector for connector in fund_connectors()}


@dataclass
class Ledger:
    """Runs connectors as cases would, on a day that tests choose."""

    connection: Connection
    settings: Mapping[str, Any] = field(default_factory=dict)
    today: date = date(2026, 3, 2)
    case_id: str = "case-1"
    project_id: str | None = None
    issued: int = 0

    def new_id(self) -> str:
        self.issued += 1
        return f"{self.issued:032x}"

    def case(self, process_key: str, *, project_id: str | None = None) -> str:
        """Start another case; later calls act for it."""
        self.case_id = self.new_id()
        if project_id is not None:
            self.project_id = project_id
        definition_id = self._definition(process_key)
        self.connection.execute(
            insert(ProcessInstance).values(
                id=self.case_id,
                number=f"AJ-{self.issued:04d}",
                title="测试办件",
                definition_id=definition_id,
                bundle_digest="",
                region_code=REGION["code"],
                project_id=self.project_id,
                status=InstanceStatus.ACTIVE,
                revision=1,
                tokens=b"",
                variables=b"",
                started_by="someone",
                started_at=self.now,
            )
        )
        return self.case_id

    def end_case(self) -> None:
        """The current case is over."""
        self.connection.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == self.case_id)
            .values(status=InstanceStatus.COMPLETED, result="办结")
        )

    def _definition(self, key: str) -> str:
        definition_id = self.new_id()
        if self.issued == 2:
            self.connection.execute(insert(Blob).values(digest="", content=b""))
            self.connection.execute(insert(Bundle).values(digest="", content={}))
            self.connection.execute(insert(Deployment).values(id="", deployed_at=self.now, deployed_by="", note=""))
        self.connection.execute(
            insert(ProcessDefinition).values(
                id=definition_id,
                key=key,
                version=self.issued,
                name=key,
                digest="",
                deployment_id="",
                start_roles=[],
                needs_project=True,
            )
        )
        return definition_id

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(10), LOCAL_ZONE)

    def work(self) -> Work:
        return Work(
            connection=self.connection,
            now=self.now,
            case=CaseFacts(
                id=self.case_id,
                number=f"AJ-{self.case_id[-4:]}",
                region=REGION,
                project_id=self.project_id,
                started_at=self.now,
            ),
            policy=resolve(self.settings),
            actor=Actor(person_id="someone"),
            new_id=self.new_id,
        )

    def call(self, type_: str, **inputs: Any) -> Mapping[str, Any]:
        """Run one connector of the room."""
        return CONNECTORS[f"funds.{type_}"].execute(inputs, self.work())

    def approve(self, approved: str = "500000", **changes: Any) -> str:
        """A project is approved, filed, and has its contract; the ledger then belongs to it."""
        self.case("project_approval")
        inputs: dict[str, Any] = {
            "name": "陈庄村道路硬化工程",
            "project_type": "infra_road",
            "applicant_type": "village",
            "approved_amount": approved,
            "total_invest": approved,
            "sources": ["support_fund_project"],
            "reimburse_mode": "staged",
            "issue_doc_no": "永移办〔2026〕3号",
            "issue_date": date(2026, 3, 1),
        }
        self.project_id = str(self.call("approve_project", **{**inputs, **changes})["project_id"])
        self.end_case()
        return self.project_id

    def prepare(self, approved: str = "500000", contract: str = "480000", **changes: Any) -> str:
        """The same, ready for its first payment."""
        project_id = self.approve(approved, **changes)
        self.call("file_project", receipt_no="HZ-1")
        self.contract(contract)
        return project_id

    def contract(self, amount: str = "480000", **changes: Any) -> Mapping[str, Any]:
        inputs: dict[str, Any] = {
            "contract_no": f"HT-{self.new_id()[-4:]}",
            "contract_amount": amount,
            "sign_date": date(2026, 3, 2),
            "winner_name": "永嘉县路桥公司",
            "supervise_unit": "永嘉监理公司",
            "start_report": ["report"],
            "notice_board_photo": ["photo"],
        }
        return self.call("register_contract", **{**inputs, **changes})

    def pay(self, pay_stage: str, amount: Any, **changes: Any) -> Mapping[str, Any]:
        """Propose, sign and pay within the current case."""
        proposal = self.call("propose_payment", pay_stage=pay_stage, payable_approved=amount, **changes)
        self.call("approve_payment", sign_level="county_meeting")
        return self.call(
            "pay", voucher_no=f"PZ-{proposal['payment_number']}", pay_date=self.today, pay_amount=proposal["amount"]
        )

    def advance(self) -> Mapping[str, Any]:
        """One complete advance case."""
        self.case("advance_payment")
        result = self.pay("advance", self.call("calculate_advance")["payable_calc"])
        self.end_case()
        return result

    def progress(self, value: str) -> Mapping[str, Any]:
        """One complete progress case for a cumulative value; gives its calculation."""
        self.case("progress_payment")
        sheet = self.call("calculate_progress", verified_value=value)
        self.pay("progress", sheet["payable_calc"], verified_value=value)
        self.end_case()
        return sheet

    def settle(self, submitted: str, audited: str) -> Mapping[str, Any]:
        """Accept the work and put its settlement on record."""
        self.case("completion_settlement")
        self.call("record_acceptance")
        return self.call(
            "record_settlement", submitted_amount=submitted, audited_amount=audited, audit_unit="中天造价公司"
        )

    def facts(self) -> Mapping[str, Any]:
        """The project as expressions see it."""
        assert self.project_id is not None
        return FundsProjects().facts(self.connection, self.project_id)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def tables(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = create_engine("sqlite://")
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
        metadata.create_all(engine)
    else:
        server = request.getfixturevalue("postgres")
        engine = create_engine(server.create(request.getfixturevalue("postgres_tables")))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(tables: Engine) -> Iterator[Connection]:
    with tables.connect() as connection:
        yield connection


@pytest.fixture
def ledger(connection: Connection) -> Ledger:
    return Ledger(connection)


@pytest.fixture(scope="session")
def open_ledger() -> Callable[[Connection], Ledger]:
    """For tests that need more than one."""
    return Ledger
