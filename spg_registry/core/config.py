"""Settings, from the environment with the prefix `SPG_`; each has a line in docs/operator.md."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_HOST = 34
"""ASCII characters of the host in a seal's link: beyond it the QR would need a larger version."""


class Settings(BaseSettings):
    """Every setting with its default; a wrong value stops the start with a sentence."""

    model_config = SettingsConfigDict(env_prefix="SPG_", extra="ignore")

    database_url: str = "sqlite:///var/registry.db"
    data_dir: Path = Path("var")
    public_url: str = "http://localhost:8000"
    demo: bool = False
    key_passphrase: SecretStr | None = None
    session_hours: int = 12
    token_minutes: int = 15
    upload_mb: int = 40
    pool_size: int = 40
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_sender: str | None = None

    @field_validator("public_url")
    @classmethod
    def _fits_a_seal(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        host = parts.netloc
        if parts.scheme not in {"http", "https"} or not host:
            raise ValueError("SPG_PUBLIC_URL must look like https://sello.example.bo")
        if parts.path or parts.query or parts.fragment:
            raise ValueError("SPG_PUBLIC_URL must be scheme and host only, without a path")
        if len(host) > MAX_HOST or not re.fullmatch(r"[A-Za-z0-9.\-]+(:\d+)?", host):
            raise ValueError(
                f"SPG_PUBLIC_URL: the host must be ASCII and at most {MAX_HOST} characters"
            )
        return f"{parts.scheme}://{host.lower()}"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("SPG_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @property
    def host(self) -> str:
        """Host with port, as printed beside a QR."""
        return urlsplit(self.public_url).netloc

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure wherever the public face is https."""
        return self.public_url.startswith("https://")


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
