"""Which shape a database has, and how it gets the one that this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from policy_agent.store.engine import Database
from policy_agent.store.problems import StoreProblem, shown
from policy_agent.store.statements import alone

VERSION_TABLE = "policy_agent_schema"  # Alembic's own name may be another program's


def migrate(engine: Engine) -> None:
    """Bring the database to this version's tables, in one transaction; again is harmless.

    Processes that start at once wait for one another. A database of a newer version is left as it
    is and refused with a `StoreProblem`: an older program would not keep its promises.
    """
    config = _config()
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    with Database(engine).writing() as connection:
        alone(connection, "migrate")
        found = _revision(connection)
        if found == newest:
            return
        if found is not None and found not in {step.revision for step in script.walk_revisions()}:
            raise StoreProblem(
                f"store {shown(engine.url)}: it was written by a newer policy_agent "
                f"(its schema is {found}, this version knows {newest}); "
                "install that version again, or bring back a copy from before"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
