"""What the scripts share: files here are imported, those in scripts/bench and scripts/judges are run.

Importing the package loads nothing by itself. A module needs the standard library alone unless its
docstring asks for the judges' environment, which scripts/judges/requirements.txt lists.
"""
