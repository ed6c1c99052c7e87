"""Loads a model and its tokenizer with transformers."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .digest import weights_digest
from .options import Options

LOG = logging.getLogger("refinery_distill.serve")
NO_LIMIT = 1 << 20
"""The longest prompt of a model whose configuration names no context."""


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode, and what is told of it."""

    network: nn.Module
    tokenizer: Any
    """Has `encode`; None where there is none."""
    path: str
    """Where the files are."""
    tokenizer_path: str | None
    digest: str
    dtype: str
    device: str
    vocabulary: int
    """Ids are below it."""
    max_context: int
    """Tokens of a prompt, at most."""


def load(options: Options) -> LoadedModel:
    """Loads the model that the command line names.

    Raises ValueError with a sentence for a person where it cannot.
    """
    os.environ.setdefault("TQDM_DISABLE", "1")
    import transformers

    transformers.utils.logging.disable_progress_bar()
    device = choose_device(options.device)
    path = find(options)
    config, keywords = None, dict[str, Any](
        trust_remote_code=options.trust_remote_code, revision=options.revision)
    if path.is_file():
        if path.suffix != ".gguf":
            raise ValueError(f"{path} is neither a folder nor a .gguf file")
        folder, keywords["gguf_file"] = path.parent, path.name
    else:
        folder = path
    dtype = torch.float32 if options.dtype == "float32" else torch.bfloat16
    try:
        network = transformers.AutoModelForCausalLM.from_pretrained(
            folder, config=config, dtype=dtype, **keywords)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ValueError(f"transformers cannot load {path}: {error}") from error
    network = network.to(device).eval()
    digest = weights_digest(path)
    tokenizer, tokenizer_path = load_tokenizer(options, path)
    return LoadedModel(
        network=network, tokenizer=tokenizer, path=str(path), tokenizer_path=tokenizer_path,
        digest=digest, dtype=options.dtype, device=str(device),
        vocabulary=vocabulary_size(network),
        max_context=options.max_context or context_of(network.config))


def choose_device(name: str) -> torch.device:
    """The device that the command line names; `auto` is a GPU where there is one."""
    has_gpu = torch.cuda.is_available()
    if name == "cuda" and not has_gpu:
        raise ValueError("torch sees no CUDA device")
    return torch.device("cuda" if name != "cpu" and has_gpu else "cpu")


def find(options: Options) -> Path:
    """The folder or file of a model; a hub name is downloaded."""
    path = Path(options.model)
    if path.exists():
        return path.resolve()
    if options.model.startswith(("/", ".")) or options.model.count("/") != 1:
        raise ValueError(f"there is no {options.model}")
    from huggingface_hub import snapshot_download
    try:
        return Path(snapshot_download(
            options.model, revision=options.revision,
            allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*.py"]))
    except Exception as error:
        raise ValueError(f"cannot bring {options.model}: {error}") from error


def load_tokenizer(options: Options, path: Path) -> tuple[Any, str | None]:
    """The tokenizer behind `/tokenize`, and where it is from; None where there is none.

    A GGUF's own is not taken, since transformers reads other ids from some of them.
    """
    import transformers

    where = Path(options.tokenizer) if options.tokenizer else path
    if options.tokenizer is None and path.is_file():
        return None, None
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            where, trust_remote_code=options.trust_remote_code)
    except Exception as error:
        if options.tokenizer is not None:
            raise ValueError(f"cannot load the tokenizer in {where}: {error}") from error
        LOG.warning("%s has no tokenizer that transformers loads: /tokenize answers 404", where)
        return None, None
    return tokenizer, str(where)


def vocabulary_size(network: nn.Module) -> int:
    """How many ids the model takes and predicts."""
    sizes = [network.get_input_embeddings().weight.shape[0]]
    head = network.get_output_embeddings()
    if head is not None and hasattr(head, "weight"):
        sizes.append(head.weight.shape[0])
    return int(min(sizes))


def context_of(config: Any) -> int:
    """The longest prompt that a configuration allows."""
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    for name in ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"):
        value = getattr(text, name, None)
        if isinstance(value, int) and value > 0:
            return value
    return NO_LIMIT
