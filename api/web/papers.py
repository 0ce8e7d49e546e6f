"""Photos and scanned papers of a producer."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.render import render
from api.sight import visible_ids
from api.uploads import UploadsDep, handed_out
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.producers import sheet, writable
from spg_registry.core.errors import Invalid
from spg_registry.producers import service
from spg_registry.producers.answers import PaperOut
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import PaperNotFound
from spg_registry.producers.models import PaperKind
from spg_registry.producers.papers import paper_file, papers_of
from spg_registry.producers.schemas import PaperIn, WithdrawPaperIn

router = APIRouter(prefix="/productores", route_class=FormRoute)


@router.get("/{code}/documentos")
def index(desk: DeskDep, code: str) -> Response:
    ids = visible_ids(desk.session, desk.actor)
    file = producer_file(desk.session, desk.actor, code, desk.today, ids)
    papers = papers_of(desk.session, file)
    return render(desk.request, "producers/papers.html", file=file, papers=papers)


@router.get("/{code}/documentos/fotos")
def adding_photos(desk: DeskDep, code: str) -> Response:
    return _form(desk, code, "photos_new", Form())


@router.post("/{code}/documentos/fotos")
def add_photos(uploads: UploadsDep, desk: DeskDep, data: FormDep, code: str) -> Response:
    def act() -> None:
        wish = parse(PaperIn, _typed(data), kind=PaperKind.PHOTO)
        files = uploads.all("photos")
        if not files:
            raise Invalid.at("photos", "required")
        service.add_papers(*desk.acting, code, wish, files)

    return desk.act(
        data,
        act,
        lambda form, status: _form(desk, code, "photos_new", form, status),
        f"/productores/{code}/documentos",
        "papers_added",
    )


@router.get("/{code}/documentos/nuevo")
def adding(desk: DeskDep, code: str) -> Response:
    return _form(desk, code, "paper_new", Form())


@router.post("/{code}/documentos/nuevo")
def add(uploads: UploadsDep, desk: DeskDep, data: FormDep, code: str) -> Response:
    def act() -> None:
        wish = parse(PaperIn, _typed(data))
        service.add_papers(*desk.acting, code, wish, [uploads.one("paper")])

    return desk.act(
        data,
        act,
        lambda form, status: _form(desk, code, "paper_new", form, status),
        f"/productores/{code}/documentos",
        "papers_added",
    )


def _typed(data: FormDep) -> dict[str, object]:
    return {name: data[name] for name in ("kind", "title", "unit_code") if name in data}


def _form(desk: Desk, code: str, name: str, form: Form, status: int = 200) -> Response:
    file = writable(desk, code)
    kinds = [kind for kind in PaperKind if kind is not PaperKind.PHOTO]
    return sheet(
        desk,
        code,
        name,
        form,
        status,
        units=[(unit.code, unit.name) for unit in file.land if unit.until is None],
        kinds=choices(desk.request, "paper_kind", kinds),
    )


@router.get("/{code}/documentos/{paper_id}")
def paper(desk: DeskDep, code: str, paper_id: int, chica: str = "") -> Response:
    """The file itself, or its thumbnail."""
    ids = visible_ids(desk.session, desk.actor)
    kept = paper_file(*desk.acting, code, paper_id, ids)
    return handed_out(kept, small=bool(chica))


@router.get("/{code}/documentos/{paper_id}/retirar")
def withdrawing(desk: DeskDep, code: str, paper_id: int) -> Response:
    return _withdrawal(desk, code, paper_id, Form())


@router.post("/{code}/documentos/{paper_id}/retirar")
def withdraw(desk: DeskDep, data: FormDep, code: str, paper_id: int) -> Response:
    _paper_of(desk, code, paper_id)
    return desk.act(
        data,
        lambda: service.withdraw_paper(*desk.acting, paper_id, parse(WithdrawPaperIn, data)),
        lambda form, status: _withdrawal(desk, code, paper_id, form, status),
        f"/productores/{code}/documentos",
        "paper_withdrawn",
    )


def _withdrawal(desk: Desk, code: str, paper_id: int, form: Form, status: int = 200) -> Response:
    found = _paper_of(desk, code, paper_id)
    return sheet(desk, code, "paper_withdraw", form, status, paper=found)


def _paper_of(desk: Desk, code: str, paper_id: int) -> PaperOut:
    for row in papers_of(desk.session, writable(desk, code)):
        if row.id == paper_id and row.withdrawn_on is None:
            return row
    raise PaperNotFound(id=paper_id)
