"""Names that are read before anything can have set them: found, and silent where a step before has."""

from __future__ import annotations

import pytest

import forms.definition
from engine import diagram
from engine.diagram import Catalogue
from engine.diagram.lint.facts import FACTS
from engine.diagram.lint.foreign import HOST_FUNCTIONS

CATALOGUE = Catalogue(
    roles={"clerk"},
    forms={"request", "review"},
    decisions={"d"},
    processes=set(),
    connectors={"hold"},
    fields={"request": {"amount", "purpose"}, "review": {"outcome", "opinion_text"}},
)
CODES = ("unknown-variable", "variable-not-set", "unknown-field", "searchable", "number-rule")


def script(node_id: str, text: str) -> str:
    return f'<bpmn:scriptTask id="{node_id}"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>\n'


def task(node_id: str, result: str, more: str = "") -> str:
    own = f'anlan:role="clerk" anlan:formKey="request" anlan:resultVariable="{result}"'
    return f'<bpmn:userTask id="{node_id}" {own}>{more}</bpmn:userTask>\n'


def mapped(source: str, target: str = "x", name: str = "in") -> str:
    return f'<bpmn:extensionElements><anlan:{name} source="{source}" target="{target}"/></bpmn:extensionElements>'


def multi(**own: str) -> str:
    attributes = " ".join(f'anlan:{name}="{value}"' for name, value in own.items())
    return f"<bpmn:multiInstanceLoopCharacteristics {attributes}/>"


def found(content: bytes, catalogue: Catalogue | None = None) -> list[tuple[str, str | None, int | None]]:
    return [(p.code, p.element_id, p.line) for p in diagram.lint(content, catalogue) if p.code in CODES]


#: ways, own elements, what is found
CASES = {
    "set before": ("s a b e", script("a", "n = 1") + script("b", "m = n"), []),
    "set nowhere": ("s b e", script("b", "m = n"), [("unknown-variable", "b", 4)]),
    "set only later": ("s b a e", script("a", "n = 1") + script("b", "m = n"), [("variable-not-set", "b", 5)]),
    "set by a line before": ("s b e", script("b", "n = 1\nm = n"), []),
    "set by a line after": ("s b e", script("b", "m = n\nn = 1"), [("variable-not-set", "b", 4)]),
    "set on another branch": (
        "s x1 ?true a x2 e; x1 ! b x2",
        script("a", "n = 1") + script("b", "m = n"),
        [("variable-not-set", "b", 5)],
    ),
    "set on one of the branches before": (
        "s x1 ?true a x2 b e; x1 ! x2",
        script("a", "n = 1") + script("b", "m = n"),
        [],
    ),
    "set on a branch beside": ("s p1 a p2 e; p1 b p2", script("a", "n = 1") + script("b", "m = n"), []),
    "set in a lap before": (
        "s x0 b x1 ! e; x1 ?true a x0",
        script("a", "n = 1") + script("b", "m = n"),
        [],
    ),
    "a fact": ("s b e", script("b", "m = policy.limit + count(project.parts)"), []),
    "a function of the engine": ("s b e", script("b", 'm = decide("d", {a: 1}).b'), []),
    "a member of a filtered item": ("s b e", script("b", "n = []\nm = n[share > 0].name"), []),
    "a result variable": ("s t b e", task("t", "r") + script("b", "m = r.amount"), []),
    "what a task itself set, should it be returned": ("s t e", task("t", "r", mapped("r", "*")), []),
    "an element of a collection": (
        "s b t e",
        script("b", "list = [1]")
        + task("t", "r", mapped("one + loopCounter") + multi(collection="list", elementVariable="one")),
        [],
    ),
    "an instance's own result, outside": (
        "s b t c e",
        script("b", "list = [1]") + task("t", "r", multi(collection="list")) + script("c", "m = r"),
        [("variable-not-set", "c", 6)],
    ),
    "the collected outputs": (
        "s b t c e",
        script("b", "list = [1]")
        + task("t", "r", multi(collection="list", outputCollection="all", outputElement="r.amount"))
        + script("c", "m = all"),
        [],
    ),
    "a called process keeps its names": (
        "s c b e",
        f'<bpmn:callActivity id="c" calledElement="q">{mapped("1", "n")}</bpmn:callActivity>' + script("b", "m = n"),
        [("unknown-variable", "b", 4)],
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_a_read_needs_an_earlier_step_that_sets_the_name(sketch, what):
    ways, elements, expected = CASES[what]
    own = dict.fromkeys([word for word in "abct" if f'id="{word}"' in elements], "<")

    assert found(sketch(ways, own, elements), CATALOGUE) == expected


def test_the_nearest_name_is_offered(sketch):
    content = sketch("s t b e", {"t": "<", "b": "<"}, task("t", "application") + script("b", "m = aplication.amount"))

    (problem,) = [p for p in diagram.lint(content) if p.code == "unknown-variable"]
    assert "是不是想写 application？" in problem.message


def test_the_facts_are_those_that_forms_and_cases_see():
    assert set(FACTS) | HOST_FUNCTIONS == (forms.definition.FACTS | forms.definition.FUNCTIONS) - {
        "actor",
        "today",
        "now",
    }


def test_who_sets_a_name_later_is_told(sketch):
    content = sketch("s b t e", {"t": "<", "b": "<"}, task("t", "application") + script("b", "m = application"))

    (problem,) = [p for p in diagram.lint(content) if p.code == "variable-not-set"]
    assert "“t”" in problem.message


def test_a_form_whose_fields_are_known_has_no_other(sketch):
    content = sketch("s t b e", {"t": "<", "b": "<"}, task("t", "r") + script("b", "m = r.ammount"))

    assert found(content, CATALOGUE) == [("unknown-field", "b", 5)]
    assert found(content) == []


def test_without_forms_a_task_may_set_any_name(sketch):
    assert found(sketch("s u b e", {"b": "<"}, script("b", "m = n"))) == []
    assert found(sketch("s u b e", {"b": "<"}, script("b", "m = n")), CATALOGUE) == [("unknown-variable", "b", 4)]


def test_a_process_declares_what_others_give_it(sketch):
    inputs = '<bpmn:dataInput id="d" name="n"/><bpmn:inputSet/><bpmn:outputSet/>'
    declared = f"<bpmn:ioSpecification>{inputs}</bpmn:ioSpecification>"

    assert found(sketch("s b e", {"b": "<"}, script("b", "m = n"))) == [("unknown-variable", "b", 4)]
    assert found(sketch("s b e", {"b": "<"}, script("b", "m = n") + declared)) == []


def test_titles_numbers_and_search_fields_read_names_too(sketch):
    content = sketch("s t e", {"t": "<"}, task("t", "request"))
    settings = (
        b'anlan:titleTemplate="reqest.purpose" anlan:numberRule="serial + project.name" anlan:searchable="requst"'
    )

    assert found(content.replace(b'id="p"', b'id="p" ' + settings)) == [
        ("unknown-variable", "p", 3),
        ("number-rule", "p", 3),
        ("searchable", "p", 3),
    ]


def test_what_an_event_subprocess_brings_may_come_at_any_time(file):
    flow = '<bpmn:sequenceFlow id="{0}{1}" sourceRef="{0}" targetRef="{1}"/>'.format
    start = (
        '<bpmn:startEvent id="s1"><bpmn:extensionElements><anlan:out source="x" target="brought"/>'
        '</bpmn:extensionElements><bpmn:signalEventDefinition signalRef="g"/></bpmn:startEvent>'
    )
    handler = (
        f'<bpmn:subProcess id="h" triggeredByEvent="true">{start}{script("c", "n = brought")}'
        f'<bpmn:endEvent id="e1"/>{flow("s1", "c")}{flow("c", "e1")}</bpmn:subProcess>'
    )
    flows = flow("s", "b") + flow("b", "e")
    body = f'<bpmn:startEvent id="s"/>{script("b", "m = n")}<bpmn:endEvent id="e"/>{handler}{flows}'

    assert found(file(body, '<bpmn:signal id="g" name="g"/>'), CATALOGUE) == []
