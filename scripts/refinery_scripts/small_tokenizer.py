"""The tokenizer of the random models: 320 tokens, as a tokenizer.json and in a GGUF.

Needs the judges' environment.
"""

from __future__ import annotations

import json

import gguf
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 320
# Not `<|start|>`: llama.cpp makes that control token of gpt-oss a user-defined one in every model.
BOS = "<|begin|>"

TRAINING_TEXT = """The quick brown fox jumps over the lazy dog. It is what it is, and there is the rub.
def score(chunk): return teacher.nll(chunk) - reference.nll(chunk)
Each piece of a text is read by two models; what the one knows and the other does not is worth
learning. In the beginning of the second part the author thanks the reader for the patience that
the first part asked of them, and says that the third will be shorter than both.
0 1 2 3 4 5 6 7 8 9 10 100 1000 while for in return if else: import self None True False
""" * 4


def make_tokenizer(digits: bool) -> Tokenizer:
    """A byte-level BPE of 320 tokens: 256 bytes, merges, one control token, two user tokens."""
    tokenizer = Tokenizer(models.BPE())
    split = [pre_tokenizers.Digits(individual_digits=True)] if digits else []
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = (
        pre_tokenizers.Sequence(split + [byte_level]) if split else byte_level)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2, special_tokens=[BOS], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([TRAINING_TEXT], trainer)
    # Runs of spaces, as Pythia and MPT have them: matched before the text is split, longest first.
    for spaces in ("    ", "        "):
        tokenizer.add_tokens([AddedToken(spaces, normalized=False)])
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def tokenizer_json(digits: bool = False, adds_bos: bool = False) -> dict:
    """The tokenizer as a folder has it; with `digits` every digit is cut off by itself."""
    content = json.loads(make_tokenizer(digits).to_str())
    if adds_bos:
        content["post_processor"] = {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": BOS, "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {BOS: {"id": BOS, "ids": [0], "tokens": [BOS]}},
        }
    return content


def add_tokenizer(
    writer: gguf.GGUFWriter, digits: bool = False, adds_bos: bool = False,
) -> None:
    """Gives a GGUF the same tokenizer."""
    content = tokenizer_json(digits, adds_bos)
    tokens = [""] * VOCABULARY
    types = [int(gguf.TokenType.NORMAL)] * VOCABULARY
    for token, number in content["model"]["vocab"].items():
        tokens[number] = token
    for added in content["added_tokens"]:
        tokens[added["id"]] = added["content"]
        types[added["id"]] = int(
            gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED)
    merges = [m if isinstance(m, str) else " ".join(m) for m in content["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm" if digits else "gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    if adds_bos:
        writer.add_add_bos_token(True)
