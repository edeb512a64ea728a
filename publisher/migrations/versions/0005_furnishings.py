"""What stands on an account beside its issues: the menu that was pushed, the pictures that replies show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "menu",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("stored", sa.JSON(), nullable=False),
        sa.Column("pushed_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_menu")),
    )
    op.create_table(
        "reply_picture",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("media_id", sa.String(length=128), nullable=False),
        sa.Column("uploaded_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_reply_picture")),
    )
