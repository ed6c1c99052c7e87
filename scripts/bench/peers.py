#!/usr/bin/env python3
"""refinery, transformers and llama.cpp on the same texts in turns: what `make bench-peers` runs.

    peers.py --refinectl PATH [--quick] [--docs docs/benchmarks.md] [--threads N] [--rounds 5]

Makes the texts and the weight files (under .cache/bench), lets each peer find its fastest setting
in a short trial, compares every engine's per-token NLLs with a float64 forward, then lets all score
the same texts in turns, other texts each round, and prints the tables that docs/benchmarks.md
holds; the file is written unless --quick, which tries the whole way with one round of little text.
All that was measured stays in .cache/bench/peers.json.

Needs an idle machine, some 10 GB of memory and 2 GB of disk, and on two cores about 37 minutes.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import scripts_path  # noqa: F401
import peer_report
from refinery_scripts import machine
from refinery_scripts.engines import Peer, Refinery, Turn
from refinery_scripts.failure import fail
from refinery_scripts.paths import BENCH, CACHE, JUDGES, REFERENCE, ROOT

TYPES = ("F32", "F16", "Q8_0", "Q4_0", "Q4_1")
# What holds torch, MKL and oneDNN to AVX2 on a processor that has more.
AVX2_ONLY = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
             "ONEDNN_MAX_CPU_ISA": "AVX2"}


@dataclass(frozen=True)
class Size:
    """How much is measured: always the same work for every thread of ours."""

    rounds: int
    texts: int          # of 512 tokens, a round
    trial_texts: int    # of 512 tokens, for transformers; llama.cpp gets half as many
    exact_texts: int    # of 512 tokens, for the comparison with float64
    long_tokens: int    # scored in chunks of each of `lengths`
    lengths: tuple[int, ...]


def size_of(arguments) -> Size:
    if arguments.quick:
        return Size(1, 2, 2, 1, 4096, (512, 2048))
    return Size(arguments.rounds, 8 * max(2, arguments.threads), 8, 4,
                8192 * max(2, arguments.threads), (512, 2048, 8192))


class Run:
    """The run's files, engines and results."""

    def __init__(self, arguments) -> None:
        self.threads = arguments.threads
        self.size = size_of(arguments)
        self.folder = arguments.cache / "bench"
        self.teacher = arguments.cache / "teacher.gguf"
        self.texts = self.folder / "texts"
        self.texts.mkdir(parents=True, exist_ok=True)
        self.cache = arguments.cache
        self.refinery = Refinery(arguments.refinectl, self.folder)
        self.start = time.monotonic()
        self.peers: dict[str, Peer] = {}
        self.about: dict[str, dict] = {}
        self.settings: dict[str, dict] = {}

    def say(self, text: str) -> None:
        minutes = (time.monotonic() - self.start) / 60
        print(f"[{minutes:5.1f} min] {text}", file=sys.stderr, flush=True)

    def documents(self, name: str) -> Path:
        return self.texts / f"{name}.jsonl"

    def make(self, script: Path, *arguments) -> str:
        """Runs a script of ours in a process of its own, which may use the judges' packages."""
        done = subprocess.run([sys.executable, script, *map(str, arguments)],
                              stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            fail(f"{script.name} ended with {done.returncode}", "its own message stands above")
        return done.stdout

    def make_texts(self) -> list[str]:
        size = self.size
        sets = [f"round{n}={size.texts}x512" for n in range(size.rounds)]
        sets += [f"trial={size.trial_texts}x512", f"half={(size.trial_texts + 1) // 2}x512",
                 f"exact={size.exact_texts}x512"]
        sets += [f"long{n}={size.long_tokens // n}x{n}" for n in size.lengths]
        return json.loads(self.make(
            BENCH / "texts.py", self.texts, "--tokenizer", REFERENCE, "--cache", self.cache,
            *sets))

    def make_weights(self) -> dict[str, Path]:
        """A file a type; Q4_1 is the teacher's own."""
        others = [kind for kind in TYPES if kind != "Q4_1"]
        self.make(JUDGES / "weight_files.py", self.teacher, self.folder / "weights",
                  "--types", ",".join(others))
        made = {kind: self.folder / "weights" / f"{kind}.gguf" for kind in others}
        return made | {"Q4_1": self.teacher}

    def start_peers(self, files: dict[str, Path], emulate_avx2: bool) -> None:
        """Every peer, one after the other, each at its fastest setting."""
        def add(label: str, peer: Peer, trial: str) -> None:
            self.peers[label] = peer
            peer.check_tokens(self.documents("round0"))
            self.about[label] = peer.ask(do="about")
            self.settings[label] = peer.tune(self.documents(trial))
            self.say(f"{label}: fastest with {self.settings[label]['setting']}")

        add("transformers F32", Peer("transformers", files["F32"], self.threads), "trial")
        if emulate_avx2:
            add("transformers F32, AVX2",
                Peer("transformers", files["F32"], self.threads, AVX2_ONLY), "trial")
        for kind in TYPES:
            add(f"llama.cpp {kind}", Peer("llama.cpp", files[kind], self.threads), "half")

    def contestants(self, files: dict[str, Path], emulate_avx2: bool) -> dict:
        """Label to what it does in a round, given the round's texts."""
        score, threads = self.refinery.score, self.threads
        all_of_them = {}
        for kind in TYPES:
            all_of_them[f"refinery {kind}"] = lambda texts, f=files[kind]: score(f, texts, threads)
        for label, peer in self.peers.items():
            all_of_them[label] = lambda texts, p=peer: p.score(texts)
        if emulate_avx2:
            all_of_them["refinery F32, AVX2"] = (
                lambda texts: score(files["F32"], texts, threads, "avx2"))
        for count in {1, 2} - {threads}:
            all_of_them[f"refinery Q4_1, threads {count}"] = (
                lambda texts, n=count: score(files["Q4_1"], texts, n))
        for length in self.size.lengths:
            all_of_them[f"refinery Q4_1, chunks of {length}"] = (
                lambda texts, n=length: score(files["Q4_1"], self.documents(f"long{n}"), threads))
        return all_of_them

    def rounds(self, contestants: dict) -> dict[str, dict]:
        """All take turns; who begins changes, so that no one always follows the same other."""
        turns: dict[str, list[Turn]] = {label: [] for label in contestants}
        labels = list(contestants)
        for number in range(self.size.rounds):
            shift = number * len(labels) // self.size.rounds
            for label in labels[shift:] + labels[:shift]:
                turns[label].append(contestants[label](self.documents(f"round{number}")))
            self.say(f"round {number + 1} of {self.size.rounds}")
        return {label: summary(of_one) for label, of_one in turns.items()}

    def exactness(self, files: dict[str, Path], emulate_avx2: bool) -> dict[str, dict]:
        """Each engine's per-token NLLs against a float64 forward on the same weights."""
        texts = self.documents("exact")
        result: dict[str, dict] = {}
        exact: dict[str, list[list[float]]] = {}
        for kind in TYPES:
            if kind == "Q4_1":
                # F32 holds exactly what Q4_1 stands for, so one forward serves both.
                exact[kind] = exact["F32"]
            else:
                judge = Peer("transformers64", files[kind], self.threads)
                exact[kind] = judge.score(texts, nll=True).token_nll
                judge.close()
            turns = {f"refinery {kind}": self.refinery.score(files[kind], texts, self.threads),
                     f"llama.cpp {kind}": self.peers[f"llama.cpp {kind}"].score(texts, nll=True)}
            if kind == "F32":
                for label in ("transformers F32", "transformers F32, AVX2"):
                    if label in self.peers:
                        turns[label] = self.peers[label].score(texts, nll=True)
                if emulate_avx2:
                    turns["refinery F32, AVX2"] = self.refinery.score(
                        files[kind], texts, self.threads, "avx2")
            for label, turn in turns.items():
                result[label] = difference(turn.token_nll, exact[kind])
                if label.startswith("transformers"):
                    result[f"{label}, log-softmax in float64"] = difference(
                        turn.wide_token_nll, exact[kind])
            self.say(f"compared {', '.join(turns)} with float64")
        return result


def commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE)
    return done.stdout.strip() or "unknown"


def summary(turns: list[Turn]) -> dict:
    result = {"tokens": turns[0].tokens, "rates": [round(turn.rate, 1) for turn in turns]}
    if turns[0].model_seconds is not None:
        result["model_rates"] = [round(turn.model_rate, 1) for turn in turns]
    if turns[0].peak_bytes is not None:
        result["peak_bytes"] = max(turn.peak_bytes for turn in turns)
    return result


def difference(found: list[list[float]], expected: list[list[float]]) -> dict:
    """How far per-token NLLs lie from the expected ones, in nats."""
    if list(map(len, found)) != list(map(len, expected)):
        fail("an engine gave another number of NLLs than the float64 forward",
             "both should score every token but a text's first")
    far = [abs(a - b) for one, other in zip(found, expected) for a, b in zip(one, other)]
    means = [abs(statistics.fmean(one) - statistics.fmean(other))
             for one, other in zip(found, expected)]
    return {"tokens": len(far), "max": max(far), "mean": statistics.fmean(far),
            "max_text_mean": max(means)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True, help="the release build")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--docs", type=Path, help="the file whose table is written (not with "
                        "--quick unless named)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round of little text: a try-out")
    arguments = parser.parse_args()
    docs = arguments.docs or (None if arguments.quick else ROOT / "docs" / "benchmarks.md")

    run = Run(arguments)
    load = os.getloadavg()[0]
    if load > 0.3 and not arguments.quick:
        run.say(f"the load is {load:.2f}: other programs make these figures worse than they are")
    flags = machine.flags()
    emulate_avx2 = "avx512f" in flags and "avx2" in flags
    run.say("texts")
    packages = run.make_texts()
    run.say("weights of each type")
    files = run.make_weights()
    bench = run.refinery.bench(run.teacher, run.threads)
    run.start_peers(files, emulate_avx2)
    exactness = run.exactness(files, emulate_avx2)
    engines = run.rounds(run.contestants(files, emulate_avx2))
    for peer in run.peers.values():
        peer.close()

    results = {
        "date": datetime.date.today().isoformat(), "quick": arguments.quick,
        "command": "make bench-peers" + (" QUICK=1" if arguments.quick else ""),
        "minutes": round((time.monotonic() - run.start) / 60, 1),
        "threads": run.threads, "rounds": run.size.rounds, "load_at_start": load,
        "machine": machine.describe(), "commit": commit(), "version": run.refinery.version(),
        "packages": packages, "bench": bench, "emulates_avx2": emulate_avx2,
        "files": {kind: path.stat().st_size for kind, path in files.items()},
        "engines": engines, "exactness": exactness, "peers": run.about, "settings": run.settings,
    }
    record = run.folder / "peers.json"
    record.write_text(json.dumps(results, indent=1) + "\n")
    text = peer_report.markdown(results)
    print(text)
    if docs:
        peer_report.write(docs, text)
        run.say(f"wrote {docs}")
    run.say(f"everything measured: {record}; the tables again: "
            f"{shlex.join([sys.executable, str(BENCH / 'peer_report.py'), str(record)])}")


if __name__ == "__main__":
    main()
