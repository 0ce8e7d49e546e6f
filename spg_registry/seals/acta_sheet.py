"""The acta on paper: A4, as many pages as it takes, ready to sign and stamp.

Drawn from the content alone (`seals.acta`), so a closed acta gives the same bytes on every day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from spg_registry.core.flow import (
    BODY,
    HEADING,
    LINE,
    MUTED,
    SMALL,
    STRONG,
    Flow,
    Style,
)
from spg_registry.core.messages import format_area, format_date
from spg_registry.core.paper import BOLD, SANS, SERIF, Colour, Paper
from spg_registry.rules.words import Ballot, Outcome

GREEN: Final[Colour] = (20, 82, 44)
WATERMARK: Final[Colour] = (236, 236, 232)
WARNING: Final[Colour] = (138, 74, 0)

LEFT: Final = 22.0
WIDTH: Final = 166.0
TOP: Final = 22.0
BOTTOM: Final = 272.0

_TITLE: Final = Style(SERIF, BOLD, 24, GREEN)
_SUBTITLE: Final = Style(SERIF, "", 12.5)
_FAMILY: Final = Style(SANS, BOLD, 10.5)
_GRANTED: Final = Style(SANS, BOLD, 10, GREEN)
_STOP: Final = Style(SANS, "", 9.5, WARNING)
_NOTE: Final = Style(SANS, "", 9.5)

SEAL: Final = {"organic": "Sello ecológico", "transition": "Sello en transición"}
GRANTS: Final = {Outcome.ORGANIC.value, Outcome.TRANSITION.value}

Content = Mapping[str, Any]


def acta_paper(content: Content, sha256: str | None = None, demo: bool = False) -> bytes:
    """The PDF. `sha256` is printed on every page of a closed acta; a draft says that it is one."""
    pages = _drawn(content, sha256, demo, 0).pages_count
    return bytes(_drawn(content, sha256, demo, pages).output())


def _drawn(content: Content, sha256: str | None, demo: bool, pages: int) -> Paper:
    title = f"Acta {content['number']} · {content['committee']}"
    paper = Paper(title, date.fromisoformat(content["held_on"]))
    _Sheet(paper, content, sha256, demo, pages).draw()
    return paper


class _Sheet:
    def __init__(
        self, paper: Paper, content: Content, sha256: str | None, demo: bool, pages: int
    ) -> None:
        self.paper, self.content, self.sha256, self.demo = paper, content, sha256, demo
        self.pages = pages
        self.flow = Flow(paper, LEFT, TOP, WIDTH, BOTTOM, self._furnish)
        self.point = 0

    def draw(self) -> None:
        self._head()
        self._attendance()
        self._agenda()
        self._waivers()
        self._decisions()
        self._appeals()
        self._seals()
        self._recourse()
        self._signatures()

    # --- every page ------------------------------------------------------------------------------

    def _furnish(self) -> None:
        paper, said = self.paper, self.content
        if not said["closed"]:
            self._watermark("BORRADOR")
        elif self.demo:
            self._watermark("DEMOSTRACIÓN")
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.2)
        paper.line(LEFT, 277, LEFT + WIDTH, 277)
        paper.font(SANS, "", 8, MUTED)
        left = paper.fit(f"Acta {said['number']} · {said['committee']}", WIDTH - 40, [8])
        paper.write_lines(left, LEFT, 278.5, WIDTH - 40)
        right = paper.fit(f"Página {paper.page_no()} de {self.pages}", 40, [8])
        paper.write_lines(right, LEFT + WIDTH - 40, 278.5, 40, "R")
        paper.font(SANS, "", 7.5, MUTED)
        mark = (
            f"Huella SHA-256 del contenido: {self.sha256}"
            if self.sha256
            else "Borrador sin valor: el acta todavía no está cerrada."
        )
        paper.write_lines(paper.fit(mark, WIDTH, [7.5, 7]), LEFT, 283, WIDTH)

    def _watermark(self, word: str) -> None:
        paper = self.paper
        paper.font(SANS, BOLD, 96, WATERMARK)
        size = 96 * min(1.0, 205 / paper.get_string_width(word))
        with paper.rotation(55, 105, 150):
            paper.font(SANS, BOLD, size, WATERMARK)
            paper.set_xy(0, 133)
            paper.cell(210, 34, word, align="C")

    # --- its parts -------------------------------------------------------------------------------

    def _head(self) -> None:
        said, flow = self.content, self.flow
        flow.text("SISTEMA PARTICIPATIVO DE GARANTÍA · BOLIVIA", SMALL, align="C")
        flow.gap(2)
        flow.text(said["committee"], _SUBTITLE, align="C")
        flow.gap(1)
        flow.text(f"Acta N.º {said['number']}", _TITLE, align="C")
        corrects = said.get("corrects")
        if corrects:
            line = f"Corrige el acta N.º {corrects['number']} del {_day(corrects['held_on'])}"
            flow.text(line, Style(SANS, BOLD, 11, WARNING), align="C")
            flow.text(corrects["reason"], _NOTE, align="C")
        flow.gap(4)
        flow.rule()
        flow.gap(2)
        facts = [
            ("Quién se reúne", said["body"]),
            ("Fecha", ", a las ".join(filter(None, (_day(said["held_on"]), said.get("hour"))))),
            ("Lugar", said["place"]),
            ("Convocada por", said["called_by"]),
            ("Municipios", ", ".join(said["municipalities"])),
            ("Ronda", said["round"]),
            ("Norma aplicada", said["norm"]),
        ]
        for label, value in facts:
            if value:
                flow.row([label, value], [0.22, 0.78])
        flow.rule()

    def _heading(self, text: str, keep: float = 16) -> None:
        self.point += 1
        self.flow.heading(f"{self.point}. {text}", HEADING, keep)

    def _attendance(self) -> None:
        said, flow = self.content, self.flow
        self._heading("Asistencia y quórum")
        seats = said["attendance"]
        shares = [0.44, 0.2, 0.2, 0.16]
        flow.row(["Nombre", "Sector", "Cargo", "Asistencia"], shares, SMALL)
        for seat in seats:
            here = "Presente" if seat["present"] else "Ausente"
            style = BODY if seat["present"] else Style(colour=MUTED)
            flow.row([seat["name"], seat["sector"], seat["office"] or "—", here], shares, style)
        flow.gap(1)
        count = said["quorum"]
        whether = "No hay quórum" if count["lacks"] else "Hay quórum"
        flow.text(f"{whether}: {_counted(count)}.", STRONG)
        for lack in count["lacks"]:
            flow.item(lack, _STOP)

    def _agenda(self) -> None:
        self._heading("Orden del día")
        if subject := self.content.get("subject"):
            self.flow.text(subject, STRONG)
        for place, line in enumerate(self.content["agenda"], start=1):
            self.flow.item(line, BODY, mark=f"{place}.")

    def _waivers(self) -> None:
        waivers, flow = self.content["waivers"], self.flow
        if not waivers:
            return
        self._heading("Advertencias que la reunión deja pasar")
        for waiver in waivers:
            flow.text(waiver["rule"], STRONG)
            for said in waiver["said"]:
                flow.item(said, _NOTE)
            flow.text(f"Motivo escrito: {waiver['reason']}", _NOTE)
            flow.gap(1.5)

    def _decisions(self) -> None:
        decisions = self.content["decisions"]
        if decisions or not self.content["appeals"]:
            self._heading("Decisiones")
        if not decisions:
            if not self.content["appeals"]:
                self.flow.text("Ninguna decisión anotada.")
            return
        for decision in decisions:
            self._decision(decision)
        waiting = self.content["waiting"]
        if waiting:
            names = "; ".join(f"{one['producer']} ({one['code']})" for one in waiting)
            self.flow.gap(3)
            self.flow.text(f"Quedan para otra reunión: {names}.", _NOTE)

    def _decision(self, said: Content) -> None:
        flow = self.flow
        flow.gap(2.6)
        flow.need(16)
        name = f"{said['place']}. {said['producer']}"
        flow.row([name, f"{said['code']} · {said['community']}"], [0.62, 0.38], _FAMILY, "LR")
        self._outcome(said)
        inner = 5.0
        if said.get("corrects"):
            flow.text(f"El acta que se corrige decía: {said['corrects']}.", _NOTE, inner)
        if said["scope"]:
            flow.text(_scope(said), _NOTE, inner)
        flow.text(_how(said), _NOTE, inner)
        if said["recusals"]:
            flow.text(f"Se excusan: {_recused(said['recusals'])}.", _NOTE, inner)
        if said["reasons"]:
            flow.text(f"Motivos: {said['reasons']}", _NOTE, inner)
        self._listed("Lo que la norma pide y no se cumple:", said["unmet"], _NOTE)
        due = [
            f"{one['text'].rstrip('.')}. Hasta el {_day(one['due_on'])}."
            for one in said["conditions"]
        ]
        self._listed("Condiciones:", due, _NOTE)
        passed = [f"{w['said']} Se deja pasar: {w['reason']}" for w in said["warnings"]]
        self._listed("Advertencias:", passed, _NOTE)
        self._listed("Todavía no se puede:", said["stops"], _STOP)

    def _outcome(self, said: Content) -> None:
        if said["outcome"] not in GRANTS:
            self.flow.text(said["word"], STRONG, 5)
            return
        words = [SEAL[said["outcome"]]]
        if said["seal"]:
            words.append(said["seal"])
        words.append(f"del {_day(said['valid_from'])} al {_day(said['valid_until'])}")
        if said["replaces"]:
            words.append(f"en lugar de {', '.join(said['replaces'])}")
        self.flow.text(" · ".join(words), _GRANTED, 5)

    def _listed(self, title: str, lines: Sequence[str], style: Style) -> None:
        if not lines:
            return
        self.flow.text(title, style, 5)
        for line in lines:
            self.flow.item(line, style, 8)

    def _appeals(self) -> None:
        appeals, flow = self.content["appeals"], self.flow
        if not appeals:
            return
        self._heading("Respuesta a apelaciones")
        for said in appeals:
            flow.gap(2)
            flow.need(16)
            name = f"{said['producer']}"
            flow.row([name, f"{said['code']} · {said['community']}"], [0.62, 0.38], _FAMILY, "LR")
            about = (
                f"Apelación del {_day(said['filed_on'])} contra el acta {said['acta']} "
                f"del {_day(said['held_on'])}."
            )
            flow.text(about, _NOTE, 5)
            flow.text(said["word"], STRONG, 5)
            flow.text(said["answer"] or "", _NOTE, 5)
            flow.text(_how({**said, "quorum": None}), _NOTE, 5)
            if said["recusals"]:
                flow.text(f"Se excusan: {_recused(said['recusals'])}.", _NOTE, 5)

    def _seals(self) -> None:
        seals, flow = self.content["seals"], self.flow
        if not seals:
            return
        self._heading("Sellos otorgados", 24)
        shares = [0.42, 0.21, 0.21, 0.16]
        flow.row(["Productor/a", "Sello", "Código", "Vence"], shares, SMALL)
        for said in seals:
            word = SEAL[said["category"]].removeprefix("Sello ").capitalize()
            flow.row(
                [said["producer"], word, said["seal"], _day(said["valid_until"])], shares, _NOTE
            )
        total = f"Total: {len(seals)} {'sello' if len(seals) == 1 else 'sellos'}."
        flow.text(total, STRONG)

    def _recourse(self) -> None:
        said = self.content
        if not said["decisions"]:
            return
        self._heading("Derecho a apelar")
        days = said["appeal_days"]
        self.flow.text(
            f"Quien no esté de acuerdo con una decisión puede apelar por escrito dentro de los "
            f"{days} días siguientes al aviso, ante: {said['appeal_body']}. La apelación la "
            "resuelven personas que no decidieron aquí, y no suspende la decisión."
        )

    def _signatures(self) -> None:
        present = [seat for seat in self.content["attendance"] if seat["present"]]
        self._heading("Firmas", 46)
        flow, paper = self.flow, self.paper
        flow.text("Leída el acta, firman o ponen su huella las personas presentes.")
        half = WIDTH / 2
        for begin in range(0, len(present), 2):
            flow.need(27)
            for place, seat in enumerate(present[begin : begin + 2]):
                self._signature(seat, LEFT + place * half, flow.y + 18, half - 12)
            flow.y += 27
        flow.need(46)
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.3)
        paper.set_dash_pattern(1.2, 1.2)
        paper.rect(LEFT + WIDTH - 62, flow.y + 4, 62, 40)
        paper.set_dash_pattern()
        paper.font(SANS, "", 8.5, MUTED)
        paper.write_lines(
            paper.fit("Sello del comité", 62, [8.5]), LEFT + WIDTH - 62, flow.y + 38.5, 62, "C"
        )
        if self.sha256:
            self._how_to_check(flow.y + 6)
        flow.y += 46

    def _signature(self, seat: Content, x: float, y: float, width: float) -> None:
        paper = self.paper
        paper.set_draw_color(*MUTED)
        paper.set_line_width(0.25)
        paper.line(x, y, x + width, y)
        paper.font(SANS, BOLD, 9.5, BODY.colour)
        y = paper.write_lines(paper.fit(seat["name"], width, [9.5, 8.5, 7.5]), x, y + 0.8, width)
        paper.font(SANS, "", 8.5, MUTED)
        role = " · ".join(filter(None, (seat["office"], seat["sector"])))
        paper.write_lines(paper.fit(role, width, [8.5, 7.5]), x, y, width)

    def _how_to_check(self, y: float) -> None:
        paper, width = self.paper, WIDTH - 72
        paper.font(SANS, "", 8.5, MUTED)
        how = (
            "Acta cerrada: no cambia. Si algo se corrige, será en otra acta que la nombre. La "
            "huella al pie de cada página es la del contenido que guarda el registro; quien "
            "tenga acceso al acta puede descargarlo y comprobarla."
        )
        paper.write_lines(paper.fit(how, width, [8.5], 6), LEFT, y, width)


# --- in words ------------------------------------------------------------------------------------


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso))


def _counted(count: Content) -> str:
    return (
        f"asisten {count['present']} de {count['members']} personas en funciones; "
        f"se necesitan {count['needed']}"
    )


def _scope(said: Content) -> str:
    lines = []
    for row in said["scope"]:
        area = f", {format_area(row['area_m2'])}" if row["area_m2"] else ""
        lines.append(f"{row['product']} ({row['unit']}{area})")
    total = f" Superficie: {format_area(said['area_m2'])}." if said["area_m2"] else ""
    return f"Alcance: {'; '.join(lines)}.{total}"


def _how(said: Content) -> str:
    """By consensus or by votes, and the quorum where recusals changed it."""
    told = "Por consenso." if said["by_consensus"] and not said["votes"] else _voted(said["votes"])
    count = said["quorum"]
    if count is None:
        return told
    return (
        f"{told} Sin las personas excusadas asisten {count['present']} de {count['members']} con "
        f"derecho a voto; se necesitan {count['needed']}."
    )


def _voted(votes: Sequence[Content]) -> str:
    count = {ballot.value: 0 for ballot in Ballot}
    for vote in votes:
        count[vote["ballot"]] += 1
    named = "; ".join(f"{vote['name']}: {vote['word'].lower()}" for vote in votes)
    return (
        f"Por votos: {count['for']} a favor, {count['against']} en contra, "
        f"{count['abstained']} abstenciones ({named})."
    )


def _recused(recusals: Sequence[Content]) -> str:
    return "; ".join(f"{one['name']} ({one['reason'].rstrip('.')})" for one in recusals)
