"""The command line of the scoring server."""

from __future__ import annotations

import argparse
import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What the server takes on at once."""

    batch_tokens: int = 4096
    """Padded tokens of one forward pass, at most, where a single prompt is not longer."""
    queued_tokens: int = 16 * 4096
    """Tokens that wait, at most; a request that finds more is answered 503."""
    request_tokens: int = 1 << 20
    """Tokens of one request, at most."""
    body_bytes: int = 8 << 20
    """Bytes of one request's body, at most."""
    connections: int = 128
    """Connections that are open at once, at most."""
    idle_seconds: float = 120.0
    """Seconds after which a connection that sends nothing is closed."""


@dataclass(frozen=True)
class Options:
    """Everything that the command line says."""

    model: str
    tokenizer: str | None
    revision: str | None
    host: str
    port: int
    dtype: str
    device: str
    served_name: str
    api_key: str | None
    max_context: int | None
    threads: int | None
    trust_remote_code: bool
    shutdown_seconds: float
    limits: Limits


def read_options(arguments: list[str] | None = None) -> Options:
    """Reads the command line; ends the process with a message where it makes no sense."""
    parser = make_parser()
    given = parser.parse_args(arguments)
    try:
        key = None if given.api_key_file is None else read_key(Path(given.api_key_file))
    except ValueError as error:
        parser.error(str(error))
    if given.host not in ("127.0.0.1", "localhost", "::1") and key is None:
        parser.error(
            f"--host {given.host} lets other machines in: give --api-key-file, or serve on "
            "127.0.0.1 behind a proxy")
    batch = given.max_batch_tokens
    limits = Limits(
        batch_tokens=batch,
        queued_tokens=given.max_queued_tokens or 16 * batch,
        body_bytes=given.max_body_bytes)
    return Options(
        model=given.model, tokenizer=given.tokenizer, revision=given.revision, host=given.host,
        port=given.port, dtype=given.dtype, device=given.device,
        served_name=given.served_name or given.model, api_key=key,
        max_context=given.max_context, threads=given.threads,
        trust_remote_code=given.trust_remote_code, shutdown_seconds=given.shutdown_seconds,
        limits=limits)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m refinery_distill.serve",
        description="Serve the log-probs of a causal language model over HTTP, as SGLang does.")
    parser.add_argument("model", help="a Hugging Face folder, a .gguf file, or a hub name")
    parser.add_argument("--tokenizer", metavar="FOLDER",
                        help="the tokenizer behind /tokenize (default: the model's folder)")
    parser.add_argument("--revision", help="the revision of a hub name")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port_number, default=8000, help="0 takes a free one")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--max-batch-tokens", type=positive, default=4096, metavar="N",
                        help="tokens of one forward pass (default: 4096)")
    parser.add_argument("--max-queued-tokens", type=positive, metavar="N",
                        help="tokens that may wait (default: 16 batches)")
    parser.add_argument("--max-body-bytes", type=positive, default=8 << 20, metavar="N",
                        help="bytes of a request's body (default: 8 MiB)")
    parser.add_argument("--max-context", type=positive, metavar="N",
                        help="tokens of a prompt (default: what the model's configuration says)")
    parser.add_argument("--served-name", metavar="NAME", help="default: the model as written")
    parser.add_argument("--api-key-file", metavar="FILE",
                        help="a file with the key that requests must carry")
    parser.add_argument("--threads", type=positive, metavar="N", help="CPU threads of torch")
    parser.add_argument("--shutdown-seconds", type=float, default=30.0, metavar="S",
                        help="how long accepted requests may take after SIGTERM (default: 30)")
    parser.add_argument("--trust-remote-code", action="store_true",
                        help="run Python code that the model's folder brings along")
    return parser


def positive(text: str) -> int:
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def port_number(text: str) -> int:
    """A TCP port; zero lets the system choose."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return number


def read_key(path: Path) -> str:
    """The key in a file, without white space around it.

    Raises ValueError for a file that is missing, empty, or readable by others.
    """
    try:
        mode = os.stat(path).st_mode
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the key in {path}: {error}") from error
    if mode & stat.S_IROTH:
        raise ValueError(f"{path} can be read by every user: chmod 600 {path}")
    if not key or any(letter.isspace() for letter in key):
        raise ValueError(f"{path} must hold one key and nothing else")
    return key
