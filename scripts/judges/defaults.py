#!/usr/bin/env python3
"""What refinery takes for a field of config.json that is not there, against transformers.

    defaults.py --refinectl PATH [--families llama,mistral]

Every field of every family's configuration class is left out of config.json once and set to null
once, in the spelling of transformers 4 and 5, and all that refinery takes for harmless is added
once. transformers makes a model of random weights of that config.json. refinery must give its NLLs,
or refuse the config.json. What transformers itself refuses is not judged. The last judge is of
folders whose decoder is a part of a model that sees images. Exits 1 on a difference.
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
from safetensors.torch import save_file
from transformers import (
    AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, PreTrainedConfig,
)
from transformers.utils import logging

import scripts_path  # noqa: F401
import random_families
from matrix import MEAN_TOLERANCE, TOKEN_TOLERANCE
from random_families import NO_HEAD_DIM, ROUTING_MARGIN, routing_margin
from random_llama import DOCUMENTS
from refinery_scripts import family_model
from refinery_scripts.family_model import ROPE, SHAPE, Family
from refinery_scripts.judge_models import (
    load_model, load_tokenizer, sum_nll, token_nll, write_jsonl,
)
from refinery_scripts.small_tokenizer import VOCABULARY, tokenizer_json

# Fields that every class has and that no forward pass of a decoder reads.
COMMON = {*PreTrainedConfig().to_dict(), "model_type", "architectures", "bos_token_id",
          "eos_token_id", "pad_token_id", "initializer_range", "use_cache"} - {
    "tie_word_embeddings"}
# With these absent a model of default size would be made: refinery asks for them by name.
SIZES = {"hidden_size", "n_embd", "num_hidden_layers", "n_layer", "num_attention_heads", "n_head",
         "vocab_size"}
# The text_config of Gemma 3's published folders lacks these.
TEXT_PART = {"vocab_size", "num_attention_heads"}
EPSILONS = {"rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"}
CONTEXTS = {"n_positions", "max_position_embeddings"}
# Texts of some 1,900 and 4,700 tokens: longer than most contexts, and than any window by default.
LONG = {"n_positions": 0, "max_position_embeddings": 5, "sliding_window": 12}
# Classes have up to 32 heads of keys by default.
MANY_HEADS = {"num_attention_heads": 32, "hidden_size": 256}
# Fields that refinery takes for harmless, with values other than the usual.
HARMLESS = {
    "_attn_implementation_autoset": True, "_flash_attn_2_enabled": True, "unsloth_fixed": True,
    "unsloth_version": "2024.9", "auto_map": {"AutoConfig": "a.B"}, "max_sequence_length": 16,
    "cache_implementation": "hybrid", "is_llama_config": True, "model_max_length": 16,
    "use_flash_attn": True, "use_bfloat16": True, "gradient_checkpointing": True,
    "pretraining_tp": 2, "initializer_range": 0.5, "attention_dropout": 0.5, "max_length": 7,
    "min_length": 3, "do_sample": True, "num_beams": 4, "temperature": 0.3, "top_k": 3,
    "top_p": 0.5, "typical_p": 0.5, "repetition_penalty": 1.5, "length_penalty": 2.0,
    "no_repeat_ngram_size": 2, "num_return_sequences": 2, "early_stopping": True,
    "bad_words_ids": [[1]], "suppress_tokens": [1], "prefix": "a", "finetuning_task": "b",
    "task_specific_params": {"x": {"max_length": 3}}, "tie_encoder_decoder": True,
    "chunk_size_feed_forward": 2, "tokenizer_class": "LlamaTokenizer", "bos_token_id": 3,
    "eos_token_id": [1, 2], "pad_token_id": 4, "use_cache": False}
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
            {"vocab_size": VOCABULARY} | family.shape | family.settings))
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
    yield "harmless fields", next(bases(family)) | HARMLESS


def model_of(family: Family, folder: Path, field: str):
    """transformers' model of the folder's config.json, with weights; None where it refuses."""
    try:
        config = AutoConfig.from_pretrained(folder)
        config._attn_implementation = "eager"
        config._experts_implementation = "eager"
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    except Exception as error:  # of any class: KeyError, huggingface_hub's strict types, torch's
        return None, f"{type(error).__name__}: {error}".replace("\n", " ")[:90]
    family_model.fill(model, family)
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
    documents = [d for d in DOCUMENTS if d["id"] in chosen]
    times = LONG.get(field, 0) if (content.get("num_hidden_layers") or 0) < 8 else 0
    if times:
        long = DOCUMENTS[-1]["text"]
        documents = [{"id": "windows", "text": " ".join([long] * times)}]
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
        has_default = family.model_type == "gemma3_text" and field in TEXT_PART
        if field in SIZES and "null" not in name and not has_default:
            return "DIFFERS", f"not refused by name: {message}"
        model, why = model_of(family, folder, field)
        if model is None:
            return "not judged", why
        family_model.write_weights(family, model, folder)
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


def check_vision(refinectl: Path, vocabulary: str, tokenizer) -> bool:
    """Gemma 3's text part of a folder that sees images, as transformers 4 and 5 name its tensors."""
    family = next(family for family in FAMILIES if family.name == "gemma3")
    text = next(bases(family))
    vision = {"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 32,
              "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 28, "patch_size": 14}
    content = {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
               "text_config": text, "vision_config": vision, "mm_tokens_per_image": 4,
               "image_token_index": VOCABULARY - 1}
    document, good = DOCUMENTS[0], True
    ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
    for place in ("language_model.model.", "model.language_model."):
        with tempfile.TemporaryDirectory() as scratch:
            folder, texts = Path(scratch) / "model", Path(scratch) / "texts.jsonl"
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps(content))
            (folder / "tokenizer.json").write_text(vocabulary)
            write_jsonl(texts, [document])
            whole = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(folder))
            outer = "model." if place.startswith("model.") else ""
            state = {outer + name.removeprefix("model."): tensor.contiguous()
                     for name, tensor in whole.state_dict().items()
                     if "vision_tower" in name or "projector" in name}
            part = family_model.make(family)
            state |= {place + name.removeprefix("model."): tensor.contiguous()
                      for name, tensor in part.state_dict().items() if name != "lm_head.weight"}
            save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
            values = token_nll(load_model(folder), ids)
            rows, message = scores(refinectl, folder, texts)
            theirs = rows.get(document["id"], {}).get("token_nll", [])
            same = not message and len(values) == len(theirs) and max(
                abs(a - b) for a, b in zip(theirs, values)) <= TOKEN_TOLERANCE
        print(f"Gemma 3 below {place}: {'ok' if same else 'DIFFERS ' + message}")
        good &= same
    return good


def check(refinectl: Path, names: list[str] | None = None, verbose: bool = False) -> bool:
    vocabulary = json.dumps(tokenizer_json())
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(vocabulary)
        file.flush()
        tokenizer = load_tokenizer(file.name)
    good = bool(names) or check_vision(refinectl, vocabulary, tokenizer)
    for family in FAMILIES:
        if names and family.name not in names:
            continue
        counts: dict[str, int] = {}
        for name, content in variants(family):
            result, remark = judge(family, name, content, refinectl, tokenizer, vocabulary)
            if name == "harmless fields" and result != "same":
                result = "DIFFERS"
            counts[result] = counts.get(result, 0) + 1
            if verbose or result == "DIFFERS":
                print(f"  {family.name} without {name}: {result} {remark.strip()}"[:400],
                      flush=True)
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
