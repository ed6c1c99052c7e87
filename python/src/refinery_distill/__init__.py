"""refinery's selections in Python.

`Selection` reads a selection from a store. `TorchSelection` hands its rows to a DataLoader.
`python -m refinery_distill.serve` serves a model's log-probs, and
`python -m refinery_distill.train_reference` trains a reference.
"""

from __future__ import annotations

__version__ = "0.1.0"
