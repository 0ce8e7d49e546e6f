"""The verbs of this room, each in the file of its topic."""

from spg_registry.seals.correcting import correct
from spg_registry.seals.events import acknowledge, reinstate, suspend, withdraw
from spg_registry.seals.granting import Closing, close_and_grant, preview
from spg_registry.seals.leaving import change_status
from spg_registry.seals.merging import merge, unmerge
from spg_registry.seals.moving import hand_over, move
from spg_registry.seals.numbering import allot
from spg_registry.seals.replacing import replace
from spg_registry.seals.restoring import restore
from spg_registry.seals.sanctions import impose

__all__ = [
    "Closing",
    "acknowledge",
    "allot",
    "change_status",
    "close_and_grant",
    "correct",
    "hand_over",
    "impose",
    "merge",
    "move",
    "preview",
    "reinstate",
    "replace",
    "restore",
    "suspend",
    "unmerge",
    "withdraw",
]
