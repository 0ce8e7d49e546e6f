"""What the documents say is so: settings, commands, addresses, links, pictures, the map."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.main import get_command

from api import health, login, v1, web
from spg_registry.cli import app
from spg_registry.core.config import Settings
from spg_registry.core.permissions import ALLOWED, Role
from spg_registry.demo.logins import DEMO_LOGINS
from spg_registry.seals.verification import Verdict

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
DOCUMENTS = [README, *sorted((PROJECT / "docs").rglob("*.md"))]
GUIDES = [
    PROJECT / "docs" / f"{guide}.md"
    for guide in ("recorrido", "comite", "evaluador", "control", "consumidor")
]
PICTURES = sorted((PROJECT / "docs" / "pictures").glob("*.png"))
OPERATOR = (PROJECT / "docs" / "operator.md").read_text()
LARGEST_PICTURE = 150_000

LINK = re.compile(r"""(?:\[[^]]*\]\(|<img src=")([^)"\s]+)""")
PATH = re.compile(r"`(?:(?:GET|POST|PUT) )?(/[a-z0-9.][A-Za-z0-9_./{}-]*)")


def name(document: Path) -> str:
    return str(document.relative_to(PROJECT))


def linked(document: Path) -> set[Path]:
    targets = LINK.findall(document.read_text())
    local = [unquote(target.partition("#")[0]) for target in targets if "://" not in target]
    return {(document.parent / target).resolve() for target in local if target}


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_has_a_line_with_its_default(setting: str) -> None:
    variable = f"SPG_{setting.upper()}"
    rows = [line for line in OPERATOR.splitlines() if line.startswith(f"| `{variable}` |")]
    assert len(rows) == 1, f"{variable} wants one row in docs/operator.md"
    default = Settings.model_fields[setting].default
    told = rows[0].split("|")[2].strip()
    spelled = str(default).lower() if isinstance(default, bool) else default
    assert told == ("none" if default is None else f"`{spelled}`")


def test_no_setting_is_told_that_is_not_there() -> None:
    told = set(re.findall(r"\bSPG_[A-Z_]+[A-Z]\b", OPERATOR + README.read_text()))
    assert told <= {f"SPG_{setting.upper()}" for setting in Settings.model_fields}


COMMAND = re.compile(r"spg-registry ((?:(?!in |exec )[a-z]+ ?){1,2})")


def unknown_commands(text: str) -> list[str]:
    """Of those that are told; the name of a group alone (`keys`) lists what is in it."""
    commands = set(commands_of(get_command(app)))
    groups = {command.partition(" ")[0] for command in commands}
    told = [words.strip() for words in COMMAND.findall(text)]
    return [
        words
        for words in told
        if words not in commands | groups and words.partition(" ")[0] not in commands
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_named_in_the_documents_exists(document: Path) -> None:
    assert unknown_commands(code_of(document)) == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_command_named_on_a_page_exists(language: str) -> None:
    texts = [
        source.read_text()
        for place in (f"spg_registry/locale/{language}/*.po", "templates/**/*.html")
        for source in PROJECT.glob(place)
    ]
    assert any(COMMAND.search(text) for text in texts)
    assert unknown_commands("\n".join(texts)) == []


def test_the_proxy_hears_whatever_the_service_hears() -> None:
    """Its limit counts in MiB, the setting's in millions of bytes."""
    (proxy,) = re.findall(r"client_max_body_size (\d+)m;", OPERATOR)
    assert int(proxy) > Settings.model_fields["upload_mb"].default


def commands_of(group: object, prefix: str = "") -> list[str]:
    """`setup`, `user create`, …: what can be run."""
    found: list[str] = []
    for word, command in getattr(group, "commands", {}).items():
        below = commands_of(command, f"{prefix}{word} ")
        found += below or [f"{prefix}{word}"]
    return found


def code_of(document: Path) -> str:
    """What stands indented or between backticks."""
    text = document.read_text()
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    fenced = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return "\n".join([*indented, *fenced, *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)])


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in linked(document):
        assert target.exists(), f"{name(document)} links {target}"


@pytest.mark.parametrize("document", GUIDES, ids=name)
def test_every_label_in_a_guide_stands_on_a_page(document: Path) -> None:
    """What a guide writes *In italics* or **In bold**, with a capital, is a word of the pages."""
    told = re.findall(r"\*\*?([A-ZÁÉÍÓÚÑ][^*]+)\*", document.read_text())
    told = [" ".join(label.split()) for label in told]
    assert told
    assert [label for label in told if label not in interface()] == []


@cache
def interface() -> str:
    """Every text of the pages, in Spanish."""
    sources = [*PROJECT.glob("templates/**/*.html"), *PROJECT.glob("spg_registry/locale/es/*.po")]
    return "\n".join(source.read_text() for source in sources)


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [README]
    while waiting:
        document = waiting.pop()
        reached.add(document)
        found = {path for path in linked(document) if path.suffix == ".md"}
        waiting += found - reached
    assert reached >= set(DOCUMENTS)


def test_every_picture_is_shown_and_small() -> None:
    shown = set().union(*map(linked, DOCUMENTS))
    assert PICTURES
    for picture in PICTURES:
        assert picture in shown, f"{name(picture)} is shown nowhere"
        assert picture.stat().st_size < LARGEST_PICTURE, name(picture)


def test_the_readmes_map_names_every_room() -> None:
    text = README.read_text()
    top = ("spg_registry", "api", "templates", "migrations", "tests", "docs", "benchmarks", ".ci")
    rooms = [path.parent.name for path in (PROJECT / "spg_registry").glob("*/__init__.py")]
    for room in (*top, *rooms):
        assert re.search(rf"^\| `{re.escape(room)}/` \|", text, re.MULTILINE), room


def test_the_readme_names_every_login_of_the_demonstration() -> None:
    for username, _ in DEMO_LOGINS:
        assert f"`{username}`" in README.read_text()


def test_the_operator_knows_every_role() -> None:
    for role in Role:
        assert ALLOWED[role]
        assert f"`{role}`" in OPERATOR


def test_every_verdict_is_told() -> None:
    text = (PROJECT / "docs" / "format.md").read_text()
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([a-z_]+)`", rows)) >= {verdict.value for verdict in Verdict}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_address_told_is_served(document: Path) -> None:
    served = {re.sub(r"\{\w+\}", "{}", path) for path in addresses()}
    for told in PATH.findall(document.read_text()):
        path = re.sub(r"\{\w+\}", "{}", told.rstrip("./")) or "/"
        assert any(fits(path, route) for route in served), f"{name(document)}: {told}"


def addresses() -> set[str]:
    """Of every route; the seal page stands before the application (`api/seal_page.py`)."""
    plain = [login.router, health.router, *web.routers()]
    found = {route.path for router in plain for route in router.routes}
    found |= {f"/api/v1{route.path}" for router in v1.routers() for route in router.routes}
    return found | {"/s/{code}", "/S/{code}", "/api/openapi.json", "/static/{name}"}


def fits(path: str, route: str) -> bool:
    """A document may write an example where the route has a variable, or name a whole branch."""
    wanted = re.escape(route).replace(r"\{\}", r"[^/]+")
    return re.fullmatch(wanted, path) is not None or route.startswith(f"{path}/")
