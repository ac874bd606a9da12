"""The answer to a request for access: one file that opens in any browser, without a network, with a passphrase.

It holds the same twice: for reading, and as JSON for machines. It is a page that decrypts itself (AES-256-GCM, the key
made from the passphrase by PBKDF2): a person needs no program for it, and whoever finds the file in a mailbox or on a
lost stick reads nothing. See docs/decisions/0018-time-and-rights.md.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from core.references import ALPHABET
from enquiries.models import Enquiry, RightsRequest
from enquiries.questions import asked

#: Answers about other people: left out unless the lead switches them on.
THIRD_PARTIES = frozenset({"other_contact", "post_via", "relation", "involved", "parties"})
#: How to reach the person safely. In the wrong hands it says where and when: left out likewise.
SAFE_CONTACT = frozenset(
    {"reply_by", "email", "phone", "post_via", "safe_times", "may_leave_message", "may_say_who", "other_contact"}
)
#: What the site writes down for itself.
INTERNAL = frozenset({"asked", "asked_from", "is_about_staff"})
PBKDF2_ITERATIONS = 600_000
#: Five groups of four: 98 bits.
GROUPS, GROUP_LENGTH = 5, 4


@dataclass(frozen=True, slots=True)
class StaffText:
    """One note or reply of staff."""

    written_on: str
    kind: str
    text: str


#: A room's part that has texts of staff appends `function(enquiry)` here.
staff_texts: list[Callable[[Enquiry], Iterable[StaffText]]] = []


@dataclass(frozen=True, slots=True)
class Line:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Part:
    """What is given out of one enquiry."""

    reference: str
    received: str
    state: str
    answers: list[Line]
    events: list[Line]
    staff_texts: list[StaffText] = field(default_factory=list)


def part_of(enquiry: Enquiry, request: RightsRequest) -> Part:
    """Raises EncryptionError."""
    left_out = set(INTERNAL)
    if not request.with_third_parties:
        left_out |= THIRD_PARTIES
    if not request.with_safe_contact:
        left_out |= SAFE_CONTACT
    texts = [text for source in staff_texts for text in source(enquiry)] if request.with_staff_notes else []
    return Part(
        reference=str(enquiry),
        received=date_format(localtime(enquiry.received_at), "j F Y, H:i"),
        state=enquiry.get_state_display(),
        answers=[
            Line(each.question, each.answer)
            for each in asked(enquiry.answers)
            if each.answer and each.name not in left_out
        ],
        events=[
            # Who of the staff it was is theirs, not the person's.
            Line(date_format(localtime(event.at), "j F Y, H:i"), event.get_kind_display())
            for event in enquiry.events.all()
        ],
        staff_texts=texts,
    )


def new_passphrase() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _place in range(GROUP_LENGTH)) for _group in range(GROUPS))
    return "-".join(groups)


def make_file(request: RightsRequest, parts: list[Part], *, passphrase: str) -> str:
    """The file as text. Without parts it says that nothing is held, and is as well sealed."""
    content = json.dumps(
        {
            "html": render_to_string("enquiries/admin/rights/answer.html", {"request": request, "parts": parts}),
            "data": {"request": str(request), "enquiries": [asdict(part) for part in parts]},
        }
    )
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=PBKDF2_ITERATIONS).derive(
        passphrase.replace("-", "").encode()
    )
    sealed = AESGCM(key).encrypt(nonce, content.encode("utf-8", "surrogatepass"), None)
    context: dict[str, object] = {
        "request": request,
        "sealed": {"salt": _base64(salt), "nonce": _base64(nonce), "content": _base64(sealed),
                   "iterations": PBKDF2_ITERATIONS},
    }  # fmt: skip
    for name in ("open.js", "answer.css"):
        text = render_to_string(f"enquiries/admin/rights/{name}")
        kind = name.rpartition(".")[2]
        context[kind] = mark_safe(text)  # noqa: S308 - our own file, without a variable in it
        # The page lets nothing run but these two, whatever the answer holds.
        context[f"{kind}_hash"] = _base64(hashlib.sha256(text.encode()).digest())
    return render_to_string("enquiries/admin/rights/file.html", context)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
