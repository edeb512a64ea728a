"""The numbered steps of the database's schema; `migrate` takes them all, and refuses a newer file."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from sqlalchemy import Engine, inspect

LAST: Final = "0005"
"""The last step."""
_TABLE: Final = "alembic_version"


def migrate(engine: Engine) -> None:
    """Bring the database to this version's schema; ConfigError if it belongs to a newer version."""
    if _revision(engine) != LAST:
        # Alembic takes ten megabytes, and nearly every start finds all steps taken.
        import_module("publisher.migrations.climbing").climb(engine)


def _revision(engine: Engine) -> str | None:
    """The step at which a database is; None: it is a new one."""
    with engine.connect() as db:
        if not inspect(db).has_table(_TABLE):
            return None
        revision: str | None = db.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()  # noqa: S608
        return revision
