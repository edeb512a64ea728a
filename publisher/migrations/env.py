"""Alembic's entry: runs the steps on the connection that `migrate` hands over, in its transaction."""

from alembic import context

from publisher import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
