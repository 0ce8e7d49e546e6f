"""The API on the scene of `tests/access`, where nothing that is done lasts."""

from typing import Any

import pytest
import schemathesis

from tests.access.conftest import House, house, made_house

__all__ = ["house", "made_house"]


@pytest.fixture(scope="session")
def document(made_house: tuple[House, Any]) -> Any:
    """The API as the application describes it."""
    return schemathesis.openapi.from_dict(made_house[0].app.openapi())
