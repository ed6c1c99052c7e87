"""Starts the scoring server: `python -m refinery_distill.serve MODEL`."""

from __future__ import annotations

import logging
import signal
import sys
import threading

from .options import Options, read_options


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = read_options(arguments)
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        print(f"error: {error}\nhint: pip install 'refinery-distill[serve]'", file=sys.stderr)
        return 1
    try:
        return serve(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def serve(options: Options) -> int:
    """Loads the model, listens, and ends in order."""
    import torch

    from . import queue as queues
    from .http_server import ScoringServer
    from .loading import load
    from .scorer import Scorer
    from .service import Service

    if options.threads:
        torch.set_num_threads(options.threads)
    log = logging.getLogger("refinery_distill.serve")
    model = load(options)
    scorer = Scorer(model.network, model.vocabulary)
    if not scorer.is_split:
        log.warning("the head of this model cannot be applied apart: prompts run one by one, and "
                    "each needs memory for tokens times vocabulary")
    if scorer.device.type == "cuda":
        queues.release_memory = torch.cuda.empty_cache
    limits = options.limits
    queue = queues.ScoringQueue(scorer, limits.batch_tokens, limits.queued_tokens)
    service = Service(model, queue, options.served_name, limits)
    server = ScoringServer((options.host, options.port), service, limits, options.api_key)

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    listening = threading.Thread(target=server.serve_forever, daemon=True)
    listening.start()
    host = f"[{options.host}]" if ":" in options.host else options.host
    # A supervisor waits for this line.
    print(f"serving {options.served_name} on http://{host}:{server.server_address[1]} "
          f"({model.dtype}, {model.device}, {model.digest})", flush=True)
    ended.wait()
    log.info("no more requests are taken; %d tokens wait", queue.waiting_tokens)
    is_empty = queue.close(options.shutdown_seconds)
    server.stop()
    return 0 if is_empty else 1


if __name__ == "__main__":
    sys.exit(main())
