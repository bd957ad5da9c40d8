"""How far a launch has seen what statements changed; whose launch it is, the caller has checked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.storage.tables import WorkspaceRow


def seen_in(session: Session, workspace: str) -> tuple[datetime, int]:
    """When a launch began, and the newest statement whose changes were put away in it; 0 for none."""
    row = session.get_one(WorkspaceRow, workspace)
    return row.created, row.changes_seen


def put_away(session: Session, workspace: str, entry: int) -> None:
    """Keep that the changes of this statement, and of all before it, were put away."""
    row = session.get_one(WorkspaceRow, workspace)
    row.changes_seen = max(row.changes_seen, entry)
