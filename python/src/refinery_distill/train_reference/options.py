"""The command line of the trainer."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from .request import Request


@dataclass(frozen=True)
class CommandLine:
    """Everything that the command line says."""

    paths: list[str]
    teacher: Path | None
    output: Path
    context: str
    tokenizer_digest: str
    domain_field: str
    request: Request
    dtype: str
    device: str
    part_tokens: int | None
    checkpoint_seconds: float
    threads: int | None
    plan_only: bool


def read_command_line(arguments: list[str] | None = None) -> CommandLine:
    """Reads the command line; ends the process with a message where it makes no sense."""
    parser = make_parser()
    given = parser.parse_args(arguments)
    if (given.layers is None) != (given.width is None):
        parser.error("name both --layers and --width, or neither")
    if bool(given.paths) != (given.teacher is not None):
        parser.error("give the corpus and --teacher, or neither to go on with what is planned")
    request = Request(
        seed=given.seed, text_field=given.text_field, held_out=given.held_out, share=given.share,
        tokens=given.tokens, epochs=given.epochs, max_tokens=given.max_tokens,
        layers=given.layers, width=given.width, anyway=given.anyway)
    return CommandLine(
        paths=given.paths, teacher=None if given.teacher is None else Path(given.teacher),
        output=Path(given.output.rstrip("/") or given.output), context=given.context,
        tokenizer_digest=given.tokenizer_digest, domain_field=given.domain_field,
        request=request, dtype=given.dtype,
        device=given.device, part_tokens=given.part_tokens,
        checkpoint_seconds=given.checkpoint_seconds, threads=given.threads,
        plan_only=given.plan_only)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m refinery_distill.train_reference",
        description="Train a reference on a slice of a corpus, as `refinectl train-reference` "
        "does, by torch. Without corpus and teacher it goes on with what is planned beside the "
        "output, by itself or by refinectl.")
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help=".jsonl, .ndjson, .json (also .gz, .zst), .txt, or folders of them")
    parser.add_argument("--teacher", metavar="FOLDER",
                        help="the teacher's Hugging Face folder, with tokenizer.json")
    parser.add_argument("--output", required=True, metavar="FOLDER", help="the folder to make")
    slices = parser.add_argument_group("slice and model")
    slices.add_argument("--share", help="share of the documents that train (default: 0.05, more "
                        "of a small corpus)")
    slices.add_argument("--tokens", type=positive, metavar="N",
                        help="train on about so many tokens instead")
    slices.add_argument("--held-out", metavar="SHARE", help="share that is held out (default: "
                        "0.005, more of few documents)")
    slices.add_argument("--epochs", type=positive, metavar="N", help="passes over the slice "
                        "(default: up to 4, until 8,000,000 tokens are seen)")
    slices.add_argument("--layers", type=positive, metavar="N", help="layers, with --width")
    slices.add_argument("--width", type=positive, metavar="N", help="width, with --layers")
    slices.add_argument("--seed", type=whole, default=0, metavar="N",
                        help="decides slice, first weights and order (default: 0)")
    slices.add_argument("--max-tokens", type=positive, default=1024, metavar="N",
                        help="the most tokens of a chunk (default: 1024)")
    slices.add_argument("--anyway", action="store_true",
                        help="train on fewer than 2,000,000 tokens, too")
    parser.add_argument("--text-field", default="text", metavar="FIELD",
                        help="the field with the text; may be dotted (default: text)")
    parser.add_argument("--domain-field", default="domain", metavar="FIELD",
                        help="the field with the domain (default: domain)")
    parser.add_argument("--context", default="auto", metavar="RULE",
                        help="what stands in front of a text: auto, none, bos, or a token")
    parser.add_argument("--tokenizer-digest", default="", metavar="HEX",
                        help="tokenizer_digest of `refinectl inspect TEACHER --json`; without it "
                        "`refine` takes the result by --reference alone")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32",
                        help="what matrices are multiplied in (default: float32)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--part-tokens", type=positive, metavar="N",
                        help="tokens of one forward pass (default: 8192, on a CPU 2048)")
    parser.add_argument("--checkpoint-seconds", type=float, default=60.0, metavar="S",
                        help="the least time between checkpoints (default: 60)")
    parser.add_argument("--threads", type=positive, metavar="N", help="CPU threads of torch")
    parser.add_argument("--plan-only", action="store_true",
                        help="write plan and tokens, and do not train yet")
    return parser


def positive(text: str) -> int:
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def whole(text: str) -> int:
    """A whole number of 64 bits."""
    number = int(text)
    if not 0 <= number < 1 << 64:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 2^64 - 1")
    return number
