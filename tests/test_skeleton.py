"""Pages from a skeleton: the same bytes as rendering anew, whatever the facts say."""

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from api.skeleton import skeleton

ENV = Environment(autoescape=True)
TEMPLATE = ENV.from_string(
    "<h1>{{ name }}</h1>{% if place %}<p title='{{ place }}'>{{ name }}, {{ place }}</p>{% endif %}"
)


@given(st.text(), st.none() | st.text(min_size=1))
def test_a_filled_skeleton_is_the_page_rendered_anew(name: str, place: str | None) -> None:
    drawn = skeleton(lambda marks: TEMPLATE.render(marks), {"name": "x", "place": place and "y"})
    filled = drawn.fill({"name": name, "place": place})
    assert filled == TEMPLATE.render(name=name, place=place).encode("utf-8", "surrogatepass")


def test_a_fact_cannot_open_a_mark() -> None:
    drawn = skeleton(lambda marks: TEMPLATE.render(marks), {"name": "x", "place": "y"})
    page = drawn.fill({"name": "\x02place\x03<script>", "place": "Punata"}).decode()
    assert "<h1>\x02place\x03&lt;script&gt;</h1>" in page
