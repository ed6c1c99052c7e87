#!/usr/bin/env python3
"""Compares every token id of `refinectl tokenize` with a judge's on mixed random text.

    tokenizer_mixed.py MODEL JUDGE [--refinectl PATH] [--megabytes 20] [--seed 1]
                       [--pre NAME] [--text FILE.jsonl…]

JUDGE is a tokenizer.json for PyPI's tokenizers; a tokenizer.model for PyPI's sentencepiece; a GGUF
of byte-level BPE, from which a Tokenizer is made with the patterns of tokenizer_pre.py; or a GGUF
with a SentencePiece vocabulary for llama.cpp.

The text has many scripts, emoji, combining marks, digits, quotes, CRLF, NUL, long runs of spaces,
words of this machine's documentation and scalars of all planes, mixed at every scale. MODEL may
be the GGUF form of the same tokenizer. --text adds the texts of JSONL files. Exits 1 at the first
document that differs, and prints it.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.paths import REFINECTL, ROOT

Judge = Callable[[list[str]], list[list[int]]]
BLOCKS = [  # first and last scalar of what a run is drawn from
    (0x20, 0x7E), (0x61, 0x7A), (0x41, 0x5A), (0x30, 0x39), (0xA0, 0x24F), (0x250, 0x36F),
    (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x5FF), (0x600, 0x6FF), (0x700, 0x8FF),
    (0x900, 0x97F), (0x980, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x13FF), (0x1780, 0x18AF),
    (0x1E00, 0x1FFF), (0x2000, 0x20CF), (0x20D0, 0x2BFF), (0x2E80, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFD), (0x10000, 0x107FF),
    (0x10A00, 0x11FFF), (0x1D400, 0x1D7FF), (0x1F000, 0x1FAFF), (0x20000, 0x2FA1F),
    (0xE0000, 0xE01EF), (0x1, 0x10FFFF),
]
PIECES = [
    "'s", "'S", "'ll", "'LL", "'\u017f", "don't", "\r\n", "\n", "\n\n", "\t", "\0", " ", "  ",
    "\u00a0", "\u180e", "\u2028", "\u3000", "e\u0301", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "1", "42", "2024", "1,000",
    "٣٤٥", "²", "Ⅷ", ".", "...", "--", "{", "}", "();", "https://", "<|endoftext|>", "ǅ", "İ", "ß",
    "\x01\x02", "\x1b[0m", "\x7f", "\x85", "\ufeff", "\ufffd", "\u200b", "\u200d", "\ufe0f", "<s>", "</s>",
    "<0x0A>", "\u2581", "\u2581\u2581", "\u1176", "\u0345", "\U00011f04", "\U0001e4d0",
    "_", "camelCase", "CONSTANT_NAME", "#!/", "\\n", "“”", "。", "、", "가나다", "日本語", "ไทย", "हिन्दी",
]


def words() -> list[str]:
    """Words of this repository's own documents, with the space before them, and lines of its code."""
    text = "".join(path.read_text("utf-8") for path in sorted(ROOT.glob("docs/**/*.md")))
    lines = [line for path in sorted(ROOT.glob("Sources/**/*.swift"))
             for line in path.read_text("utf-8").splitlines(keepends=True)]
    return [" " + word for word in text.split()] + lines


def document(rng: random.Random, vocabulary: list[str]) -> str:
    parts: list[str] = []
    for _ in range(rng.randrange(1, 120)):
        kind = rng.randrange(10)
        if kind < 4:
            parts.extend(rng.choices(vocabulary, k=rng.randrange(1, 20)))
        elif kind < 7:
            parts.extend(rng.choices(PIECES, k=rng.randrange(1, 8)))
        elif kind < 9:
            first, last = rng.choice(BLOCKS)
            for _ in range(rng.randrange(1, 30)):
                scalar = rng.randint(first, last)
                parts.append(chr(scalar) if not 0xD800 <= scalar <= 0xDFFF else " ")
        else:
            parts.append(rng.choice(" \t\n0-=a\u3000é") * rng.randrange(1, 200))
    return "".join(parts)


def tokenizers_judge(definition: dict) -> Judge:
    from tokenizers import Tokenizer

    # Control tokens spelled out in a text are text to refinery.
    definition["added_tokens"] = [t for t in definition["added_tokens"] if not t["special"]]
    made = Tokenizer.from_str(json.dumps(definition))
    return lambda texts: [e.ids for e in made.encode_batch(texts, add_special_tokens=False)]


def gguf_definition(fields: dict, pre: str) -> dict:
    """The tokenizer.json of a GGUF with a byte-level vocabulary."""
    import tokenizer_pre
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    steps = next(s for names, s in tokenizer_pre.FAMILIES.items() if pre in names.split())
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ", 1)) for m in fields["tokenizer.ggml.merges"].contents()]
    made = Tokenizer(models.BPE(
        {token: place for place, token in enumerate(tokens)}, merges,
        ignore_merges=pre in ("llama-bpe", "tekken", "youtu", "minicpm5")))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        *(pre_tokenizers.Split(Regex(s), "isolated") if isinstance(s, str) else s for s in steps),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    definition = json.loads(made.to_str())
    definition["added_tokens"] = [
        {"id": place, "content": token, "special": False, "normalized": False, "lstrip": False,
         "rstrip": False, "single_word": False}
        for place, (token, kind) in enumerate(zip(tokens, types)) if kind == 4]
    return definition


def load_judge(path: str, pre: str | None) -> Judge:
    if path.endswith(".json"):
        return tokenizers_judge(json.loads(Path(path).read_text("utf-8")))
    if path.endswith(".gguf"):
        import gguf
        from refinery_scripts import judge_llama_cpp

        fields = gguf.GGUFReader(path).fields
        if fields["tokenizer.ggml.model"].contents() == "gpt2":
            return tokenizers_judge(
                gguf_definition(fields, pre or fields["tokenizer.ggml.pre"].contents()))
        model = judge_llama_cpp.load(path, vocabulary_only=True)
        return lambda texts: [judge_llama_cpp.token_ids(model, text) for text in texts]
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return lambda texts: [model.encode(text) for text in texts]


def compare(command: list[str], judge: Judge, texts: list[str]) -> int:
    """The number of ids of `texts`, all of them equal."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for place, text in enumerate(texts):
            print(json.dumps({"id": str(place), "text": text}), file=file)
        file.flush()
        lines = subprocess.run([*command, file.name], check=True, capture_output=True).stdout
    found = [json.loads(line)["token_ids"] for line in lines.splitlines()]
    if len(found) != len(texts):
        raise SystemExit(f"{len(found)} lines for {len(texts)} texts")
    for text, ours, theirs in zip(texts, found, judge(texts)):
        if ours != theirs:
            at = next((i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), 0)
            raise SystemExit(f"{text!r}\nfrom id {at} on: {ours[at:at + 8]}, expected "
                             f"{theirs[at:at + 8]}")
    return sum(map(len, found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("judge")
    parser.add_argument("--refinectl", default=str(REFINECTL))
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pre")
    parser.add_argument("--text", nargs="*", default=[])
    arguments = parser.parse_args()

    judge = load_judge(arguments.judge, arguments.pre)
    command = [arguments.refinectl, "tokenize", arguments.model]
    if arguments.pre:
        command += ["--pre", arguments.pre]
    for path in arguments.text:
        texts = [json.loads(line)["text"] for line in Path(path).read_text("utf-8").splitlines()]
        print(f"{path}: {len(texts)} texts, {compare(command, judge, texts)} ids, all equal")
    rng, vocabulary = random.Random(arguments.seed), words()
    size = count = documents = 0
    while size < arguments.megabytes * 1e6:
        texts = [document(rng, vocabulary) for _ in range(1000)]
        count += compare(command, judge, texts)
        size += sum(len(text.encode()) for text in texts)
        documents += len(texts)
    print(f"mixed: {documents} documents, {size / 1e6:.1f} MB, {count} ids, all equal")


if __name__ == "__main__":
    sys.exit(main())
