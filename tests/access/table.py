"""The form of the table of routes: who may, with what in the address and in the body."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import Any

from PIL import Image

ADMINISTRATOR = frozenset({"administrator"})
CONTROL = frozenset({"control"})
CNAPE = frozenset({"cnape"})
NATIONAL = CONTROL | CNAPE
COORDINATOR = frozenset({"coordinator"})
SECRETARY = frozenset({"secretary"})
OFFICE = COORDINATOR | SECRETARY
MEMBER = frozenset({"member"})
SENT = frozenset({"evaluator"})
"""The evaluator who is sent to the visits of the scene."""
IDLE = frozenset({"idle"})
"""An evaluator of the same committee who is sent nowhere."""
OTHER_OFFICE = frozenset({"coordinator_b"})
"""Of the wrong committee, for all that is in the scene."""
NOBODY = frozenset({"nobody"})

READERS = NATIONAL | OFFICE | MEMBER
"""Who reads all that committee A has."""
COMMITTEE = ADMINISTRATOR | READERS | SENT | IDLE
"""Who reads what committee A is."""
OFFICES = OFFICE | OTHER_OFFICE
USERS = COMMITTEE | OTHER_OFFICE
EVERYBODY = USERS | NOBODY


@dataclass(frozen=True)
class Row:
    """One route, and an attempt at it that whoever may would succeed with.

    `wants` is the permission without which a token opens nothing here. `at` and `body` name things
    of the scene as `@name`; what `at` leaves out is `USUAL`. `ok` is the answer to who may: 2xx
    for the API, 200 and 303 for pages where it is left out.
    """

    route: str
    who: frozenset[str]
    wants: str = ""
    body: Any = None
    at: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    ok: tuple[int, ...] = ()
    but: dict[str, int] = field(default_factory=dict)
    """Who has the right and is stopped by a rule, and the answer to them."""
    files: Any = None
    told: frozenset[str] = frozenset()
    """Who learns by this very act what was not theirs to know before."""

    @property
    def method(self) -> str:
        return self.route.split()[0]

    @property
    def path(self) -> str:
        return self.route.split()[1]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def is_form(self) -> bool:
        return not self.is_api or self.files is not None or self.path == "/api/v1/token"

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def params(self) -> dict[str, Any]:
        """What goes into the address, still by its names in the scene."""
        parts = self.path.split("/")
        found = {}
        for before, part in pairwise(parts):
            if part.startswith("{") and part.endswith("}"):
                name = part[1:-1]
                found[name] = USUAL.get(f"{before}/{name}") or USUAL.get(name)
        return found | self.at


USUAL = {
    "photo_id": "@photo",
    "paper_id": "@paper",
    "committee_id": "@committee",
    "spg_id": "@spg",
    "registration_id": "@registration",
    "member_id": "@member",
    "appointment_id": "@appointment",
    "user_id": "@user",
    "role_id": "@role",
    "client_id": "@client_id",
    "person_id": "@holder",
    "persons/person_id": "@person",
    "item_id": "@item",
    "standard_id": 1,
    "ine_code": "031401",
    "products/code": "papa",
    "producers/code": "@producer",
    "productores/code": "@producer",
    "units/code": "@unit",
    "unidades/code": "@unit",
    "plots/code": "@plot",
    "plot_code": "@plot",
    "seals/code": "@seal",
    "sellos/code": "@seal",
    "s/code": "@seal",
    "S/code": "@seal",
    "enrolment_id": "@enrolment",
    "interest_id": "@interest",
    "membership_id": "@membership",
    "crop_id": "@crop",
    "round_id": "@round",
    "assignment_id": "@assignment",
    "visit_id": "@visit",
    "finding_id": "@finding",
    "meeting_id": "@meeting",
    "decision_id": "@decision",
    "appeal_id": "@appeal",
    "complaint_id": "@complaint",
    "number": "@complaint_number",
    "pull_id": "@pull",
    "batch_id": "@batch",
}


def spreadsheet() -> dict[str, tuple[str, BytesIO, str]]:
    text = "Código,Nombres,Apellidos,Comunidad\nT-09,Juana,Nueva,Capilla\n"
    return {"file": ("lista.csv", BytesIO(text.encode()), "text/csv")}


def photo() -> dict[str, tuple[str, BytesIO, str]]:
    kept = BytesIO()
    Image.new("RGB", (8, 6), "green").save(kept, "JPEG")
    return {"photos": ("chacra.jpg", BytesIO(kept.getvalue()), "image/jpeg")}


def scan() -> dict[str, tuple[str, BytesIO, str]]:
    return {"paper": ("carta.jpg", photo()["photos"][1], "image/jpeg")}


def scans() -> dict[str, tuple[str, BytesIO, str]]:
    """As programs send it."""
    return {"files": scan()["paper"]}


def by_route(rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        assert row.route not in found, f"{row.route} stands twice in the table"
        found[row.route] = row
    return found
