"""The routes that the application really has."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts


def routes_of(app: FastAPI) -> set[str]:
    """`GET /comites/{committee_id}`; what is mounted counts as its files, HEAD as its GET."""
    found = set()
    for route in iter_route_contexts(app.routes):
        path = route.path or "/"
        if route.methods is None:
            found.add(f"GET {path.rstrip('/')}/{{path}}")
        found |= {f"{method} {path}" for method in (route.methods or set()) - {"HEAD"}}
    return found
