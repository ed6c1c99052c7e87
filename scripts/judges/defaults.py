#!/usr/bin/env python3
"""What refinery takes for a field of config.json that is not there, against transformers.

    defaults.py --refinectl PATH [--families llama,mistral]

Every field of every family's configuration class is left out of config.json once and set to null
once, in the spelling of transformers 4 and 5. transformers makes a model of random weights of that
config.json. refinery must give its NLLs, or refuse the folder and name the field. What transformers
itself refuses is not judged. Exits 1 on a difference.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig
from transformers.utils import logging

import random_families
import random_llama
from judge_models import load_tokenizer, sum_nll, token_nll, write_jsonl
from matrix import MEAN_TOLERANCE, TOKEN_TOLERANCE
from random_families import NO_HEAD_DIM, ROPE, ROUTING_MARGIN, SHAPE, Family, routing_margin

# Fields that every class has and that no forward pass of a decoder reads.
COMMON = {*PreTrainedConfig().to_dict(), "model_type", "architectures", "bos_token_id",
          "eos_token_id", "pad_token_id", "initializer_range", "use_cache"} - {
    "tie_word_embeddings"}
# With these absent a model of default size would be made: refinery asks for them by name.
SIZES = {"hidden_size", "n_embd", "num_hidden_layers", "n_layer", "num_attention_heads", "n_head",
         "vocab_size"}
EPSILONS = {"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"}
CONTEXTS = {"n_positions", "max_position_embeddings"}
# Texts of some 1,900 and 4,700 tokens: longer than most contexts, and than any window by default.
LONG = {"n_positions": 0, "max_position_embeddings": 5, "sliding_window": 12}
# Classes have up to 32 heads of keys by default.
MANY_HEADS = {"num_attention_heads": 32, "hidden_size": 256}
FAMILIES = [
    Family("llama", "llama", {"tie_word_embeddings": True, "rms_norm_eps": 1e-5},
           shape=SHAPE | ROPE, seed=50,
           old={"rope_parameters": None, "rope_theta": 5000.0,
                "rope_scaling": {"type": "linear", "factor": 2.0}}),
    # A window that begins at a layer beyond the default of its field.
    Family("qwen2-layers", "qwen2", {
        "tie_word_embeddings": False, "use_sliding_window": True, "sliding_window": 19,
        "max_window_layers": 2, "num_hidden_layers": 30}, shape=NO_HEAD_DIM | ROPE, seed=60),
    *random_families.FAMILIES]


def bases(family: Family) -> Iterator[dict]:
    """The family's config.json: as it is published, and with every field of the class."""
    config = AutoConfig.for_model(
        family.model_type, **copy.deepcopy(
            {"vocab_size": random_llama.VOCABULARY} | family.shape | family.settings))
    for content in (config.to_diff_dict(), config.to_dict()):
        content["model_type"] = family.model_type
        for name in ("transformers_version", "dtype", "id2label", "label2id"):
            content.pop(name, None)
        yield content
        if family.old:
            old = {key: value for key, value in content.items() if key not in family.old}
            yield old | {key: value for key, value in family.old.items() if value is not None}


def variants(family: Family) -> Iterator[tuple[str, dict]]:
    """Each config.json with one field less, and with one that is null; first the whole ones."""
    seen = set()
    for base in bases(family):
        made = [("nothing", base)]
        places = [(name,) for name in base if name not in COMMON]
        places += [(outer, name) for outer in ("rope_parameters", "rope_scaling")
                   for name in base.get(outer) or {}]
        places += [(*place, name) for place in places if len(place) == 2
                   and isinstance(base[place[0]][place[1]], dict)
                   for name in base[place[0]][place[1]]]
        for place in places:
            for null in (False, True):
                changed = copy.deepcopy(base)
                inner = changed
                for name in place[:-1]:
                    inner = inner[name]
                if null:
                    inner[place[-1]] = None
                else:
                    del inner[place[-1]]
                if place[-1] == "num_key_value_heads":
                    changed |= MANY_HEADS
                if place[-1] in LONG:
                    # Texts are longer than any default window.
                    changed |= {name: 16384 for name in CONTEXTS if changed.get(name) is not None}
                made.append((".".join(place) + (" null" if null else ""), changed))
        for name, content in made:
            spelled = json.dumps(content, sort_keys=True)
            if spelled not in seen:
                seen.add(spelled)
                yield name, content


def model_of(family: Family, folder: Path, field: str):
    """transformers' model of the folder's config.json, with weights; None where it refuses."""
    try:
        config = AutoConfig.from_pretrained(folder)
        config._attn_implementation = "eager"
        config._experts_implementation = "eager"
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    except Exception as error:  # of any class: KeyError, huggingface_hub's strict types, torch's
        return None, f"{type(error).__name__}: {error}".replace("\n", " ")[:90]
    random_families.fill(model, family)
    if field in EPSILONS:
        # So small that the ε of the first norm weighs.
        with torch.no_grad():
            model.get_input_embeddings().weight.mul_(1 / 64)
    return model, ""


def scores(refinectl: Path, folder: Path, texts: Path) -> tuple[dict, str]:
    found = subprocess.run([refinectl, "score", folder, texts, "--per-token"],
                           capture_output=True, text=True)
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    return {row["id"]: row for row in rows}, found.stderr if found.returncode else ""


def judge(family: Family, name: str, content: dict, refinectl: Path, tokenizer, vocabulary: str,
          ) -> tuple[str, str]:
    """What came of one config.json: same, refused, not judged or DIFFERS, and a remark."""
    field = name.removesuffix(" null").split(".")[-1]
    # In a mixture of experts a long text hardly ever has no token between two experts.
    chosen = ("prose",) if "num_experts_per_tok" in content else ("prose", "long")
    documents = [d for d in random_llama.DOCUMENTS if d["id"] in chosen]
    if times := LONG.get(field, 0) if (content.get("num_hidden_layers") or 0) < 8 else 0:
        documents = [{"id": "windows", "text": " ".join([random_llama.DOCUMENTS[-1]["text"]] * times)}]
    with tempfile.TemporaryDirectory() as scratch:
        folder, texts = Path(scratch) / "model", Path(scratch) / "texts.jsonl"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(content))
        (folder / "tokenizer.json").write_text(vocabulary)
        write_jsonl(texts, documents)
        _, message = scores(refinectl, folder, texts)
        # Without weights it ends there; config.json is read first.
        if "config.json" in message:
            return "refused", message
        if field in SIZES and "null" not in name:
            return "DIFFERS", f"not refused by name: {message}"
        model, why = model_of(family, folder, field)
        if model is None:
            return "not judged", why
        random_families.write_weights(family, model, folder)
        rows, message = scores(refinectl, folder, texts)
        if message:
            return "DIFFERS", message
        model = model.to(torch.float64).eval()
        for document in documents:
            ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
            row = rows[document["id"]]
            if row["token_ids"] != ids:
                return "DIFFERS", "other token ids"
            try:
                values = token_nll(model, ids)
            except Exception as error:
                return "not judged", f"{type(error).__name__}: {error}"[:90]
            if routing_margin(model, ids) < ROUTING_MARGIN:
                return "not judged", "a token between two experts"
            token = max(abs(a - b) for a, b in zip(row["token_nll"], values, strict=True))
            mean = abs(row["nll"] - sum_nll(values)) / len(values)
            if token > TOKEN_TOLERANCE or mean > MEAN_TOLERANCE:
                return "DIFFERS", f"{token:.1e} nats a token, {mean:.1e} a mean"
    return "same", ""


def check(refinectl: Path, names: list[str] | None = None, verbose: bool = False) -> bool:
    vocabulary = json.dumps(random_llama.tokenizer_json(random_llama.Spec("defaults")))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(vocabulary)
        file.flush()
        tokenizer = load_tokenizer(file.name)
    good = True
    for family in FAMILIES:
        if names and family.name not in names:
            continue
        counts: dict[str, int] = {}
        for name, content in variants(family):
            result, remark = judge(family, name, content, refinectl, tokenizer, vocabulary)
            counts[result] = counts.get(result, 0) + 1
            if verbose or result == "DIFFERS":
                print(f"  {family.name} without {name}: {result} {remark.strip()}"[:400], flush=True)
        good &= "DIFFERS" not in counts
        print(f"defaults of {family.name}: "
              + ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
              + f": {'DIFFERS' if 'DIFFERS' in counts else 'ok'}", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--families", help="only these")
    parser.add_argument("--verbose", action="store_true", help="print every field")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    names = arguments.families.split(",") if arguments.families else None
    return 0 if check(arguments.refinectl.resolve(), names, arguments.verbose) else 1


if __name__ == "__main__":
    sys.exit(main())
