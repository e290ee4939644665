"""Multi-instance activities and standard loops."""

from __future__ import annotations

from decimal import Decimal

import pytest


def around(task: str, loop: str, after: str = "after: userTask") -> str:
    """A looped task between start and a following task."""
    head, _, inner = task.partition(" <")
    inner = f"<{inner}" if inner else ""
    return f"""
        s: startEvent
        {head} {inner}{loop}
        {after}
        e: endEvent
        s -> each -> after -> e
    """


def multi(attributes: str, inner: str = "") -> str:
    return f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{inner}</bpmn:multiInstanceLoopCharacteristics>"


ENOUGH = '<bpmn:completionCondition>count(opinions[outcome = "agree"]) &gt;= 2</bpmn:completionCondition>'
DEPARTMENTS = (
    'anlan:collection="departments" anlan:elementVariable="department" '
    'anlan:outputCollection="opinions" anlan:outputElement="opinion"'
)
COUNTERSIGN = 'each: userTask anlan:resultVariable="opinion" anlan:scope="=department.code"'


def departments(*codes: str) -> list[dict[str, str]]:
    return [{"code": code} for code in codes]


RECEIVED = 'order: message name="order"\n' + around(
    'each: receiveTask messageRef="order" anlan:correlation="=department.code"',
    multi('anlan:collection="departments" anlan:elementVariable="department"'),
)


def test_every_instance_of_a_receive_task_waits_for_its_own_message(play):
    case = play(RECEIVED, departments=departments("水利", "林业"))
    first, second = case.step.waits

    assert [wait.correlation for wait in (first, second)] == ["水利", "林业"]
    assert case.send_id(second.id).open == []
    assert case.send_id(first.id).open == ["after"]


def test_a_receive_task_takes_one_message_after_the_other(play):
    loop = multi('isSequential="true"', "<bpmn:loopCardinality>2</bpmn:loopCardinality>")
    case = play('order: message name="order"\n' + around('each: receiveTask messageRef="order"', loop))

    assert case.send("each").open == []
    assert case.send("each").open == ["after"]


def test_an_item_whose_title_cannot_be_a_name_is_known_by_its_id(play):
    item = '<bpmn:inputDataItem id="department" name="部门 名称"/>'
    loop = multi("", f"<bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>{item}")
    case = play(around(COUNTERSIGN, loop), departments=departments("水利", "林业"))

    assert [task.scope for task in case.tasks.values()] == ["水利", "林业"]


def test_every_department_gets_its_own_task(play):
    case = play(around(COUNTERSIGN, multi(DEPARTMENTS)), departments=departments("水利", "林业"))

    assert [(t.activity_id, t.scope, t.item, t.index) for t in case.tasks.values()] == [
        ("each", "水利", {"code": "水利"}, 0),
        ("each", "林业", {"code": "林业"}, 1),
    ]


def test_opinions_are_collected_in_the_order_of_the_departments(play):
    case = play(around(COUNTERSIGN, multi(DEPARTMENTS)), departments=departments("水利", "林业", "交通"))

    case.complete("each", index=2, text="三").complete("each", index=0, text="一").complete("each", index=1, text="二")

    assert case.open == ["after"]
    assert case.variables["opinions"] == [{"text": "一"}, {"text": "二"}, {"text": "三"}]
    assert set(case.variables) == {"departments", "opinions"}


def test_enough_agreement_withdraws_the_rest(play):
    case = play(around(COUNTERSIGN, multi(DEPARTMENTS, ENOUGH)), departments=departments("a", "b", "c", "d"))
    case.complete("each", index=3, outcome="agree").complete("each", index=0, outcome="reject")

    case.complete("each", index=1, outcome="agree")

    assert case.open == ["after"]
    assert [task.canceled for task in case.step.closed] == [False, True]
    assert [opinion["outcome"] for opinion in case.variables["opinions"]] == ["reject", "agree", "agree"]


def test_an_empty_or_missing_collection_means_onwards_at_once(play):
    drawing = around(COUNTERSIGN, multi(DEPARTMENTS))

    assert play(drawing, departments=[]).open == ["after"]
    missing = play(drawing)
    assert missing.open == ["after"]
    assert missing.variables["opinions"] == []


def test_one_after_the_other(play):
    case = play(around(COUNTERSIGN, multi(f'isSequential="true" {DEPARTMENTS}')), departments=departments("a", "b"))

    assert [task.item["code"] for task in case.tasks.values()] == ["a"]
    case.complete("each", text="1")
    assert [task.item["code"] for task in case.tasks.values()] == ["b"]
    case.complete("each", text="2")

    assert case.open == ["after"]
    assert case.variables["opinions"] == [{"text": "1"}, {"text": "2"}]


def test_a_number_of_instances(play):
    cardinality = "<bpmn:loopCardinality>experts + 1</bpmn:loopCardinality>"
    condition = "<bpmn:completionCondition>numberOfCompletedInstances = 2</bpmn:completionCondition>"
    case = play(around("each: userTask", multi("", cardinality + condition)), experts=2)
    assert case.open == ["each", "each", "each"]

    assert case.complete("each").complete("each").open == ["after"]


def test_the_standards_data_items(play):
    inner = (
        "<bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>"
        "<bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="i1" name="department"/><bpmn:outputDataItem id="o1" name="opinion"/>'
    )
    case = play(around(COUNTERSIGN, multi("", inner)), departments=departments("a"))

    case.complete("each", text="好")

    assert case.variables["opinions"] == [{"text": "好"}]


def test_scripts_and_subprocesses_are_repeated_too(play):
    rows = 'anlan:collection="rows" anlan:elementVariable="row" anlan:outputCollection="sums" anlan:outputElement="sum"'
    case = play(
        f"""
        s: startEvent
        each: subProcess {multi(rows)} {{
        a: startEvent
        add: scriptTask script(sum = row + loopCounter)
        b: endEvent
        a -> add -> b
        }}
        e: endEvent
        s -> each -> e
        """,
        rows=[10, 20, 30],
    )

    assert case.ended == "e"
    assert case.variables == {"rows": [10, 20, 30], "sums": [11, 22, 33]}


def test_a_border_timer_belongs_to_all_instances_together(play):
    case = play(f"""
        s: startEvent
        each: userTask {multi('anlan:collection="[1,2,3]"')}
        late: boundaryEvent attachedToRef="each" after(P1D)
        after: userTask
        e: endEvent
        s -> each -> e
        late -> after -> e
    """)
    assert case.waits == ["late"]
    case.complete("each", index=1)

    case.fire("late")

    assert (case.open, case.waits) == (["after"], [])


def test_a_standard_loop_repeats_while_its_condition_holds(play):
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>not(done)</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics>"
    )
    drawing = around("each: userTask", loop)

    assert play(drawing).complete("each", done=True).open == ["after"]
    assert play(drawing).complete("each", done=False).open == ["each"]
    three = play(drawing).complete("each", done=False).complete("each", done=False).complete("each", done=False)
    assert three.open == ["after"]


def test_a_loop_that_tests_before_may_be_skipped(play):
    loop = (
        '<bpmn:standardLoopCharacteristics testBefore="true"><bpmn:loopCondition>open &gt; 0</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics>"
    )
    drawing = around("each: userTask", loop)

    assert play(drawing, open=0).open == ["after"]
    assert play(drawing, open=1).complete("each", open=0).open == ["after"]


@pytest.mark.parametrize("count", [-1, "2", Decimal("1.5"), 6000])
def test_a_number_that_is_no_count_is_refused(play, count):
    cardinality = "<bpmn:loopCardinality>n</bpmn:loopCardinality>"
    with pytest.raises(Exception, match="多实例的次数"):
        play(around("each: userTask", multi("", cardinality)), n=count)


#: what is done once for each of 1, 2, 3 and leaves `m`, ten times as much
KINDS = {
    "script": ("scriptTask {several}script(m = n * 10)", None),
    "service": ('serviceTask anlan:connector="ten" in(n -> n) out(m -> m) {several}', None),
    "business rule": ('businessRuleTask anlan:decisionRef="ten" anlan:resultVariable="m" {several}', None),
    "user": ("userTask {several}", lambda case, index: case.complete("t", index=index, m=(index + 1) * 10)),
    "manual": ("manualTask {several}", lambda case, index: case.complete("t", index=index, m=(index + 1) * 10)),
    "receive": ('receiveTask messageRef="msg" {several}', lambda case, index: case.send("t", m=(index + 1) * 10)),
    "subprocess": ("subProcess {several} {{\n i: startEvent\n w: scriptTask script(m = n * 10)\n i -> w\n }}", None),
    "call activity": ('callActivity calledElement="called" in(n -> n) out(m -> m) {several}', None),
}
CALLED = {"called": "i: startEvent\n w: scriptTask script(m = n * 10)\n i -> w"}


@pytest.fixture
def each(play, services):
    services.connectors["ten"] = lambda inputs: {"m": inputs["n"] * 10}
    services.decisions["ten"] = lambda context: context["n"] * 10

    def begin(kind, sequential, rest=""):
        several = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" anlan:collection="[1, 2, 3]" '
            f'anlan:elementVariable="n" anlan:outputCollection="all" anlan:outputElement="m">{rest}'
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        definition = KINDS[kind][0]
        # The drawing takes parts before plain XML.
        parts = definition.replace("{several}", "").replace("{{", "{").replace("}}", "}")
        head, mark, body = parts.partition(" {\n")
        text = f"t: {head.rstrip()} {several}{mark}{body}"
        return play(f'msg: message name="msg"\n s: startEvent\n {text}\n after: userTask\n s -> t -> after', CALLED)

    return begin


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sequential", ["true", "false"])
def test_every_kind_of_activity_is_done_for_each_element(each, kind, sequential):
    case = each(kind, sequential)
    for index in range(3) if KINDS[kind][1] else ():
        KINDS[kind][1](case, index)

    assert (case.open, case.variables["all"]) == (["after"], [10, 20, 30])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_activity_stops_when_it_is_enough(each, kind):
    case = each(kind, "true", "<bpmn:completionCondition>numberOfCompletedInstances = 2</bpmn:completionCondition>")
    for index in range(2) if KINDS[kind][1] else ():
        KINDS[kind][1](case, index)

    assert (case.open, case.waits, case.variables["all"]) == (["after"], [], [10, 20])


def test_a_message_is_sent_for_each_element(play):
    several = '<bpmn:multiInstanceLoopCharacteristics anlan:collection="[1, 2]" anlan:elementVariable="n"/>'
    case = play(f'm: message name="m"\n s: startEvent\n t: sendTask messageRef="m" in(n * 2 -> n) {several}\n s -> t')

    assert [sent.values["n"] for sent in case.step.thrown] == [2, 4]
