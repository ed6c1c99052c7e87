"""How a script says that it cannot go on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn


def fail(message: str, hint: str | None = None) -> NoReturn:
    """Prints the script's name, the message and the hint on stderr, and exits with 1."""
    print(f"{Path(sys.argv[0]).stem}: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    sys.exit(1)


def require(*paths: Path, hint: str) -> None:
    """Fails with the hint where one of the paths does not exist."""
    for path in paths:
        if not path.exists():
            fail(f"no {path}", hint)
