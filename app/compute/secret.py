"""Names that cannot be guessed: whoever knows one may ask for what it stands for.

They begin with the name of this process, where it has one: a proxy leads by it what is asked for to
the process that has it, whatever has become of the browser's cookie.
"""

import secrets

from app import settings

BYTES = 18


def secret() -> str:
    """A new one."""
    token = secrets.token_urlsafe(BYTES)
    named = settings.PROCESS_NAME.default != settings.PROCESS
    return f"{settings.PROCESS}.{token}" if named else token
