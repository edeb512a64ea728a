"""What readers search in: the text of each article, the published ones as rows, and full-text tables over them.

The tables are filled by the store, which finds out by itself that they are empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"

# Nothing is stored but which term stands where: no copy of the text, no lengths, since no rank is made of them. Terms
# come ready, parted by blanks; this tokenizer takes every character beyond ASCII as part of one, and these few as well.
_TERMS = "USING fts5(terms, content='', columnsize=0, tokenize=\"ascii tokenchars '.+#'\")"


def upgrade() -> None:
    """Take the step."""
    op.add_column("issue", sa.Column("to_index", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_issue_to_index", "issue", ["id"], unique=False, sqlite_where=sa.text("to_index = 1"))
    op.add_column("article", sa.Column("text", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "found",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("cover_url", sa.Text(), nullable=False),
        sa.Column("published_at", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_found_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found")),
    )
    op.create_index(op.f("ix_found_issue_id"), "found", ["issue_id"], unique=False)
    for table in ("found_titles", "found_texts"):
        op.execute(f"CREATE VIRTUAL TABLE {table} {_TERMS}")
