"""Typed settings of the operator: environment variables `GIAOBAN_…`, each with a meaning and a default.

A bad value stops the start with the name of the variable and what it should be.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    """What an operator may set. Everything else is a constant."""

    model_config = SettingsConfigDict(env_prefix="GIAOBAN_", env_file=None, extra="ignore")

    home: Path = Field(default=Path("var"), description="Folder of all data: database, files, keys.")
    database_url: str = Field(
        default="", description="postgresql://user:password@host:port/name; empty for SQLite in home."
    )
    secret_key: SecretStr | None = Field(default=None, description="Signing key of sessions; made in home when absent.")
    allowed_hosts: str = Field(default="127.0.0.1,localhost,[::1]", description="Host names the server answers to.")
    https: bool = Field(default=False, description="True behind a TLS proxy: secure cookies and HSTS.")
    debug: bool = Field(default=False, description="Never on a server that others reach.")
