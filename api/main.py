"""The application: rooms of routes on one ground."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

import spg_registry
from api import errors, health, login
from api.ground import Ground
from api.problems import PROBLEMS, described
from api.render import Assets
from api.seal_page import SealPage
from api.shield import Shield
from api.v1 import routers as v1_routers
from api.web import routers as web_routers
from spg_registry.core.config import Settings, settings
from spg_registry.core.db import Database
from spg_registry.core.keys import own_keyring


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    ground: Ground = app.state.ground
    # As many threads as connections: a thread that waits for a connection helps nobody.
    anyio.to_thread.current_default_thread_limiter().total_tokens = ground.database.pool_size
    # What stands at the start stays: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    yield
    ground.database.dispose()


def create_app(given: Settings | None = None, database: Database | None = None) -> FastAPI:
    """An application on the given settings and database, or on those of the environment."""
    chosen = given or settings()
    app = FastAPI(
        title="SPG registry",
        version=spg_registry.__version__,
        lifespan=_lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.ground = Ground(chosen, database)
    errors.install(app)
    app.add_middleware(
        Shield, upload_bytes=chosen.upload_mb * 1_000_000, https=chosen.secure_cookies
    )
    app.include_router(health.router)
    app.include_router(login.router)
    for router in web_routers():
        app.include_router(router, include_in_schema=False)
    for router in v1_routers():
        app.include_router(router, prefix="/api/v1", responses=PROBLEMS)
    app.openapi = described(app.openapi)  # type: ignore[method-assign]
    app.mount("/static", Assets())
    return app


def served(chosen: Settings | None = None) -> SealPage:
    """What the server runs: the seal page in front, the application behind it."""
    inner = create_app(chosen)
    return SealPage(inner, inner.state.ground, own_keyring())


app = served()
