"""Screens of claims, by their links."""

from urllib.parse import parse_qsl

from app.screen.baseline import scenes
from app.screen.screen import Screen, screen_of
from app.setting import link
from app.setting.claims import CLAIMS, Claim, Sight


def shown_at(sight: Sight) -> Screen:
    setting, rejected = link.decode(dict(parse_qsl(sight.link, keep_blank_values=True)), scenes())
    assert rejected == []
    return screen_of(setting)


def shown_by(claim: Claim, label: str = "") -> Screen:
    """The screen of a claim's first link, or of the one that is called so."""
    [sight] = [one for one in claim.sights if one.label == (label or claim.sights[0].label)]
    return shown_at(sight)


def by_number(number: int) -> Claim:
    [found] = [claim for claim in CLAIMS if claim.number == number]
    return found
