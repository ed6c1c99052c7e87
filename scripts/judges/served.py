#!/usr/bin/env python3
"""A served model beside the same model in refinery: every token, every mean, a whole selection.

    served.py --refinectl PATH [--model FOLDER] [--url ADDRESS] [--token 1e-3] [--mean 1e-4]

Without --url it starts `python -m refinery_distill.serve` with the model (models/reference). It also
refines a small corpus three times: with the native model as the teacher, with the served one, and by
a daemon that is killed again and again while it scores with the served one. With --url it compares an
engine that runs already, such as vllm+http://host:8000/NAME. Texts are paragraphs of docs/. Exits 1
where a token id differs or a number differs by more than allowed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts import paths
from refinery_scripts.daemon import Daemon

TEXTS = 120
MAX_TOKENS = 128
KILLS = 4
# The reference of the pair that refines: any model will do, with the same tokenizer.
SMALL = paths.REFERENCE


def texts() -> list[dict]:
    """Paragraphs of the documentation, and some that tokenizers find hard."""
    found = ["", "a", " ", "e\u0301 \u00e9 \u4f60\u597d \U0001f642", "<|endoftext|> is text here"]
    for page in sorted((paths.ROOT / "docs").glob("*.md")):
        found += [part for part in page.read_text().split("\n\n") if 80 < len(part) < 3000]
    return [{"id": str(number), "text": text} for number, text in enumerate(found[:TEXTS])]


@contextlib.contextmanager
def serving(model: Path) -> Iterator[str]:
    """The address of a server that this script starts and ends."""
    environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "python/src")}
    server = subprocess.Popen(
        [sys.executable, "-m", "refinery_distill.serve", str(model), "--served-name", "judged",
         "--port", "0", "--dtype", "float32"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if address := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                yield f"sglang+http://127.0.0.1:{address[1]}/judged"
                return
        sys.exit("the server did not start:\n" + "".join(said))
    finally:
        server.terminate()
        server.wait()


def run(*command: str | Path) -> str:
    """The output of a command, which must end with 0."""
    return subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def compare(native: list[dict], served: list[dict], token: float, mean: float) -> bool:
    """Prints the largest differences of tokens and means; whether all are allowed."""
    worst_token = worst_mean = 0.0
    count = 0
    for one, other in zip(native, served, strict=True):
        if one["id"] != other["id"] or one["token_ids"] != other["token_ids"]:
            print(f"text {one['id']}: other ids")
            return False
        if one["tokens"] != other["tokens"] or one["bytes"] != other["bytes"]:
            print(f"text {one['id']}: other counts")
            return False
        pairs = list(zip(one["token_nll"], other["token_nll"], strict=True))
        count += len(pairs)
        worst_token = max([worst_token, *(abs(a - b) for a, b in pairs)])
        if one["tokens"]:
            worst_mean = max(worst_mean, abs(one["nll"] - other["nll"]) / one["tokens"])
    print(f"{len(native)} texts, {count} tokens: a token differs by {worst_token:.2g} at most, "
          f"a mean by {worst_mean:.2g}")
    return count > 0 and worst_token <= token and worst_mean <= mean


def refine(refinectl: Path, folder: Path, model: Path, address: str, name: str) -> list[dict]:
    """What a pair keeps of a corpus, all of it, with its scores."""
    output = folder / f"{name}.jsonl"
    teacher = ["--teacher", model] if name == "native" else [
        "--teacher", address, "--teacher-tokenizer", model, "--teacher-dtype", "float32",
        "--teacher-revision", weight_version(refinectl, address, model)]
    run(refinectl, "refine", folder / "texts.jsonl", *teacher, "--reference", SMALL,
        "--ratio", "1", "--no-guards", "--max-tokens", MAX_TOKENS, "--output", output)
    return lines(output.read_text())


def killed(refinectl: Path, folder: Path, model: Path, address: str) -> list[dict]:
    """The same by a daemon that is killed while it scores, several times."""
    url, name = re.fullmatch(r"sglang\+(http://[^/]+)/(.+)", address).groups()
    config = folder / "refineryd.toml"
    # Batches of a second or less, so that a kill finds some recorded and some not.
    config.write_text(
        f'max_tokens = {MAX_TOKENS}\nthreads = 1\n[reference]\npath = "{SMALL}"\n'
        f'[teacher]\nengine = "sglang"\nurl = ["{url}"]\nmodel = "{name}"\n'
        f'tokenizer = "{model}"\ndtype = "float32"\ntokens_in_flight = 256\n'
        f'revision = "{weight_version(refinectl, address, model)}"\n')
    kills = 0
    while True:
        daemon = Daemon(refinectl.parent, folder, config, models=(), until_idle=False)
        if kills == 0:
            daemon.call("enqueue", folder / "texts.jsonl", "--corpus", "texts")
        first = None
        while (status := daemon.status())["state"] != "idle":
            scored = status["corpora"][0]["scored"]["teacher"] if status["corpora"] else None
            first = scored if first is None else first
            if kills < KILLS and first is not None and scored != first:
                break
            time.sleep(0.01)
        else:
            break
        daemon.kill()
        kills += 1
    output = folder / "killed.jsonl"
    with daemon:
        daemon.call("export", "--ratio", "1", "--no-guards", "--output", output)
    print(f"a daemon was killed {kills} times while it scored")
    return lines(output.read_text())


def weight_version(refinectl: Path, address: str, model: Path) -> str:
    """What the server itself calls its weights."""
    report = json.loads(run(
        refinectl, "inspect", address, "--tokenizer", model, "--dtype", "float32", "--json"))
    # A .gguf file's tokenizer is one that the server does not have.
    assert report["same_tokenizer"] is (None if model.suffix == ".gguf" else True), report
    return report["reported_revision"]


def judge(refinectl: Path, model: Path, address: str, is_own: bool, token: float, mean: float) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "texts.jsonl"
        corpus.write_text("".join(json.dumps(text) + "\n" for text in texts()))
        dtype = ["--dtype", "float32"] if mean < 1e-2 else []
        native = lines(run(refinectl, "score", model, corpus, "--per-token"))
        served = lines(run(
            refinectl, "score", address, corpus, "--per-token", "--tokenizer", model, *dtype))
        good = compare(native, served, token, mean)
        if not is_own:
            return good
        corpus.write_text("".join(
            json.dumps(text) + "\n" for text in texts() if text["text"].strip()))
        first = refine(refinectl, folder, model, address, "native")
        for what, second in [
            ("refine", refine(refinectl, folder, model, address, "served")),
            ("daemon", killed(refinectl, folder, model, address)),
        ]:
            good = compare_rows(what, first, second, mean) and good
        return good


def compare_rows(what: str, first: list[dict], second: list[dict], mean: float) -> bool:
    """Prints the largest difference of the teacher's means; whether all is as it must be."""
    worst = 0.0
    for one, other in zip(first, second, strict=True):
        same = all(one[key] == other[key] for key in ("id", "chunk", "text", "tokens"))
        if not same or abs(one["reference_nll"] - other["reference_nll"]) > 1e-5 * one["tokens"]:
            print(f"{what}: document {one['id']}: another chunk or reference")
            return False
        worst = max(worst, abs(one["teacher_nll"] - other["teacher_nll"]) / one["tokens"])
    print(f"{what}: {len(first)} chunks, a teacher's mean differs by {worst:.2g} at most")
    return bool(first) and worst <= mean


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=paths.REFERENCE)
    parser.add_argument("--url")
    parser.add_argument("--token", type=float, default=1e-3)
    parser.add_argument("--mean", type=float, default=1e-4)
    given = parser.parse_args()
    refinectl, model = given.refinectl.resolve(), given.model.resolve()
    if given.url:
        good = judge(refinectl, model, given.url, False, given.token, given.mean)
    else:
        with serving(model) as address:
            good = judge(refinectl, model, address, True, given.token, given.mean)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
