"""The first schema: short links."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "short_links",
        sa.Column("name", sa.String(52), primary_key=True),
        sa.Column("created", sa.Date, nullable=False),
        sa.Column("used", sa.Date, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
    )
    op.create_index("ix_short_links_used", "short_links", ["used"])
