"""The teacher's tokenizer: PyPI's tokenizers on a folder's tokenizer.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import TrainingError

PLAN_HINT = ("let `refinectl train-reference` plan the training: start it, stop it with Ctrl-C "
             "once it says what will be trained, and give the same --output here")


class TeacherTokenizer:
    """Gives the ids that scoring gives; control tokens that a text spells out are text."""

    def __init__(self, folder: Path, context: str) -> None:
        """Reads the tokenizer of a Hugging Face folder.

        `context` is the context rule: auto, none, bos, or a token's spelling. Raises TrainingError
        for a folder without tokenizer.json, and for another tokenizer than a byte-level BPE.
        """
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        if not path.is_file():
            raise TrainingError(f"{folder} is no folder with a tokenizer.json", PLAN_HINT)
        content = json.loads(path.read_bytes())
        if not has_byte_level(content):
            # The cuts of others were not compared with those of scoring.
            raise TrainingError(f"{path} is no byte-level BPE", PLAN_HINT)
        added = content.get("added_tokens") or []
        self._added = {token["id"]: len(token["content"].encode()) for token in added}
        whole = Tokenizer.from_str(json.dumps(content))
        self.vocabulary = 1 + max(whole.get_vocab(with_added_tokens=True).values())
        """Ids are below it."""
        self.context_token = self._context(folder, whole, context)
        """The token in front of every sequence; None for none."""
        content["added_tokens"] = [token for token in added if not token["special"]]
        content["post_processor"] = content["truncation"] = content["padding"] = None
        self._tokenizer = Tokenizer.from_str(json.dumps(content))

    @staticmethod
    def _context(folder: Path, tokenizer: Any, rule: str) -> int | None:
        if rule == "none":
            return None
        config: dict[str, Any] = {}
        if (folder / "tokenizer_config.json").is_file():
            config = json.loads((folder / "tokenizer_config.json").read_bytes())
        bos = config.get("bos_token")
        name = bos.get("content") if isinstance(bos, dict) else bos
        token = None if name is None else tokenizer.token_to_id(name)
        if rule == "auto":
            flag = config.get("add_bos_token")
            ids = tokenizer.encode("a", add_special_tokens=True).ids
            adds = flag if isinstance(flag, bool) else token is not None and ids[:1] == [token]
            return token if adds else None
        found = token if rule == "bos" else tokenizer.token_to_id(rule)
        if found is None:
            raise TrainingError(f"the tokenizer in {folder} has no token for --context {rule}")
        return int(found)

    def encode(self, text: bytes) -> list[int]:
        """The ids of a text, valid UTF-8, without the context token."""
        return list(self._tokenizer.encode(text.decode(), add_special_tokens=False).ids)

    def ends(self, text: bytes) -> list[int]:
        """Where each token of a text ends, in bytes."""
        decoded = text.decode()
        encoding = self._tokenizer.encode(decoded, add_special_tokens=False)
        ends, end = [], 0
        for one, token in zip(encoding.ids, encoding.tokens):
            # A letter of a byte-level token is a byte.
            end += self._added.get(one) or len(token)
            ends.append(end)
        if end == len(text):
            return ends
        # The normaliser has changed the text: what is known is to which letters a token goes back.
        places = [0]
        for letter in decoded:
            places.append(places[-1] + len(letter.encode()))
        return [places[end] for _, end in encoding.offsets]


def has_byte_level(content: dict[str, Any]) -> bool:
    """Whether a tokenizer.json spells its tokens in byte-level letters."""
    decoder = content.get("decoder") or {}
    kinds = [decoder.get("type"), *(one.get("type") for one in decoder.get("decoders", []))]
    return "ByteLevel" in kinds
