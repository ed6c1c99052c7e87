#!/usr/bin/env python3
"""Makes every committed number again with the judges and compares: what `make test-judges` runs.

    compare.py [--teacher GGUF] [--fixtures Tests/Fixtures] [--refinectl PATH] [--write]

--write replaces the fixtures instead. With --refinectl refinery itself is judged too, on the
teacher's weights in every tensor type, on random added tokens, on what config.json may leave out,
on the tokenizer.json that it writes for the teacher, and on random models of every family, form and
type. Exits 1 when a number differs by more than the
promise (2e-3 nats a token, 1e-4 a mean; of random models in refinery 1e-4 and 1e-5) or a token id
differs at all.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

import scripts_path  # noqa: F401
import added_tokens
import defaults
import dequantise
import llama_cpp_families
import matrix
import pair
import random_families
import random_llama
import rope_frequencies
import tokenizer_bos
import tokenizer_components
import tokenizer_ids
import tokenizer_pre
import tokenizer_spm
import tokenizer_written
import unicode_categories
import weight_files
from nll import score, within
from refinery_scripts import judge_llama_cpp
from refinery_scripts.judge_models import load_model, load_tokenizer, read_jsonl, write_jsonl
from refinery_scripts.paths import FIXTURES, REFERENCE, ROOT, TEACHER

# llama.cpp rounds keys and values to F16, and activations to 8 bits beside quantised weights.
LLAMA_CPP_TOLERANCE = {"F32": 0.05, "F16": 0.1, "BF16": 0.2}


def check_parity(fixtures: Path, name: str, model_path: Path, write: bool) -> bool:
    documents = read_jsonl(fixtures / "documents.jsonl")
    tokenizer = load_tokenizer(REFERENCE)
    rows = score(load_model(model_path, torch.float64), tokenizer, documents, None)
    if write:
        write_jsonl(fixtures / f"{name}.jsonl", rows)
    good = within(rows, read_jsonl(fixtures / f"{name}.jsonl"), f"{name}, float64")
    single = score(load_model(model_path, torch.float32), tokenizer, documents, None)
    return within(single, rows, f"{name}, transformers' own float32 against float64") and good


def check_weight_types(fixtures: Path, teacher: Path, refinectl: Path) -> bool:
    """refinery on the teacher's weights in every type, against float64 on what they stand for."""
    documents = read_jsonl(fixtures / "documents.jsonl")
    tokenizer = load_tokenizer(REFERENCE)
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "scores.jsonl"
        for kind in weight_files.TYPES:
            path = Path(scratch) / f"{kind}.gguf"
            weight_files.write(teacher, kind, path)
            with open(output, "wb") as stdout:
                subprocess.run([refinectl, "score", path, fixtures / "documents.jsonl",
                                "--per-token"], check=True, stdout=stdout)
            expected = score(load_model(path, torch.float64), tokenizer, documents, None)
            good &= within(read_jsonl(output), expected, f"refinery, {kind}, against float64")
            path.unlink()
    return good


def check_llama_cpp_ids(fixtures: Path, teacher: Path) -> bool:
    vocabulary = judge_llama_cpp.load(teacher, vocabulary_only=True)
    other = [
        document["id"]
        for document, expected in zip(
            read_jsonl(fixtures / "documents.jsonl"), read_jsonl(fixtures / "teacher.jsonl"))
        if judge_llama_cpp.token_ids(vocabulary, document["text"]) != expected["token_ids"]
    ]
    vocabulary.close()
    print(f"teacher, llama.cpp's token ids: {len(other)} documents differ {other or ''}")
    return not other


def check_random_models(fixtures: Path, write: bool) -> bool:
    if write:
        random_llama.write_all(fixtures)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "models"
        random_llama.write_all(made)
        good = True
        # Compared by what they compute: other releases of the writers may order a header anew.
        fresh = by_model(read_jsonl(made / "expected.jsonl"))
        for name, expected in by_model(read_jsonl(fixtures / "expected.jsonl")).items():
            good &= within(fresh.get(name, []), expected, f"random model {name}")
            good &= name in fresh
    documents = read_jsonl(fixtures / "documents.jsonl")
    expected = read_jsonl(fixtures / "expected.jsonl")
    for spec in random_llama.GGUF_MODELS:
        rows = {row["id"]: row for row in expected if row["model"] == spec.file}
        good &= check_with_llama_cpp(fixtures / spec.file, spec, documents, rows)
    return good


def check_families(fixtures: Path, write: bool) -> bool:
    if write:
        random_families.write_all(fixtures)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "families"
        random_families.write_all(made)
        fresh = by_model(read_jsonl(made / "expected.jsonl"))
    good = True
    for name, expected in by_model(read_jsonl(fixtures / "expected.jsonl")).items():
        good &= within(fresh.get(name, []), expected, f"random model {name}")
    return llama_cpp_families.check(fixtures) and good


def check_pair(path: Path, write: bool) -> bool:
    expected = read_jsonl(path)
    rows = pair.score_pair(expected)
    if write:
        write_jsonl(path, rows)
    good = pair.agree(rows, expected)
    print(f"pair with different tokenizers: {len(rows)} chunks: {'ok' if good else 'DIFFERS'}")
    return good


def check_with_llama_cpp(path: Path, spec, documents: list[dict], rows: dict) -> bool:
    """The committed GGUF itself in llama.cpp: its token ids, and the NLLs as far as it is exact."""
    model = judge_llama_cpp.load(path)
    other, worst = 0, 0.0
    for document in documents:
        row = rows.get(document["id"])
        if row is None:
            continue
        other += judge_llama_cpp.token_ids(model, document["text"]) != row["token_ids"]
        ids = ([] if row["context"] is None else [row["context"]]) + row["token_ids"]
        if len(ids) > 1:
            values = judge_llama_cpp.token_nll(model, ids)
            worst = max(worst, *(abs(a - b) for a, b in zip(values, row["token_nll"])))
    model.close()
    tolerance = LLAMA_CPP_TOLERANCE.get(spec.kind)
    good = other == 0 and (tolerance is None or worst <= tolerance)
    bound = "coarse, not judged" if tolerance is None else f"at most {tolerance}"
    print(f"random model {spec.name} in llama.cpp: {other} with other ids, max token difference "
          f"{worst:.3f} ({bound}): {'ok' if good else 'DIFFERS'}")
    return good


def by_model(rows: list[dict]) -> dict[str, list[dict]]:
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["model"], []).append(row)
    return groups


def check_dequantisation(path: Path, write: bool) -> bool:
    if write:
        dequantise.write_all(path)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "blocks.jsonl"
        dequantise.write_all(fresh)
        good = read_jsonl(fresh) == read_jsonl(path)
    print(f"dequantised blocks: {'ok' if good else 'DIFFER'}")
    return good


def check_rope(path: Path, write: bool) -> bool:
    if write:
        rope_frequencies.write_all(path)
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "rope.jsonl"
        rope_frequencies.write_all(fresh)
        good = read_jsonl(fresh) == read_jsonl(path)
    print(f"RoPE frequencies: {'ok' if good else 'DIFFER'}")
    return good


def check_token_ids(fixtures: Path, write: bool) -> bool:
    good = True
    makers = {"ids": tokenizer_ids, "components": tokenizer_components, "pre": tokenizer_pre,
              "spm": tokenizer_spm}
    for name, maker in makers.items():
        path = fixtures / f"{name}.jsonl"
        if write:
            maker.write_all(path)
        with tempfile.TemporaryDirectory() as scratch:
            fresh = Path(scratch) / path.name
            maker.write_all(fresh)
            same = read_jsonl(fresh) == read_jsonl(path)
        print(f"tokenizer {name}: {'ok' if same else 'DIFFER'}")
        good &= same
    return good


def check_unicode() -> bool:
    differing = unicode_categories.differing(
        ROOT / "Sources/TeacherInference/Tokenizer/Regex/UnicodeCategories.swift")
    print(f"Unicode tables: {'DIFFER: ' + ', '.join(differing) if differing else 'ok'}")
    return not differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fixtures", type=Path, default=FIXTURES)
    parser.add_argument("--teacher", type=Path, default=TEACHER)
    parser.add_argument("--refinectl", type=Path, help="refinery's binary, to be judged too")
    parser.add_argument("--write", action="store_true", help="replace the committed numbers")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    fixtures, write = arguments.fixtures, arguments.write
    results = [
        check_dequantisation(fixtures / "dequantised.jsonl", write),
        check_rope(fixtures / "rope.jsonl", write),
        check_token_ids(fixtures / "tokenizer", write),
        tokenizer_bos.check(),
        check_unicode(),
        check_random_models(fixtures / "models", write),
        check_families(fixtures / "families", write),
        check_pair(fixtures / "pair" / "expected.jsonl", write),
        check_parity(fixtures / "parity", "reference", REFERENCE, write),
        check_parity(fixtures / "parity", "teacher", arguments.teacher, write),
        check_llama_cpp_ids(fixtures / "parity", arguments.teacher),
    ]
    if arguments.refinectl:
        results.append(check_weight_types(
            fixtures / "parity", arguments.teacher, arguments.refinectl))
        results.append(added_tokens.check(arguments.refinectl.resolve()))
        results.append(defaults.check(arguments.refinectl.resolve()))
        results.append(tokenizer_written.check(arguments.teacher, arguments.refinectl.resolve()))
        results.append(matrix.check(arguments.refinectl.resolve()))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
