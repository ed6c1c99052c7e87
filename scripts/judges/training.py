#!/usr/bin/env python3
"""The trainer of the reference beside PyTorch: gradients, 200 steps, and the model that is written.

    training.py --tool PATH/training-judge [--refinectl PATH] [--threads 2] [--write]

Every gradient of a small model of odd sizes must be within 1e-4 of its own size, or 1e-6, of
PyTorch's in float64; the losses of 200 steps from the same weights over the same batches within 1e-3
of transformers' LlamaForCausalLM under torch.optim.AdamW in float32; the weights of a run that was
killed the bytes of one that was not; what refinery gives the written folder within 1e-4 nats a token
of transformers'. --write replaces Tests/Fixtures/training.
Exits 1 when a number differs by more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import load_model, load_tokenizer, token_nll
from refinery_scripts.paths import FIXTURES, REFERENCE
from refinery_scripts.training import (
    Shape, adamw, judge, parameters, random_sequences, read_tensors, spec, sum_loss,
    write_tokens, write_weights)

# Query heads share KV heads, no size is a multiple of a vector's, the vocabulary takes two panels,
# and sequences cross the blocks of rows, queries and keys.
ODD = Shape(layers=3, width=42, heads=6, kv_heads=2, head_size=10, feed_forward=53,
            vocabulary=613, context=512)
LENGTHS = [2, 5, 98, 300, 17, 195, 64, 33]
# A committed fixture of the same kind, small enough to be committed.
SMALL = Shape(layers=2, width=12, heads=4, kv_heads=2, head_size=6, feed_forward=13,
              vocabulary=37, context=128)
SMALL_LENGTHS = [2, 7, 101, 20]


def check_gradients(tool: Path, shape: Shape, lengths: list[int], threads: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        model = spread(shape)
        sequences = random_sequences(1, shape.vocabulary, lengths)
        write_weights(model, scratch / "weights")
        write_tokens(scratch / "tokens", shape.vocabulary, sequences)
        (found,) = judge(tool, "gradients", spec(
            shape, scratch / "tokens", threads, weights=scratch / "weights",
            gradients=scratch / "gradients"))
        loss = sum_loss(model, sequences) / (sum(lengths) - len(lengths))
        loss.backward()
        ours = read_tensors(model, scratch / "gradients")
    good = abs(found["loss"] - loss.item()) < 1e-6
    worst, largest = 0.0, 0.0
    for name, tensor in parameters(model):
        expected = tensor.grad.numpy()
        far = np.abs(ours[name] - expected)
        allowed = np.maximum(1e-6, 1e-4 * np.abs(expected))
        share = float((far / allowed).max())
        if share > 1:
            print(f"  {name}: {share:.2f} of what is allowed")
        worst, largest = max(worst, share), max(largest, float(far.max()))
        good &= share <= 1
    print(f"gradients, {shape}: loss {found['loss']:.6f} against {loss.item():.6f}; the worst of "
          f"{sum(p.numel() for _, p in parameters(model))} is off by {worst:.3f} of what is "
          f"allowed, {largest:.1e} in absolute terms")
    return good


def spread(shape: Shape) -> torch.nn.Module:
    """A float64 model of float32 numbers with wide weights, so that no gradient is next to nothing."""
    model = shape.llama(torch.float64)
    generator = torch.Generator().manual_seed(3)
    for _, tensor in parameters(model):
        scale, middle = (0.2, 0.0) if tensor.dim() == 2 else (0.2, 1.0)
        drawn = torch.randn(tensor.shape, generator=generator) * scale + middle
        tensor.data = drawn.to(torch.float32).to(torch.float64)
    return model


def check_steps(tool: Path, threads: int) -> bool:
    shape = Shape(layers=2, width=48, heads=4, kv_heads=2, head_size=12, feed_forward=96,
                  vocabulary=1_200, context=256)
    steps, rate, warmup, decay = 200, 1e-3, 20, 60
    lengths = [int(length) for length in np.random.default_rng(5).integers(2, 120, 300)]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        model = shape.llama(torch.float32)
        sequences = random_sequences(2, shape.vocabulary, lengths)
        write_weights(model, scratch / "weights")
        write_tokens(scratch / "tokens", shape.vocabulary, sequences)
        ours = judge(tool, "train", spec(
            shape, scratch / "tokens", threads, steps=steps, batch_tokens=400, learning_rate=rate,
            warmup_steps=warmup, decay_steps=decay, weights=scratch / "weights"))
        batches = [[sequences[index] for index in line["sequences"]] for line in ours]
        wide = shape.llama(torch.float64)
        for (_, to), (_, of) in zip(parameters(wide), parameters(model)):
            to.data = of.detach().to(torch.float64)
        single = losses(model, batches, steps, rate, warmup, decay)
        double = losses(wide, batches, steps, rate, warmup, decay)
        far = max(abs(line["loss"] - loss) for line, loss in zip(ours, single))
        own = max(abs(a - b) for a, b in zip(single, double))
        print(f"{len(ours)} steps: loss {ours[0]['loss']:.4f} to {ours[-1]['loss']:.4f}; at most "
              f"{far:.1e} from transformers with torch.optim.AdamW in float32, which is {own:.1e} from "
              "float64")
    return len(ours) == steps and far <= 1e-3


def losses(model: torch.nn.Module, batches: list, steps: int, rate: float, warmup: int,
           decay: int) -> list[float]:
    """The loss of each batch, before the step that it makes."""
    optimizer = adamw(model, rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / warmup, (steps - step) / decay))
    found = []
    for batch in batches:
        loss = sum_loss(model, batch) / sum(len(ids) - 1 for ids in batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        found.append(loss.item())
    return found


def check_kill(tool: Path) -> bool:
    """A run that kill -9 ends again and again, on other threads each time, against a whole one."""
    shape = Shape(layers=2, width=48, heads=4, kv_heads=2, head_size=12, feed_forward=96,
                  vocabulary=4_000, context=256)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        write_tokens(scratch / "tokens", shape.vocabulary,
                     random_sequences(4, shape.vocabulary, [90] * 40))

        def start(name: str, threads: int, **more: Path) -> subprocess.Popen:
            (scratch / name).mkdir(exist_ok=True)
            path = scratch / f"{name}.json"
            path.write_text(json.dumps(spec(
                shape, scratch / "tokens", threads, steps=120, batch_tokens=900,
                warmup_steps=5, decay_steps=20, folder=scratch / name, **more)))
            return subprocess.Popen([tool, "train", path], stdout=subprocess.PIPE)

        whole = start("whole", 1)
        whole.communicate()
        begins = []
        for threads, lines in ((1, 40), (2, 25), (3, 1000)):
            killed = start("killed", threads, checkpoint=scratch / "state")
            for line in (killed.stdout.readline() for _ in range(lines)):
                if not line:
                    break
                if len(begins) < threads:
                    begins.append(json.loads(line)["step"])
            killed.kill()
            killed.communicate()
        same = ((scratch / "whole/model.safetensors").read_bytes()
                == (scratch / "killed/model.safetensors").read_bytes())
    print(f"killed twice, begun at steps {begins}: the weights are "
          f"{'the same bytes' if same else 'OTHER BYTES'} as those of a whole run")
    return same and len(begins) == 3


def check_folder(tool: Path, threads: int, refinectl: Path) -> bool:
    """refinery's NLLs of a trained folder against transformers', with the reference's tokenizer."""
    shape = Shape(layers=2, width=48, heads=4, kv_heads=2, head_size=12, feed_forward=96,
                  vocabulary=49_152, context=512)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "model").mkdir()
        write_tokens(scratch / "tokens", shape.vocabulary,
                     random_sequences(2, shape.vocabulary, [100] * 20))
        judge(tool, "train", spec(
            shape, scratch / "tokens", threads, steps=5, batch_tokens=500, learning_rate=1e-2,
            folder=scratch / "model"))
        return compare_scores(scratch / "model", refinectl, scratch)


def compare_scores(folder: Path, refinectl: Path, scratch: Path) -> bool:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(REFERENCE / name, folder / name)
    documents = (FIXTURES / "parity/documents.jsonl").read_text().splitlines()
    few = [json.loads(line) for line in documents]
    few = [{"id": row["id"], "text": row["text"][:300]} for row in few if row["text"].strip()]
    path = scratch / "documents.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in few))
    output = subprocess.run([refinectl, "score", folder, path, "--per-token"], check=True,
                            stdout=subprocess.PIPE).stdout
    ours = {row["id"]: row for row in map(json.loads, output.splitlines())}
    model, tokenizer = load_model(folder, torch.float64), load_tokenizer(REFERENCE)
    far, tokens = 0.0, 0
    for row in few:
        ids = tokenizer.encode(row["text"], add_special_tokens=False).ids
        if ids != ours[row["id"]]["token_ids"] or len(ids) < 2:
            continue
        expected = [nll for nll in token_nll(model, ids) if nll is not None]
        found = [nll for nll in ours[row["id"]]["token_nll"] if nll is not None]
        far = max(far, max(abs(a - b) for a, b in zip(found, expected, strict=True)))
        tokens += len(found)
    print(f"the written folder: {tokens} tokens, at most {far:.1e} nats from transformers' float64")
    return tokens > 0 and far <= 1e-4


def write_fixture(folder: Path) -> None:
    """Weights, tokens, loss and gradients of a small model: what `make test` compares with."""
    folder.mkdir(parents=True, exist_ok=True)
    model = spread(SMALL)
    sequences = random_sequences(1, SMALL.vocabulary, SMALL_LENGTHS)
    loss = sum_loss(model, sequences) / (sum(SMALL_LENGTHS) - len(SMALL_LENGTHS))
    loss.backward()
    write_weights(model, folder / "weights.f32")
    write_tokens(folder / "sequences.tokens", SMALL.vocabulary, sequences)
    gradients = np.concatenate([tensor.grad.numpy().ravel() for _, tensor in parameters(model)])
    gradients.astype("<f8").tofile(folder / "gradients.f64")
    (folder / "loss.json").write_text(json.dumps({"loss": loss.item()}) + "\n")


def check_fixture(folder: Path) -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        write_fixture(Path(scratch))
        good = all((folder / name).read_bytes() == (Path(scratch) / name).read_bytes()
                   for name in ("weights.f32", "sequences.tokens"))
        fresh, old = (np.fromfile(where / "gradients.f64") for where in (Path(scratch), folder))
        far = float(np.abs(fresh - old).max())
    print(f"the committed gradients: made again, they differ by {far:.1e}")
    return good and far < 1e-9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", type=Path, required=True)
    parser.add_argument("--refinectl", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    fixture = FIXTURES / "training"
    if arguments.write:
        write_fixture(fixture)
    good = check_fixture(fixture)
    for shape, lengths in ((ODD, LENGTHS), (SMALL, SMALL_LENGTHS)):
        good &= check_gradients(arguments.tool, shape, lengths, arguments.threads)
    good &= check_steps(arguments.tool, arguments.threads)
    good &= check_kill(arguments.tool)
    if arguments.refinectl:
        good &= check_folder(arguments.tool, arguments.threads, arguments.refinectl)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
