"""What a row image may hold. It is for ever: whatever people typed freely stays out of it."""

from datetime import date

from sqlalchemy import JSON, Enum, String, inspect
from sqlmodel import AutoString

from spg_registry.core import schema
from spg_registry.core.history import Recorded, image
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.rounds.models import Round, Visit
from spg_registry.rules.words import Outcome

REVIEWED = {
    # the territory, the norm and by-laws: public texts
    "Community": "municipality_code name name_key",
    "Standard": "code title issuer edition scope source digest",
    "Checklist": "code kind title source digest",
    "RuleSet": "code title parameters source digest",
    "TransitionRule": "source",
    # bodies, offices and acts, as the register publishes them
    "Committee": "name",
    "CommitteeMunicipality": "municipality_code",
    "RecognitionAct": "number issuer",
    "Body": "name",
    "Member": "office extension_act",
    "TermCorrection": "corrected_by",
    "TermExtension": "act",
    "EvaluatorAppointment": "act",
    "Spg": "code name",
    "SpgMunicipality": "municipality_code",
    "SpgRegistration": "issuer act_number",
    "SpgRegistrationEvent": "act",
    "Organisation": "code name municipality_code",
    # codes and numbers
    "Producer": "code",
    "Enrolment": "code",
    "Unit": "code municipality_code",
    "Plot": "code",
    "Crop": "product_code",
    "Ingredient": "product_code seal_code",
    "Finding": "code item_code",
    "Sanction": "code reason_class",
    "Complaint": "taken_up_by answered_by",
    "ComplaintPhoto": "added_by",
    "SealGrant": "code municipality_code standard_version reason_class",
    "SealEvent": "reason_class how",
    "SealScope": "product_code",
    "Attachment": "media_type thumbnail digest",
    "LabelBatch": "product_code",
    # titles of papers, lists of ids, and verdicts, which never hold a name (`rules.verdict`)
    "Round": "name frozen_digest",
    "Visit": "plots_seen",
    "VisitPhoto": "item_code",
    "Assignment": "reasons",
    "Meeting": "acta_number acta_sha256 hour",
    "Decision": "scope replaces votes verdicts recorded_by",
    "Appeal": "votes verdicts recorded_by",
}
"""Columns with text or a document that somebody looked at: nothing about a person is typed there.
A new column belongs here, or into `__personal__`, `__left_out__` or `__reduced__` of its table."""


def tables() -> list[type[Recorded]]:
    schema.metadata()
    return sorted(Recorded.__subclasses__(), key=lambda table: table.__name__)


def kept_texts(table: type[Recorded]) -> set[str]:
    hidden = table.__personal__ | table.__left_out__ | table.__reduced__.keys()
    return {
        column.key
        for column in inspect(table).columns
        if isinstance(column.type, String | AutoString | JSON)
        and not isinstance(column.type, Enum)
        and column.key not in hidden
    }


def test_each_text_of_an_image_was_looked_at() -> None:
    found = {table.__name__: texts for table in tables() if (texts := kept_texts(table))}
    assert found == {name: set(columns.split()) for name, columns in REVIEWED.items()}


def test_no_exact_place_is_in_an_image() -> None:
    for table in tables():
        columns = {column.key for column in inspect(table).columns}
        assert not {"lat", "lon", "bounds", "outline"} & columns - table.__personal__


def test_a_table_names_only_columns_that_it_has() -> None:
    for table in tables():
        named = table.__personal__ | table.__left_out__ | table.__reduced__.keys()
        assert named <= {column.key for column in inspect(table).columns}, table.__name__


def test_an_image_tells_answers_without_their_notes() -> None:
    note = {"answer": "fails", "note": "El vecino Zenón fumiga"}
    visit = Visit(round_id=1, unit_id=1, producer_id=1, answers={"A1": note})
    assert image(visit)["answers"] == {"A1": {"answer": "fails"}}


def test_an_image_tells_which_rules_were_waived_and_not_why() -> None:
    decision = Decision(
        meeting_id=1,
        producer_id=1,
        enrolment_id=1,
        outcome=Outcome.WITH_CONDITIONS,
        state_since=date(2026, 6, 15),
        reasons="Basilia prometió",
        waivers={"visit_recent": "Basilia enfermó"},
        recusals={"7": "Es comadre de Basilia"},
        conditions=[{"text": "Que Basilia cerque", "due_on": "2026-08-01"}],
    )
    told = image(decision)
    assert told["waivers"] == ["visit_recent"]
    assert told["recusals"] == ["7"]
    assert told["conditions"] == [{"due_on": "2026-08-01"}]
    assert "Basilia" not in str(told)
    meeting = Meeting(
        committee_id=1,
        body_id=1,
        held_on=date(2026, 6, 15),
        place="Casa de Basilia",
        called_by="Basilia",
        acta_number="4/2026",
        waivers={"quorum": "Llovía en casa de Basilia"},
    )
    assert image(meeting)["waivers"] == ["quorum"]
    assert "Basilia" not in str(image(meeting))


def test_what_is_only_too_large_is_not_called_personal() -> None:
    assert Round.__left_out__ == {"frozen"}
    assert "frozen" not in Round.__personal__
