"""Each file that a visitor downloads is kept under a digest of all its bytes.

Streamlit keeps a download under a fingerprint and gives whoever asks for that the file that came
first. Above 1 MiB the fingerprint is of the beginning, the middle and the end alone: weights that
were edited elsewhere, by the same visitor or by another one, would be those from before.
"""

from hashlib import blake2b

from streamlit.runtime import memory_media_file_storage as storage

HOOK = "_calculate_file_id"  # what Streamlit's storage calls for the name of a file


def file_id(data: bytes, mimetype: str, filename: str | None = None) -> str:
    """The name that a file is kept under: two that differ in one byte have two."""
    found = blake2b(digest_size=32)
    for part in (mimetype.encode(), (filename or "").encode()):
        found.update(f"{len(part)}:".encode() + part)
    found.update(data)
    return found.hexdigest()


def keep_apart() -> None:
    """Let Streamlit name its files so. Errors: RuntimeError for a Streamlit without the hook."""
    if not callable(getattr(storage, HOOK, None)):
        raise RuntimeError(
            f"This Streamlit has no {storage.__name__}.{HOOK}, by which downloads of two visitors "
            "are kept apart: install the version in requirements.txt."
        )
    setattr(storage, HOOK, file_id)
