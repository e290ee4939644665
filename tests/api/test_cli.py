"""The command line speaks Chinese, says where a diagram is wrong, and changes nothing when it refuses."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api import cli
from api.demo.organisation import demo_organisation
from engine.bootstrap import build_engine
from engine.commands import SYSTEM, Actor, CompleteTask, DeploymentResource, DeployResources, StartProcess
from forms.port import FormLibrary

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
 targetNamespace="urn:anlan:test">
 <bpmn:process id="filing" name="备案" isExecutable="true">
  <bpmn:startEvent id="start"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="confirm"/>
  <bpmn:userTask id="confirm" name="确认" anlan:role="village_applicant" anlan:outcomes="agree:同意"/>
  <bpmn:sequenceFlow id="f2" sourceRef="confirm" targetRef="{target}"/>
  <bpmn:endEvent id="end" name="已备案"/>
 </bpmn:process>
</bpmn:definitions>"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANLAN_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("ANLAN_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, list(arguments))
    return result.exit_code, result.output


def diagram(home: Path, *, target: str = "end") -> Path:
    file = home / "filing.bpmn"
    file.write_text(DIAGRAM.format(target=target), encoding="utf-8")
    return file


def test_a_diagram_is_deployed_once_and_then_unchanged(home: Path) -> None:
    assert "1 个流程" in run("deploy", str(diagram(home)))[1]
    assert "0 个流程" in run("deploy", str(diagram(home)))[1]


def test_a_folder_is_deployed_with_all_it_holds(home: Path) -> None:
    diagram(home)

    status, output = run("deploy", str(home))

    assert (status, "filing" in output) == (0, True)


def test_a_refused_diagram_is_told_by_element_line_and_sentence(home: Path) -> None:
    status, output = run("deploy", str(diagram(home, target="nowhere")))

    assert status == 1
    assert "f2" in output
    assert " 8 " in output
    assert "nowhere" in output


@pytest.mark.parametrize("content", ["", "不是 XML", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a/>"])
def test_what_is_no_diagram_is_refused_in_words(home: Path, content: str) -> None:
    file = home / "broken.bpmn"
    file.write_text(content, encoding="utf-8")

    status, output = run("deploy", str(file))

    assert status == 1
    assert "Traceback" not in output


@pytest.mark.parametrize("name", ["nothing", "[/red].bpmn", "dangling.bpmn"])
def test_a_missing_path_is_said(home: Path, name: str) -> None:
    (home / "dangling.bpmn").symlink_to(home / "gone")

    status, output = run("deploy", str(home / name))

    assert (status, f"没有找到“{home / name}”" in output) == (1, True)


def test_a_folder_that_cannot_be_read_whole_is_not_deployed(home: Path) -> None:
    diagram(home)
    (home / "dangling.bpmn").symlink_to(home / "gone")

    status, output = run("deploy", str(home))

    assert (status, "无法读写" in output, "dangling.bpmn" in output) == (1, True, True)


def test_names_are_no_markup_of_the_terminal(home: Path) -> None:
    file = diagram(home)
    file.write_text(file.read_text(encoding="utf-8").replace("备案", "[/]备案"), encoding="utf-8")

    status, output = run("deploy", str(file))

    assert (status, "[/]备案" in output) == (0, True)


def test_a_database_that_is_none_is_said(home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "anlan.db").write_text("no database")

    status, output = run("deploy", str(diagram(home)))

    assert (status, "数据库文件已损坏，或者不是数据库" in output) == (1, True)


def test_a_case_is_exported_with_its_history_and_submissions(home: Path) -> None:
    number = _a_case(home)

    status, _ = run("export", number, "--output", str(home / "case.json"))

    content = json.loads((home / "case.json").read_text(encoding="utf-8"))
    assert (status, content["case"]["number"]) == (0, number)
    assert [event["type"] for event in content["history"]] == ["ProcessStarted", "TaskCompleted"]
    assert content["tasks"][0]["submission"]["e_signature"] == "黄志方"
    assert content["attachments"] == []


def test_an_export_goes_to_the_screen_without_a_file(home: Path) -> None:
    number = _a_case(home)

    assert json.loads(run("export", number, "--json")[1])["case"]["result"] == "已备案"


def test_an_unknown_case_is_said(home: Path) -> None:
    status, output = run("export", "XM-330324-2026-99999")

    assert (status, "XM-330324-2026-99999" in output) == (1, True)


def test_a_bad_setting_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_PORT", "many")

    assert "ANLAN_PORT" in run("serve")[1]


def test_an_address_that_cannot_be_listened_at_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_ensure_assets", lambda: None)

    status, output = run("serve", "--host", "999.1.1.1")

    assert (status, "--host" in output) == (1, True)


def test_a_port_that_is_taken_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_ensure_assets", lambda: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, output = run("serve", "--port", str(taken.getsockname()[1]))

    assert (status, "已被占用" in output) == (1, True)


def _a_case(home: Path) -> str:
    engine = build_engine(f"sqlite:///{home}/var/anlan.db", forms=FormLibrary())
    engine.execute(demo_organisation().registration())
    resource = DeploymentResource(name="filing.bpmn", content=diagram(home).read_bytes())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    actor = Actor(person_id="shixi.applicant")
    started = engine.execute(StartProcess(actor=actor, process_key="filing"))
    review = {"opinion_text": "材料齐全，予以确认备案。", "conflict_declaration": True, "e_signature": "黄志方"}
    (task_id,) = started.task_ids
    engine.execute(CompleteTask(actor=actor, task_id=task_id, outcome="agree", submission=review))
    engine.database.dispose()
    return started.number


def test_a_foreign_model_is_rewritten_and_every_change_is_told(home: Path) -> None:
    file, output = diagram(home), home / "ours.bpmn"
    condition = "<bpmn:conditionExpression>${ok == 'yes'}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    text = file.read_text("utf-8").replace('targetRef="end"/>', f'targetRef="end">{condition}')
    file.write_text(text, encoding="utf-8")

    status, told = run("import", str(file), "--output", str(output))

    assert status == 0, told
    assert "已翻译" in told
    assert "没有部署" in told
    assert '>ok = "yes"<' in output.read_text("utf-8")


def test_an_import_without_an_output_writes_nothing(home: Path) -> None:
    status, told = run("import", str(diagram(home)))

    assert (status, "没有写入文件" in told) == (0, True)
    assert [file.name for file in home.iterdir()] == ["filing.bpmn"]


def test_a_file_that_is_no_diagram_is_not_imported(home: Path) -> None:
    (home / "note.bpmn").write_text("hello")

    status, told = run("import", str(home / "note.bpmn"), "-o", str(home / "out.bpmn"))

    assert status == 1
    assert "Traceback" not in told
    assert not (home / "out.bpmn").exists()


SOON = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="soon" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="w"><timerEventDefinition>
  <timeDuration>PT0S</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="w"/><sequenceFlow id="g" sourceRef="w" targetRef="e"/></process>
</definitions>"""


def test_operators_drain_what_is_due_and_see_how_much_it_was(home: Path) -> None:
    engine = build_engine(f"sqlite:///{home / 'var' / 'anlan.db'}", forms=FormLibrary())
    resource = DeploymentResource(name="soon.bpmn", content=SOON.encode())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    for _ in range(3):
        engine.execute(StartProcess(actor=SYSTEM, process_key="soon", region_code="330324000000"))
    engine.database.dispose()

    status, output = run("worker", "--drain")

    assert status == 0
    assert "3/3" in output
    assert "处理了 3 项" in output
    assert "处理了 0 项" in run("worker", "--drain")[1]
