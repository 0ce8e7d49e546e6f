"""How far a long load is: a bar on a terminal, some plain lines anywhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from spg_registry.core import clock

_LINES = 8


@contextmanager
def following(first: date, last: date) -> Iterator[Callable[[datetime], None]]:
    """To be told the simulated moment of each act between two days."""
    console = Console()
    if console.is_terminal:
        with Progress(
            TextColumn("Demonstration {task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as bar:
            task = bar.add_task(f"{first:%Y-%m}", total=(last - first).days)
            yield lambda moment: bar.update(
                task,
                completed=(clock.local_date(moment) - first).days,
                description=f"{clock.local_date(moment):%Y-%m}",
            )
            bar.update(task, completed=(last - first).days)
        return
    typer.echo("Loading the demonstration; it takes about a minute.")
    said = 0

    def say(moment: datetime) -> None:
        nonlocal said
        day = clock.local_date(moment)
        part = (day - first).days * _LINES // max(1, (last - first).days)
        if part > said:
            said = part
            typer.echo(f"  {day:%Y-%m} played")

    yield say
