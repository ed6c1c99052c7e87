#!/usr/bin/env python3
"""A peer in a process of its own: loads a model once, then scores texts as often as it is told to.

    peer_process.py transformers|transformers64|llama.cpp MODEL.gguf --threads N

Reads a JSON object a line and answers with one:
    {"do": "about"}                               what it is: versions and settings of the build
    {"do": "tokenize", "documents": PATH}         → {"token_ids": […]} by its own tokenizer
    {"do": "tune", "documents": PATH}             tries its settings, keeps the fastest
    {"do": "score", "documents": PATH, "nll": b}  → {"tokens", "seconds", "model_seconds"}
With "nll" the answer holds "token_nll" too, and "wide_token_nll", by a log-softmax in float64 over
the same logits, so that one can tell the forward pass's rounding from the log-softmax's.

`seconds` is the time of the forward passes and of the log-probs of all targets, `model_seconds`
that of the forward passes alone, the logits of every token included. Loading and tokenising count
in neither. A process a peer keeps their thread pools apart, and each has its own environment.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import time

import numpy as np
import torch

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import load_model, load_tokenizer, read_jsonl
from refinery_scripts.paths import REFERENCE


class Transformers:
    """Hugging Face transformers: batches of sequences of one length, so that none is padded."""

    def __init__(self, model: str, threads: int, dtype: torch.dtype) -> None:
        self.model = load_model(model, dtype)
        self.model.set_attn_implementation("sdpa")  # its default, and its fastest on a CPU
        self.setting = {"batch": 1}
        self.tokenizer = None

    def about(self) -> dict:
        import transformers

        return {"transformers": transformers.__version__, "torch": torch.__version__,
                "torch_cpu_capability": torch.backends.cpu.get_cpu_capability(),
                "dtype": str(self.model.dtype), "attention": "sdpa"}

    def tokenize(self, texts: list[str]) -> list[list[int]]:
        # The GGUF holds the vocabulary of models/reference; transformers would not read it from
        # there with the pre-tokenizer that belongs to it.
        tokenizer = load_tokenizer(REFERENCE)
        return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]

    def tune(self, sequences: list[list[int]]) -> list[dict]:
        return trials(self, sequences, [{"batch": size} for size in (1, 2, 4, 8)])

    @torch.inference_mode()
    def score(self, sequences: list[list[int]], nll: Rows | None = None) -> tuple[float, float]:
        whole = forward = 0.0
        size = self.setting["batch"]
        for first in range(0, len(sequences), size):
            ids = torch.tensor(sequences[first : first + size])
            start = time.perf_counter()
            logits = self.model(ids, use_cache=False).logits
            forward += time.perf_counter() - start
            texts = [(logits[row, :-1], ids[row, 1:]) for row in range(len(ids))]
            rows = [log_probs(*text) for text in texts]
            whole += time.perf_counter() - start
            if nll is not None:
                nll.add(rows, texts)
        return whole, forward


class LlamaCpp:
    """llama.cpp through llama-cpp-python's binding of its C interface.

    `Llama(logits_all=True).eval` would copy all logits once more and take one sequence at a time;
    here the logits are read where llama.cpp leaves them, and a batch may hold several sequences,
    each with a key-value cache of its own.
    """

    LENGTH = 512

    def __init__(self, model: str, threads: int) -> None:
        import llama_cpp

        self.api = llama_cpp
        self.threads = threads
        # Kept: the library calls it as long as it lives.
        self.silent = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self.silent, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(
            model.encode(), llama_cpp.llama_model_default_params())
        if not self.model:
            raise SystemExit(f"llama.cpp cannot load {model}")
        self.vocabulary = llama_cpp.llama_model_get_vocab(self.model)
        self.width = llama_cpp.llama_vocab_n_tokens(self.vocabulary)
        self.context = None
        self.setting = {"sequences": 1, "flash_attention": False, "cache": "F16"}

    def about(self) -> dict:
        info = self.api.llama_print_system_info().decode()
        return {"llama-cpp-python": self.api.__version__, "system_info": info.strip()}

    def tokenize(self, texts: list[str]) -> list[list[int]]:
        result = []
        for text in texts:
            data = text.encode()
            ids = (self.api.llama_token * (len(data) + 8))()
            count = self.api.llama_tokenize(
                self.vocabulary, data, len(data), ids, len(ids), False, False)
            result.append(list(ids[:count]))
        return result

    def tune(self, sequences: list[list[int]]) -> list[dict]:
        tried = trials(self, sequences, [self.setting | {"sequences": n} for n in (1, 2, 4)])
        best = fastest(tried)["setting"]
        return tried + trials(
            self, sequences, [best | {"flash_attention": True}, best | {"cache": "F32"}])

    def score(self, sequences: list[list[int]], nll: Rows | None = None) -> tuple[float, float]:
        self.open_context()
        whole = forward = 0.0
        for first in range(0, len(sequences), self.setting["sequences"]):
            part = sequences[first : first + self.setting["sequences"]]
            self.fill(part)
            self.api.llama_memory_clear(self.api.llama_get_memory(self.context), False)
            start = time.perf_counter()
            if self.api.llama_decode(self.context, self.batch) != 0:
                raise SystemExit("llama_decode failed")
            pointer = self.api.llama_get_logits(self.context)  # waits for the end
            forward += time.perf_counter() - start
            logits = torch.from_numpy(
                np.ctypeslib.as_array(pointer, (sum(map(len, part)), self.width)))
            texts, place = [], 0
            for ids in part:
                texts.append((logits[place : place + len(ids) - 1], torch.tensor(ids[1:])))
                place += len(ids)
            rows = [log_probs(*text) for text in texts]
            whole += time.perf_counter() - start
            if nll is not None:
                nll.add(rows, texts)
        return whole, forward

    def open_context(self) -> None:
        """A context for the present setting."""
        if self.context is not None and self.opened == self.setting:
            return
        if self.context is not None:
            self.api.llama_batch_free(self.batch)
            self.api.llama_free(self.context)
        tokens = self.LENGTH * self.setting["sequences"]
        parameters = self.api.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = tokens
        parameters.n_seq_max = self.setting["sequences"]
        parameters.kv_unified = False
        parameters.n_threads = parameters.n_threads_batch = self.threads
        parameters.flash_attn_type = int(self.setting["flash_attention"])
        if self.setting["cache"] == "F32":
            parameters.type_k = parameters.type_v = self.api.GGML_TYPE_F32
        parameters.no_perf = True
        self.context = self.api.llama_init_from_model(self.model, parameters)
        if not self.context:
            raise SystemExit(f"llama.cpp makes no context for {self.setting}")
        self.batch = self.api.llama_batch_init(tokens, 0, 1)
        self.opened = dict(self.setting)

    def fill(self, sequences: list[list[int]]) -> None:
        """The sequences one behind the other, the logits of every token asked for."""
        place = 0
        for number, ids in enumerate(sequences):
            for position, token in enumerate(ids):
                self.batch.token[place] = token
                self.batch.pos[place] = position
                self.batch.n_seq_id[place] = 1
                self.batch.seq_id[place][0] = number
                self.batch.logits[place] = 1
                place += 1
        self.batch.n_tokens = place


def log_probs(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The log-prob of each target. A text at a time: [batch, tokens, vocabulary] twice is GBs."""
    return torch.log_softmax(logits, dim=-1).gather(1, targets[:, None])[:, 0]


class Rows:
    """NLLs of texts, one list a text."""

    def __init__(self) -> None:
        self.as_timed: list[list[float]] = []
        self.wide: list[list[float]] = []

    def add(self, rows: list[torch.Tensor], texts: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        self.as_timed += [(-row).tolist() for row in rows]
        self.wide += [(-log_probs(logits.double(), targets)).tolist() for logits, targets in texts]


def trials(engine, sequences: list[list[int]], settings: list[dict]) -> list[dict]:
    """Tokens a second of each setting on `sequences`."""
    results = []
    for setting in settings:
        engine.setting = setting
        engine.score(sequences[:1])  # warm: pages of the file, buffers, threads
        seconds, _ = engine.score(sequences)
        rate = round(sum(map(len, sequences)) / seconds, 1)
        results.append({"setting": setting, "tokens_per_second": rate})
    return results


def fastest(tried: list[dict]) -> dict:
    return max(tried, key=lambda trial: trial["tokens_per_second"])


def answer(engine, request: dict) -> dict:
    if request["do"] == "about":
        return engine.about()
    documents = read_jsonl(request["documents"])
    if request["do"] == "tokenize":
        return {"token_ids": engine.tokenize([document["text"] for document in documents])}
    sequences = [document["token_ids"] for document in documents]
    if request["do"] == "tune":
        tried = engine.tune(sequences)
        engine.setting = fastest(tried)["setting"]
        return {"setting": engine.setting, "tried": tried}
    nll = Rows() if request["nll"] else None
    whole, forward = engine.score(sequences, nll)
    result = {"tokens": sum(map(len, sequences)), "seconds": whole, "model_seconds": forward}
    return result if nll is None else result | {
        "token_nll": nll.as_timed, "wide_token_nll": nll.wide}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=["transformers", "transformers64", "llama.cpp"])
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    # Answers keep the real stdout; what libraries print goes to stderr.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.set_num_threads(arguments.threads)
    if arguments.engine == "llama.cpp":
        engine = LlamaCpp(arguments.model, arguments.threads)
    else:
        dtype = torch.float64 if arguments.engine == "transformers64" else torch.float32
        engine = Transformers(arguments.model, arguments.threads, dtype)
    for line in sys.stdin:
        print(json.dumps(answer(engine, json.loads(line))), file=answers)


if __name__ == "__main__":
    main()
