"""Alembic's entry: runs the migrations on the connection that ``bot.storage.schema`` hands over."""

from alembic import context

from bot.storage.tables import Row

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # A migration that waits for a lock must not make every question wait behind it.
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")

context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
