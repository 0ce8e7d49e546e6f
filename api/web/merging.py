"""One family registered twice: who looks alike, both side by side, and the act."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import locale_of, render
from api.sight import visible_ids
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from spg_registry.core.errors import Fault, Invalid
from spg_registry.core.messages import sentence
from spg_registry.people.errors import PersonNotFound
from spg_registry.producers import twins
from spg_registry.producers.answers import ProducerFile
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import NotMergeable, NotMerged
from spg_registry.producers.facts import producers_held_by
from spg_registry.producers.merging import likely_duplicates, pair_to_write
from spg_registry.producers.queries import producers_by_id
from spg_registry.producers.schemas import MergeIn, MergePersonsIn
from spg_registry.producers.twins import likely_same_persons
from spg_registry.seals import service

router = APIRouter(prefix="/productores", route_class=FormRoute)


@router.get("/duplicados")
def index(desk: DeskDep) -> Response:
    return render(
        desk.request,
        "producers/duplicates.html",
        pairs=likely_duplicates(desk.session, desk.actor),
        persons=likely_same_persons(desk.session, desk.actor),
        mergers=twins.mergers(desk.session, desk.actor),
    )


@router.get("/personas/{person_id}/unir/{other_id}")
def compare_persons(desk: DeskDep, person_id: int, other_id: int) -> Response:
    return _compare_persons(desk, person_id, other_id, Form())


@router.post("/personas/{person_id}/unir/{other_id}")
def merge_persons(desk: DeskDep, data: FormDep, person_id: int, other_id: int) -> Response:
    ids = {str(person_id): other_id, str(other_id): person_id}

    def act() -> None:
        stays = str(data.get("stays", ""))
        if stays not in ids:
            raise Invalid.at("stays", "bad_choice")
        wish = parse(MergePersonsIn, {"reason": data.get("reason", "")}, other=ids[stays])
        try:
            twins.merge_persons(*desk.acting, int(stays), wish)
        except NotMergeable as refusal:
            raise Invalid(Fault("", f"not_mergeable_{refusal.params['why']}")) from refusal

    return desk.act(
        data,
        act,
        lambda form, status: _compare_persons(desk, person_id, other_id, form, status),
        "/productores/duplicados",
        "persons_merged",
    )


@router.get("/personas/{person_id}/separar/{other_id}")
def ask_persons_apart(desk: DeskDep, person_id: int, other_id: int) -> Response:
    return _persons_apart(desk, person_id, other_id, Form())


@router.post("/personas/{person_id}/separar/{other_id}")
def set_persons_apart(desk: DeskDep, data: FormDep, person_id: int, other_id: int) -> Response:
    def act() -> None:
        wish = parse(MergePersonsIn, {"reason": data.get("reason", "")}, other=other_id)
        twins.part_persons(*desk.acting, person_id, wish)

    return desk.act(
        data,
        act,
        lambda form, status: _persons_apart(desk, person_id, other_id, form, status),
        "/productores/duplicados",
        "persons_apart",
    )


def _persons_apart(
    desk: Desk, person_id: int, other_id: int, form: Form, status: int = 200
) -> Response:
    for act, person in twins.mergers(desk.session, desk.actor):
        if (act.kept_person_id, act.other_person_id) == (person_id, other_id):
            return desk.page("producers/persons_apart.html", form, status, act=act, person=person)
    raise PersonNotFound(id=other_id)


def _compare_persons(
    desk: Desk, person_id: int, other_id: int, form: Form, status: int = 200
) -> Response:
    rows = twins.persons_to_merge(desk.session, desk.actor, person_id, other_id)
    held = producers_held_by(desk.session, [row.id for row in rows])
    known = producers_by_id(desk.session, [id_ for ids in held.values() for id_ in ids])
    return desk.page(
        "producers/merge_persons.html",
        form,
        status,
        persons=[(row, [known[id_] for id_ in held[row.id]]) for row in rows],
    )


@router.get("/{code}/unir/{other}")
def compare(desk: DeskDep, code: str, other: str) -> Response:
    return _compare(desk, code, other, Form())


@router.post("/{code}/unir/{other}")
def merge(desk: DeskDep, data: FormDep, code: str, other: str) -> Response:
    stays = str(data.get("stays") or code).strip().upper()
    goes = other if stays == code.upper() else code

    def act() -> None:
        if stays not in (code.upper(), other.upper()):
            raise Invalid.at("stays", "bad_choice")
        wish = parse(MergeIn, {"reason": data.get("reason", "")}, other=goes)
        try:
            service.merge(*desk.acting, stays, wish)
        except NotMergeable as refusal:
            raise Invalid(Fault("", f"not_mergeable_{refusal.params['why']}")) from refusal

    return desk.act(
        data,
        act,
        lambda form, status: _compare(desk, code, other, form, status),
        f"/productores/{stays}",
        "producers_merged",
        other=goes.upper(),
    )


def _compare(desk: Desk, code: str, other: str, form: Form, status: int = 200) -> Response:
    rows = pair_to_write(desk.session, desk.actor, code, other)
    if rows[0].merged_into_id or rows[1].merged_into_id:
        why = sentence("error.not_mergeable_merged_before", locale_of(desk.request))
        form.errors.setdefault("", why)
    return desk.page(
        "producers/merge.html",
        form,
        status,
        files=[_file(desk, row.code) for row in rows],
        codes=[row.code for row in rows],
    )


def _file(desk: Desk, code: str) -> ProducerFile:
    ids = visible_ids(desk.session, desk.actor)
    return producer_file(desk.session, desk.actor, code, desk.today, ids)


@router.get("/{code}/separar/{other}")
def ask_apart(desk: DeskDep, code: str, other: str) -> Response:
    return _apart(desk, code, other, Form())


@router.post("/{code}/separar/{other}")
def set_apart(desk: DeskDep, data: FormDep, code: str, other: str) -> Response:
    def act() -> None:
        wish = parse(MergeIn, {"reason": data.get("reason", "")}, other=other)
        try:
            service.unmerge(*desk.acting, code, wish)
        except NotMergeable as refusal:
            raise Invalid(Fault("", f"not_mergeable_{refusal.params['why']}")) from refusal

    return desk.act(
        data,
        act,
        lambda form, status: _apart(desk, code, other, form, status),
        f"/productores/{other}",
        "producers_apart",
        other=other.upper(),
    )


def _apart(desk: Desk, code: str, other: str, form: Form, status: int = 200) -> Response:
    kept, twin = pair_to_write(desk.session, desk.actor, code, other)
    if twin.merged_into_id != kept.id:
        raise NotMerged(code=twin.code)
    return desk.page(
        "producers/apart.html",
        form,
        status,
        file=_file(desk, kept.code),
        other=twin.code,
        back=f"/productores/{kept.code}",
    )
