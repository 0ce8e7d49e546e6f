"""The JSON API: the same verbs as the pages, for programs."""

from importlib import import_module

from fastapi import APIRouter

ROOMS: tuple[str, ...] = (
    "territory",
    "tokens",
    "people",
    "users",
    "links",
    "committees",
    "standards",
    "merging",
    "producers",
    "papers",
    "units",
    "moving",
    "ingredients",
    "imports",
    "rounds",
    "revision",
    "visits",
    "findings",
    "meetings",
    "verifications",
    "search",
    "seal_papers",
    "seals",
    "complaints_public",
    "complaints",
    "register",
)


def routers() -> list[APIRouter]:
    """The routers of all rooms, in the order of the domain."""
    return [import_module(f"api.v1.{room}").router for room in ROOMS]
