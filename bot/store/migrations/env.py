"""Run by Alembic: the migrations happen on the connection, and in the transaction, that is handed in."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # SQLite too: the transaction is ours, see `database.database_engine`
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
