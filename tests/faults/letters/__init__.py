"""Two labelled sets of messages, of people and of programs, all written for this project.

`known` is the set that `enquiries.spam` was adjusted with. `unseen` was written before the first rule, by other kinds
of sender, and no rule was adjusted to it: what it measures is nearer to what a real site will see.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: What a message is that no person sent.
BOT, PERSON = "bot", "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message: what is typed, how long after the page was shown it is sent, and from where.

    `age` is in seconds. Letters with the same `token` use one page, as a program does that recorded it. `resends`: a
    refusal is followed by sending the returned form again at once.
    """

    label: str
    kind: str
    fields: dict[str, object]
    age: float
    address: str
    token: str = ""
    resends: bool = False
    honeypot: str = field(default="")
