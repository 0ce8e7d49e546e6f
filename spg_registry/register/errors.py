"""Reasons of the register's room."""

from spg_registry.core.errors import NotFound


class TableNotFound(NotFound):
    """The register has no such table, or not in this format (`name`)."""

    code = "table_not_found"


class PullNotFound(NotFound):
    """No such download, or not one of this reader's."""

    code = "pull_not_found"
