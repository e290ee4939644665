"""Messages and signals between cases: who gets them, who is started, and what becomes of the rest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import ManualClock
from engine.commands import SYSTEM, CompleteTask, CorrelateMessage, DeploymentResource, DeployResources, StartProcess
from engine.errors import Conflict, Refused
from engine.jobs.timers import fire_due_timers
from engine.messaging.messages import BroadcastSignal, Delivery, PublishMessage
from engine.model import HistoryEvent, KeptMessage, ProcessInstance, UserTask
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d" '
    'targetNamespace="urn:test"><message id="paid" name="paid" anlan:correlation="invoice"/>'
    '<message id="order" name="order"/><message id="ping" name="ping"/><signal id="storm" name="storm"/>'
)
PAID = '<messageEventDefinition messageRef="paid"/>'
STORM = '<signalEventDefinition signalRef="storm"/>'
INVOICE = '<extensionElements><anlan:in source="invoice" target="number"/></extensionElements>'


def process(key: str, *nodes: str, flows: str) -> bytes:
    stops = flows.split()
    drawn = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(stops))
    )
    return f'{HEAD}<process id="{key}" isExecutable="true">{"".join(nodes)}{drawn}</process></definitions>'.encode()


START, END, WORK = '<startEvent id="s"/>', '<endEvent id="e"/>', '<userTask id="work" name="工作"/>'
#: waits for the payment of its own invoice
DEBTOR = process(
    "debtor",
    START,
    f'<intermediateCatchEvent id="wait" name="等付款">{PAID}</intermediateCatchEvent>',
    WORK,
    END,
    flows="s wait work e",
)
PAYER = process("payer", START, WORK, f'<endEvent id="pay" name="付款">{INVOICE}{PAID}</endEvent>', flows="s work pay")
WARNER = process("warner", START, WORK, f'<endEvent id="warn">{STORM}</endEvent>', flows="s work warn")
WARNED = process(
    "warned",
    START,
    f'<boundaryEvent id="alarm" attachedToRef="rest" cancelActivity="false">{STORM}</boundaryEvent>',
    '<userTask id="rest"/>',
    WORK,
    END,
    '<sequenceFlow id="x" sourceRef="s" targetRef="rest"/><sequenceFlow id="y" sourceRef="rest" targetRef="e"/>',
    flows="alarm work e",
)
SHELTER = process("shelter", f'<startEvent id="s">{STORM}</startEvent>', WORK, END, flows="s work e")
SHOP = process(
    "shop", '<startEvent id="s"><messageEventDefinition messageRef="order"/></startEvent>', WORK, END, flows="s work e"
)


#: cannot go on when it hears the signal with a value below one
FRAGILE = process(
    "fragile",
    START,
    f'<intermediateCatchEvent id="wait">{STORM}</intermediateCatchEvent>',
    '<exclusiveGateway id="g"/>',
    WORK,
    END,
    flows="s wait g work e",
).replace(
    b'sourceRef="g" targetRef="work"/>',
    b'sourceRef="g" targetRef="work"><conditionExpression>strong</conditionExpression></sequenceFlow>',
)


_REST = '<userTask id="rest"/><sequenceFlow id="x" sourceRef="s" targetRef="rest"/>'
#: where a case may wait: what happens there leads to `work`
POSITIONS = {
    "intermediate catch": (
        (START, '<intermediateCatchEvent id="wait">{event}</intermediateCatchEvent>', WORK),
        "s wait work",
    ),
    "receive task": ((START, '<receiveTask id="wait" messageRef="ping"/>', WORK), "s wait work"),
    "event gateway": (
        (START, '<eventBasedGateway id="g"/><intermediateCatchEvent id="wait">{event}</intermediateCatchEvent>', WORK),
        "s g wait work",
    ),
    "border": ((START, _REST, '<boundaryEvent id="b" attachedToRef="rest">{event}</boundaryEvent>', WORK), "b work"),
    "border, not interrupting": (
        (
            START,
            _REST,
            '<boundaryEvent id="b" attachedToRef="rest" cancelActivity="false">{event}</boundaryEvent>',
            WORK,
        ),
        "b work",
    ),
    "event subprocess": (
        (
            START,
            _REST,
            '<subProcess id="ev" triggeredByEvent="true"><startEvent id="i">{event}</startEvent><userTask id="work"/>'
            '<sequenceFlow id="y" sourceRef="i" targetRef="work"/></subProcess>',
        ),
        "",
    ),
    "event subprocess, not interrupting": (
        (
            START,
            _REST,
            '<subProcess id="ev" triggeredByEvent="true"><startEvent id="i" isInterrupting="false">{event}</startEvent>'
            '<userTask id="work"/><sequenceFlow id="y" sourceRef="i" targetRef="work"/></subProcess>',
        ),
        "",
    ),
    "inside a subprocess": (
        (
            START,
            '<subProcess id="part"><startEvent id="i"/>'
            '<intermediateCatchEvent id="wait">{event}</intermediateCatchEvent>'
            '<sequenceFlow id="y" sourceRef="i" targetRef="wait"/></subProcess>',
            WORK,
        ),
        "s part work",
    ),
}


class Market:
    """Cases that send each other messages."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock

    def deploy(self, *contents: bytes) -> None:
        for content in contents:
            resource = DeploymentResource(name="a.bpmn", content=content)
            self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))

    def start(self, key: str, **variables: Any) -> str:
        command = StartProcess(actor=SYSTEM, process_key=key, region_code="330324000000", variables=variables)
        return self.engine.execute(command).instance_id

    def complete(self, case: str) -> None:
        (task,) = [row for row in self.rows(UserTask) if row.instance_id == case and row.status == "created"]
        self.engine.execute(CompleteTask(actor=SYSTEM, task_id=task.id, submission={}))

    def publish(self, name: str, **message: Any) -> Delivery:
        return self.engine.execute(PublishMessage(actor=SYSTEM, name=name, **message))

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    def open(self, case: str) -> list[str]:
        tasks = [row for row in self.rows(UserTask) if row.instance_id == case and row.status == "created"]
        return sorted(task.activity_id for task in tasks)

    def cases(self, key: str) -> list[str]:
        return [row.id for row in self.rows(ProcessInstance) if row.number.startswith(key)]

    def events(self, case: str) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(history_of(connection, case))


@pytest.fixture
def market(engine: ProcessEngine, clock: ManualClock) -> Market:
    market = Market(engine, clock)
    market.deploy(DEBTOR, PAYER, WARNER, WARNED)
    return market


def test_a_thrown_message_reaches_the_case_with_the_same_correlation_value(market: Market) -> None:
    mine, other = market.start("debtor", invoice=7), market.start("debtor", invoice=8)
    payer = market.start("payer", invoice=7)

    market.complete(payer)

    assert (market.open(mine), market.open(other)) == (["work"], [])
    event = market.events(mine)[-1]
    assert (event.type, event.actor_id) == ("MessageCorrelated", "system")
    assert event.input["from"] == {"case": payer, "element": "pay"}
    assert event.input["values"] == {"number": 7}


def test_each_case_that_a_message_moves_has_its_own_event_and_revision(market: Market) -> None:
    debtor, payer = market.start("debtor", invoice=7), market.start("payer", invoice=7)

    market.complete(payer)

    revisions = {row.id: row.revision for row in market.rows(ProcessInstance)}
    assert (revisions[debtor], revisions[payer]) == (2, 2)
    assert [len(market.events(case)) for case in (debtor, payer)] == [2, 2]


@pytest.mark.parametrize(
    ("kind", "position"),
    [*(("message", position) for position in POSITIONS), *(("signal", p) for p in POSITIONS if p != "receive task")],
)
def test_every_position_that_waits_takes_part(market: Market, position: str, kind: str) -> None:
    event = '<messageEventDefinition messageRef="ping"/>' if kind == "message" else STORM
    nodes, flows = POSITIONS[position]
    market.deploy(process("listener", *(node.format(event=event) for node in nodes), flows=flows))
    listener = market.start("listener")

    if kind == "message":
        assert market.publish("ping").instance_id == listener
    else:
        market.complete(market.start("warner"))

    assert "work" in market.open(listener)


def test_a_message_that_two_cases_wait_for_is_refused_and_changes_nothing(market: Market) -> None:
    market.start("debtor", invoice=7)
    market.start("debtor", invoice=7)
    payer = market.start("payer", invoice=7)

    with pytest.raises(Conflict, match=r"有 2 个办件（debtor-.*）都在等待消息“paid”"):
        market.complete(payer)
    assert market.open(payer) == ["work"]


def test_a_message_nobody_waits_for_is_told_in_the_history_of_who_sent_it(market: Market) -> None:
    payer = market.start("payer", invoice=7)

    market.complete(payer)

    event = market.events(payer)[-1]
    assert (event.type, event.activity_name, event.input["correlation"]) == ("MessageUndelivered", "付款", 7)
    assert market.rows(ProcessInstance)[-1].status == "completed"


def test_a_published_message_says_what_became_of_it(market: Market) -> None:
    debtor = market.start("debtor", invoice="A-1")

    assert market.publish("paid", correlation="A-2") == Delivery()
    assert market.publish("paid", correlation="A-1", values={"on": "today"}) == Delivery(instance_id=debtor)
    assert market.events(debtor)[-1].input["values"] == {"on": "today"}


@pytest.mark.parametrize(("waiting", "sent"), [(7, "7.0"), ("7", 7), (None, 7)])
def test_equal_numbers_agree_and_a_wait_without_value_takes_any(market: Market, waiting: Any, sent: Any) -> None:
    debtor = market.start("debtor", invoice=waiting)
    delivery = market.publish("paid", correlation=Decimal(sent) if isinstance(sent, str) else sent)

    assert delivery.instance_id == (None if waiting == "7" else debtor)


def test_a_wait_that_names_the_value_goes_before_one_that_names_none(market: Market) -> None:
    market.start("debtor", invoice=None)
    named = market.start("debtor", invoice=7)

    assert market.publish("paid", correlation=7).instance_id == named


def test_a_message_starts_the_process_it_starts(market: Market) -> None:
    market.deploy(SHOP)

    delivery = market.publish("order", values={"item": "茶"})

    assert delivery.started
    (event,) = market.events(str(delivery.instance_id))
    assert event.input["cause"] == {"kind": "message", "name": "order"}
    assert (event.input["variables"], market.open(str(delivery.instance_id))) == ({"item": "茶"}, ["work"])


def test_a_message_that_starts_two_processes_is_refused(market: Market) -> None:
    market.deploy(SHOP, SHOP.replace(b'process id="shop"', b'process id="store"'))

    with pytest.raises(Conflict, match="能启动多个流程（shop、store）"):
        market.publish("order")


def test_a_signal_reaches_every_case_and_starts_every_process_in_a_fixed_order(market: Market) -> None:
    market.deploy(SHELTER)
    warned = [market.start("warned"), market.start("warned")]
    warner = market.start("warner")

    market.complete(warner)

    assert [market.open(case) for case in warned] == [["rest", "work"]] * 2
    (shelter,) = market.cases("shelter")
    assert market.events(shelter)[0].input["cause"]["from"] == {"case": warner, "element": "warn"}
    assert market.events(shelter)[0].input["region"] == "330324000000"
    heard = [event.stream for event in market.rows(HistoryEvent) if event.type == "SignalReceived"]
    assert sorted(heard) == sorted(warned)


def test_a_broadcast_names_the_cases_it_has_reached(market: Market) -> None:
    market.deploy(SHELTER)
    warned = [market.start("warned"), market.start("warned")]

    reached = market.engine.execute(BroadcastSignal(actor=SYSTEM, name="storm"))

    assert reached == (*sorted(warned), *market.cases("shelter"))


def test_a_case_that_cannot_go_on_stops_neither_the_sender_nor_the_others(market: Market) -> None:
    market.deploy(FRAGILE)
    fragile, warned, warner = market.start("fragile"), market.start("warned"), market.start("warner")

    market.complete(warner)

    assert (market.open(fragile), market.open(warned)) == ([], ["rest", "work"])
    event = market.events(fragile)[-1]
    assert (event.type, event.input["from"]["case"]) == ("MessageRefused", warner)
    assert "没有一条出线的条件成立" in event.input["reason"]
    assert fire_due_timers(market.engine) == 0
    assert [row.instance_id for row in market.rows(KeptMessage)] == [fragile]


def test_what_a_case_could_not_take_is_tried_again(market: Market) -> None:
    market.deploy(FRAGILE)
    fragile = market.start("fragile", strong=False)
    market.engine.execute(BroadcastSignal(actor=SYSTEM, name="storm"))
    assert market.open(fragile) == []

    market.engine.execute(BroadcastSignal(actor=SYSTEM, name="storm", values={"strong": True}))

    assert market.open(fragile) == ["work"]
    assert fire_due_timers(market.engine) == 0
    assert market.rows(KeptMessage) == []


def test_a_kept_message_waits_for_who_will_wait_for_it(market: Market) -> None:
    assert market.publish("paid", correlation=7, keep_for=timedelta(days=1)).kept
    debtor = market.start("debtor", invoice=7)
    other = market.start("debtor", invoice=8)

    assert fire_due_timers(market.engine) == 1
    assert (market.open(debtor), market.open(other), market.rows(KeptMessage)) == (["work"], [], [])


def test_a_kept_message_that_may_start_nothing_is_dropped_and_told_once(market: Market) -> None:
    publication = PublishMessage(actor=SYSTEM, name="parcel", keep_for=timedelta(days=9), within=("330328",))
    assert market.engine.execute(publication).kept
    market.deploy(SHOP.replace(b'name="order"', b'name="parcel"').replace(b'id="shop"', b'id="depot"'))

    assert (fire_due_timers(market.engine), market.cases("depot"), market.rows(KeptMessage)) == (0, [], [])
    last = market.events("messages")[-1]
    assert (last.type, last.input["name"]) == ("MessageRefused", "parcel")
    assert "不能在这个辖区发起" in last.input["reason"]


def test_a_kept_message_that_two_wait_for_is_kept_until_one_is_left(market: Market) -> None:
    assert market.publish("paid", correlation=7, keep_for=timedelta(days=9)).kept
    one, other = market.start("debtor", invoice=7), market.start("debtor", invoice=7)
    assert fire_due_timers(market.engine) == 0
    assert len(market.rows(KeptMessage)) == 1

    market.engine.execute(CorrelateMessage(actor=SYSTEM, name="paid", instance_id=one))
    assert fire_due_timers(market.engine) == 1
    assert market.open(other) == ["work"]


def test_a_message_is_kept_no_longer_than_asked(market: Market) -> None:
    market.publish("paid", correlation=7, keep_for=timedelta(days=1))
    market.clock.advance(timedelta(days=1))
    fire_due_timers(market.engine)
    debtor = market.start("debtor", invoice=7)

    assert fire_due_timers(market.engine) == 0
    assert (market.open(debtor), market.events("messages")[-1].type) == ([], "MessageUndelivered")


def test_a_throw_event_says_how_long_its_message_is_kept(market: Market) -> None:
    market.deploy(PAYER.replace(b'id="pay"', b'id="pay" anlan:keepFor="P2D"'))
    market.complete(market.start("payer", invoice=7))
    market.clock.advance(timedelta(days=1))
    debtor = market.start("debtor", invoice=7)

    assert fire_due_timers(market.engine) == 1
    assert market.open(debtor) == ["work"]


def test_cases_that_answer_each_other_without_end_are_stopped(market: Market) -> None:
    ping = '<messageEventDefinition messageRef="ping"/>'
    echo = process(
        "echo", f'<startEvent id="s">{ping}</startEvent>', f'<endEvent id="e">{ping}</endEvent>', flows="s e"
    )
    market.deploy(echo)

    with pytest.raises(Refused, match="没有尽头（“ping”）"):
        market.publish("ping")
    assert market.cases("echo") == []
