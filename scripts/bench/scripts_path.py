"""Puts scripts/ on Python's path: import it before refinery_scripts, in a script that is run."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
