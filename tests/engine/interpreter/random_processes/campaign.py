"""A long run of random cases on every core; seeds that fail are saved, each with its story.

`make campaign CASES=20000 SEED=0`
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from random_processes.asking import AskingTrial
from random_processes.graph_trial import GraphTrial
from random_processes.return_trial import ReturnTrial
from random_processes.trial import Trial

FAILURES = Path("var/campaign")
#: what is played, and how many of every hundred cases are of the kind
KINDS: Mapping[str, tuple[int, Callable[[int], Trial | ReturnTrial]]] = {
    "flow": (40, lambda seed: Trial(seed).play()),
    "asking": (10, lambda seed: AskingTrial(seed).play()),
    "return": (25, lambda seed: ReturnTrial(seed).play()),
    "graph": (25, lambda seed: GraphTrial(seed).play()),
}


@dataclass(frozen=True)
class Outcome:
    kind: str
    seed: int
    steps: int
    #: why it was left before its end, or what went wrong
    cut: str = ""
    failure: str = ""


def run(case: tuple[str, int]) -> Outcome:
    kind, seed = case
    try:
        trial = KINDS[kind][1](seed)
    except Exception as fault:
        story = str(fault) if isinstance(fault, AssertionError) else traceback.format_exc()
        return Outcome(kind, seed, 0, failure=f"{type(fault).__name__}: {story}")
    return Outcome(kind, seed, len(trial.story), cut=trial.cut)


def cases(count: int, first: int) -> Iterator[tuple[str, int]]:
    """The kinds in turn, each with its own seeds."""
    turns = [kind for kind, (share, _) in KINDS.items() for _ in range(share)]
    numbers: Counter[str] = Counter()
    for number in range(count):
        kind = turns[number % len(turns)]
        yield kind, first + numbers[kind]
        numbers[kind] += 1


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=0, help="the first one")
    asked.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    options = asked.parse_args()
    began, tally, steps, failures = time.monotonic(), Counter[str](), 0, list[Outcome]()
    with multiprocessing.Pool(options.processes) as pool:
        todo = cases(options.cases, options.seed)
        for number, outcome in enumerate(pool.imap_unordered(run, todo, chunksize=20), start=1):
            steps += outcome.steps
            tally[f"{outcome.kind}: {'FAILED' if outcome.failure else outcome.cut or 'played'}"] += 1
            if outcome.failure:
                failures.append(outcome)
                save(outcome)
            if number % 1000 == 0 or number == options.cases:
                print(
                    f"{number} cases, {steps} steps, {len(failures)} failed, {time.monotonic() - began:.0f} s",
                    flush=True,
                )
    print("\n".join(f"{what}: {count}" for what, count in sorted(tally.items())))
    if failures:
        print(f"failed: {', '.join(f'{one.kind} {one.seed}' for one in failures[:100])}; see {FAILURES}")
    return 1 if failures else 0


def save(outcome: Outcome) -> None:
    FAILURES.mkdir(parents=True, exist_ok=True)
    (FAILURES / f"{outcome.kind}-{outcome.seed}.txt").write_text(outcome.failure, encoding="utf-8")
    seeds = {file.stem for file in FAILURES.glob("*.txt")}
    (FAILURES / "seeds.json").write_text(json.dumps(sorted(seeds), indent=1), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
