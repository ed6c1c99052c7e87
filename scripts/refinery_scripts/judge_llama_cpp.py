"""The second judge: llama.cpp, for token ids and, coarsely, for NLLs.

Its NLLs are no measure of ours: keys and values are rounded to F16 and, beside quantised weights,
activations to 8 bits. But a wrong layout of q and k, a wrong RoPE or a wrong tokenizer shows. Needs
the judges' environment.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


@contextlib.contextmanager
def quiet():
    """llama.cpp writes to the C library's stderr even when asked not to."""
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def load(path: str | Path, vocabulary_only: bool = False, context: int = 1024):
    from llama_cpp import Llama

    with quiet():
        return Llama(str(path), vocab_only=vocabulary_only, n_ctx=context, logits_all=True,
                     n_threads=1, verbose=False)


def token_ids(model, text: str) -> list[int]:
    """Ids as refinery defines them: no BOS, control tokens spelled out are text."""
    return model.tokenize(text.encode(), add_bos=False, special=False)


def token_nll(model, ids: list[int]) -> list[float]:
    """−log p of every token but the first."""
    import numpy as np

    model.reset()
    with quiet():
        model.eval(ids)
    logits = model.scores[: len(ids) - 1].astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return (-log_p[np.arange(len(ids) - 1), ids[1:]]).tolist()
