"""Who is an instructor: whoever the provider of this site names, if the site has them on its list.

Streamlit keeps what the provider has said, signed, in a cookie of 30 days and does not look at it
again: how long a sign-in is good for is decided here, in each run of a page.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app import settings

HOURS: Final = 12  # after which one signs in again
AHEAD: Final = 300.0  # seconds by which a provider's clock may be


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in."""

    address: str  # of mail
    listed: bool  # as an instructor


def person(
    told: Mapping[str, Any],
    now: float,
    issuer: str = settings.LOGIN,
    listed: Collection[str] = settings.INSTRUCTORS,
) -> Person | None:
    """Whom the claims of a provider name; None for nobody, or one who signed in long ago.

    told: as in OpenID Connect. now: seconds since 1970. An address that the provider says it has
    not verified is nobody's.
    """
    address, since = told.get("email"), told.get("iat")
    if not told.get("is_logged_in") or str(told.get("iss", "")).rstrip("/") != issuer:
        return None
    if not isinstance(address, str) or told.get("email_verified", True) not in (True, "true"):
        return None
    if isinstance(since, bool) or not isinstance(since, int | float):
        return None
    if not -AHEAD <= now - since <= HOURS * 3600:
        return None
    name, _, domain = address.strip().lower().rpartition("@")
    known = bool(name) and ({f"{name}@{domain}", f"@{domain}"} & set(listed))
    return Person(f"{name}@{domain}", bool(known)) if name else None
