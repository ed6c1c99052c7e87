#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer/pre.jsonl: the words that named pre-tokenizers cut texts into.

    tokenizer_pre.py

The names are those of `tokenizer.ggml.pre` that llama.cpp knows; PyPI's tokenizers cuts texts of
our own. The first line holds the texts. Then one line a list of patterns: {"names": […], "words":
[[length in bytes, …], …]}. The patterns are those of the models' own tokenizer.json, as
src/llama-vocab.cpp of llama.cpp (at 00ad355e009e) quotes them beside its rewritten ones. Where it
quotes none they are llama.cpp's. They are written down here a second time, so that a slip on
either side shows.
"""

import argparse
import json
from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import Digits, PreTokenizer, Sequence, Split

import scripts_path  # noqa: F401
from refinery_scripts.paths import FIXTURES
from tokenizer_ids import TEXTS, random_texts

TARGET = FIXTURES / "tokenizer/pre.jsonl"

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT4 = SUFFIX + (r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
                 r"|\s+(?!\S)|\s+")
CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+SUFFIX"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*SUFFIX"
         r"|\p{N}DIGITS| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4O = CASED.replace("SUFFIX", SUFFIX + "?").replace("DIGITS", "{1,3}")
DEEPSEEK = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"""
            r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+")
KANA = "[一-龥\u3040-ゟ゠-ヿ]+"
BLOOM = r" ?[^(\s|.,!?…。，、।۔،)]+"
# Ranges of letters with case; escaped, since editors normalise some of them.
DEEPSEEK_LETTERS = (
    "A-Z a-z \xb5 \xc0-\xd6 \xd8-\xf6 \xf8-\u01ba \u01bc-\u01bf \u01c4-\u0293 \u0295-\u02af \u0370-\u0373 "
    "\u0376 \u0377 \u037b-\u037d \u037f \u0386 \u0388-\u038a \u038c \u038e-\u03a1 \u03a3-\u03f5 \u03f7-\u0481 "
    "\u048a-\u052f \u0531-\u0556 \u10a0-\u10c5 \u13a0-\u13f5 \u13f8-\u13fd \u1c90-\u1cba \u1cbd-\u1cbf "
    "\u1d00-\u1d2b \u1d6b-\u1d77 \u1d79-\u1d9a \u1e00-\u1f15 \u1f18-\u1f1d \u1f20-\u1f45 \u1f48-\u1f4d "
    "\u1f50-\u1f57 \u1f59 \u1f5b \u1f5d \u1f5f-\u1f7d \u1f80-\u1fb4 \u1fb6-\u1fbc \u1fbe \u1fc2-\u1fc4 "
    "\u1fc6-\u1fcc \u1fd0-\u1fd3 \u1fd6-\u1fdb \u1fe0-\u1fec \u1ff2-\u1ff4 \u1ff6-\u1ffc \u2102 \u2107 "
    "\u210a-\u2113 \u2115 \u2119-\u211d \u2124 \u2126 \u2128 \u212a-\u212d \u212f-\u2134 \u2139 \u213c-\u213f "
    "\u2145-\u2149 \u214e \u2183 \u2184 \u2c00-\u2c7b \u2c7e-\u2ce4 \u2ceb-\u2cee \u2cf2 \u2cf3 \ua640-\ua66d "
    "\ua680-\ua69b \ua722-\ua76f \ua771-\ua787 \ua78b-\ua78e \uab70-\uabbf \ufb00-\ufb06 \ufb13-\ufb17 "
    "\uff21-\uff3a \uff41-\uff5a \U00010400-\U0001044f \U000104b0-\U000104d3 \U000104d8-\U000104fb "
    "\U00010c80-\U00010cb2 \U00010cc0-\U00010cf2 \U000118a0-\U000118df \U0001e900-\U0001e943"
).replace(" ", "")

FAMILIES: dict[str, list[str | PreTokenizer]] = {
    "gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert "
    "jina-v1-en jina-v2-code roberta-bpe mpt olmo jais exaone4 trillion granite-docling": [GPT2],
    "smollm starcoder refact command-r codeshell exaone minerva-7b mellum2": [Digits(True), GPT2],
    "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2":
        [GPT4 % ""],
    "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano dbrx "
    "smaug-bpe glm4 chatglm-bpe": [GPT4 % "{1,3}"],
    "qwen35": [SUFFIX + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "ufakzeka": [r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "seed-coder": [SUFFIX + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+"
                   r"|\s+(?!\S)|\s+"],
    "bailingmoe bailingmoe2 llada-moe": [
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"
        r"|\s+(?!\S)|\s+"],
    "exaone-moe": [SUFFIX + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"
                   r"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"],
    "laguna": [r"[^\n]+|[\n]+", GPT4 % ""],
    "minicpm5": [r"\p{N}{1,3}", GPT4 % "+"],
    "jais-2": [
        SUFFIX + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)"
        r"|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}"],
    "gpt-4o llama4 kanana2 talkie minimax-m2 granite-embed-multi-97m": [GPT4O],
    "tiny_aya cohere2moe": [r"\d{1,3}(?=(?:\d{3})*\b)", GPT4O],
    "tekken": [CASED.replace("SUFFIX", "").replace("DIGITS", "")],
    "kimi-k2": [
        r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "youtu": ["[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|" + KANA,
              CASED.replace("SUFFIX", SUFFIX + "?").replace("DIGITS", "")],
    "deepseek-llm": ["[\r\n]", r"\s?[" + DEEPSEEK_LETTERS + "]+",
                     r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", "[一-龥ࠀ-一가-\ud7ff]+", r"\p{N}+"],
    "deepseek-coder": ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-\ud7ff]+",
                       r"\p{N}"],
    "deepseek-v3 hunyuan-dense hy_v4 joyai-llm": [
        r"\p{N}{1,3}", KANA, DEEPSEEK + r"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "spark2_5": [r"\p{N}{1,3}", KANA, DEEPSEEK + r"|[\r\n]|\s+(?!\S)|\s+", r"\p{N}"],
    "superbpe": [r"\p{N}+", r"(?=(\d{3})+(?!\d))"],
    "poro-chat bloom gpt3-finnish": [BLOOM],
    "viking": [BLOOM, r"\p{N}"],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"],
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"],
    "chameleon": ["<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
                  r"([\t\n]|    |  )", r"\p{N}", r"[\p{P}!-/:-@\[-`{-~]", GPT2],
}
MORE = ["<sentinel:12> IMGIMGABZ IMGIMGZ x", "1 12 123 1234 12345 1234567x ٣٤٥٦", "a    b  c\t\td",
        "HTTPServer'S isn'T camelCaseWords ÉTÉ ǅ ﬁ ß", "漢字かな交じり文 한국어 ㄱㄴ ㄅㄆ ไทย ລາວ ខ្មែរ မြန်မာ",
        "/* c */ // x\n/path/to/file\r\n\r\n#!/bin/sh\n", "हिन्दी में\u0951 लिखा e\u0301t\u0301e a b c",
        "  \n  \n x  \r\n\ty   ", " " * 1000 + "x" + "\t" * 300 + "\n", "$5+3=8 ^_^ ~|`<>", "。、！？：；“”‘’—…"]


def words(steps: list[str | PreTokenizer], text: str) -> list[int]:
    """The lengths in bytes of the pieces that `steps` cut `text` into, one after the other."""
    made = Sequence([
        Split(Regex(step), "isolated") if isinstance(step, str) else step for step in steps])
    return [len(piece.encode()) for piece, _ in made.pre_tokenize_str(text)]


def write_all(path: Path) -> None:
    lines = []
    texts = TEXTS + MORE + random_texts(30, 7)
    for names, steps in FAMILIES.items():
        lines.append({"names": names.split(), "words": [words(steps, text) for text in texts]})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"texts": texts}) + "\n"
                    + "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    write_all(TARGET)


if __name__ == "__main__":
    main()
