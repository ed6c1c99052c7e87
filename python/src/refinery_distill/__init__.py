"""refinery's selections in Python.

`Selection` reads a selection from a store. `TorchSelection` hands its rows to a DataLoader.
`python -m refinery_distill.serve` serves a model's log-probs, and
`python -m refinery_distill.train_reference` trains a reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .row import Row
from .selection import Selection
from .store import StoreError

if TYPE_CHECKING:
    from .torch_selection import TorchSelection

__version__ = "0.1.0"
__all__ = ["Row", "Selection", "StoreError", "TorchSelection", "__version__"]


def __getattr__(name: str) -> Any:
    """Imports torch only for those who ask for `TorchSelection`."""
    if name == "TorchSelection":
        from .torch_selection import TorchSelection
        return TorchSelection
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
