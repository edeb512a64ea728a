"""The first schema: issues, what they hold, their history and effects, pictures, rights, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("account", "kind", "key", name=op.f("uq_event_account")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("publish_at", sa.String(32), nullable=True),
        sa.Column("next_try_at", sa.String(32), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("approved_at", sa.String(32), nullable=True),
        sa.Column("held_from", sa.String(16), nullable=True),
        sa.Column("draft_media_id", sa.String(length=128), server_default="", nullable=False),
        sa.Column("cover_media_id", sa.String(length=128), server_default="", nullable=False),
        sa.Column("publish_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("msg_data_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("article_id", sa.String(length=128), server_default="", nullable=False),
        sa.Column("article_urls", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("published_at", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.String(32), nullable=True),
        sa.Column("archive_path", sa.Text(), nullable=True),
        sa.Column("archived_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("account", "fingerprint", name=op.f("uq_issue_account")),
    )
    op.create_index("ix_issue_next_try_at", "issue", ["next_try_at"], unique=False)
    op.create_index("ix_issue_status", "issue", ["status"], unique=False)
    op.create_table(
        "picture",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("account", "fingerprint", name=op.f("pk_picture")),
    )
    op.create_table(
        "rights",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("may_publish", sa.Integer(), nullable=False),
        sa.Column("probed_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_rights")),
    )
    op.create_table(
        "article",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_article_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "position", name=op.f("pk_article")),
    )
    op.create_table(
        "asset",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_asset_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "fingerprint", name=op.f("pk_asset")),
    )
    op.create_table(
        "content",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("total_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_content_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_content")),
    )
    op.create_table(
        "effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("intent_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("result", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("errcode", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rid", sa.String(length=64), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_effect_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect")),
        sa.UniqueConstraint("issue_id", "kind", "key", name=op.f("uq_effect_issue_id")),
    )
    op.create_index(op.f("ix_effect_issue_id"), "effect", ["issue_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("before", sa.String(16), nullable=True),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_history_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_issue_id"), "history", ["issue_id"], unique=False)
    op.create_table(
        "original",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_original_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "path", name=op.f("pk_original")),
    )
