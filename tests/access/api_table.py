"""Every route of the JSON API."""

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
    spreadsheet,
)

ANSWERERS = CONTROL | OFFICE
COMPLAINT = {"about": "seal", "reason": "false_seal", "seal": "@seal"}
COMPLAINT_ANSWER = {"outcome": "not_upheld", "public_answer": "Se visitó el puesto: es suyo."}
VISIT_ORDER = {
    "unit_code": "@complaint_unit",
    "period_from": "2026-06-16",
    "period_until": "2026-06-30",
}

WROTE_THEM = {"coordinator": 422}
"""The coordinator wrote these decisions down, and nobody grants alone."""
NO_DECISION = {"coordinator": 422}
"""A committee acts by one of its decisions, the control body by its own word."""
CONTROL_DID_IT = {"coordinator": 403}

PERSON = {"names": "Juana", "surnames": "Nueva"}
PASSWORD = {"password": "otra chacra sin veneno"}
REASON = {"reason": "Por razones de prueba"}
RECOGNITION = {"number": "RA 7/2026", "issuer": "Concejo", "issued_on": "2026-05-01"}
TERM = {"person": PERSON, "sector": "producer", "term_from": "2026-06-01"}
APPOINTMENT = {"person": PERSON, "act": "Acta 9", "appointed_on": "2026-06-01"}
SPG = {"committee_id": "@committee", "name": "SPG segundo", "municipality_codes": ["031401"]}
REGISTRATION = {
    "spg_id": "@spg_free",
    "issuer": "Control nacional",
    "act_number": "R.A. 900/2026",
    "issued_on": "2026-06-01",
    "term_years": 1,
}
RENEWAL = {"act_number": "R.A. 901/2026", "issued_on": "2026-06-01", "term_years": 5}
SUSPENDED = {"state": "suspended", "effective_on": "2026-06-10", "act": "R 1", "reason": "Faltas"}
PRODUCER = {
    "municipality_code": "031401",
    "community": "Capilla",
    "holders": [PERSON],
}
ROUND = {
    "spg_id": "@spg",
    "name": "Otra ronda",
    "period_from": "2026-06-01",
    "period_until": "2026-07-01",
}
MEETING = {
    "committee_id": "@committee",
    "round_id": "@round_deliberating",
    "held_on": "2026-06-14",
    "place": "Punata",
    "called_by": "Rosa",
    "acta_number": "9/2026",
}
FINDING = {
    "visit_id": "@visit_submitted",
    "grade": "minor",
    "description": "Falta una barrera viva",
    "measure": "Plantar la barrera",
    "due_on": "2026-08-01",
}
ACT = {
    "reason_class": "open_finding",
    "reason": "Hallazgo sin cerrar",
    "right_of_reply": "Citado el 1 de junio",
}
SANCTION = {
    "producer_id": "@producer_id",
    "spg_id": "@spg",
    "kind": "warning",
    "since": "2026-06-01",
    "reason_class": "other",
    "reason": "Prueba",
}

V1: list[Row] = [
    # --- territory: public reference data --------------------------------------------------------
    Row("GET /api/v1/departments", EVERYBODY),
    Row("GET /api/v1/provinces", EVERYBODY),
    Row("GET /api/v1/municipalities", EVERYBODY),
    Row("GET /api/v1/municipalities/match", EVERYBODY, query={"text": "Punata"}),
    Row("GET /api/v1/municipalities/{ine_code}", EVERYBODY),
    Row("GET /api/v1/communities", EVERYBODY),
    Row(
        "POST /api/v1/communities",
        OFFICES,
        "producer:write",
        [{"municipality_code": "031401", "name": "Villa Nueva"}],
    ),
    Row("GET /api/v1/products", EVERYBODY),
    Row("GET /api/v1/products/{code}", EVERYBODY),
    # --- the norm: public ------------------------------------------------------------------------
    Row("GET /api/v1/standards", EVERYBODY),
    Row("GET /api/v1/standards/{standard_id}", EVERYBODY),
    Row("GET /api/v1/norm", EVERYBODY),
    Row("GET /api/v1/rulesets", EVERYBODY),
    Row("GET /api/v1/by-laws", EVERYBODY, query={"committee_id": "@committee"}),
    Row(
        "POST /api/v1/by-laws",
        OFFICE,
        "committee:manage",
        {"committee_id": "@committee", "source": "Reglamento, art. 3", "rules": {}},
    ),
    Row("GET /api/v1/checklist-items", EVERYBODY, query={"committee_id": "@committee"}),
    Row(
        "POST /api/v1/checklist-items",
        OFFICE,
        "committee:manage",
        {"committee_id": "@committee", "dimension": "water", "text": "¿Hay riego?"},
    ),
    Row("POST /api/v1/checklist-items/{item_id}/retirement", OFFICE, "committee:manage"),
    # --- people and access -----------------------------------------------------------------------
    Row("POST /api/v1/token", EVERYBODY, body={"grant_type": "nothing"}, ok=(400,)),
    Row("GET /api/v1/persons", COMMITTEE, "committee:read", query={"committee_id": "@committee"}),
    Row(
        "GET /api/v1/persons/{person_id}",
        COMMITTEE,
        "committee:read",
        query={"committee_id": "@committee"},
    ),
    # Who makes a committee registers its first people.
    Row(
        "POST /api/v1/persons",
        ADMINISTRATOR | CONTROL | OFFICE,
        body=PERSON | {"committee_id": "@committee"},
    ),
    Row(
        "PUT /api/v1/persons/{person_id}",
        OFFICE,
        body=PERSON,
        query={"committee_id": "@committee"},
    ),
    Row("GET /api/v1/users/me", USERS),
    Row("GET /api/v1/users", ADMINISTRATOR, "user:manage"),
    Row(
        "POST /api/v1/users",
        ADMINISTRATOR,
        "user:manage",
        {"username": "nuevo", "label": "Nuevo"} | PASSWORD,
    ),
    Row("POST /api/v1/users/{user_id}/password", ADMINISTRATOR, "user:manage", PASSWORD),
    Row("POST /api/v1/users/{user_id}/disabling", ADMINISTRATOR, "user:manage"),
    Row(
        "POST /api/v1/roles",
        ADMINISTRATOR | OFFICE,
        body={"user_id": "@no_role", "role": "member", "committee_id": "@committee"},
    ),
    Row("POST /api/v1/roles/{role_id}/end", ADMINISTRATOR | OFFICE),
    Row("GET /api/v1/committees/{committee_id}/users", ADMINISTRATOR | OFFICE),
    Row(
        "POST /api/v1/committees/{committee_id}/users",
        ADMINISTRATOR | OFFICE,
        body={"username": "nuevo", "label": "Nuevo", "role": "member"} | PASSWORD,
    ),
    Row(
        "POST /api/v1/committees/{committee_id}/users/{user_id}/password",
        OFFICE,
        "committee:manage",
        PASSWORD,
    ),
    Row(
        "POST /api/v1/committees/{committee_id}/users/{user_id}/disabling",
        OFFICE,
        "committee:manage",
    ),
    Row("GET /api/v1/clients", ADMINISTRATOR, "client:manage"),
    Row(
        "POST /api/v1/clients",
        ADMINISTRATOR,
        "client:manage",
        {"client_id": "otro", "name": "Otro", "scopes": ["register:public"]},
    ),
    Row("POST /api/v1/clients/{client_id}/revocation", ADMINISTRATOR, "client:manage"),
    # --- committees ------------------------------------------------------------------------------
    Row("GET /api/v1/committees", USERS),
    Row(
        "POST /api/v1/committees",
        ADMINISTRATOR | CONTROL,
        "committee:create",
        {"name": "Comité nuevo", "municipality_codes": ["031401"]},
    ),
    Row("GET /api/v1/committees/{committee_id}", COMMITTEE, "committee:read"),
    Row("GET /api/v1/committees/{committee_id}/recognitions", COMMITTEE, "committee:read"),
    Row(
        "POST /api/v1/committees/{committee_id}/recognitions",
        ADMINISTRATOR | CONTROL | OFFICE,
        body=RECOGNITION,
    ),
    Row("GET /api/v1/committees/{committee_id}/bodies", COMMITTEE, "committee:read"),
    Row("GET /api/v1/committees/{committee_id}/members", COMMITTEE, "committee:read"),
    Row("POST /api/v1/committees/{committee_id}/members", OFFICE, "committee:manage", [TERM]),
    Row(
        "POST /api/v1/members/{member_id}/extension",
        OFFICE,
        "committee:manage",
        {"act": "Acta 7", "until": "2027-08-01"},
    ),
    Row(
        "POST /api/v1/members/{member_id}/departure",
        OFFICE,
        "committee:manage",
        {"on": "2026-06-15"},
    ),
    Row("GET /api/v1/committees/{committee_id}/evaluators", COMMITTEE, "committee:read"),
    Row(
        "POST /api/v1/committees/{committee_id}/evaluators",
        OFFICE,
        "committee:manage",
        [APPOINTMENT],
    ),
    Row(
        "POST /api/v1/evaluators/{appointment_id}/neighbours",
        OFFICE,
        "committee:manage",
        {"committee_id": "@committee_b"},
    ),
    Row("GET /api/v1/spgs", USERS),
    Row("POST /api/v1/spgs", ADMINISTRATOR | CONTROL, "committee:create", SPG),
    Row("GET /api/v1/spgs/{spg_id}", COMMITTEE, "committee:read"),
    Row("GET /api/v1/spgs/{spg_id}/registrations", COMMITTEE, "committee:read"),
    Row("POST /api/v1/registrations", CONTROL, "spg:register", REGISTRATION),
    Row("GET /api/v1/registrations/{registration_id}/events", COMMITTEE, "committee:read"),
    Row("POST /api/v1/registrations/{registration_id}/changes", CONTROL, "spg:register", SUSPENDED),
    Row("POST /api/v1/registrations/{registration_id}/renewals", CONTROL, "spg:register", RENEWAL),
    # --- producers -------------------------------------------------------------------------------
    Row("GET /api/v1/producers", READERS | SENT | IDLE | OTHER_OFFICE),
    Row("POST /api/v1/producers", OFFICE, "producer:write", PRODUCER | {"spg_id": "@spg"}),
    Row(
        "POST /api/v1/producers/batch",
        OFFICE,
        "producer:write",
        {"spg_id": "@spg", "producers": [PRODUCER]},
    ),
    Row("GET /api/v1/producers/{code}", READERS | SENT),
    Row(
        "PATCH /api/v1/producers/{code}",
        OFFICE,
        "producer:write",
        {"display_name": "Familia de prueba"},
    ),
    Row("POST /api/v1/producers/{code}/holders", OFFICE, "producer:write", {"holder": PERSON}),
    Row("PUT /api/v1/producers/{code}/holders/{person_id}", OFFICE, "producer:write", PERSON),
    Row("POST /api/v1/producers/{code}/holders/{person_id}/end", OFFICE, "producer:write", {}),
    Row("POST /api/v1/producers/{code}/units", OFFICE, "producer:write", {"name": "Loma"}),
    Row("GET /api/v1/enrolments", READERS | SENT | IDLE | OTHER_OFFICE),
    Row(
        "POST /api/v1/producers/{code}/enrolments",
        OTHER_OFFICE,
        "producer:write",
        {"spg_id": "@spg_b"},
        at={"code": "@gone"},
        told=OTHER_OFFICE,
    ),
    Row(
        "POST /api/v1/enrolments/admissions",
        OFFICE,
        "producer:write",
        {"enrolment_ids": ["@applicant"]},
    ),
    Row(
        "POST /api/v1/enrolments/{enrolment_id}/status",
        OFFICE,
        "producer:write",
        {"status": "absent", "reason": "Viaje de la familia"},
    ),
    Row(
        "POST /api/v1/enrolments/{enrolment_id}/move",
        OFFICE,
        "producer:write",
        {"spg_id": "@spg_b", "reason": "Se va a Tiquipaya"},
    ),
    Row(
        "POST /api/v1/units/{code}/transfers",
        OFFICE,
        "producer:write",
        {
            "kind": "sold",
            "plots": ["@plot"],
            "to_producer": "@other_producer",
            "reason": "Escritura",
        },
    ),
    Row(
        "POST /api/v1/producers/{code}/transfers",
        OFFICE,
        "producer:write",
        {"transfers": ["@transfer"]},
    ),
    Row(
        "POST /api/v1/enrolments/{enrolment_id}/pledges",
        OFFICE,
        "producer:write",
        {"signed_on": "2026-06-01"},
    ),
    Row("GET /api/v1/interests", READERS, query={"producer": "@producer"}),
    Row(
        "POST /api/v1/interests",
        OFFICE,
        "producer:write",
        [{"person_id": "@person", "producer_code": "@producer", "kind": "partner"}],
    ),
    Row("POST /api/v1/interests/{interest_id}/end", OFFICE, "producer:write", {}),
    Row(
        "POST /api/v1/households",
        OFFICE,
        "producer:write",
        {"producer_codes": ["@producer", "@other_producer"]},
    ),
    Row("GET /api/v1/organisations", READERS | SENT | IDLE | OTHER_OFFICE),
    Row("POST /api/v1/organisations", OFFICES, "producer:write", [{"name": "Asociación Tres"}]),
    Row(
        "POST /api/v1/producers/{code}/memberships",
        OFFICE,
        "producer:write",
        {"organisation": "@organisation"},
    ),
    Row("POST /api/v1/memberships/{membership_id}/end", OFFICE, "producer:write", {}),
    # --- land ------------------------------------------------------------------------------------
    Row("GET /api/v1/units", READERS | SENT | IDLE | OTHER_OFFICE),
    Row("GET /api/v1/units/{code}", READERS | SENT),
    Row("PATCH /api/v1/units/{code}", OFFICE, "producer:write", {"name": "Loma alta"}),
    Row(
        "POST /api/v1/units/{code}/plots",
        OFFICE,
        "producer:write",
        {"plots": [{"area_m2": 500, "last_input": "never"}]},
    ),
    Row(
        "POST /api/v1/units/{code}/shared-plots",
        OFFICE,
        "producer:write",
        {"plot_code": "@other_plot"},
    ),
    Row(
        "POST /api/v1/units/{code}/crops",
        OFFICE,
        "producer:write",
        {"crops": [{"product_code": "haba", "area_m2": 100}]},
    ),
    Row("POST /api/v1/units/{code}/zones", OFFICE, "producer:write", {"name": "Monte"}),
    Row(
        "POST /api/v1/units/{code}/facilities",
        OFFICE,
        "producer:write",
        {"name": "Molino", "process": "Molienda"},
    ),
    Row("GET /api/v1/plots/{code}", READERS | SENT),
    Row("PATCH /api/v1/plots/{code}", OFFICE, "producer:write", {"name": "Junto al río"}),
    Row(
        "PUT /api/v1/plots/{code}/last-input",
        OFFICE,
        "producer:write",
        {"last_input": "unknown", "reason": "Nadie se acuerda"},
    ),
    Row("GET /api/v1/crops", READERS | SENT, query={"unit": "@unit"}),
    Row("PATCH /api/v1/crops/{crop_id}", OFFICE, "producer:write", {"expected_kg": 300}),
    # --- imports ---------------------------------------------------------------------------------
    Row("GET /api/v1/imports", OFFICES, "producer:write"),
    Row(
        "POST /api/v1/imports",
        OFFICE,
        "producer:write",
        {"spg_id": "@spg"},
        files=spreadsheet,
    ),
    Row("GET /api/v1/imports/{batch_id}", OFFICE, "producer:write"),
    Row("POST /api/v1/imports/{batch_id}/confirmation", OFFICE, "producer:write"),
    Row("GET /api/v1/imports/{batch_id}/rejected", OFFICE, "producer:write"),
    # --- rounds and visits -----------------------------------------------------------------------
    Row("GET /api/v1/rounds", USERS),
    Row("POST /api/v1/rounds", OFFICE, "round:write", ROUND),
    Row(
        "POST /api/v1/rounds/start",
        OFFICE,
        "round:write",
        {**ROUND, "unit_ids": ["@unit_roundless"], "open_now": True},
    ),
    Row("GET /api/v1/spgs/{spg_id}/due-units", OFFICE),
    Row("GET /api/v1/spgs/{spg_id}/year-plan", READERS),
    Row("GET /api/v1/rounds/{round_id}", READERS | SENT),
    Row("GET /api/v1/rounds/{round_id}/norm", READERS | SENT),
    Row(
        "POST /api/v1/rounds/{round_id}/opening",
        OFFICE,
        "round:write",
        at={"round_id": "@round_planned"},
    ),
    Row(
        "POST /api/v1/rounds/{round_id}/deliberation",
        OFFICE,
        "round:write",
        at={"round_id": "@round_reviewed"},
    ),
    Row(
        "POST /api/v1/rounds/{round_id}/closing",
        OFFICE,
        "round:write",
        at={"round_id": "@round_deliberating"},
    ),
    Row("POST /api/v1/rounds/{round_id}/voiding", OFFICE, "round:write", REASON),
    Row(
        "POST /api/v1/rounds/{round_id}/units",
        OFFICE,
        "round:write",
        {"unit_ids": ["@unit_roundless"]},
    ),
    Row("GET /api/v1/rounds/{round_id}/proposal", OFFICE),
    Row("GET /api/v1/rounds/{round_id}/assignment-table", OFFICE),
    Row(
        "POST /api/v1/rounds/{round_id}/assignment-table",
        OFFICE,
        "round:write",
        {"digest": "@proposal"},
    ),
    Row("GET /api/v1/rounds/{round_id}/assignments", READERS | SENT),
    Row(
        "POST /api/v1/rounds/{round_id}/assignments",
        OFFICE,
        "round:write",
        {"pairs": [{"unit_id": "@unit_unmanned", "appointment_id": "@evaluator_one"}]},
    ),
    Row("POST /api/v1/assignments/{assignment_id}/release", OFFICE, "round:write"),
    Row("GET /api/v1/visits", USERS),
    Row("PUT /api/v1/visits", SECRETARY | SENT, body=["@form"]),
    Row("GET /api/v1/visits/{visit_id}", READERS | SENT),
    Row("GET /api/v1/visits/{visit_id}/form", READERS | SENT),
    Row(
        "PUT /api/v1/visits/{visit_id}",
        SECRETARY | SENT,
        body="@form_data",
        at={"visit_id": "@visit_assigned"},
    ),
    Row(
        "POST /api/v1/visits/{visit_id}/start",
        SECRETARY | SENT,
        at={"visit_id": "@visit_assigned"},
    ),
    Row(
        "POST /api/v1/visits/{visit_id}/submission",
        SECRETARY | SENT,
        at={"visit_id": "@visit_filled"},
    ),
    Row(
        "POST /api/v1/visits/{visit_id}/return",
        OFFICE,
        "visit:review",
        REASON,
        at={"visit_id": "@visit_submitted"},
    ),
    Row(
        "POST /api/v1/visits/{visit_id}/review",
        OFFICE,
        "visit:review",
        at={"visit_id": "@visit_submitted"},
    ),
    Row("POST /api/v1/visits/{visit_id}/voiding", OFFICE, "visit:review", REASON),
    Row(
        "POST /api/v1/visits/{visit_id}/acknowledgement",
        SECRETARY | SENT,
        body={},
        at={"visit_id": "@visit_unheard"},
    ),
    Row("GET /api/v1/findings", USERS),
    Row("POST /api/v1/findings", OFFICE | SENT, body=[FINDING]),
    Row("GET /api/v1/findings/{finding_id}", READERS | SENT),
    Row("POST /api/v1/findings/{finding_id}/correction", OFFICE, "visit:review"),
    Row(
        "POST /api/v1/findings/{finding_id}/closing",
        OFFICE,
        "visit:review",
        {"evidence": "Foto del 14 de junio"},
        at={"finding_id": "@finding_in_correction"},
    ),
    # --- meetings and decisions ------------------------------------------------------------------
    Row("GET /api/v1/meetings", USERS),
    Row("POST /api/v1/meetings", OFFICE, "decision:record", MEETING),
    Row("GET /api/v1/meetings/{meeting_id}", READERS, "decision:read"),
    Row(
        "PUT /api/v1/meetings/{meeting_id}/attendance",
        OFFICE,
        "decision:record",
        {"members": "@seats"},
    ),
    Row("PUT /api/v1/meetings/{meeting_id}/recusals", OFFICE, "decision:record"),
    Row("PUT /api/v1/meetings/{meeting_id}/waivers", OFFICE, "decision:record", {"waivers": {}}),
    Row("GET /api/v1/meetings/{meeting_id}/decisions", READERS, "decision:read"),
    Row(
        "PUT /api/v1/meetings/{meeting_id}/decisions",
        OFFICE,
        "decision:record",
        [{"producer_id": "@decidable_id", "outcome": "organic"}],
    ),
    Row("GET /api/v1/meetings/{meeting_id}/acta", READERS, "decision:read"),
    Row("GET /api/v1/meetings/{meeting_id}/verdicts", READERS, "decision:read"),
    Row("POST /api/v1/meetings/{meeting_id}/closing", SECRETARY, "acta:close", but=WROTE_THEM),
    Row("GET /api/v1/decisions/{decision_id}", READERS, "decision:read"),
    Row("POST /api/v1/decisions/notifications", OFFICE, "decision:record", ["@decision"]),
    # The days for an appeal are not over: that is told to the office only.
    Row("POST /api/v1/decisions/{decision_id}/finality", OFFICE, "decision:record", ok=(422,)),
    Row(
        "POST /api/v1/decisions/{decision_id}/appeals",
        OFFICE,
        "decision:record",
        {"filed_on": "2026-06-15", "grounds": "No se vio la parcela"},
        at={"decision_id": "@decision_told"},
    ),
    Row("GET /api/v1/decisions/{decision_id}/appeals", READERS, "decision:read"),
    Row(
        "POST /api/v1/appeals/{appeal_id}/answer",
        OFFICE,
        "decision:record",
        {"meeting_id": "@meeting_of_appeals", "outcome": "upheld", "answer": "Se mantiene"},
    ),
    # --- seals -----------------------------------------------------------------------------------
    Row("GET /api/v1/seals/{code}/verification", EVERYBODY),
    Row("POST /api/v1/verifications", EVERYBODY, body={"code": "@seal"}),
    Row("GET /api/v1/seals", READERS | OTHER_OFFICE, "seal:read"),
    Row(
        "POST /api/v1/seals/acknowledgements",
        OFFICE,
        "producer:write",
        {"codes": ["@seal"], "acknowledged_on": "2026-06-15", "witness": "Hugo Zurita"},
    ),
    Row("GET /api/v1/seals/{code}", READERS, "seal:read"),
    Row("GET /api/v1/seals/{code}/events", READERS, "seal:read"),
    Row("POST /api/v1/seals/{code}/suspension", CONTROL, "seal:sanction", ACT, but=NO_DECISION),
    Row(
        "POST /api/v1/seals/{code}/reinstatement",
        CONTROL,
        "seal:sanction",
        ACT,
        at={"code": "@seal_suspended"},
        but=CONTROL_DID_IT,
    ),
    Row("POST /api/v1/seals/{code}/withdrawal", CONTROL, "seal:sanction", ACT, but=NO_DECISION),
    Row("POST /api/v1/seals/{code}/replacement", COORDINATOR, "seal:decide", REASON),
    Row("GET /api/v1/sanctions", READERS | OTHER_OFFICE, "seal:read"),
    Row("POST /api/v1/sanctions", CONTROL | COORDINATOR, body=SANCTION),
    # --- complaints ------------------------------------------------------------------------------
    Row("GET /api/v1/search", EVERYBODY, query={"q": "papa"}),
    Row("POST /api/v1/complaints", EVERYBODY, body=COMPLAINT),
    Row("GET /api/v1/complaints/follow/{number}", EVERYBODY),
    Row("GET /api/v1/complaints", READERS | OTHER_OFFICE, "complaint:read"),
    Row("GET /api/v1/complaints/{complaint_id}", READERS, "complaint:read"),
    Row("GET /api/v1/complaints/{complaint_id}/contact", ANSWERERS, "complaint:answer"),
    Row("POST /api/v1/complaints/{complaint_id}/review", ANSWERERS, "complaint:answer"),
    Row(
        "POST /api/v1/complaints/{complaint_id}/producer",
        ANSWERERS,
        "complaint:answer",
        {"producer_code": "@producer"},
        at={"complaint_id": "@complaint_unnamed"},
    ),
    Row(
        "POST /api/v1/complaints/{complaint_id}/visit",
        OFFICE,
        "round:write",
        VISIT_ORDER,
        at={"complaint_id": "@complaint_reviewed"},
    ),
    Row(
        "POST /api/v1/complaints/{complaint_id}/answer",
        ANSWERERS,
        "complaint:answer",
        COMPLAINT_ANSWER,
        at={"complaint_id": "@complaint_reviewed"},
    ),
    Row(
        "POST /api/v1/complaints/{complaint_id}/closing",
        ANSWERERS,
        "complaint:answer",
        at={"complaint_id": "@complaint_answered"},
    ),
    # --- register --------------------------------------------------------------------------------
    Row("GET /api/v1/register/reconciliation", READERS | OTHER_OFFICE),
    Row("GET /api/v1/register/pulls", CONTROL | OFFICES),
    Row("GET /api/v1/register/pulls/{pull_id}", CONTROL),
    Row(
        "GET /api/v1/register/{table}.{ending}",
        CONTROL | OFFICES,
        at={"table": "seals", "ending": "csv"},
    ),
]
