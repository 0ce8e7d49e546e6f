"""The pages: Spanish addresses, plain forms, the same verbs as the JSON API."""

from importlib import import_module

from fastapi import APIRouter

ROOMS: tuple[str, ...] = (
    "committees",
    "committee_rules",
    "spgs",
    "users",
    "producer_search",
    "producer_history",
    "merging",
    "links",
    "account",
    "producers",
    "producer_papers",
    "papers",
    "units",
    "outlines",
    "moving",
    "ingredients",
    "imports",
    "round_planning",
    "rounds",
    "assignments",
    "travel",
    "visit_sheets",
    "revision",
    "paper_entry",
    "visits",
    "visit_acts",
    "visit_photos",
    "findings",
    "convening",
    "meetings",
    "deciding",
    "decision_detail",
    "appeals",
    "home",
    "seal_papers",
    "seal_labels",
    "seal_renewals",
    "seal_terms",
    "work",
    "slips",
    "own_file",
    "seals",
    "sanctions",
    "seals_public",
    "register",
    "open_data",
    "help",
    "complaints",
    "complaints_public",
    "search",
    "accounts",
    "norm",
)


def routers() -> list[APIRouter]:
    """The routers of all rooms, in the order of the domain."""
    return [import_module(f"api.web.{room}").router for room in ROOMS]
