"""How fast FEEL and decision tables are, against the budget and beside other implementations in the same run.

`npm install --ignore-scripts` in this folder brings feelin; `pip install bkflow-feel` brings bkflow-feel. What is not
installed is left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import timeit
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from engine import dmn, feel
from engine.feel.compiler import Compiler
from engine.feel.expression import known_names
from engine.feel.parser import Parser

HERE = Path(__file__).parent
CONDITION = 'amount >= 500000 and level = "town"'
INPUTS: dict[str, Any] = {"amount": 600000, "level": "town"}


def best(work: Callable[[], object], turns: int = 5000) -> float:
    """Microseconds of the fastest of five rounds."""
    return min(timeit.repeat(work, number=turns, repeat=5)) / turns * 1e6


def compile_anew() -> Callable[..., Any]:
    """Compile the condition without the cache that `feel.compile` keeps."""
    return Compiler().compile(Parser(CONDITION, known_names((), ()), {}).expression())


def import_milliseconds() -> float:
    """The time `import engine.feel` takes in a new process, the fastest of five."""
    code = "from time import perf_counter as t; s = t(); import engine.feel; print((t() - s) * 1000)"
    runs = (subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5))
    return min(float(run.stdout) for run in runs)


def decision_table(rules: int = 20) -> bytes:
    """A table with three inputs of which only the last rule matches."""
    rows = "".join(
        f'<rule id="r{number}"><inputEntry><text>"a{number % 4}", "b{number}"</text></inputEntry>'
        f"<inputEntry><text>[{number * 100}..{number * 100 + 200})</text></inputEntry>"
        f"<inputEntry><text>{'-' if number % 2 else 'true'}</text></inputEntry>"
        f'<outputEntry><text>"{number}"</text></outputEntry></rule>'
        for number in range(rules)
    )
    inputs = "".join(
        f'<input><inputExpression typeRef="{of}"><text>{text}</text></inputExpression></input>'
        for text, of in (("kind", "string"), ("project.amount", "number"), ("urgent", "boolean"))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="bench" namespace="urn:bench">'
        f'<decision id="d" name="d"><decisionTable>{inputs}<output/>{rows}</decisionTable></decision></definitions>'
    ).encode()


def feelin() -> float | None:
    """feelin parses and evaluates in one call."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "feelin").is_dir():
        return None
    arguments = [node, str(HERE / "feelin.mjs"), CONDITION, json.dumps(INPUTS)]
    return float(subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=HERE).stdout)


def bkflow() -> float | None:
    """bkflow-feel parses and evaluates in one call."""
    try:
        api = import_module("bkflow_feel.api")
    except ImportError:
        return None
    return best(lambda: api.parse_expression(CONDITION, INPUTS), 500)


def main() -> None:
    """Print every figure with its budget or its ratio."""
    expression, model = feel.compile(CONDITION), dmn.read(decision_table())
    case = {"kind": "b19", "project": {"amount": Decimal(2050)}, "urgent": True}
    assert expression(INPUTS) is True
    assert model.evaluate("d", case) == "19"
    compiling, evaluating = best(compile_anew), best(lambda: expression(INPUTS))
    figures = (
        ("import engine.feel", import_milliseconds() * 1000, 60_000),
        ("compile a condition of two comparisons", compiling, 50),
        ("evaluate it", evaluating, 2),
        ("decide a table of 20 rules and 3 inputs", best(lambda: model.evaluate("d", case), 2000), 60),
    )
    for name, microseconds, budget in figures:
        print(f"{name:<42}{microseconds:>10.1f} µs   {microseconds / budget:>6.2f} of the budget of {budget} µs")
    for name, measured in (("feelin", feelin()), ("bkflow-feel", bkflow())):
        if measured is None:
            print(f"{name:<42}{'not installed':>13}")
            continue
        ours = compiling + evaluating
        ratio = f"{measured / ours:>6.2f} times ours of {ours:.1f} µs"
        print(f"{name + ', parse and evaluate':<42}{measured:>10.1f} µs   {ratio}")


if __name__ == "__main__":
    main()
