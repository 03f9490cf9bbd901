"""Questions into PostgreSQL in one statement: for every further one, a thread waits for the server again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    String,
    any_,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.storage.tables import QuestionRow, Row, WorkspaceRow

_TABLE: Final = Row.metadata.tables[QuestionRow.__tablename__]


def keep_at_once(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert ``rows``, all of them or none, and return the revision of the workspace of each, by its id.

    None is inserted, and nothing returned, if one of their workspaces has no row yet.
    """
    given = {
        "rows": [{name: _plain(value) for name, value in row.items()} for row in rows],
        "workspaces": list({row["workspace_id"] for row in rows}),
    }
    return {row.id: row.revision for row in connection.execute(_statement(tuple(rows[0])), given)}


@cache
def _statement(names: tuple[str, ...]) -> Executable:
    """Return the statement for these columns; written once, because that takes longer than to execute it."""
    columns = [column(name, _TABLE.c[name].type) for name in names]
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*columns)
    rows = given.render_derived(with_types=True)
    workspaces = bindparam("workspaces", type_=ARRAY(String))
    there = select(func.count()).where(WorkspaceRow.id == any_(workspaces)).scalar_subquery()
    # A column would bring its table along.
    of_inserted: ColumnElement[str] = literal_column(f"{_TABLE.name}.workspace_id")
    revision = select(WorkspaceRow.revision).where(WorkspaceRow.id == of_inserted).scalar_subquery()
    return (
        insert(_TABLE)
        .from_select(names, select(*(rows.c[name] for name in names)).where(there == func.cardinality(workspaces)))
        .returning(_TABLE.c.id, revision.label("revision"))
    )


def _plain(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.isoformat()
