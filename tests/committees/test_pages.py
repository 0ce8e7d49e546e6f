"""The pages of committees, SPGs and users, as people fill them in."""

import re
from datetime import date

import pytest
from sqlmodel import select

from spg_registry.committees import queries, service
from spg_registry.committees.models import Committee, Member, RoleAssignment
from spg_registry.people import service as people
from spg_registry.people.models import Person, User
from spg_registry.standards import service as standards
from spg_registry.standards.schemas import ByLaws, RuleChange
from tests.cast import PUNATA, Cast, Stage


def pages(cast: Cast) -> list[tuple[str, str]]:
    """Every page with who opens it."""
    home = f"/comites/{cast.committee}"
    return [
        ("/comites", "evaluator"),
        ("/comites/nuevo", "control"),
        ("/comites/nuevo?departamento=03", "administrator"),
        (home, "member"),
        (f"{home}/reconocimientos/nuevo", "secretary"),
        (f"{home}/miembros/nuevo", "coordinator"),
        (f"{home}/miembros/1/prorroga", "coordinator"),
        (f"{home}/miembros/1/salida", "coordinator"),
        (f"{home}/evaluadores/nuevo", "secretary"),
        (f"{home}/evaluadores/1/vecino", "coordinator"),
        (f"{home}/spg/nuevo", "control"),
        (f"{home}/usuarios/nuevo", "coordinator"),
        (f"{home}/usuarios/{cast.evaluator.id}/clave", "secretary"),
        (f"{home}/usuarios/{cast.evaluator.id}/desactivar", "secretary"),
        (f"{home}/usuarios/{cast.evaluator.id}/funcion", "coordinator"),
        ("/spg", "cnape"),
        (f"/spg/{cast.spg}", "coordinator"),
        (f"/spg/{cast.spg}/registros/nuevo", "control"),
        (f"/registros/{cast.registration}/cambio", "control"),
        (f"/registros/{cast.registration}/renovacion", "control"),
        ("/usuarios", "coordinator"),
        ("/usuarios", "administrator"),
        ("/usuarios/nuevo", "administrator"),
        (f"/usuarios/{cast.evaluator.id}/clave", "administrator"),
        (f"/usuarios/{cast.evaluator.id}/desactivar", "administrator"),
        ("/clave", "evaluator"),
    ]


OPEN_TO_ALL = {"/comites", "/spg", "/clave", "/usuarios"}
"""These show to each what is theirs; the wrong committee's coordinator sees the own."""


@pytest.mark.parametrize("place", range(26))
def test_each_page_opens_for_its_reader_and_for_nobody_else(stage: Stage, place: int) -> None:
    url, reader = pages(stage.cast)[place]
    opened = stage.browser(getattr(stage.cast, reader)).get(url)
    assert opened.status_code == 200, opened.text
    assert "style=" not in opened.text
    assert "<script" not in opened.text
    away = stage.client.get(url)
    assert away.status_code == 303
    assert away.headers["location"].startswith("/entrar?next=")
    if url not in OPEN_TO_ALL:
        wrong = stage.browser(stage.cast.coordinator_b).get(url)
        assert wrong.status_code in (403, 404)


def test_every_page_speaks_english_too(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    for url, reader in pages(stage.cast):
        if reader == "coordinator":
            answer = browser.get(url, headers={"Accept-Language": "en"})
            assert '<html lang="en">' in answer.text
            assert "Guardar" not in answer.text


def test_the_committees_page_tells_everything(stage: Stage) -> None:
    text = stage.browser(stage.cast.coordinator).get(f"/comites/{stage.cast.committee}").text
    for word in (
        "Rosa Mamani Condori",
        "Teófilo Arce Montaño",
        "RA 012/2025",
        f"SPG-{PUNATA}-1",
        "5 miembros en funciones",
        "Reconocido",
        "Punata (Cochabamba)",
    ):
        assert word in text
    assert f"/comites/{stage.cast.committee}/miembros/nuevo" in text


def test_readers_see_no_forms(stage: Stage) -> None:
    for reader in (stage.cast.member, stage.cast.cnape):
        text = stage.browser(reader).get(f"/comites/{stage.cast.committee}").text
        assert "/nuevo" not in text
        assert "/prorroga" not in text


def test_control_founds_a_committee_its_spg_and_its_coordinator(stage: Stage) -> None:
    """From nothing to a registered SPG with somebody who can sign in, page by page."""
    browser = stage.browser(stage.cast.control)
    made = browser.post(
        "/comites/nuevo",
        {
            "departamento": "03",
            "name": "Comité de Arani",
            "level": "municipal",
            "municipality_codes": ["031404", PUNATA],
        },
    )
    home = made.headers["location"]
    assert "Comité creado" in browser.get(home).text
    made = browser.post(
        f"{home}/spg/nuevo",
        {"name": "SPG Arani", "kind": "municipal", "municipality_codes": "031404"},
    )
    spg = made.headers["location"]
    assert "SPG-031404-1" in browser.get(spg).text
    registered = browser.post(
        f"{spg}/registros/nuevo",
        {
            "issuer": "Control nacional",
            "act_number": "R.A. 500/2026",
            "issued_on": "2026-06-01",
            "term_years": "1",
            "state": "in_force",
        },
    )
    assert registered.headers["location"] == spg
    text = browser.get(spg).text
    assert "R.A. 500/2026" in text
    assert "31/05/2027" in text
    invited = browser.post(
        f"{home}/usuarios/nuevo",
        {
            "role": "coordinator",
            "label": "Zenobia Cruz",
            "username": "zenobia",
            "password": "clave de papel",
        },
    )
    assert invited.headers["location"] == home
    with stage.database.write(stage.cast.now) as session:
        user = people.sign_in(session, stage.cast.now, "zenobia", "clave de papel", "::1").user
        assert user is not None
        actor = service.actor_of(session, user)
        committee = session.exec(select(Committee).where(Committee.name == "Comité de Arani")).one()
        assert queries.visible_committees(session, actor)[0] == [committee]


def test_an_election_is_entered_with_a_new_person(stage: Stage) -> None:
    browser = stage.browser(stage.cast.secretary)
    url = f"/comites/{stage.cast.committee}/miembros/nuevo"
    answer = browser.post(
        url,
        {
            "person_id": "",
            "person-names": "Severina",
            "person-surnames": "Camacho",
            "person-sex": "woman",
            "person-ci": "5512001 CB",
            "body": "guarantee",
            "sector": "consumer",
            "term_from": "2026-06-15",
            "term_until": "",
        },
    )
    assert answer.status_code == 303
    with stage.database.read() as session:
        member = session.exec(
            select(Member).where(Member.person_id == Person.id, Person.names == "Severina")
        ).one()
        assert member.term_until == date(2028, 6, 14)


def test_a_refused_form_comes_back_with_what_was_typed_and_leaves_nothing(stage: Stage) -> None:
    """The person of a refused seat is not registered either."""
    browser = stage.browser(stage.cast.coordinator)
    answer = browser.post(
        f"/comites/{stage.cast.committee}/miembros/nuevo",
        {
            "person-names": "Severina",
            "person-surnames": "Camacho",
            "body": "guarantee",
            "sector": "consumer",
            "term_from": "2026-06-15",
            "term_until": "2026-06-01",
        },
    )
    assert answer.status_code == 422
    assert 'value="Severina"' in answer.text
    assert "El final no puede ser antes del comienzo." in answer.text
    with stage.database.read() as session:
        assert session.exec(select(Person).where(Person.names == "Severina")).all() == []


def test_neither_or_both_persons_is_one_clear_sentence(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    seat = {"body": "guarantee", "sector": "consumer", "term_from": "2026-06-15"}
    both = {
        "person_id": str(stage.cast.persons["rosa"]),
        "person-names": "Ana",
        "person-surnames": "Paz",
    }
    for data in (seat, seat | both):
        answer = browser.post(f"/comites/{stage.cast.committee}/miembros/nuevo", data)
        assert answer.status_code == 422
        assert "una de las dos cosas" in answer.text


def test_a_form_without_its_token_is_refused(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = browser.client.post(
        f"/comites/{stage.cast.committee}/reconocimientos/nuevo",
        data={"number": "1", "issuer": "x", "issued_on": "2026-01-01"},
    )
    assert answer.status_code == 403


def test_terms_are_extended_and_left_from_the_page(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    home = f"/comites/{stage.cast.committee}"
    browser.post(f"{home}/miembros/1/prorroga", {"act": "Acta 9", "until": "2027-08-31"})
    browser.post(f"{home}/miembros/2/salida", {"on": "2026-06-15"})
    text = browser.get(home).text
    assert "prorrogado al 31/08/2027 por Acta 9" in text
    assert "salió el 15/06/2026" in text
    again = browser.post(f"{home}/miembros/2/salida", {"on": "2026-06-15"})
    assert again.status_code == 409


def test_control_suspends_a_registration_with_a_reason(stage: Stage) -> None:
    browser = stage.browser(stage.cast.control)
    url = f"/registros/{stage.cast.registration}/cambio"
    plain = {"state": "suspended", "effective_on": "2026-06-15", "act": "R.A. 7"}
    assert browser.post(url, plain).status_code == 422
    done = browser.post(url, plain | {"reason": "Actas sin quórum"})
    text = browser.get(done.headers["location"]).text
    assert "Actas sin quórum" in text
    assert "Suspendido" in text


def test_an_office_looks_after_its_logins(stage: Stage) -> None:
    cast = stage.cast
    browser = stage.browser(cast.coordinator)
    home = f"/comites/{cast.committee}/usuarios"
    assert "teofilo" in browser.get("/usuarios").text
    assert "fausto" not in browser.get("/usuarios").text
    short = browser.post(f"{home}/{cast.evaluator.id}/clave", {"password": "corta"})
    assert short.status_code == 422
    assert "corta" not in short.text
    browser.post(f"{home}/{cast.evaluator.id}/clave", {"password": "otra clave larga"})
    browser.post(f"{home}/{cast.evaluator.id}/funcion", {"role": "member"})
    browser.post(f"{home}/{cast.member.id}/desactivar")
    with stage.database.write(cast.now) as session:
        signed = people.sign_in(session, cast.now, "teofilo", "otra clave larga", "::1")
        assert signed.user is not None
        roles = {row.role for row in queries.roles_of(session, [signed.user.id])}
        assert {role.value for role in roles} == {"evaluator", "member"}
        member = session.get(User, cast.member.id)
        assert member is not None
        assert member.disabled_at == cast.now


def test_a_role_ends_with_a_button(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    buttons = re.findall(r'action="(/funciones/\d+/terminar)"', browser.get("/usuarios").text)
    assert len(buttons) == 4
    with stage.database.read() as session:
        (own,) = queries.roles_of(session, [stage.cast.coordinator.id or 0])
        assert f"/funciones/{own.id}/terminar" not in buttons
    browser.post(buttons[0])
    with stage.database.read() as session:
        ended = session.exec(
            select(RoleAssignment).where(RoleAssignment.ended_at == stage.cast.now)
        ).all()
        assert [f"/funciones/{row.id}/terminar" for row in ended] == buttons[:1]


def test_ones_own_password_needs_the_present_one(stage: Stage) -> None:
    cast = stage.cast
    browser = stage.browser(cast.evaluator)
    new = {"password": "otra clave larga", "again": "otra clave larga"}
    assert browser.post("/clave", new | {"current": "no"}).status_code == 422
    assert browser.post("/clave", new | {"again": "x", "current": cast.password}).status_code == 422
    done = browser.post("/clave", new | {"current": cast.password})
    assert (done.status_code, done.headers["location"]) == (303, "/entrar")
    assert browser.get("/clave").headers["location"].startswith("/entrar")
    with stage.database.write(cast.now) as session:
        assert people.sign_in(session, cast.now, "teofilo", "otra clave larga", "::1").token


def test_the_committees_own_term_of_office_counts_where_the_paper_names_no_end(
    stage: Stage,
) -> None:
    cast = stage.cast
    own = {"term_of_office": RuleChange(params={"months": 12})}
    with stage.database.write(cast.now) as session:
        law = ByLaws(committee_id=cast.committee, source="Reglamento, art. 4", rules=own)
        standards.adopt_by_laws(session, cast.coordinator, cast.now, law)
    office = stage.browser(cast.coordinator)
    home = f"/comites/{cast.committee}"
    seat = {"person_id": cast.persons["marcos"], "sector": "producer", "body": "appeals"}
    judge = {"person_id": cast.persons["marcos"], "act": "Acta 9", "sector": "producer"}
    assert "Si lo deja vacío, son 12 meses." in office.get(f"{home}/miembros/nuevo").text
    sent = office.post(f"{home}/miembros/nuevo", seat | {"term_from": "2026-06-15"})
    assert sent.status_code == 303, sent.text
    sent = office.post(f"{home}/evaluadores/nuevo", judge | {"appointed_on": "2026-06-15"})
    assert sent.status_code == 303, sent.text
    page = office.get(home).text
    assert page.count("14/06/2027") == 2


@pytest.mark.parametrize("year", ["0001", "1899", "2201", "9999"])
def test_a_mistyped_year_is_told_at_its_field(stage: Stage, year: str) -> None:
    url = f"/registros/{stage.cast.registration}/renovacion"
    typed = {"act_number": "RA 9/2026", "issued_on": f"{year}-12-31", "term_years": "5"}
    answer = stage.browser(stage.cast.control).post(url, typed)
    assert answer.status_code == 422
    assert 'href="#f-issued_on"' in answer.text
