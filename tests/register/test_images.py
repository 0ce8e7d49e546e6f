"""The whole scene leaves no name and no free text in the row images."""

from sqlmodel import select

from spg_registry.core.db import Database
from spg_registry.core.history import Change
from tests.cast import Cast
from tests.register.scene import PERSONAL

TYPED = ("glifosato", "Fue oído", "Aclarado", "No hay otros")


def test_nobody_and_nothing_typed_is_in_the_images(played: Database, cast: Cast) -> None:
    with played.read() as session:
        images = [str(row) for row in session.exec(select(Change.row))]
    names = [told for told in PERSONAL if not told.isdigit()]  # a number may stand by chance
    for private in (*names, *TYPED):
        assert not [told for told in images if private in told]
    assert [told for told in images if "evaluator_rotation" in told]
