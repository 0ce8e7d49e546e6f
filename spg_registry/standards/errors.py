"""What the norm can lack."""

from spg_registry.core.errors import NotFound


class NormMissing(NotFound):
    """No version of `what` (a standard, its form or its ruleset) is loaded and in force."""

    code = "norm_missing"


class ItemMissing(NotFound):
    """No such local question of this committee."""

    code = "checklist_item_missing"
