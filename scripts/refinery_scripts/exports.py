"""Exports of one selection in several formats, and what each is to hold: for the judges of formats."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
from tokenizers import Tokenizer

from refinery_scripts.paths import ROOT

failures = 0


def check(what: str, found: object, expected: object) -> None:
    global failures
    if isinstance(found, numpy.ndarray) or isinstance(expected, numpy.ndarray):
        same = numpy.array_equal(found, expected)
    else:
        same = found == expected
    print(f"{'ok  ' if same else 'FAIL'} {what}")
    if not same:
        failures += 1
        print(f"     found {str(found)[:300]}\n     expected {str(expected)[:300]}")


class Exporter:
    """`refinectl export` or `refine` with everything that is the same for all formats."""

    def __init__(self, tool: str, folder: Path, model: Path, store: Path | None,
                 tokenizer: Path) -> None:
        self.tool, self.folder, self.tokenizer = tool, folder, tokenizer
        if store is not None:
            copy = folder / "store.db"
            for suffix in ["", "-wal"]:
                if Path(f"{store}{suffix}").exists():
                    shutil.copy(f"{store}{suffix}", f"{copy}{suffix}")
            self.command = ["export", "--store", str(copy)]
        else:
            corpus = folder / "corpus.jsonl"
            corpus.write_text("".join(json.dumps(row) + "\n" for row in documents()))
            self.command = ["refine", str(corpus), "--teacher", str(model), "--reference", str(model),
                            "--max-tokens", "64", "--store", str(folder / "store.db")]

    def run(self, *arguments: str, keep: str = "1", expected: int = 0) -> str:
        run = subprocess.run(
            [self.tool, *self.command, "--ratio", keep, "--no-guards", "--keep-duplicates",
             *arguments], capture_output=True, text=True)
        if run.returncode != expected:
            sys.exit(f"refinectl {' '.join(arguments)} ended with {run.returncode}: {run.stderr}")
        return run.stderr

    def tokens(self, name: str, format_name: str, *arguments: str) -> Path:
        path = self.folder / name
        self.run("--format", format_name, "--tokenizer", str(self.tokenizer), "--output", str(path),
                 *arguments)
        self.verify(path)
        return path

    def verify(self, path: Path) -> None:
        manifest = f"{path}.manifest.json"
        run = subprocess.run([self.tool, "verify", manifest], capture_output=True, text=True)
        check(f"{path.name}: verify, {run.stdout.strip()}", run.returncode, 0)
        output = json.loads(Path(manifest).read_text())["output"]
        place = path if output.get("folder") else path.parent
        for name in [file["file"] for file in output.get("files", [output])][:4]:
            damaged = place / name
            content = damaged.read_bytes()
            if not content:
                continue
            middle = len(content) // 2
            damaged.write_bytes(
                content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:])
            run = subprocess.run([self.tool, "verify", manifest], capture_output=True, text=True)
            check(f"{path.name}: verify names {name} with a byte changed",
                  (run.returncode, str(damaged) in run.stdout), (1, True))
            damaged.write_bytes(content)


def documents() -> list[dict[str, object]]:
    lines = (ROOT / "Tests/Fixtures/models/documents.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return [{
        "id": str(1000 + number), "text": " ".join([f"{number} {text}"] * (1 + number % 7)),
        "domain": None if number % 5 == 0 else f"domain {number % 3}", "number": number,
    } for number, text in enumerate(texts * 4) if text.strip()]


class Expected:
    """What each format is to hold, by the JSONL and PyPI's tokenizers."""

    def __init__(self, rows: list[dict], tokenizer: Path) -> None:
        self.rows = rows
        encoder = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        encoder.encode_special_tokens = True
        config = json.loads((tokenizer / "tokenizer_config.json").read_text())
        end = config["eos_token"]
        self.end = encoder.token_to_id(end if isinstance(end, str) else end["content"])
        self.vocabulary = encoder.get_vocab_size()
        self.ids, self.begins = [], []
        before: dict | None = None
        for row in rows:
            ids = encoder.encode(row["text"], add_special_tokens=False).ids
            self.ids.append(ids + ([self.end] if row["final"] else []))
            self.begins.append(before is None or before["final"] or before["id"] != row["id"]
                               or before["end"] != row["start"])
            before = row
        self.flat = numpy.array([id for ids in self.ids for id in ids], dtype=numpy.int64)

    def text_ends(self) -> list[int]:
        """How many rows there are up to the end of each text."""
        return [index for index in range(1, len(self.rows)) if self.begins[index]] + [len(self.rows)]


def read(path: Path) -> Iterator[dict]:
    with path.open() as lines:
        for line in lines:
            yield json.loads(line)


def judge(judges: list[Callable[[Exporter, Expected], None]], description: str) -> None:
    """Exports as the command line says, and exits with 1 where a judge finds a difference."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refinectl", required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models/reference")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer = arguments.tokenizer or arguments.model
        export = Exporter(arguments.refinectl, folder, arguments.model, arguments.store, tokenizer)
        rows = folder / "rows.jsonl"
        export.run("--output", str(rows), "--keep-fields")
        export.verify(rows)
        expected = Expected(list(read(rows)), tokenizer)
        print(f"{len(expected.rows)} rows, {len(expected.flat)} tokens, "
              f"{len(expected.text_ends())} texts")
        for one in judges:
            if arguments.only in one.__name__:
                one(export, expected)
    print(f"{failures} differ" if failures else "nothing differs")
    sys.exit(failures > 0)
