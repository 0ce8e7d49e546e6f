"""Examined, confirmed once, all or nothing: the acts of an import and who may do them."""

import io
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.db import Database
from spg_registry.core.errors import Conflict, Forbidden, Unauthenticated
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.core.spreadsheets import Kind, read_table
from spg_registry.people.schemas import PersonIn
from spg_registry.people.service import register_persons
from spg_registry.producers import importing, service
from spg_registry.producers.importing import ImportChanged, ImportNotFound, ImportPutAway
from spg_registry.producers.models import ImportBatch, ImportState, Producer
from spg_registry.producers.schemas import EnrolmentIn
from tests.cast import Cast
from tests.importing.files import text, workbook
from tests.importing.lists import (
    EULALIA,
    JUSTINA,
    LIST,
    TITLES,
    actions,
    examined,
    examined_file,
    imported,
    reasons,
)
from tests.producers.families import family

BAD = ("T-04", "Ana", "", "abc", "Capilla", "x")


def count(session: Session) -> int:
    return session.exec(select(func.count(col(Producer.id)))).one()


def test_nothing_is_written_before_somebody_confirms(database: Database, cast: Cast) -> None:
    with database.write(cast.now) as session:
        batch_id = examined(session, cast, LIST).batch.id
    with database.read() as session:
        assert count(session) == 0
        found = importing.examination(session, cast.secretary, batch_id)
        assert (found.batch.state, actions(found)) == (ImportState.PREVIEWED, ["new"] * 3)


def test_a_confirmation_writes_once_however_often_it_comes(database: Database, cast: Cast) -> None:
    with database.write(cast.now) as session:
        batch_id = examined(session, cast, [*LIST, BAD]).batch.id
    for _ in range(2):
        with database.write(cast.now + timedelta(days=1)) as session:
            found = importing.confirm(session, cast.secretary, cast.now, batch_id)
            assert actions(found) == ["new", "new", "new", "rejected"]
    with database.read() as session:
        assert count(session) == 3
        batch = session.get_one(ImportBatch, batch_id)
        assert (batch.state, batch.confirmed_by) == (ImportState.CONFIRMED, "Lidia Rojas Vargas")
        assert [line[0] for line in batch.lines] == [5], "only what was not taken is kept"
        acts = session.exec(select(AuditEvent).where(AuditEvent.subject == "import_batch")).all()
        assert [act.action for act in acts] == ["import.examine", "import.confirm"]
        assert acts[1].details["new"] == 3
        assert acts[1].committee_id == cast.committee
        assert "Justina" not in str([act.details for act in acts])


def test_a_row_that_would_come_out_otherwise_must_be_looked_at_again(
    database: Database, cast: Cast
) -> None:
    with database.write(cast.now) as session:
        batch_id = examined(session, cast, LIST).batch.id
    with database.write(cast.now) as session:
        same = family(enrolment=EnrolmentIn(code="X-1"))
        service.register(session, cast.coordinator, cast.now, cast.spg, same)
    with (
        pytest.raises(ImportChanged) as caught,
        database.write(cast.now) as session,
    ):
        importing.confirm(session, cast.coordinator, cast.now, batch_id)
    assert caught.value.params == {"row": 2}
    with database.write(cast.now) as session:
        again = importing.reexamine(session, cast.coordinator, cast.now, batch_id)
        assert reasons(again) == {2: [("B2", "possible_duplicate")]}
        importing.confirm(session, cast.coordinator, cast.now, batch_id)
    with database.read() as session:
        assert count(session) == 3


def test_what_changed_elsewhere_does_not_matter(session: Session, cast: Cast) -> None:
    batch_id = examined(session, cast, LIST).batch.id
    other = family("Otra", "Persona")
    service.register(session, cast.coordinator, cast.now, cast.spg, other)
    found = importing.confirm(session, cast.coordinator, cast.now, batch_id)
    assert actions(found) == ["new"] * 3
    assert len(found.batch.missing) == 1


def test_all_or_nothing(database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number taken by somebody whom the preview could not see undoes the whole import."""
    with database.write(cast.now) as session:
        imported(session, cast, [TITLES, EULALIA])
    later = [TITLES, JUSTINA, (*EULALIA[:3], "5550001", *EULALIA[4:])]
    with database.write(cast.now) as session:
        batch_id = examined(session, cast, later).batch.id
    with database.write(cast.now) as session:
        somebody = PersonIn(names="Ana", surnames="Vera", ci="5550001")
        register_persons(session, cast.coordinator, cast.now, [somebody], cast.committee)
    with pytest.raises(ImportChanged), database.write(cast.now) as session:
        importing.confirm(session, cast.coordinator, cast.now, batch_id)
    with database.read() as session:
        assert count(session) == 1
        assert session.get_one(ImportBatch, batch_id).state is ImportState.PREVIEWED


def test_a_list_put_away_holds_nothing_more(session: Session, cast: Cast) -> None:
    batch = examined(session, cast, LIST).batch
    importing.put_away(session, cast.coordinator, cast.now, batch.id)
    assert (batch.state, batch.lines, batch.verdicts) == (ImportState.REJECTED, [], [])
    with pytest.raises(ImportPutAway):
        importing.confirm(session, cast.coordinator, cast.now, batch.id)
    with pytest.raises(ImportPutAway):
        importing.write_rejected_rows(session, cast.coordinator, batch.id, io.BytesIO())
    done = imported(session, cast, LIST).batch
    with pytest.raises(Conflict):
        importing.put_away(session, cast.coordinator, cast.now, done.id)


def test_what_people_typed_is_let_go_after_a_month(session: Session, cast: Cast) -> None:
    waiting = examined(session, cast, LIST).batch
    done = imported(session, cast, [*LIST]).batch
    cast_later = cast.now + timedelta(days=31)
    with read_table(workbook(LIST), "l") as table:
        importing.examine(session, cast.coordinator, cast_later, cast.spg, table)
    assert (waiting.state, waiting.lines, waiting.verdicts) == (ImportState.REJECTED, [], [])
    assert (done.state, done.verdicts, done.counts["new"]) == (ImportState.CONFIRMED, [], 3)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (lambda cast: cast.coordinator_b, Forbidden),
        (lambda cast: cast.member, Forbidden),
        (lambda cast: cast.evaluator, Forbidden),
        (lambda cast: cast.control, Forbidden),
        (lambda cast: cast.cnape, Forbidden),
        (lambda cast: cast.administrator, Forbidden),
        (lambda _: NOBODY, Unauthenticated),
    ],
)
def test_only_the_committees_office_imports(
    session: Session,
    cast: Cast,
    who: Callable[[Cast], Actor],
    refusal: type[Exception],
) -> None:
    batch_id = examined(session, cast, LIST).batch.id
    with pytest.raises(refusal):
        examined(session, cast, LIST, actor=who(cast))
    for act in (importing.confirm, importing.reexamine, importing.put_away):
        with pytest.raises((refusal, ImportNotFound)):
            act(session, who(cast), cast.now, batch_id)
    with pytest.raises((refusal, ImportNotFound)):
        importing.examination(session, who(cast), batch_id)


def test_another_committees_imports_are_not_there(session: Session, cast: Cast) -> None:
    batch_id = examined(session, cast, LIST).batch.id
    with pytest.raises(ImportNotFound):
        importing.confirm(session, cast.coordinator_b, cast.now, batch_id)
    assert importing.imports(session, cast.coordinator_b, 10, 0) == ([], 0)
    rows, total = importing.imports(session, cast.coordinator, 10, 0)
    assert ([batch.id for batch, _ in rows], total) == ([batch_id], 1)


# -- what was not taken comes back -----------------------------------------------------------------


def test_rejected_rows_come_back_as_the_same_kind_of_file_and_corrected_go_in(
    session: Session, cast: Cast
) -> None:
    first = examined_file(session, cast, workbook([("Lista",), *LIST, BAD]))
    importing.confirm(session, cast.coordinator, cast.now, first.batch.id)
    out = io.BytesIO()
    kind = importing.write_rejected_rows(session, cast.coordinator, first.batch.id, out)
    assert kind is Kind.XLSX
    with read_table(out, "rechazadas.xlsx") as table:
        titles, row = (each.cells for each in table)
    assert titles == (*TITLES, "motivo")
    assert row[:2] == ("T-04", "Ana")
    assert str(row[6]).startswith("C6: Falta este dato. D6: ")

    corrected = [titles, ("T-04", "Ana", "Vera", "1234567", "Capilla", None, row[6])]
    found = imported(session, cast, corrected)
    assert actions(found) == ["new"]
    assert found.unknown == [], "the column of reasons is ours"


def test_a_csv_comes_back_as_csv_with_its_delimiter_and_its_cells_as_they_were(
    session: Session, cast: Cast
) -> None:
    content = "Código;Nombre;Comunidad;Celular\nT-1;Ana;Capilla;+591 7000\nT-2;Luz Paz;Capilla;7\n"
    found = examined_file(session, cast, text(content, "cp1252"))
    out = io.BytesIO()
    kind = importing.write_rejected_rows(session, cast.coordinator, found.batch.id, out, "en")
    assert kind is Kind.CSV
    lines = out.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Código;Nombre;Comunidad;Celular;motivo"
    assert lines[1].startswith("T-1;Ana;Capilla;'+591 7000;B2: “Ana” is a single word")
    assert len(lines) == 2


def test_five_thousand_rows_are_examined_in_seconds(session: Session, cast: Cast) -> None:
    titles = (*TITLES, "Sexo", "Superficie (ha)", "Último químico", "Rubros", "Compromiso")
    rows = [titles]
    for n in range(4_999):  # and the headings
        land = ("F" if n % 2 else "M", "1,25", "nunca", "papa 0,5 ha; haba 0,5 ha", "02/05/2026")
        person = (f"T-{n}", f"Ana{n}", "Vera Quispe", f"{n + 1_000_000} CB", f"Com {n % 60}", n)
        rows.append((*person, *land))  # type: ignore[arg-type]
    file = workbook(rows)
    start = time.perf_counter()
    found = examined_file(session, cast, file)
    took = time.perf_counter() - start
    assert found.batch.counts["new"] == 4_999
    assert took < 20, "3 s on two busy cores"
