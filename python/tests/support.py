"""Paths, models and processes of the tests."""

from __future__ import annotations

import os
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("REFINERY_ROOT", Path(__file__).resolve().parents[2]))
"""The repository."""
CACHE = Path(os.environ.get("REFINERY_CACHE", ROOT / ".cache"))
"""Where `make teacher` and `make quickstart` leave what they bring and make."""
REFERENCE = ROOT / "models" / "reference"
FAMILIES = ROOT / "Tests" / "Fixtures" / "families"

os.environ.setdefault("HF_HUB_OFFLINE", "1")

try:
    import torch
    import transformers
except ImportError:
    torch = transformers = None
else:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()

needs_torch = unittest.skipIf(torch is None, "torch and transformers are not installed")


def load(path):
    """A model in float32, in evaluation mode."""
    return transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()


def direct(model, ids):
    """Log-probs and ranks of a prompt by one plain forward pass and float64 sums."""
    if len(ids) < 2:
        return [], []
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, :-1].double()
    own = logits.gather(1, torch.tensor(ids[1:])[:, None])
    return (own[:, 0] - logits.logsumexp(1)).tolist(), (logits >= own).sum(1).tolist()


def random_prompts(vocabulary, lengths, seed=0):
    """Prompts of random ids."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(0, vocabulary, (length,), generator=generator).tolist()
            for length in lengths]
