"""A case bundle is checked by a program that needs nothing of ours, and any change to it is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, insert, select, update

from engine.commands import SYSTEM, Actor, MakeCheckpoint, StoreAttachment
from engine.history.bundle import CaseBundle
from engine.history.checkpoints import Signed, consistency_since, leaves_of, make_checkpoint
from engine.history.digests import digest_of
from engine.history.ends import ends_of
from engine.history.merkle import inclusion_proof
from engine.history.signatures import SignatureKind, signer_at
from engine.history.standalone import verify
from engine.jobs.timers import fire_due_timers
from engine.model import HistoryEvent, LogEntry
from engine.process_engine import ProcessEngine

from .conftest import Desk


@pytest.fixture
def engine(engine: ProcessEngine, tmp_path: Path) -> ProcessEngine:
    engine.tools = replace(engine.tools, signer=partial(signer_at, tmp_path / "key"))
    return engine


def _with_documents(desk: Desk) -> str:
    applicant = Actor(person_id="applicant")
    case_id = desk.started()
    contents = {"决议.pdf": b"%PDF-1.4 x", "合同.pdf": b"%PDF-1.4 y"}
    stored = [desk.engine.execute(StoreAttachment(actor=applicant, name=n, content=c)) for n, c in contents.items()]
    files = [{"id": it.id, "name": it.name, "sha256": it.sha256} for it in stored]
    desk.complete(case_id, "applicant", title="石溪路面硬化", amount=Decimal("424660.00"), files=files)
    desk.clock.advance(timedelta(days=5))
    fire_due_timers(desk.engine)
    desk.claim(case_id, "clerk")
    for login in ("clerk", "lead", "chief"):
        desk.complete(case_id, login, "agree")
    desk.complete(case_id, "applicant")
    return case_id


@pytest.fixture
def bundle(desk: Desk, tmp_path: Path) -> Path:
    case_id = _with_documents(desk)
    desk.in_review()
    desk.engine.execute(MakeCheckpoint(actor=SYSTEM))
    with (tmp_path / "case.zip").open("wb") as target, desk.engine.database.read() as connection:
        CaseBundle(connection, desk.engine.tools.attachments, case_id).write(target, ("办理表.html", b"<html>"))
    with ZipFile(tmp_path / "case.zip") as archive:
        archive.extractall(tmp_path / "case")
    return tmp_path / "case"


def check(bundle: Path, *arguments: str) -> tuple[int, str]:
    """Run the program as an auditor would: without anything installed."""
    command = [sys.executable, "-I", "-S", str(bundle / "verify.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_bundle_is_sound_as_it_was_written(bundle: Path) -> None:
    code, output = check(bundle)

    assert "核对通过：8 条历史" in output
    assert code == 0


def test_a_bundle_holds_nothing_of_other_cases(bundle: Path) -> None:
    own = json.loads((bundle / "manifest.json").read_text("utf-8"))["case"]

    streams = {json.loads(path.read_bytes())["stream"] for path in (bundle / "events").iterdir()}
    assert streams == {own}


def test_a_kept_checkpoint_is_compared(bundle: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text((bundle / "checkpoint.txt").read_text("utf-8"), "utf-8")
    assert check(bundle, "--checkpoint", str(kept))[0] == 0

    kept.write_text(kept.read_text("utf-8").replace("number: 1", "number: 2"), "utf-8")
    assert check(bundle, "--checkpoint", str(kept))[0] == 1


def _forge_manifest(bundle: Path) -> None:
    """What a careful forger does in the end: makes the list of files agree."""
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    paths = [path for path in bundle.rglob("*") if path.is_file() and path.name != "manifest.json"]
    manifest["files"] = {str(path.relative_to(bundle)): digest_of(path.read_bytes()) for path in paths}
    events = sorted(path for path in (bundle / "events").iterdir() if path.is_file())
    manifest |= {"events": len(events), "head": digest_of(events[-1].read_bytes())}
    (bundle / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def _change_event(bundle: Path) -> None:
    path = bundle / "events" / "000002.json"
    path.write_bytes(path.read_bytes().replace("石溪".encode(), "别处".encode()))


def _rewrite_chain(bundle: Path) -> None:
    previous = None
    for path in sorted((bundle / "events").iterdir()):
        event = json.loads(path.read_bytes().replace("石溪".encode(), "别处".encode()))
        if previous:
            event["previous"] = previous
        path.write_text(json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":")), "utf-8")
        previous = digest_of(path.read_bytes())


def _swap_events(bundle: Path) -> None:
    second, third = bundle / "events" / "000002.json", bundle / "events" / "000003.json"
    one, other = second.read_bytes(), third.read_bytes()
    second.write_bytes(other)
    third.write_bytes(one)


def _change_diagram(bundle: Path) -> None:
    path = next(path for path in (bundle / "definitions").iterdir() if path.suffix == ".bpmn")
    path.write_bytes(path.read_bytes() + b"\n")


def _change_checkpoint(bundle: Path) -> None:
    path = bundle / "checkpoint.txt"
    path.write_text(path.read_text("utf-8").replace("number: 1", "number: 9"), "utf-8")


def _swap(bundle: Path, folder: str, pattern: str) -> None:
    one, other = sorted((bundle / folder).glob(pattern))[:2]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _hide_policy(bundle: Path) -> None:
    """Another policy to read, while the true one is still somewhere."""
    path = bundle / "policy.json"
    (bundle / "definitions" / "policy.json").write_bytes(path.read_bytes())
    path.write_bytes(b"{}")


def _change_number(bundle: Path) -> None:
    path = bundle / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "number": "X"}), "utf-8")


def _link(bundle: Path) -> None:
    path = bundle / "events" / "000002.json"
    path.rename(bundle.parent / "elsewhere")
    path.symlink_to(bundle.parent / "elsewhere")


def _garble(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda bundle: next(iter(sorted(bundle.glob(name)))).write_bytes(content) and None


FORGERIES: dict[str, Callable[[Path], None]] = {
    "an event is changed": _change_event,
    "all events are written anew": _rewrite_chain,
    "an event is dropped": lambda bundle: (bundle / "events" / "000003.json").unlink(),
    "the last event is dropped": lambda bundle: (bundle / "events" / "000008.json").unlink(),
    "events change places": _swap_events,
    "a diagram is changed": _change_diagram,
    "the policy is changed": lambda bundle: (bundle / "policy.json").write_bytes(b"{}"),
    "the checkpoint is changed": _change_checkpoint,
    "definitions change names": lambda bundle: _swap(bundle, "definitions", "*"),
    "documents change names": lambda bundle: _swap(bundle, "attachments", "*"),
    "another policy lies beside the true one": _hide_policy,
    "the number is another": _change_number,
    "an event is a link": _link,
    "an event is a folder": lambda bundle: (bundle / "events" / "000009.json").mkdir(),
    "an event has no input": _garble("events/000002.json", b'{"hash":"sha256","input":null}'),
    "an event is nested too deep": _garble("events/000002.json", b"[" * 100_000),
    "a list of versions is none": _garble("definitions/bundle-*", b"[]"),
    "the proof is none": _garble("proof.json", b"null"),
}


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_bundle_is_found(bundle: Path, how: str, careful: bool) -> None:
    FORGERIES[how](bundle)
    if careful:
        _forge_manifest(bundle)

    code, output = check(bundle)
    assert (code, "核对不通过" in output) == (1, True), output


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[1]", b'{"files":[1]}', b'{"files":{"a\\u0000b":1}}', b"[" * 100_000]
)
def test_a_manifest_that_is_none_is_told_in_words(bundle: Path, content: bytes) -> None:
    (bundle / "manifest.json").write_bytes(content)

    code, output = check(bundle)
    assert (code, "核对不通过" in output, "Traceback" in output) == (1, True, False)


def test_a_bundle_without_its_proof_cannot_agree_with_a_kept_checkpoint(bundle: Path, tmp_path: Path) -> None:
    kept = (bundle / "checkpoint.txt").rename(tmp_path / "kept.txt")
    (bundle / "proof.json").unlink()
    _forge_manifest(bundle)

    assert check(bundle)[0] == 0
    assert "无法与检查点或公钥对照" in check(bundle, "--checkpoint", str(kept))[1]
    assert check(bundle, "--key", "00")[0] == 1


def test_a_bundle_that_is_cut_back_to_an_older_end_is_found(bundle: Path, desk: Desk) -> None:
    case_id = json.loads((bundle / "manifest.json").read_text("utf-8"))["case"]
    with desk.engine.database.write() as connection:
        # The log remembers every end there has been: as if a checkpoint had been made one step earlier.
        position = connection.scalar(select(func.count()).select_from(LogEntry)) or 0
        before = connection.execute(
            select(HistoryEvent.digest).where(HistoryEvent.stream == case_id, HistoryEvent.seq == 7)
        ).scalar_one()
        earlier = {"kind": "stream", "key": case_id, "seq": 7, "digest": before}
        newest = update(LogEntry).where(LogEntry.key == case_id).values(position=position)
        (place,) = connection.scalars(select(LogEntry.position).where(LogEntry.key == case_id))
        connection.execute(newest)
        connection.execute(insert(LogEntry), {**earlier, "position": place})
        signed = make_checkpoint(connection, desk.engine.tools.signer(), desk.clock.now())
        leaves = leaves_of(connection, signed.statement.size)
        end = ends_of(connection, signed.statement.size).proof_for(case_id)
    proof = {"entry": earlier, "index": place, "proof": [part.hex() for part in inclusion_proof(leaves, place)]}
    proof["end"] = {"index": end[0], "proof": list(end[1])}
    (bundle / "proof.json").write_text(json.dumps(proof), "utf-8")
    (bundle / "checkpoint.txt").write_text(signed.file, "utf-8")
    (bundle / "events" / "000008.json").unlink()
    _forge_manifest(bundle)

    output = check(bundle)[1]
    assert "第 7 条不是检查点生成时的最后一条历史" in output
    assert "不在检查点里" not in output


def test_another_program_in_the_bundle_is_told(bundle: Path) -> None:
    (bundle / "verify.py").write_text("print('核对通过')", "utf-8")
    _forge_manifest(bundle)

    command = [sys.executable, "-I", "-S", verify.__file__, str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    assert "包里的 verify.py 与正在使用的不同" in done.stdout


def test_what_is_added_to_a_bundle_is_found(bundle: Path) -> None:
    (bundle / "more.txt").write_text("x")

    assert "多出文件 more.txt" in check(bundle)[1]


def test_an_older_kept_checkpoint_needs_the_proof_of_what_came_since(bundle: Path, desk: Desk, tmp_path: Path) -> None:
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.json"
    first = (bundle / "checkpoint.txt").read_text("utf-8")
    kept.write_text(first, "utf-8")
    later = Signed.read(desk.engine.execute(MakeCheckpoint(actor=SYSTEM)))
    with desk.engine.database.read() as connection:
        case_id = json.loads((bundle / "manifest.json").read_text("utf-8"))["case"]
        with (tmp_path / "later.zip").open("wb") as target:
            CaseBundle(connection, desk.engine.tools.attachments, case_id).write(target, ("办理表.html", b"<html>"))
        proof.write_text(consistency_since(connection, Signed.read(first)).file, "utf-8")
    with ZipFile(tmp_path / "later.zip") as archive:
        archive.extractall(tmp_path / "later")

    assert later.statement.number == 2
    assert check(tmp_path / "later", "--checkpoint", str(kept))[0] == 1
    assert check(tmp_path / "later", "--checkpoint", str(kept), "--consistency", str(proof))[0] == 0
    kept.write_text(first.replace("size: ", "size: 1"), "utf-8")
    assert check(tmp_path / "later", "--checkpoint", str(kept), "--consistency", str(proof))[0] == 1


def test_a_bundle_under_an_sm2_checkpoint_is_checked_without_any_library(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("gmssl")
    desk.engine.tools = replace(desk.engine.tools, signer=partial(signer_at, tmp_path / "sm2-key", SignatureKind.SM2))
    case_id = desk.granted()
    desk.engine.execute(MakeCheckpoint(actor=SYSTEM))
    with (tmp_path / "case.zip").open("wb") as target, desk.engine.database.read() as connection:
        CaseBundle(connection, desk.engine.tools.attachments, case_id).write(target, ("办理表.html", b"<html>"))
    with ZipFile(tmp_path / "case.zip") as archive:
        archive.extractall(tmp_path / "case")
    assert check(tmp_path / "case")[0] == 0

    text = (tmp_path / "case" / "checkpoint.txt").read_text("utf-8")
    (tmp_path / "case" / "checkpoint.txt").write_text(text[:-2] + ("0" if text[-2] != "0" else "1") + "\n", "utf-8")
    assert "检查点的签名无效" in check(tmp_path / "case")[1]
