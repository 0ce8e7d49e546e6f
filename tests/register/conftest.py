"""The scene, played once a run: here `cast` stands on a database with the scene in it."""

from typing import Any

import pytest

from spg_registry.core.config import settings
from spg_registry.core.db import Database
from tests.cast import Cast
from tests.register.scene import play


@pytest.fixture(scope="session")
def staged(
    databases: Any, staged: tuple[str, Cast], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Cast]:
    """The pattern of the other stories, and the scene upon it."""
    pattern, cast = staged
    address = databases.copy(pattern)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPG_DATA_DIR", str(tmp_path_factory.mktemp("scene")))
        settings.cache_clear()
        made = Database(address, pool_size=1)
        play(made, cast)
        made.dispose()
    settings.cache_clear()
    return address, cast


@pytest.fixture
def played(database: Database, cast: Cast) -> Database:
    """The test's own copy of the scene."""
    return database
