"""Revisions of an issue, an account's rights in full, pauses, calls by day; indexes for large archives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Take the step."""
    op.add_column("issue", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_issue_account_publish_at", "issue", ["account", "publish_at"], unique=False)
    op.create_index("ix_issue_unfiled", "issue", ["id"], unique=False, sqlite_where=sa.text("archived_at IS NULL"))
    op.add_column("rights", sa.Column("may_draft", sa.Integer(), server_default="1", nullable=False))
    op.add_column("rights", sa.Column("may_mass", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "pause",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("rid", sa.String(length=64), server_default="", nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_pause")),
    )
    op.create_table(
        "usage",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=128), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_until", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("account", "path", "day", name=op.f("pk_usage")),
    )
