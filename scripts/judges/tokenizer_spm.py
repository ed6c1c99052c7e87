#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer/spm.jsonl: small SentencePiece vocabularies and their ids.

    tokenizer_spm.py

Each line: {"name", "tokens", "scores", "types", "space_prefix", "model_name", "proto", "texts",
"ids"}. Ids of lines with "proto", a ModelProto in hexadecimal, are those of PyPI's sentencepiece;
the others are llama.cpp's, on a GGUF of what the line says.

Behind Phi-3's added tokens llama.cpp strips only ASCII's white space. The model's own tokenizer
strips all of Unicode's, and so does refinery. No text here has any there.
"""

import argparse
import json
import random
import struct
import tempfile
from pathlib import Path

import gguf
import sentencepiece

import scripts_path  # noqa: F401
import tokenizer_components
from refinery_scripts import judge_llama_cpp
from refinery_scripts.paths import FIXTURES

TARGET = FIXTURES / "tokenizer/spm.jsonl"
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = range(1, 7)
MARK = "\u2581"
TEXTS = [*filter(None, tokenizer_components.TEXTS),
    "aaaaaaaaaaa aaaa aaaaaaaaaaaaaaaaa", "the   theme\tthe\nthe\r\n", "ξψ ξ ψξψ", "日本日本語 本日",
    "\u2581the \u2581\u2581 x", "<0x41> <s> </s> <unk> [PAD]", "\0 \x7f a\0b", "it's 1234567890.", "<tag>x<tag> <tag>",
    "a<tag>   the<tag>\n\n<tag>", " ", "  ", " the", "é😀é 👩‍👩‍👧‍👦 \u0301", "ab" * 40, "thethethethe" * 9, "<ta<tag>g><tag",
]


def vocabulary(user: list[str]) -> list[tuple[str, float, int]]:
    """Control tokens, bytes, pieces by descending score, characters, user-defined tokens."""
    rng = random.Random(5)
    pieces = ["th", "he", "the", MARK + "th", MARK + "the", MARK + "a", "at", "cat", "hat", "es",
              MARK + "cat", MARK + "hat", "in", MARK * 2, MARK * 4, MARK * 8, "aa", "aaa", "aaaa", "aaaaaaaa",
              "ab", "ba", "abab", "ξψ", "日本", "本語", "日本語", "12", "23", "345", "hats", "eth", "tha", "heth",
              "<t", "ta", "ag", "g>", "é"]
    pieces = list(dict.fromkeys(pieces))
    # Every third has the score of the one before it.
    scores = [-float(place - (place % 3 == 2)) for place in range(len(pieces))]
    order = list(range(len(pieces)))
    rng.shuffle(order)
    letters = [c for c in MARK + "abcdeghinstx<>/'.,-0123456789日本語" if c not in pieces]
    return [
        ("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL),
        *((f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)),
        *((pieces[place], scores[place], NORMAL) for place in order),
        *((letter, -1000.0 - place, NORMAL) for place, letter in enumerate(letters)),
        *((token, -500.0, USER) for token in user), ("[PAD]", -10000.0, UNUSED),
    ]


def with_llama_cpp(tokens, space_prefix: bool | None, model_name: str | None) -> list[list[int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vocabulary.gguf")
        writer = gguf.GGUFWriter(path, "llama")
        if model_name:
            writer.add_name(model_name)
        writer.add_tokenizer_model("llama")
        writer.add_token_list([token for token, _, _ in tokens])
        writer.add_token_scores([score for _, score, _ in tokens])
        writer.add_token_types([kind for _, _, kind in tokens])
        if space_prefix is not None:
            writer.add_add_space_prefix(space_prefix)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        model = judge_llama_cpp.load(path, vocabulary_only=True)
        ids = [judge_llama_cpp.token_ids(model, text) for text in TEXTS]
        model.close()
    return ids


def varint(value: int) -> bytes:
    result = b""
    while value > 0x7F:
        result += bytes([value & 0x7F | 0x80])
        value >>= 7
    return result + bytes([value])


def field(number: int, content: bytes | int | float) -> bytes:
    if isinstance(content, float):
        return varint(number << 3 | 5) + struct.pack("<f", content)
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def proto(tokens, space_prefix: bool) -> bytes:
    """A ModelProto of type BPE with byte fallback and the identity as normaliser."""
    pieces = b"".join(
        field(1, field(1, token.encode()) + field(2, score) + field(3, kind))
        for token, score, kind in tokens)
    normalizer = (field(1, b"identity") + field(3, int(space_prefix)) + field(4, 0) + field(5, 1))
    return pieces + field(2, field(3, 2) + field(35, 1)) + field(3, normalizer)


def lines() -> list[dict]:
    made = []
    user = ["<tag>", "<ta", "   ", "\n\n"]
    for name, added, prefix, model in [
            ("plain", [], None, None), ("no space in front", [], False, None),
            ("user-defined", user, None, None), ("user-defined, no space", user, False, None),
            ("Phi-3", ["<tag>", "</x>"], True, "My Phi-3 mini")]:
        tokens = vocabulary(added)
        if model:  # what llama.cpp looks up by name
            tokens.append(("<|endoftext|>", 0.0, CONTROL))
        made.append({"name": name, "tokens": [t for t, _, _ in tokens],
                     "scores": [s for _, s, _ in tokens], "types": [k for _, _, k in tokens],
                     "space_prefix": prefix, "model_name": model, "texts": TEXTS,
                     "ids": with_llama_cpp(tokens, prefix, model)})
    for name, prefix, added in [("library", True, []), ("library, no space", False, []),
                                ("library, user-defined", True, ["<tag>", "hat" + MARK])]:
        # "<s" could become a control token, were it not for the library.
        serialised = proto([*vocabulary(added), ("<s", -1.5, NORMAL), ("s>", -1.6, NORMAL)], prefix)
        judge = sentencepiece.SentencePieceProcessor(model_proto=serialised)
        made.append({"name": name, "proto": serialised.hex(), "texts": TEXTS,
                     "ids": [judge.encode(text) for text in TEXTS]})
    return made


def write_all(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines()))


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    write_all(TARGET)


if __name__ == "__main__":
    main()
