"""The tables of the newest schema. A change here comes with a migration that makes it."""

from typing import Final

from sqlalchemy import Column, Date, MetaData, String, Table, Text

METADATA: Final = MetaData()

# A link never changes under its name, which is made of it. `used` is the last day that it was made
# or opened, or of one that an instructor has made the last day there is; nothing says by whom.
SHORT: Final = Table(
    "short_links",
    METADATA,
    Column("name", String(52), primary_key=True),
    Column("created", Date, nullable=False),
    Column("used", Date, nullable=False, index=True),
    Column("link", Text, nullable=False),
)
