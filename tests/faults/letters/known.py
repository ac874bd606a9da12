"""The set that `enquiries.spam` was adjusted with: 500 messages of people and 1,000 of programs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.faults.letters import BOT, PERSON, Letter

SEED = 7_311
REFUGE, SCHOOL, MOBILE = "192.0.2.10", "192.0.2.20", "192.0.2.30"

ONE_LINE = [
    "please help me",
    "I need to talk to someone about my children",
    "He knows where we are",
    "they are taking my baby tomorrow",
    "can i be anonymous",
    "Call me please, not the landline",
    "my dad is hurting my mum",
    "Need an assessment quickly",
    "I AM AT THE END OF MY STRENGTH",
    "??",
    "💔",
    "hello is this the right place",
]
OPENINGS = [
    "I do not know where to begin.",
    "My ex-partner has taken me back to court.",
    "I'm a foster carer for two boys.",
    "We have been told there will be a parenting assessment.",
    "sorry for my english, i try to explain.",
    "My granddaughter told me something on Sunday that I can’t forget.",
    "I am 14 and I live with my nan.",
    "Someone at the school gates told me about you.",
    "The health visitor said I should write to you.",
    "WE HAVE A MEETING ON THURSDAY AND NOBODY TELLS US ANYTHING",
    "Last night the police came again.",
    "I grew up in care and would like to see my file.",
]
MIDDLES = [
    "The social worker says it is for the best but she has met them twice.",
    "He has never hit them. He does not need to.",
    "My son will not eat and he wakes at four every morning.",
    "I have kept every letter, in a blue folder, in order.",
    "nobody at the council rings back and the duty number just rings out",
    "I have been sober for eleven months and I can prove it.",
    "They say I am “hostile” because I asked for an interpreter.",
    "The contact centre is ninety minutes away by two buses.",
    "I’m not asking you to take sides, only to look at the children properly.",
    "My solicitor left the firm and the new one has 40 other cases.",
    "The baby is five weeks old and I am still feeding her.",
    "I found messages on her phone, I took pictures of them.",
]
ENDINGS = [
    "What happens next?",
    "Can you help, and what would it cost?",
    "Please do not ring before ten.",
    "I don't want anyone to get into trouble.",
    "Thank you for reading this far.",
    "Diolch yn fawr.",
    "Could somebody just explain the words to me?",
    "I will look at this page again tonight.",
    "🙏🙏",
    "Is it too late?",
]
WELSH = [
    "Rwy’n ysgrifennu am fy mab.",
    "Mae angen help arnom ni cyn y gwrandawiad.",
    "Nid wyf yn gwybod beth i’w wneud nesaf.",
    "Mae’r gweithiwr cymdeithasol wedi gofyn am asesiad.",
    "A fyddai modd siarad â rhywun yn Gymraeg?",
    "Mae’r plant gyda’u nain ers mis Medi, ac mae’n anodd.",
    "Diolch am eich amser.",
    "Gwell gennyf beidio â rhoi fy enw eto.",
]
CHILDREN = [
    "why do i have to go if i dont want to",
    "my little brother cries when we have to go there. can you tell the judge",
    "is it my fault",
    "i dont like my placement they are nice but its not home",
    "Can I ask for a different social worker, mine never listens",
    "what does cafcass write about me and can i read it",
    "im scared 2 go home after school 2day",
]
COURT_LISTS = [
    "https://www.gov.uk/find-court-tribunal",
    "https://www.judiciary.uk/judgments/re-{n}/",
    "https://www.bailii.org/ew/cases/EWFC/{n}.html",
    "https://caselaw.nationalarchives.gov.uk/ewfc/{n}",
    "https://www.cafcass.gov.uk/guidance/{n}",
    "https://portal.meadow-law.example/matter/{n}",
]
PROFESSIONAL = [
    "We act for the mother in care proceedings before {judge}. An independent social work assessment of the paternal "
    "grandparents is sought, addressing the questions in the draft letter of instruction.",
    "Re: {n}/24. Please confirm availability, timescale and hourly rates (legal aid) for a psychological assessment of "
    "both parents and the sibling relationship.",
    "I am the allocated social worker. The plan changed at the IRO review and we need a together-or-apart assessment "
    "before {judge} on the date given above.",
    "Joint instruction proposed in {n}, four parties. Report due four weeks before the final hearing. CVs by Friday.",
    "School designated safeguarding lead here. We would like training for {k} staff after a difficult term.",
]
JUDGES = ["HHJ Marsh", "District Judge Okafor", "the Recorder", "HHJ Llewelyn", "the lay bench at Hereford"]
SURNAMES = ["Ash", "Birch", "Cole", "Dunn", "Ellis", "Finch", "Gray", "Hope", "Irwin", "Judd"]


def people(count: int = 500) -> Iterator[Letter]:
    """One after the other in the order of the kinds; the run mixes them."""
    random = Random(SEED)
    makers = [_family] * 10 + [_welsh] * 3 + [_child] * 2 + [_professional] * 5
    for number in range(count - 30 - 24 - 16):
        yield makers[number % len(makers)](random, number)
    # Thirty messages within ten minutes from one refuge, and as many pupils and parents behind a school's address.
    for number in range(30):
        yield _person("refuge", _story(random), address=REFUGE, age=random.uniform(40, 400), name=f"M{number}")
    for _ in range(24):
        text = f"{random.choice(CHILDREN)} {random.choice(['', 'pls', 'x', '!!'])} {random.choice(MIDDLES)}"
        yield _person("school", text, address=SCHOOL, age=random.uniform(20, 200), who="young")
    # Eight people in distress send one line, and send it again because nobody has answered yet.
    for number in range(8):
        again = f"{random.choice(ONE_LINE)} {random.choice(SURNAMES)}{number}"
        for _ in range(2):
            yield _person("sent twice", again, address=f"{MOBILE[:-2]}{40 + number}", age=random.uniform(8, 60))


def _story(random: Random) -> str:
    parts = [random.choice(OPENINGS), *random.sample(MIDDLES, random.randrange(1, 5)), random.choice(ENDINGS)]
    text = random.choice([" ", " ", "\r\n\r\n"]).join(parts)
    return text.upper() if random.random() < 0.06 else text


def _person(kind: str, message: str, *, address: str, age: float, **changes) -> Letter:
    fields = {"who": "family", "message": message, "reply_by": "none"} | changes
    return Letter(label=PERSON, kind=kind, fields=fields, age=age, address=address)


def _anywhere(random: Random, number: int) -> str:
    # One in four writes from a mobile network that many share.
    return MOBILE if number % 4 == 0 and number < 200 else f"2001:db8:{random.randrange(16**4):x}::1"


def _family(random: Random, number: int) -> Letter:
    text = random.choice(ONE_LINE) if random.random() < 0.18 else _story(random)
    changes: dict[str, object] = {}
    if random.random() < 0.5:
        changes = {"reply_by": "email", "email": f"{random.choice(SURNAMES).lower()}{number}@mail.example"}
    elif random.random() < 0.5:
        changes = {"reply_by": "phone", "phone": f"07700 900{random.randrange(100, 999)}", "safe_times": "mornings"}
    age = random.choice([6, 11, 25, 60, 200, 700, 3_000, 40_000])
    return _person("family", text, address=_anywhere(random, number), age=age, **changes)


def _welsh(random: Random, number: int) -> Letter:
    text = " ".join(random.sample(WELSH, random.randrange(1, 5)))
    return _person("Welsh", text, address=_anywhere(random, number), age=random.uniform(10, 900))


def _child(random: Random, number: int) -> Letter:
    text = random.choice(CHILDREN) + random.choice(["", "", " :(", " 😢", ".. " + random.choice(CHILDREN)])
    return _person("child", text, address=_anywhere(random, number), age=random.uniform(7, 200), who="young")


def _professional(random: Random, number: int) -> Letter:
    text = random.choice(PROFESSIONAL).format(judge=random.choice(JUDGES), n=random.randrange(100, 999), k=number)
    if random.random() < 0.5:
        links = random.sample(COURT_LISTS, random.randrange(1, 6))
        text += "\r\n" + "\r\n".join(link.format(n=random.randrange(10, 9_999)) for link in links)
    firm = random.choice(SURNAMES)
    return _person(
        "professional",
        text,
        address=_anywhere(random, number),
        age=random.uniform(45, 2_000),
        who="professional",
        organisation=f"{firm} and {random.choice(SURNAMES)} Solicitors, www.{firm.lower()}-law.example",
        services=["social-work"],
        nation=random.choice(["england", "wales"]),
        law=random.choice(["public", "private"]),
        reply_by="email",
        email=f"{firm.lower()}@{firm.lower()}-law.example",
    )


WARES = ["watches", "pills", "loans", "essays", "followers", "backlinks", "coins", "roofing", "solar panels"]
VERBS = ["Buy", "Get", "Try", "Order", "Discover", "Compare"]


def programs(count: int = 1_000) -> Iterator[Letter]:
    random = Random(SEED + 1)
    others = [_no_javascript, _hasty, _replayed, _resent, _link_flood, _markup, _honeypot, _spun]
    for number in range(count):
        # Every second one is the same text, from 500 addresses.
        maker = _one_text if number % 2 else others[number // 2 % len(others)]
        yield maker(random, f"198.18.{number % 250}.{random.randrange(250)}")


def _program(kind: str, message: str, *, address: str, age: float, **changes) -> Letter:
    given = {name: changes.pop(name) for name in ("token", "honeypot", "resends") if name in changes}
    fields = {"who": "other", "message": message, "reply_by": "none"} | changes
    return Letter(label=BOT, kind=kind, fields=fields, age=age, address=address, **given)


def _offer(random: Random) -> str:
    return f"{random.choice(VERBS)} {random.choice(WARES)} no {random.randrange(10**6)}"


def _no_javascript(random: Random, address: str) -> Letter:
    """It reads the page, fills in every text field by name, hidden ones too, and posts."""
    return _program("every field", _offer(random), address=address, age=random.uniform(1, 9), honeypot="Hello")


def _hasty(random: Random, address: str) -> Letter:
    return _program("under two seconds", _offer(random), address=address, age=random.uniform(0, 1.9))


def _replayed(random: Random, address: str) -> Letter:
    return _program("replayed page", _offer(random), address=address, age=100, token="recorded")


def _resent(random: Random, address: str) -> Letter:
    """From a few addresses; when the recorded page is refused, it sends the form that comes back."""
    address = f"198.19.0.{random.randrange(4)}"
    return _program("replayed and resent", _offer(random), address=address, age=100, token="resent", resends=True)


def _link_flood(random: Random, address: str) -> Letter:
    number = random.randrange(4, 30)
    links = [
        f"http://{random.choice(WARES).replace(' ', '-')}{random.randrange(99)}.example/{n}" for n in range(number)
    ]
    return _program("links", f"{_offer(random)} {' '.join(links)}", address=address, age=random.uniform(5, 90))


def _markup(random: Random, address: str) -> Letter:
    url = f"http://shop{random.randrange(10**4)}.example"
    text = random.choice([f"[url={url}]{_offer(random)}[/url]", f'<a href="{url}">{_offer(random)}</a>'])
    return _program("markup of links", text, address=address, age=random.uniform(5, 90))


def _honeypot(random: Random, address: str) -> Letter:
    return _program("hidden field", _offer(random), address=address, age=random.uniform(10, 900), honeypot="x")


def _one_text(random: Random, address: str) -> Letter:
    text = "I represent investors who wish to place funds with your organisation. Kindly answer for the terms."
    return _program("one text", text, address=address, age=random.uniform(5, 900))


def _spun(random: Random, address: str) -> Letter:
    """It waits, comes from everywhere, changes its words and leads to one site."""
    text = f"{_offer(random)}, {random.choice(['click', 'see', 'now at'])} https://deal.example/{random.randrange(999)}"
    return _program("one site", text, address=address, age=random.uniform(5, 90))
