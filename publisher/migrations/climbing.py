"""Alembic's part: the steps between what a database has and what this version wants."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from publisher.errors import ConfigError


def climb(engine: Engine) -> None:
    """Bring the database to the last step; ConfigError if it belongs to a newer version."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    known = {step.revision for step in scripts.walk_revisions()}
    with engine.connect() as db:
        present = MigrationContext.configure(db).get_current_revision()
    if present == scripts.get_current_head():
        return
    if present is not None and present not in known:
        raise ConfigError([f"the database is of a newer version (schema {present}); update the publisher"])
    with engine.execution_options(write=True).begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "head")
