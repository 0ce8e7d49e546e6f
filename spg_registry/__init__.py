"""The registry of participatory guarantee systems: everything it knows, nothing of HTTP."""

__version__ = "0.1.0"
