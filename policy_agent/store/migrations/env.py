"""What Alembic runs to upgrade a store, on the connection that `schema.migrate` hands in.

Migrations are written by hand: copy the last one, and change nothing in those that were released.
A test lets Alembic compare the outcome with `tables.py` on both databases.
"""

from alembic import context

from policy_agent.store.schema import VERSION_TABLE
from policy_agent.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite too: the transaction was begun by hand, with BEGIN IMMEDIATE
)
with context.begin_transaction():
    context.run_migrations()
