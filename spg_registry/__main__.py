"""`python -m spg_registry` is the command `spg-registry`."""

from spg_registry.cli import app

app(prog_name="spg-registry")
