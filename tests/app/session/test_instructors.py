"""Who counts as an instructor: whom the provider of this site names, if they are on the list."""

from typing import Any

import pytest

from app.session.instructors import HOURS, Person, person

NOW = 1_800_000_000.0
ISSUER = "https://login.school.example"
LIST = ("ada@school.example", "@staff.school.example")
TOLD: dict[str, Any] = {
    "is_logged_in": True,
    "iss": ISSUER,
    "email": "ada@school.example",
    "email_verified": True,
    "iat": int(NOW) - 60,
}


def whom(**told: Any) -> Person | None:
    return person(TOLD | told, NOW, ISSUER, LIST)


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("ada@school.example", True),
        (" Ada@School.example ", True),
        ("bob@staff.school.example", True),
        ("bob@school.example", False),
        ("ada@school.example.evil", False),
        ("bob@x.staff.school.example", False),
        ("@staff.school.example@evil.example", False),
    ],
)
def test_an_address_counts_if_it_or_its_domain_is_on_the_list(address: str, listed: bool) -> None:
    found = whom(email=address)
    assert found is not None
    assert found.listed is listed


@pytest.mark.parametrize(
    "told",
    [
        {"is_logged_in": False},
        {"is_logged_in": None},
        {"iss": "https://login.evil.example"},
        {"iss": None},
        {"email": None},
        {"email": "ada"},
        {"email": "@staff.school.example"},
        {"email": ["ada@school.example"]},
        {"email_verified": False},
        {"email_verified": "false"},
        {"iat": NOW - HOURS * 3600 - 1},
        {"iat": NOW + 3600},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": float("nan")},
    ],
    ids=str,
)
def test_nobody_is_signed_in_by_what_is_missing_old_or_of_another_provider(
    told: dict[str, Any],
) -> None:
    assert whom(**told) is None


def test_a_provider_that_says_nothing_of_verifying_is_believed() -> None:
    told = {name: value for name, value in TOLD.items() if name != "email_verified"}
    assert person(told, NOW, f"{ISSUER}", LIST) == Person("ada@school.example", True)


def test_nobody_who_is_told_nothing_of_is_anybody() -> None:
    assert person({}, NOW, ISSUER, LIST) is None
    assert person({"is_logged_in": False}, NOW) is None
