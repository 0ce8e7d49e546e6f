"""Where a plot lies: an outline from a file or a text."""

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api.deps import FormDep
from api.forms import Form, parse
from api.web.desk import Desk, DeskDep
from api.web.once import FormRoute
from api.web.units import plot_of, unit_sheet, writable_unit
from spg_registry.core.errors import Fault, Invalid
from spg_registry.producers import service
from spg_registry.producers.outlines import LONGEST_TEXT, outline_text
from spg_registry.producers.schemas import OutlineIn

router = APIRouter(prefix="/unidades", route_class=FormRoute)


@router.get("/{code}/parcelas/{plot_code}/contorno")
def outlining(desk: DeskDep, code: str, plot_code: str) -> Response:
    return _page(desk, code, plot_code, _recorded(desk, code, plot_code))


def _recorded(desk: Desk, code: str, plot_code: str) -> Form:
    plot = plot_of(writable_unit(desk, code), plot_code)
    return Form.of({"geojson": outline_text(plot.outline)})


@router.post("/{code}/parcelas/{plot_code}/contorno")
def outline(desk: DeskDep, data: FormDep, code: str, plot_code: str) -> Response:
    plot_of(writable_unit(desk, code), plot_code)

    def act() -> None:
        from_file = _text_of(data)
        known = {"geojson": from_file} if from_file is not None else {}
        try:
            wish = parse(OutlineIn, {k: v for k, v in data.items() if k in _FIELDS}, **known)
            service.set_outline(*desk.acting, plot_code, wish)
        except Invalid as refusal:
            if from_file is None:
                raise
            faults = [Fault("file", fault.code, fault.params) for fault in refusal.faults]
            raise Invalid(*faults) from refusal

    return desk.edit(
        data,
        lambda: _recorded(desk, code, plot_code),
        act,
        lambda form, status: _page(desk, code, plot_code, form, status),
        f"/unidades/{code}#mapa",
        "outline_saved",
    )


_FIELDS = frozenset({"geojson", "reason"})


def _text_of(data: FormData) -> str | None:
    """What the file says, when one came; it stands before what was typed."""
    upload = data.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    content = upload.file.read(LONGEST_TEXT + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.at("file", "outline_not_geojson") from error


def _page(desk: Desk, code: str, plot_code: str, form: Form, status: int = 200) -> Response:
    plot = plot_of(writable_unit(desk, code), plot_code)
    return unit_sheet(desk, code, "outline", form, status, plot=plot)
