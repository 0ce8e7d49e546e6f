"""The registry of participatory guarantee systems: everything it knows, nothing of HTTP."""
