"""Every page."""

from tests.access.api_table import (
    ANSWERERS,
    COMPLAINT,
    COMPLAINT_ANSWER,
    NO_DECISION,
    VISIT_ORDER,
    WROTE_THEM,
)
from tests.access.table import (
    ADMINISTRATOR,
    COMMITTEE,
    CONTROL,
    COORDINATOR,
    EVERYBODY,
    IDLE,
    OFFICE,
    OFFICES,
    OTHER_OFFICE,
    READERS,
    SECRETARY,
    SENT,
    USERS,
    Row,
    photo,
    scan,
    spreadsheet,
)

PERSON = {"names": "Juana", "surnames": "Nueva"}
NEW_PERSON = {"person-names": "Juana", "person-surnames": "Nueva"}
PASSWORD = {"password": "otra chacra sin veneno"}
REASON = {"reason": "Por razones de prueba"}
INVITATION = {"username": "nuevo", "label": "Nuevo", "role": "member", **PASSWORD}
PLOT = {"plots-0-area_m2": "500", "plots-0-last_input": "never"}
ACT = {
    "reason_class": "open_finding",
    "reason": "Hallazgo sin cerrar",
    "right_of_reply": "Citado el 1 de junio",
}
PUNISHED = {
    "kind": "warning",
    "since": "2026-06-01",
    "reason_class": "other",
    "reason": "Por razones de prueba",
}
SANCTION = {"sanction_id": "@sanction"}
SANCTIONERS = CONTROL | COORDINATOR
MAKERS = ADMINISTRATOR | CONTROL
USER_OFFICE = ADMINISTRATOR | OFFICE


def form(path: str, who: frozenset[str], **more: object) -> list[Row]:
    """A page that asks and the act behind it, at one address."""
    asked = {name: more[name] for name in ("at",) if name in more}
    return [Row(f"GET {path}", who, **asked), Row(f"POST {path}", who, **more)]  # type: ignore[arg-type]


COMITE, PRODUCTOR, UNIDAD = "/comites/{committee_id}", "/productores/{code}", "/unidades/{code}"
USUARIO = f"{COMITE}/usuarios/{{user_id}}"
RONDA, VISITA, REUNION = "/rondas/{round_id}", "/visitas/{visit_id}", "/reuniones/{meeting_id}"
DECISION = "/decisiones/{decision_id}"
DENUNCIA = "/denuncias-recibidas/{complaint_id}"
LOTE, SELLO = "/importaciones/{batch_id}", "/sellos/{code}"
PARCELA = f"{UNIDAD}/parcelas/{{plot_code}}"
INSCRIPCION = f"{PRODUCTOR}/inscripciones/{{enrolment_id}}"
TITULAR = f"{PRODUCTOR}/titulares/{{person_id}}"
SUBMITTED = {"visit_id": "@visit_submitted"}

PAGES: list[Row] = [
    # --- the door, and what is there for anybody -------------------------------------------------
    Row("GET /", EVERYBODY),
    Row("GET /healthz", EVERYBODY),
    Row("GET /api/docs", EVERYBODY),
    Row("GET /api/openapi.json", EVERYBODY),
    Row("GET /.well-known/jwks.json", EVERYBODY),
    Row("GET /entrar", EVERYBODY, ok=(200, 303)),
    # Failed tries count, here as everywhere.
    Row("POST /entrar", EVERYBODY, body={"username": "nadie", "password": "x"}, ok=(422, 429)),
    Row("POST /salir", EVERYBODY),
    Row("GET /verificar", EVERYBODY),
    *(
        Row(f"GET /{letter}/{{code}}/{paper}", EVERYBODY)
        for letter in "sS"
        for paper in ("qr.svg", "qr.png", "certificado.pdf")
    ),
    Row("GET /datos", EVERYBODY),
    Row("GET /datos/{table}.{ending}", EVERYBODY, at={"table": "seals", "ending": "csv"}),
    Row("GET /buscar", EVERYBODY, query={"q": "papa"}),
    Row("GET /los-dos-sellos", EVERYBODY),
    Row("GET /reglas", EVERYBODY, query={"comite": "@committee"}),
    Row("GET /rendicion", EVERYBODY),
    Row("GET /rendicion/{committee_id}", EVERYBODY),
    Row("GET /rendicion/{committee_id}/afiche.pdf", EVERYBODY),
    Row("GET /RENDICION/{committee_id}", EVERYBODY, ok=(303,)),
    Row("GET /denuncias", EVERYBODY),
    Row("POST /denuncias", EVERYBODY, body=COMPLAINT),
    Row("GET /denuncias/seguir", EVERYBODY),
    Row("GET /denuncias/{number}", EVERYBODY),
    Row("GET /inicio", USERS),
    Row("GET /ayuda", EVERYBODY),
    Row("GET /recuperar", EVERYBODY),
    # Without a mail server nothing is sent.
    Row("POST /recuperar", EVERYBODY, body={"username": "nadie"}, ok=(422,)),
    # A link that nobody was given.
    Row("GET /enlace/{token}", EVERYBODY, at={"token": "nadie"}, ok=(404,)),
    Row("POST /enlace/{token}", EVERYBODY, at={"token": "nadie"}, ok=(404,)),
    *form("/cuenta", USERS, body={"email": "rosa@example.bo"}),
    Row("POST /cuenta/sesiones/terminar-otras", USERS),
    # Nobody has a session of this number.
    Row("POST /cuenta/sesiones/{session_id}/terminar", USERS, at={"session_id": 999999}, ok=(404,)),
    Row("GET /clave", USERS),
    Row(
        "POST /clave",
        USERS,
        body={"current": "chacra sin veneno", **PASSWORD, "again": "otra chacra sin veneno"},
    ),
    # --- committees ------------------------------------------------------------------------------
    Row("GET /comites", USERS),
    *form(
        "/comites/nuevo",
        MAKERS,
        body={"name": "Comité nuevo", "municipality_codes": "031401"},
    ),
    Row(f"GET {COMITE}", COMMITTEE),
    Row(f"GET {COMITE}/reglas", COMMITTEE),
    *form(
        f"{COMITE}/reglas/cambiar",
        OFFICE,
        body={"source": "Acta 3/2026", "rules-visit_recent-params-max_age_months": "6"},
    ),
    *form(f"{COMITE}/preguntas/nueva", OFFICE, body={"text": "Cuida la vertiente"}),
    Row(f"POST {COMITE}/preguntas/{{item_id}}/retirar", OFFICE),
    *form(
        f"{COMITE}/reconocimientos/nuevo",
        MAKERS | OFFICE,
        body={"number": "RA 7/2026", "issuer": "Concejo", "issued_on": "2026-05-01"},
    ),
    *form(
        f"{COMITE}/miembros/nuevo",
        OFFICE,
        body={**NEW_PERSON, "sector": "producer", "term_from": "2026-06-01"},
    ),
    *form(
        f"{COMITE}/miembros/{{member_id}}/prorroga",
        OFFICE,
        body={"act": "Acta 7", "until": "2027-08-01"},
    ),
    *form(
        f"{COMITE}/miembros/{{member_id}}/correccion",
        OFFICE,
        body={"term_from": "2025-03-02", "term_until": "2026-12-31", "reason": "Acta 1"},
    ),
    *form(f"{COMITE}/miembros/{{member_id}}/salida", OFFICE, body={"on": "2026-06-15"}),
    *form(
        f"{COMITE}/evaluadores/nuevo",
        OFFICE,
        body={**NEW_PERSON, "act": "Acta 9", "appointed_on": "2026-06-01"},
    ),
    *form(
        f"{COMITE}/evaluadores/{{appointment_id}}/vecino",
        OFFICE,
        body={"committee_id": "@committee_b"},
    ),
    Row("GET /spg", USERS),
    *form(
        f"{COMITE}/spg/nuevo",
        MAKERS,
        body={"name": "SPG tercero", "municipality_codes": "031401"},
    ),
    Row("GET /spg/{spg_id}", COMMITTEE),
    *form(
        "/spg/{spg_id}/registros/nuevo",
        CONTROL,
        at={"spg_id": "@spg_free"},
        body={
            "issuer": "Control nacional",
            "act_number": "R.A. 900/2026",
            "issued_on": "2026-06-01",
            "term_years": "1",
        },
    ),
    *form(
        "/registros/{registration_id}/cambio",
        CONTROL,
        body={"state": "suspended", "effective_on": "2026-06-10", "act": "R 1", "reason": "Faltas"},
    ),
    *form(
        "/registros/{registration_id}/renovacion",
        CONTROL,
        body={"act_number": "R.A. 901/2026", "issued_on": "2026-06-01", "term_years": "5"},
    ),
    # --- users -----------------------------------------------------------------------------------
    Row("GET /usuarios", USER_OFFICE | OTHER_OFFICE),
    *form("/usuarios/nuevo", ADMINISTRATOR, body={**INVITATION, "role": "control"}),
    # Who makes committees invites the first coordinator, here from the same page.
    Row(f"GET {COMITE}/usuarios/nuevo", USER_OFFICE | CONTROL),
    Row(f"POST {COMITE}/usuarios/nuevo", USER_OFFICE, body=INVITATION),
    # The administrator sees the office's page; the act is at an address of its own.
    Row(f"GET {USUARIO}/clave", USER_OFFICE),
    Row(f"POST {USUARIO}/clave", OFFICE, body=PASSWORD),
    *form("/usuarios/{user_id}/clave", ADMINISTRATOR, body=PASSWORD),
    # The link is shown on the answer itself, this once.
    Row(f"POST {USUARIO}/enlace", OFFICE, ok=(200,)),
    Row("POST /usuarios/{user_id}/enlace", ADMINISTRATOR, ok=(200,)),
    Row(f"GET {USUARIO}/desactivar", USER_OFFICE),
    Row(f"POST {USUARIO}/desactivar", OFFICE),
    *form("/usuarios/{user_id}/desactivar", ADMINISTRATOR),
    Row(f"POST {USUARIO}/activar", OFFICE),
    Row("POST /usuarios/{user_id}/activar", ADMINISTRATOR),
    *form(f"{USUARIO}/funcion", USER_OFFICE, body={"role": "evaluator"}),
    Row("POST /funciones/{role_id}/terminar", USER_OFFICE),
    # --- producers -------------------------------------------------------------------------------
    Row("GET /productores", READERS | SENT | IDLE | OTHER_OFFICE),
    Row("GET /productores/nuevo", OFFICES),
    Row(f"GET {PRODUCTOR}/historia", READERS | SENT),
    Row(f"GET {PRODUCTOR}/documentos", READERS | SENT),
    Row(f"GET {PRODUCTOR}/documentos/fotos", OFFICE),
    Row(f"POST {PRODUCTOR}/documentos/fotos", OFFICE, files=photo),
    Row(f"GET {PRODUCTOR}/documentos/nuevo", OFFICE),
    Row(f"POST {PRODUCTOR}/documentos/nuevo", OFFICE, body={"kind": "pledge"}, files=scan),
    Row(f"GET {PRODUCTOR}/documentos/{{paper_id}}", READERS | SENT),
    *form(f"{PRODUCTOR}/documentos/{{paper_id}}/retirar", OFFICE, body=REASON),
    Row(
        "POST /productores/nuevo",
        OFFICE,
        body={
            "spg_id": "@spg",
            "municipality_code": "031401",
            "community": "Capilla",
            "holders-0-names": "Juana",
            "holders-0-surnames": "Nueva",
        },
    ),
    Row(f"GET {PRODUCTOR}", READERS | SENT),
    *form(f"{PRODUCTOR}/corregir", OFFICE, body={"display_name": "Familia de prueba"}),
    *form(
        f"{PRODUCTOR}/titulares/nuevo",
        OFFICE,
        body={"holder-names": "Juana", "holder-surnames": "Nueva"},
    ),
    *form(f"{TITULAR}/corregir", OFFICE, body=PERSON),
    *form(f"{TITULAR}/salida", OFFICE),
    *form(f"{PRODUCTOR}/unidades/nueva", OFFICE, body={"name": "Loma", **PLOT}),
    *form(f"{PRODUCTOR}/vinculos/nuevo", OFFICE, body={"person_id": "@person", "kind": "partner"}),
    *form(
        f"{PRODUCTOR}/vinculos/{{interest_id}}/corregir",
        OFFICE,
        body={"since": "2026-01-05", "reason": "Se supo tarde"},
    ),
    *form(f"{PRODUCTOR}/organizaciones/nueva", OFFICE, body={"organisation": "@organisation"}),
    *form(f"{PRODUCTOR}/hogar", OFFICE, body={"producer_codes": "@other_producer"}),
    # Who takes in a producer from elsewhere knows its code and sees nothing of it yet.
    Row(f"GET {PRODUCTOR}/inscripciones/nueva", OFFICES, at={"code": "@gone"}),
    Row(
        f"POST {PRODUCTOR}/inscripciones/nueva",
        OTHER_OFFICE,
        at={"code": "@gone"},
        body={"spg_id": "@spg_b"},
    ),
    *form(f"{INSCRIPCION}/compromiso", OFFICE, body={"signed_on": "2026-06-01"}),
    *form(f"{INSCRIPCION}/estado", OFFICE, body={"status": "absent", "reason": "Viaje largo"}),
    *form(
        f"{INSCRIPCION}/traslado",
        OFFICE,
        body={"spg_id": "@spg_b", "reason": "Se va a Tiquipaya"},
    ),
    Row("GET /productores/duplicados", OFFICES),
    *form(
        f"{UNIDAD}/cultivos/{{crop_id}}/ingredientes",
        OFFICE,
        at={"crop_id": "@flour"},
        body={"ingredients-0-product_code": "papa"},
    ),
    *form(
        "/productores/personas/{person_id}/unir/{other_id}",
        OFFICE,
        at={"other_id": "@holder_alike"},
        body={"stays": "@holder", **REASON},
    ),
    *form(
        "/productores/personas/{person_id}/separar/{other_id}",
        OFFICE,
        at={"person_id": "@person_stays", "other_id": "@person_gone"},
        body=REASON,
    ),
    *form(f"{PRODUCTOR}/unir/{{other}}", OFFICE, at={"other": "@roundless"}, body=REASON),
    *form(
        f"{PRODUCTOR}/separar/{{other}}",
        OFFICE,
        at={"code": "@stays", "other": "@twin"},
        body=REASON,
    ),
    *form(f"{PRODUCTOR}/traspasos", OFFICE, body={"transfers": "@transfer"}),
    # --- land ------------------------------------------------------------------------------------
    Row(f"GET {UNIDAD}", READERS | SENT),
    *form(f"{UNIDAD}/corregir", OFFICE, body={"name": "Loma alta"}),
    *form(f"{UNIDAD}/parcelas/nueva", OFFICE, body=PLOT),
    *form(f"{UNIDAD}/parcelas/compartida", OFFICE, body={"plot_code": "@other_plot"}),
    *form(
        f"{UNIDAD}/parcelas/traspaso",
        OFFICE,
        body={
            "kind": "sold",
            "plots": "@plot",
            "to_producer": "@other_producer",
            "reason": "Escritura",
        },
    ),
    *form(f"{PARCELA}/corregir", OFFICE, body={"name": "Junto al río"}),
    *form(f"{PARCELA}/contorno", OFFICE, body={"geojson": ""}),
    *form(f"{PARCELA}/insumo", OFFICE, body={"last_input": "unknown", "reason": "Nadie sabe"}),
    *form(
        f"{UNIDAD}/cultivos/nuevo",
        OFFICE,
        body={"crops-0-product_code": "haba", "crops-0-area_m2": "100"},
    ),
    *form(f"{UNIDAD}/cultivos/{{crop_id}}/corregir", OFFICE, body={"expected_kg": "300"}),
    *form(f"{UNIDAD}/zonas/nueva", OFFICE, body={"name": "Monte"}),
    *form(f"{UNIDAD}/instalaciones/nueva", OFFICE, body={"name": "Molino", "process": "Moler"}),
    # --- imports ---------------------------------------------------------------------------------
    Row("GET /importaciones", OFFICES),
    Row("GET /importaciones/nueva", OFFICES),
    Row("POST /importaciones/nueva", OFFICE, body={"spg": "@spg"}, files=spreadsheet),
    Row(f"GET {LOTE}", OFFICE),
    Row(f"POST {LOTE}/confirmar", OFFICE),
    Row(f"POST {LOTE}/revisar", OFFICE),
    Row(f"POST {LOTE}/descartar", OFFICE),
    Row(f"GET {LOTE}/rechazadas", OFFICE),
    # --- rounds ----------------------------------------------------------------------------------
    Row("GET /rondas", USERS),
    Row("GET /rondas/plan", READERS | OTHER_OFFICE),
    Row("GET /rondas/abrir", OFFICES),
    Row(
        "POST /rondas/abrir",
        OFFICE,
        body={
            "spg_id": "@spg",
            "name": "Ronda de nuevos",
            "period_from": "2026-06-15",
            "period_until": "2026-07-15",
            "communities": "1",
            "units": "@unit_ticked",
        },
    ),
    Row("GET /rondas/nueva", OFFICES),
    Row(
        "POST /rondas/nueva",
        OFFICE,
        body={
            "spg_id": "@spg",
            "name": "Otra ronda",
            "period_from": "2026-06-01",
            "period_until": "2026-07-01",
        },
    ),
    Row(f"GET {RONDA}", READERS | SENT),
    Row(f"POST {RONDA}/abrir", OFFICE, at={"round_id": "@round_planned"}),
    Row(f"POST {RONDA}/deliberacion", OFFICE, at={"round_id": "@round_reviewed"}),
    Row(f"POST {RONDA}/cerrar", OFFICE, at={"round_id": "@round_deliberating"}),
    *form(f"{RONDA}/anular", OFFICE, body=REASON),
    *form(f"{RONDA}/unidades", OFFICE, body={"community_ids": "@community"}),
    *form(
        f"{RONDA}/asignaciones",
        OFFICE,
        body={"pairs-0-unit_id": "@unit_unmanned", "pairs-0-appointment_id": "@evaluator_one"},
    ),
    Row(f"POST {RONDA}/asignaciones/{{assignment_id}}/liberar", OFFICE),
    *form(f"{RONDA}/dias", OFFICE),
    Row(f"GET {RONDA}/hoja-de-ruta.pdf", READERS | SENT),
    Row(f"POST {RONDA}/asignaciones/propuesta", OFFICE, body={"digest": "@proposal"}),
    Row(f"GET {RONDA}/ficha.pdf", READERS | SENT),
    Row(f"GET {RONDA}/fichas.pdf", READERS | SENT),
    Row(f"GET {RONDA}/papel", READERS | SENT, ok=(303,)),
    Row(f"GET {VISITA}/papel", SECRETARY | SENT, at={"visit_id": "@visit_assigned"}),
    Row(
        f"POST {VISITA}/papel",
        SECRETARY | SENT,
        at={"visit_id": "@visit_assigned"},
        body="@form_page",
    ),
    Row(
        f"POST {VISITA}/papel/equipo",
        OFFICE,
        at={"visit_id": "@visit_unmanned"},
        body={"team-0": "@evaluator_one"},
    ),
    Row("GET /visitas", USERS - ADMINISTRATOR),
    Row("GET /visitas/codigo", READERS | SENT, query={"codigo": "@visit_code"}, ok=(303,)),
    *(
        Row(f"GET /{letter}/{{code}}", READERS | SENT, at={"code": "@visit_code"}, ok=(303,))
        for letter in "vV"
    ),
    Row(f"GET {VISITA}/ficha.pdf", READERS | SENT),
    Row(f"GET {VISITA}", READERS | SENT),
    Row(f"POST {VISITA}", SECRETARY | SENT, at={"visit_id": "@visit_assigned"}, body="@form_page"),
    Row(f"POST {VISITA}/partes", SECRETARY | SENT, body={"present": "Su hija"}, ok=(200,)),
    Row(f"POST {VISITA}/fotos", OFFICE | SENT, files=photo),
    Row(f"GET {VISITA}/fotos/{{photo_id}}", READERS | SENT),
    *form(f"{VISITA}/fotos/{{photo_id}}/retirar", OFFICE | SENT, body=REASON),
    Row(
        f"POST {VISITA}/hallazgos",
        OFFICE | SENT,
        at=SUBMITTED,
        body={
            "grade": "minor",
            "description": "Falta una barrera viva",
            "measure": "Plantar la barrera",
            "due_on": "2026-08-01",
        },
    ),
    Row(f"POST {VISITA}/acuse", SECRETARY | SENT, at={"visit_id": "@visit_unheard"}),
    Row(f"POST {VISITA}/revisar", OFFICE, at=SUBMITTED),
    Row(f"POST {VISITA}/devolver", OFFICE, at=SUBMITTED, body=REASON),
    *form(f"{VISITA}/anular", OFFICE, body=REASON),
    *form(
        f"{VISITA}/corregir",
        OFFICE,
        at={"visit_id": "@visit_reviewed"},
        body={"visited_on": "2026-06-09", "reason": "La fecha del papel"},
    ),
    Row("GET /hallazgos", USERS),
    Row("GET /hallazgos/{finding_id}", READERS | SENT),
    Row("POST /hallazgos/{finding_id}/correccion", OFFICE),
    Row(
        "POST /hallazgos/{finding_id}/cerrar",
        OFFICE,
        at={"finding_id": "@finding_in_correction"},
        body={"evidence": "Foto del 14 de junio"},
    ),
    # --- meetings --------------------------------------------------------------------------------
    Row("GET /reuniones", READERS | OTHER_OFFICE),
    Row("GET /reuniones/nueva", OFFICES),
    Row(
        "POST /reuniones/nueva",
        OFFICE,
        body={
            "round_id": "@round_deliberating",
            "held_on": "2026-06-14",
            "place": "Punata",
            "called_by": "Rosa",
            "acta_number": "9/2026",
        },
        but={"coordinator_b": 422},
    ),
    Row(f"GET {REUNION}", READERS),
    *form(
        f"{REUNION}/datos",
        OFFICE,
        body={
            "held_on": "2026-06-15",
            "place": "Escuela",
            "called_by": "Rosa",
            "acta_number": "2/2026",
        },
    ),
    Row(f"POST {REUNION}/asistencia", OFFICE, body={"members": "@seats"}),
    Row(f"POST {REUNION}/dispensas", OFFICE),
    Row(f"POST {REUNION}/notificaciones", OFFICE, at={"meeting_id": "@meeting_closed"}),
    Row(f"GET {REUNION}/certificados.pdf", READERS, at={"meeting_id": "@meeting_closed"}),
    Row(f"GET {REUNION}/acta.pdf", READERS),
    Row(f"GET {REUNION}/acta.json", READERS),
    Row(f"GET {REUNION}/convocatoria.pdf", READERS),
    Row(f"POST {REUNION}/excusas", OFFICE),
    Row(f"POST {REUNION}/decisiones", OFFICE, body={"@decidable_outcome": "organic"}),
    Row(f"GET {REUNION}/productores", READERS, ok=(303,)),
    Row(f"GET {REUNION}/productores/{{code}}", OFFICE, at={"code": "@decidable"}),
    Row(
        f"POST {REUNION}/productores/{{code}}",
        OFFICE,
        at={"code": "@decidable"},
        body={"outcome": "organic", "by_consensus": "on", "scope": "@decidable_scope"},
    ),
    Row(
        f"POST {REUNION}/productores/{{code}}/retirar",
        OFFICE,
        at={"code": "@decidable"},
    ),
    Row(
        f"POST {REUNION}/productores/{{code}}/dos-sellos",
        OFFICE,
        at={"code": "@decidable"},
        ok=(303,),
    ),
    Row(f"GET {REUNION}/cierre", OFFICE),
    Row(f"POST {REUNION}/cierre", SECRETARY, but=WROTE_THEM),
    # --- after the acta --------------------------------------------------------------------------
    Row(f"GET {DECISION}", READERS),
    Row(f"POST {DECISION}/aviso", OFFICE),
    Row(f"POST {DECISION}/firmeza", OFFICE, at={"decision_id": "@decision_told"}),
    Row(f"GET {DECISION}/apelacion", OFFICE),
    Row(
        f"POST {DECISION}/apelacion",
        OFFICE,
        at={"decision_id": "@decision_told"},
        body={"filed_on": "2026-06-15", "grounds": "No se vio la parcela"},
    ),
    Row("GET /denuncias-recibidas", READERS | OTHER_OFFICE),
    Row(f"GET {DENUNCIA}", READERS),
    Row(f"POST {DENUNCIA}/revision", ANSWERERS),
    Row(
        f"POST {DENUNCIA}/productor",
        ANSWERERS,
        at={"complaint_id": "@complaint_unnamed"},
        body={"producer_code": "@producer"},
    ),
    Row(
        f"POST {DENUNCIA}/visita",
        OFFICE,
        at={"complaint_id": "@complaint_reviewed"},
        body=VISIT_ORDER,
    ),
    Row(
        f"POST {DENUNCIA}/respuesta",
        ANSWERERS,
        at={"complaint_id": "@complaint_reviewed"},
        body=COMPLAINT_ANSWER,
    ),
    Row(
        f"POST {DENUNCIA}/fotos", ANSWERERS, at={"complaint_id": "@complaint_reviewed"}, files=photo
    ),
    Row(f"GET {DENUNCIA}/fotos/{{photo_id}}", READERS, at={"photo_id": "@complaint_photo"}),
    Row(f"POST {DENUNCIA}/cierre", ANSWERERS, at={"complaint_id": "@complaint_answered"}),
    Row("GET /apelaciones", READERS | OTHER_OFFICE),
    Row("GET /apelaciones/{appeal_id}", READERS),
    Row(
        "POST /apelaciones/{appeal_id}",
        OFFICE,
        body={
            "meeting_id": "@meeting_of_appeals",
            "outcome": "upheld",
            "answer": "Se mantiene",
            "by_consensus": "on",
        },
    ),
    # --- seals -----------------------------------------------------------------------------------
    Row("GET /sellos", READERS | OTHER_OFFICE),
    Row("GET /sellos/imprimir", READERS | OTHER_OFFICE),
    Row(
        "GET /sellos/imprimir/papel.pdf",
        READERS,
        query={"sello": "@seal", "papel": "seals", "copias": "2"},
    ),
    Row("GET /sellos/etiquetas", READERS | OTHER_OFFICE),
    Row(
        "POST /sellos/etiquetas",
        OFFICE,
        query={"sello": "@seal"},
        body={
            "rows-0-code": "@seal",
            "rows-0-product_code": "papa",
            "rows-0-content": "2",
            "rows-0-count": "3",
        },
    ),
    Row("GET /sellos/etiquetas/papel.pdf", READERS, query={"lote": "@labels"}),
    Row("GET /sellos/renovar", READERS | OTHER_OFFICE),
    Row(
        "POST /sellos/renovar",
        OFFICE,
        body={"round_id": "@round", "units": "@unit_id"},
    ),
    Row("GET /spg/{spg_id}/plazos", COORDINATOR),
    # Nothing is cut short in the scene: the act is heard, and refused by what it finds.
    Row(
        "POST /spg/{spg_id}/plazos",
        COORDINATOR,
        body={"acta": "9/2026", "codes": "@seal"},
        ok=(422,),
    ),
    Row("GET /sellos/revision", READERS | OTHER_OFFICE),
    *form(f"{SELLO}/correccion", COORDINATOR, body=REASON),
    *form(
        f"{SELLO}/orden-del-dia",
        OFFICE,
        body={"meeting_id": "@meeting", "outcome": "suspension", "reasons": "Insumo prohibido"},
    ),
    Row("GET /sellos/talones", OFFICES),
    Row(
        "POST /sellos/talones",
        OFFICE,
        query={"sello": "@seal"},
        body={"solo": "@seal_holder"},
        ok=(200,),
    ),
    *form(f"{PRODUCTOR}/talon", OFFICE, ok=(200,)),
    # --- a family's own file ---------------------------------------------------------------------
    Row("GET /MI-SELLO", EVERYBODY, ok=(303,)),
    Row("GET /mi-sello", EVERYBODY),
    Row("POST /mi-sello", EVERYBODY, body={"codigo": "P1", "pin": "0"}, ok=(422, 429)),
    Row("GET /mi-sello/pin", EVERYBODY),
    Row("POST /mi-sello/pin", EVERYBODY, body={"codigo": "P1"}, ok=(422,)),
    # Without a family's session nothing is confirmed: back to the door.
    Row("POST /mi-sello/conformidad", EVERYBODY, body={"visita": "1"}, ok=(303,)),
    Row("POST /mi-sello/salir", EVERYBODY, ok=(303,)),
    Row(f"GET {SELLO}", READERS),
    *form(
        f"{SELLO}/conformidad",
        OFFICE,
        body={"acknowledged_on": "2026-06-15", "witness": "Hugo Zurita"},
    ),
    *form(f"{SELLO}/reemplazar", COORDINATOR, body=REASON),
    Row(f"GET {SELLO}/{{act}}", CONTROL | COORDINATOR, at={"act": "suspender"}),
    Row(f"POST {SELLO}/{{act}}", CONTROL, at={"act": "suspender"}, body=ACT, but=NO_DECISION),
    Row("GET /sanciones", READERS | OTHER_OFFICE),
    Row("GET /sanciones/nueva", SANCTIONERS | frozenset({"coordinator_b"})),
    Row(
        "POST /sanciones/nueva",
        SANCTIONERS,
        body={"producer": "@producer", "spg_id": "@spg", **PUNISHED},
    ),
    *form("/sanciones/{sanction_id}/corregir", SANCTIONERS, at=SANCTION, body=PUNISHED),
    # --- register --------------------------------------------------------------------------------
    Row("GET /registro", READERS | OTHER_OFFICE),
    Row("GET /registro/conciliacion", READERS | OTHER_OFFICE),
    Row(
        "GET /registro/{table}.{ending}",
        CONTROL | OFFICES,
        at={"table": "seals", "ending": "csv"},
    ),
]
