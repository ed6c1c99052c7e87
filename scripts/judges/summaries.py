#!/usr/bin/env python3
"""What a reference saw of a store's chunks, and the true differences, for the prediction's judges.

    summaries.py STORE [MODEL] -o OUT [--layer N]

STORE is read only (mode=ro) while refinery may write it. MODEL is the Hugging Face folder of the
store's reference. Each chunk that both current models scored becomes a line of OUT: its document,
domain, SHA-256, the NLLs' nine statistics in float64, mean and standard deviation of the last
hidden state (after the final norm; or of layer N's output), and the true difference a token. The
script stops where its own sum of NLLs is not the store's. Without MODEL the numbers are those that
refinery itself left in the store, in half precision and with states projected to 64 numbers.
"""

from __future__ import annotations

import argparse
import json
import math
import sqlite3
import sys
import zlib

import numpy as np
import torch

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import load_model, load_tokenizer

# A mean NLL in float32 is this near to the store's.
TOLERANCE = 1e-4
# Logits are made for so many rows at a time.
ROWS = 128
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)

CHUNKS = """
SELECT chunk.id, document.id, document.sha256, domain.name, chunk.sha256, chunk.start, chunk."end",
       reference.nll, reference.tokens, teacher.nll, teacher.tokens
FROM chunk
JOIN document ON document.id = chunk.document
LEFT JOIN domain ON domain.id = document.domain
JOIN model_role r ON r.role = 'reference' AND r.current = 1
JOIN model_role t ON t.role = 'teacher' AND t.current = 1
JOIN score reference ON reference.chunk = chunk.id AND reference.model = r.model
JOIN score teacher ON teacher.chunk = chunk.id AND teacher.model = t.model
WHERE reference.outcome = 'scored' AND teacher.outcome = 'scored'
      AND chunk.duplicate_of IS NULL AND chunk.retired = 0
ORDER BY chunk.id
"""


def statistics(nll: np.ndarray, ids: list[int]) -> list[float]:
    """Mean, standard deviation, five quantiles, share of distinct tokens, log of the length."""
    return [nll.mean(), nll.std(), *np.quantile(nll, QUANTILES),
            len(set(ids)) / len(ids), math.log(len(nll))]


@torch.no_grad()
def read(model, ids: list[int], layer: int | None) -> tuple[np.ndarray, np.ndarray]:
    """The NLLs of all tokens but the first, and the states that they were predicted from."""
    output = model.model(torch.tensor([ids]), output_hidden_states=layer is not None)
    last = output.last_hidden_state[0, :-1]
    nll = torch.cat([
        torch.nn.functional.cross_entropy(model.lm_head(rows), targets, reduction="none")
        for rows, targets in zip(last.split(ROWS), torch.tensor(ids[1:]).split(ROWS))])
    states = last if layer is None else output.hidden_states[layer][0, :-1]
    return nll.to(torch.float64).numpy(), states.to(torch.float64).numpy()


def context(store: sqlite3.Connection, model, tokenizer) -> list[int]:
    """The id that the reference's context rule puts in front of a text, if any."""
    rule = store.execute("""
        SELECT context_rule FROM model m JOIN model_role r ON r.model = m.id
        WHERE r.role = 'reference' AND r.current = 1""").fetchone()[0]
    if rule == "none":
        return []
    token = model.config.bos_token_id if rule == "bos" else tokenizer.token_to_id(rule)
    if token is None:
        raise SystemExit(f"the context rule {rule} names no token of the model")
    return [token]


def left(store: sqlite3.Connection) -> dict[int, list[float]]:
    """The numbers of each chunk's summary as refinery left them: statistics, means, deviations."""
    rows = store.execute("""
        SELECT s.chunk, s.summary FROM chunk_summary s
        JOIN model_role r ON r.model = s.model AND r.role = 'reference' AND r.current = 1""")
    # A version and the number of states stand before the halves.
    return {chunk: np.frombuffer(summary, "<f2", offset=2).astype(float).tolist()
            for chunk, summary in rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("model", nargs="?")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--layer", type=int, help="the output of this layer, not the final norm's")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    store = sqlite3.connect(f"file:{arguments.store}?mode=ro", uri=True)
    if arguments.model is None:
        summaries = left(store)
    else:
        model = load_model(arguments.model, torch.float32)
        tokenizer = load_tokenizer(arguments.model)
        before = context(store, model, tokenizer)
    texts: dict[int, bytes] = {}
    written = 0
    with open(arguments.output, "w", encoding="utf-8", newline="\n") as out:
        for (chunk, document, text_sha256, domain, sha256, start, end, reference, tokens, teacher,
             teacher_tokens) in store.execute(CHUNKS).fetchall():
            line = {
                "chunk": chunk, "document": text_sha256.hex(), "sha256": sha256.hex(),
                "tokens": tokens,
                "domain": None if domain is None else domain.decode(errors="replace"),
                "difference": (reference - teacher) / tokens,
            }
            if arguments.model is None:
                numbers, count = summaries[chunk], len(QUANTILES) + 4
                states = (len(numbers) - count) // 2
                line |= {"statistics": numbers[:count], "mean": numbers[count:count + states],
                         "deviation": numbers[count + states:]}
                out.write(json.dumps(line) + "\n")
                written += 1
                continue
            if document not in texts:
                row = store.execute(
                    "SELECT deflated FROM document_text WHERE document = ?", (document,)).fetchone()
                texts = {document: zlib.decompress(row[0])}
            text = texts[document][start:end].decode()
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            nll, states = read(model, before + ids, arguments.layer)
            if len(nll) != tokens or tokens != teacher_tokens:
                raise SystemExit(f"chunk {chunk}: {len(nll)} tokens here, {tokens} in the store")
            if abs(nll.sum() - reference) > TOLERANCE * tokens:
                raise SystemExit(f"chunk {chunk}: NLL {nll.sum()} here, {reference} in the store")
            out.write(json.dumps(line | {
                "statistics": statistics(nll, ids),
                "mean": states.mean(axis=0).tolist(), "deviation": states.std(axis=0).tolist(),
            }) + "\n")
            written += 1
    print(f"{written} chunks", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
