"""The application in a server of its own, with the clock standing where the stories play."""

from api.main import served
from spg_registry.core import clock
from tests.cast import NOW

_standing = clock.standing_at(NOW)
_standing.__enter__()

app = served()
