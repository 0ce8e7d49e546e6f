from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from spg_registry.core.keys import Keyring, Purpose
from spg_registry.rules.words import Category
from spg_registry.seals.signing import SealPayload
from spg_registry.territory.models import ProductGroup

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
BASE_URL = "https://sello.example.org.bo"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """A keyring with a first key of each purpose."""
    made = Keyring(tmp_path)
    for purpose in Purpose:
        made.create(purpose, NOW)
    return made


@pytest.fixture
def payload() -> SealPayload:
    """What the seal of Doña Ñusta of Tarabuco says."""
    return SealPayload(
        key_number=1,
        code="7K3M9QXA4Z",
        category=Category.ORGANIC,
        valid_from=date(2026, 11, 21),
        valid_until=date(2027, 11, 20),
        municipality="010501",
        status_index=131073,
        groups=frozenset({ProductGroup.GRAINS, ProductGroup.TUBERS}),
        name="Ñusta Mamani",
    )
