"""References that a person can read out on the telephone and that reveal nothing."""

import secrets

DIGITS = "23456789"
# Leaves out letters that look like another letter or a digit. Digits at fixed places keep words from forming.
ALPHABET = "ABCDEFGHJKLMNPRSTUVWXY" + DIGITS
LENGTH = 8
DIGIT_PLACES = {2, 5}


def new_reference() -> str:
    """Make eight random characters. They may be taken: try again when the database says so."""
    return "".join(secrets.choice(DIGITS if place in DIGIT_PLACES else ALPHABET) for place in range(LENGTH))


def format_reference(reference: str) -> str:
    return f"{reference[:3]}-{reference[3:6]}-{reference[6:]}"


def parse_reference(text: str) -> str:
    """Read what somebody typed. Returns "" when it is no reference."""
    reference = "".join(text[:40].upper().replace("-", " ").replace("–", " ").split())
    if len(reference) != LENGTH or not set(reference) <= set(ALPHABET):
        return ""
    return reference if all(reference[place] in DIGITS for place in DIGIT_PLACES) else ""
