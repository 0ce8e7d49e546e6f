"""Where land lies: outlines and points, the small map, and doubts about them."""

import json
import re
from typing import Any

import pytest
from sqlmodel import Session

from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.producers import service
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import PlotNotFound
from spg_registry.producers.outlines import NotAnOutline, area_of, outline_in, outline_text
from spg_registry.producers.schemas import OutlineIn
from spg_registry.producers.service import Registered
from spg_registry.producers.sketches import sketch_of
from spg_registry.producers.surroundings import doubts_about
from tests.cast import Cast, Stage
from tests.producers.families import crop, family, plot, unit

PUNATA_AT = (-65.834, -17.542)
STEP = 0.001
"""Of a degree: about 106 m east here, and 111 m north."""


def square(lon: float = PUNATA_AT[0], lat: float = PUNATA_AT[1]) -> dict[str, Any]:
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    return {
        "type": "Polygon",
        "coordinates": [[[lon + STEP * x, lat + STEP * y] for x, y in ring]],
    }


def feature(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": "chacra"}, "geometry": geometry}


@pytest.fixture
def farm(session: Session, cast: Cast) -> Registered:
    land = unit(plots=[plot(), plot(5_000)], crops=[crop(plot=0)], lat=-17.5421, lon=-65.8342)
    return service.register(session, cast.coordinator, cast.now, cast.spg, family(units=[land]))


@pytest.mark.parametrize(
    "told",
    [
        square(),
        feature(square()),
        {"type": "FeatureCollection", "features": [feature(square())]},
        {"type": "MultiPolygon", "coordinates": [square()["coordinates"]]},
    ],
)
def test_an_outline_comes_in_many_wrappings(told: dict[str, Any]) -> None:
    corners = outline_in(json.dumps(told))
    assert len(corners) == 4, "the closing corner is the first again"
    assert 11_500 < area_of(corners) < 12_100
    assert outline_in(outline_text(corners)) == corners


def test_a_point_will_do() -> None:
    point = outline_in(json.dumps({"type": "Point", "coordinates": [*PUNATA_AT, 2700]}))
    assert point == [[-65.834, -17.542]]
    assert area_of(point) == 0


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("", "outline_not_geojson"),
        ("no", "outline_not_geojson"),
        ("[]", "outline_not_geojson"),
        ("null", "outline_not_geojson"),
        (
            '{"type": "LineString", "coordinates": [[-65, -17], [-65, -17.1]]}',
            "outline_not_geojson",
        ),
        ('{"type": "Point", "coordinates": ["a", 1]}', "outline_not_geojson"),
        ('{"type": "Point", "coordinates": [NaN, NaN]}', "outline_outside"),
        ('{"type": "Point", "coordinates": [1e999, 0]}', "outline_outside"),
        ("[" * 50_000, "outline_not_geojson"),
        ('{"type": "Point", "coordinates": [-17.5, -65.8]}', "outline_swapped"),
        ('{"type": "Point", "coordinates": [2.35, 48.85]}', "outline_outside"),
        (json.dumps({"type": "FeatureCollection", "features": []}), "outline_many"),
        (
            json.dumps({"type": "FeatureCollection", "features": [feature(square())] * 2}),
            "outline_many",
        ),
        (
            '{"type": "Polygon", "coordinates": [[[-65, -17], [-65.1, -17], [-65, -17]]]}',
            "outline_too_few",
        ),
        ("x" * 100_001, "outline_too_long"),
    ],
)
def test_what_is_no_outline_is_told(told: str, code: str) -> None:
    with pytest.raises(NotAnOutline) as refused:
        outline_in(told)
    assert refused.value.code == code


def test_an_outline_is_kept_and_taken_away(session: Session, cast: Cast, farm: Registered) -> None:
    code = farm.units[0].plots[0].code
    with pytest.raises(Forbidden):
        service.set_outline(session, cast.member, cast.now, code, OutlineIn())
    with pytest.raises(PlotNotFound):
        service.set_outline(session, cast.coordinator_b, cast.now, code, OutlineIn())
    with pytest.raises(Invalid):
        service.set_outline(session, cast.secretary, cast.now, code, OutlineIn(geojson="{"))
    given = OutlineIn(geojson=json.dumps(square()), reason="Medida con GPS")
    made = service.set_outline(session, cast.secretary, cast.now, code, given)
    assert (len(made.outline), made.area_m2) == (4, 10_000), "the declared area stays"
    assert service.set_outline(session, cast.secretary, cast.now, code, OutlineIn()).outline == []


def test_the_map_is_drawn_to_scale(session: Session, cast: Cast, farm: Registered) -> None:
    code = farm.units[0].plots[0].code
    given = OutlineIn(geojson=json.dumps(square()))
    service.set_outline(session, cast.secretary, cast.now, code, given)
    land = producer_file(session, cast.secretary, farm.producer.code, cast.today).land
    sketch = sketch_of(land)
    assert sketch is not None
    point, outlined = sketch.marks
    assert (point.plot, outlined.plot) == ("", code)
    corners = [tuple(map(float, pair.split(","))) for pair in outlined.corners.split()]
    width = max(x for x, _ in corners) - min(x for x, _ in corners)
    height = max(y for _, y in corners) - min(y for _, y in corners)
    assert height / width == pytest.approx(111.2 / 106.0, rel=0.02)
    assert width / sketch.bar * sketch.bar_m == pytest.approx(106.0, rel=0.02)
    places = [(m.label_x, m.label_y) for m in sketch.marks] + corners
    assert all(0 < x < sketch.width and 0 < y < sketch.height for x, y in places)
    assert outlined.label_y < sketch.height
    assert abs(point.label_x - outlined.label_x) + abs(point.label_y - outlined.label_y) > 10


@pytest.mark.parametrize("many", [1, 2, 40])
def test_any_number_of_places_fits(session: Session, cast: Cast, many: int) -> None:
    units = [unit(lat=-17.5 - 0.0001 * n, lon=-65.8) for n in range(many)]
    data = family(units=units)
    one = service.register(session, cast.coordinator, cast.now, cast.spg, data)
    land = producer_file(session, cast.secretary, one.producer.code, cast.today).land
    sketch = sketch_of(land)
    assert sketch is not None
    assert len(sketch.marks) == many
    assert 0 < sketch.bar < sketch.width
    assert sketch.bar_m >= 1


def test_no_map_for_who_may_not_see_where(session: Session, cast: Cast, farm: Registered) -> None:
    code = farm.units[0].plots[0].code
    given = OutlineIn(geojson=json.dumps(square()))
    service.set_outline(session, cast.secretary, cast.now, code, given)
    for who, drawn in ((cast.control, True), (cast.member, False), (cast.cnape, False)):
        file = producer_file(session, who, farm.producer.code, cast.today)
        assert (sketch_of(file.land) is not None) is drawn, who.label
        assert bool(file.land[0].plots[0].outline) is drawn, who.label
        assert (doubts_about(session, file.land) == []) is True
    mine = {farm.producer.id}
    sent = producer_file(session, cast.evaluator, farm.producer.code, cast.today, mine)
    assert sketch_of(sent.land) is not None


def test_a_place_far_from_its_own_is_doubted(
    session: Session, cast: Cast, farm: Registered
) -> None:
    far = OutlineIn(geojson=json.dumps(square(lon=-66.5)))
    service.set_outline(session, cast.secretary, cast.now, farm.units[0].plots[1].code, far)
    file = producer_file(session, cast.secretary, farm.producer.code, cast.today)
    (doubt,) = doubts_about(session, file.land)
    assert (doubt.code, 69 < doubt.km < 72) == ("far_from_own", True)


def test_a_unit_far_from_its_neighbours_or_its_municipality_is_doubted(
    session: Session, cast: Cast
) -> None:
    acting = (session, cast.coordinator, cast.now, cast.spg)
    lost = service.register(*acting, family(units=[unit(lat=-19.5, lon=-65.8)]))
    land = producer_file(session, cast.secretary, lost.producer.code, cast.today).land
    assert [doubt.code for doubt in doubts_about(session, land)] == ["far_from_municipality"]
    for n in range(3):
        near = unit(lat=-17.54 - n / 1000, lon=-65.83)
        service.register(*acting, family(f"Vecina {n}", units=[near]))
    other = service.register(*acting, family(units=[unit(lat=-17.75, lon=-65.83)]))
    land = producer_file(session, cast.secretary, other.producer.code, cast.today).land
    assert [doubt.code for doubt in doubts_about(session, land)] == ["far_from_community"]


def test_the_page_takes_a_file_or_a_text_and_draws(stage: Stage) -> None:
    cast = stage.cast
    land = unit(lat=-17.5421, lon=-65.8342)
    with stage.database.write(cast.now) as session:
        one = service.register(session, cast.coordinator, cast.now, cast.spg, family(units=[land]))
        home, code = f"/unidades/{one.units[0].unit.code}", one.units[0].plots[0].code
    office = stage.browser(cast.secretary)
    form = f"{home}/parcelas/{code}/contorno"
    assert office.get(form).status_code == 200
    bad = office.post(form, {"geojson": "esto no es", "reason": "Medida con GPS"})
    assert bad.status_code == 422
    assert 'href="#f-geojson"' in bad.text
    assert "esto no es" in bad.text
    assert 'value="Medida con GPS"' in bad.text
    good = office.post(form, {"geojson": json.dumps(square())})
    assert good.status_code == 303
    page = office.get(home).text
    assert re.search(r'<polygon class="plot" points="[\d., ]+"/>', page)
    assert "<svg" in page
    assert "style=" not in page
    assert "contorno de 1,18 ha, declarada 1,00 ha" in page
    assert "<svg" in office.get(f"/productores/{one.producer.code}").text
    assert "-65.83" in office.get(form).text, "and it can be mended"
    member = stage.browser(cast.member)
    assert '<svg viewBox="0 0 360' not in member.get(home).text
