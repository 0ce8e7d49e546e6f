"""What the operator's commands share: one transaction, and refusals as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from sqlmodel import Session

from spg_registry.core.config import settings
from spg_registry.core.db import Database
from spg_registry.core.errors import DomainError, Invalid
from spg_registry.core.messages import sentence


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction; a refusal becomes its sentence on standard error and exit code 1."""
    database = Database(settings().database_url, pool_size=1)
    try:
        with told(), database.write() as session:
            yield session
    finally:
        database.dispose()


@contextmanager
def told() -> Iterator[None]:
    """Refusals become sentences on standard error and exit code 1."""
    try:
        yield
    except ValidationError as faults:
        for fault in faults.errors():
            typer.echo(f"error: {'.'.join(map(str, fault['loc']))}: {fault['msg']}", err=True)
        raise typer.Exit(1) from None
    except DomainError as refusal:
        for line in _reasons(refusal):
            typer.echo(f"error: {line}", err=True)
        raise typer.Exit(1) from None


def _reasons(refusal: DomainError) -> list[str]:
    if isinstance(refusal, Invalid):
        return [
            f"{fault.field}: {sentence(f'error.{fault.code}', 'en', **fault.params)}"
            for fault in refusal.faults
        ]
    return [sentence(f"error.{refusal.code}", "en", **refusal.params)]
