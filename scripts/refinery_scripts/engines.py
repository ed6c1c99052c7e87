"""Who takes part in `make bench-peers`: refinery's command, and peers in processes of their own.

Nothing here loads torch. Linux counts the memory of a process from before its `exec` too, and
refinery's peak must not be ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from refinery_scripts.failure import fail
from refinery_scripts.paths import BENCH

# What would change an engine's kernels behind our back.
KERNEL_VARIABLES = ("REFINERY_KERNELS", "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY",
                    "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA")


@dataclass
class Turn:
    """One engine's scoring of one set of texts."""

    tokens: int
    seconds: float
    model_seconds: float | None = None  # less the log-probs; of peers alone
    peak_bytes: int | None = None       # most memory resident at once; of refinery alone
    token_nll: list[list[float]] | None = None
    wide_token_nll: list[list[float]] | None = None  # see peer_process.py

    @property
    def rate(self) -> float:
        return self.tokens / self.seconds

    @property
    def model_rate(self) -> float:
        return self.tokens / (self.model_seconds or self.seconds)


def environment(extra: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in KERNEL_VARIABLES} | extra


def read_documents(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


class Refinery:
    """`refinectl score`, the whole command: start, loading, tokenising and printing included."""

    def __init__(self, refinectl: Path, scratch: Path) -> None:
        self.refinectl = refinectl
        self.output = scratch / "refinery.jsonl"

    def version(self) -> str:
        return subprocess.run([self.refinectl, "--version"], check=True, capture_output=True,
                              text=True).stdout.strip()

    def bench(self, model: Path, threads: int) -> dict:
        """What `refinectl bench --json` says: the machine's peak of multiply-adds, and more."""
        command = [self.refinectl, "bench", model, "--json", "--threads", str(threads)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment({}))
        if done.returncode != 0:
            fail(f"refinectl bench ended with {done.returncode}", "its own message stands above")
        return json.loads(done.stdout)

    def score(self, model: Path, documents: Path, threads: int, kernels: str | None = None) -> Turn:
        command = [self.refinectl, "score", model, documents, "--per-token",
                   "--threads", str(threads)]
        extra = {"REFINERY_KERNELS": kernels} if kernels else {}
        with open(self.output, "wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE,
                                       env=environment(extra))
            errors = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode != 0:
            fail(f"{' '.join(map(str, command))} ended with {process.returncode}",
                 errors.decode("utf-8", "replace").strip())
        rows, expected = read_documents(self.output), read_documents(documents)
        if [row["token_ids"] for row in rows] != [row["token_ids"] for row in expected]:
            fail(f"refinery has other tokens than {documents.name}",
                 "models/reference/tokenizer.json and the teacher's vocabulary should be the same")
        return Turn(sum(len(row["token_ids"]) for row in rows), seconds,
                    peak_bytes=usage.ru_maxrss * 1024,
                    token_nll=[row["token_nll"] for row in rows])


class Peer:
    """A peer's process, started at once and asked by line; see peer_process.py."""

    def __init__(self, engine: str, model: Path, threads: int,
                 variables: dict[str, str] | None = None) -> None:
        self.name = f"{engine} on {model.name}"
        self.process = subprocess.Popen(
            [sys.executable, BENCH / "peer_process.py", engine, model, "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(variables or {}))

    def ask(self, **request) -> dict:
        line = ""
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line:
            fail(f"{self.name} ended with {self.process.wait()}", "its own message stands above")
        return json.loads(line)

    def tune(self, documents: Path) -> dict:
        return self.ask(do="tune", documents=str(documents))

    def score(self, documents: Path, nll: bool = False) -> Turn:
        answer = self.ask(do="score", documents=str(documents), nll=nll)
        return Turn(answer["tokens"], answer["seconds"], answer["model_seconds"],
                    token_nll=answer.get("token_nll"),
                    wide_token_nll=answer.get("wide_token_nll"))

    def check_tokens(self, documents: Path) -> None:
        ids = self.ask(do="tokenize", documents=str(documents))["token_ids"]
        if ids != [row["token_ids"] for row in read_documents(documents)]:
            fail(f"{self.name} has other tokens than {documents.name}",
                 "this peer's release may read the vocabulary in another way")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
