"""Reference numbers a person can read out on the telephone and that say nothing by themselves."""

from __future__ import annotations

import secrets

DIGITS = "23456789"
# No letter that is taken for another or for a digit; the digits at fixed places keep words from forming.
ALPHABET = "ABCDEFGHJKLMNPRSTUVWXY" + DIGITS
LENGTH = 8
DIGIT_PLACES = {2, 5}


def new_reference() -> str:
    """Eight random characters. Unique only once the database says so: try again when it objects."""
    return "".join(secrets.choice(DIGITS if place in DIGIT_PLACES else ALPHABET) for place in range(LENGTH))


def shown(reference: str) -> str:
    return f"{reference[:3]}-{reference[3:6]}-{reference[6:]}"


def normalised(text: str) -> str:
    """The reference somebody typed, or "" when it is none."""
    reference = "".join(text[:40].upper().replace("-", " ").replace("–", " ").split())
    if len(reference) != LENGTH or not set(reference) <= set(ALPHABET):
        return ""
    return reference if all(reference[place] in DIGITS for place in DIGIT_PLACES) else ""
