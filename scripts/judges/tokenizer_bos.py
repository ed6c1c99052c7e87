#!/usr/bin/env python3
"""Prints where transformers puts BOS and EOS: the table on BOS in docs/models.md comes from it.

    tokenizer_bos.py

For each class that a tokenizer_config.json may name, each model type of refinery's families, each
post-processor, and `add_bos_token` and `add_eos_token` absent, true and false. A line has what came
of the nine pairs of the two: B for BOS in front, E for EOS behind, - for neither, ! where
transformers fails. Exits 1 where refinery's rule, which is in docs/models.md, says otherwise.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import sentencepiece
import transformers
from transformers import AutoTokenizer

from tokenizer_components import byte_level, characters, definition

MODEL_TYPES = ["llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen3_moe", "gpt2", "gpt_neox",
               "olmo2", "olmoe", "phi3", "gemma2", "gemma3_text", "smollm3"]
# Those of them that transformers reads with another class than the one that is named.
NEOX_UNREAD = {"mistral", "mixtral", "qwen2", "olmo2", "phi3"}
CLASSES = ["LlamaTokenizer", "PreTrainedTokenizer", "GPT2Tokenizer", "Qwen2Tokenizer",
           "GemmaTokenizer", "CohereTokenizer", "GPTNeoXTokenizer"]
CHARACTERS = {"LlamaTokenizer", "GemmaTokenizer"}
FLAGS = [None, True, False]


def template(bos: int) -> dict:
    return {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [bos], "tokens": ["<s>"]}}}


def spm() -> bytes:
    """A SentencePiece model of a few pieces."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the cat in the hat is here and there 1 2 3"] * 50),
        model_writer=model, vocab_size=40, model_type="bpe", hard_vocab_limit=False,
        minloglevel=2)
    return model.getvalue()


def found(files: dict[str, bytes]) -> str:
    """B, E, BE or - for what the folder's tokenizer puts around a text; ! where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            ids = tokenizer("the cat")["input_ids"]
            plain = tokenizer("the cat", add_special_tokens=False)["input_ids"]
        except Exception:
            return "!"
        front = "B" if ids[:1] == [tokenizer.bos_token_id] and plain[:1] != ids[:1] else ""
        back = "E" if ids[-1:] == [tokenizer.eos_token_id] and plain[-1:] != ids[-1:] else ""
        return front + back or "-"


def results(name: str, model_type: str, files: dict[str, bytes]) -> list[tuple]:
    rows = []
    for bos, eos in itertools.product(FLAGS, FLAGS):
        config = {"bos_token": "<s>", "eos_token": "</s>", "tokenizer_class": name}
        config |= {} if bos is None else {"add_bos_token": bos}
        config |= {} if eos is None else {"add_eos_token": eos}
        rows.append((bos, eos, found(files | {
            "config.json": json.dumps({"model_type": model_type}).encode(),
            "tokenizer_config.json": json.dumps(config).encode()})))
    return rows


def check() -> bool:
    transformers.logging.set_verbosity_error()
    wrong = 0
    for name, model_type in itertools.product(CLASSES, MODEL_TYPES):
        made = characters([], []) if name in CHARACTERS else definition([byte_level()])
        bos = next(t["id"] for t in made["added_tokens"] if t["content"] == "<s>")
        processors = {"template": template(bos), "ByteLevel": byte_level(), "none": None}
        line = []
        for kind, processor in processors.items():
            content = json.dumps(made | {"post_processor": processor}).encode()
            rows = results(name, model_type, {"tokenizer.json": content})
            neox = name == "GPTNeoXTokenizer" and model_type not in NEOX_UNREAD
            expected = "B" if kind == "template" and not neox else "-"
            wrong += sum(row[2] not in (expected, "!") for row in rows)
            line.append(f"{kind} {' '.join(sorted({row[2] for row in rows}))}")
        print(f"{name}, {model_type}: {'; '.join(line)}", flush=True)
    model = spm()
    for name, model_type in (("LlamaTokenizer", "llama"), ("LlamaTokenizer", "mistral"),
                             ("LlamaTokenizer", "phi3"), ("GemmaTokenizer", "gemma2"),
                             ("GemmaTokenizer", "gemma3_text")):
        rows = results(name, model_type, {"tokenizer.model": model})
        wrong += sum(("B" in row[2]) != (row[0] is True) for row in rows)
        print(f"{name}, {model_type}, tokenizer.model alone: "
              + " ".join(f"bos={row[0]} eos={row[1]} {row[2]}" for row in rows), flush=True)
    print(f"BOS: {wrong} differ from docs/models.md: {'DIFFER' if wrong else 'ok'}")
    return not wrong


def main() -> int:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    return 0 if check() else 1


if __name__ == "__main__":
    sys.exit(main())
