"""The set that no rule was adjusted to: 250 messages of people and 500 of programs. Never adjust a rule to it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.faults.letters import BOT, PERSON, Letter

SEED = 20_251
PEOPLE = {
    "night": [
        "he's asleep now so I can write. I don't know what they will decide about my girls",
        "cant sleep. court is on tuesday and nobody has explained what a guardian is",
        "I am scared of saying the wrong thing. can somebody just tell me if I am allowed to see him",
        "PLEASE SOMEBODY READ THIS. THEY TOOK HIM FROM SCHOOL TODAY AND I DID NOT EVEN GET TO SAY GOODBYE",
        "I keep starting this and deleting it. My sister’s kids are with me since the weekend.",
        "help",
        "is anyone there",
        "😭😭😭 they say I have to leave the house or lose the kids",
    ],
    "cymraeg": [
        "Mae fy wyres wedi dod i fyw gyda ni ac nid wyf yn gwybod at bwy i droi.",
        "A oes rhywun sy’n siarad Cymraeg ar gael? Mae’r gwrandawiad yng Nghaernarfon ddydd Iau.",
        "Dw i’n poeni am fy nghymdogion bach. Gaf i siarad â rhywun yn ddienw?",
        "Diolch am eich tudalen am asesiadau. Mae gen i gwestiwn am yr adroddiad.",
    ],
    "grandparent": [
        "We are the grandparents of two boys, 4 and 7. The social worker says there will be a viability assessment. "
        "What do they look at, and may my husband’s heart condition count against us?",
        "My daughter is not well at the moment and I have had the baby since Easter. I have no paper that says so.",
        "I would be so grateful for ten minutes on the phone, I am not good with computers, my neighbour types this.",
    ],
    "student": [
        "I am in my second year of social work at university. May I quote your guide on Section 7 reports in my essay?",
        "Do you offer placements? My tutor suggested that I write to you. I could start in September.",
    ],
    "other tongues": [
        "Dzień dobry, mój syn jest w rodzinie zastępczej. Czy ktoś mówi po polsku?",
        "السلام عليكم، أحتاج إلى مساعدة بخصوص أطفالي من فضلكم",
        "Buna ziua, am nevoie de ajutor, mi-au luat copiii si nu inteleg hartiile.",
        "আমার মেয়ের স্কুল থেকে চিঠি এসেছে, আমি বুঝতে পারছি না",
    ],
}
WORK = [
    "We act for the children’s guardian in proceedings at {court}. An addendum is needed on {matter}. The bundle index "
    "is at https://bundle.example/{n} and the order at https://bundle.example/{n}/order ; directions follow.",
    "{court}, case management hearing in {n} days. We need a Part 25 application ready: CV, timescale, hourly rate "
    "and confirmation that you can attend to give evidence on {matter}.",
    "Local authority here. Could you quote for an assessment of {matter}, two adults and {k} children? Placement is in "
    "{court}. Listing: https://www.gov.uk/court-tribunal/{n} https://www.judiciary.uk/{n} https://cause.example/{n}",
    "Hi, me again from yesterday, same matter ({court}). Has anyone picked this up? Letter of instruction is ready.",
]
COURTS = ["Cardiff", "Leeds", "Bristol", "Derby", "Belfast", "Truro", "Carlisle", "Wrexham", "Oxford", "Stoke-on-Trent"]
MATTERS = ["sibling contact", "attachment", "a parent’s learning needs", "risk after a finding", "cultural needs"]


def people(count: int = 250) -> Iterator[Letter]:
    random = Random(SEED)
    for number in range(count):
        address = f"203.0.113.{random.randrange(60)}" if number % 5 else "203.0.113.250"
        age = random.choice([9, 14, 35, 90, 240, 900, 4_000, 30_000])
        if number % 4 == 0:
            text = random.choice(WORK).format(
                court=random.choice(COURTS), matter=random.choice(MATTERS), n=random.randrange(3, 400), k=number % 4 + 1
            )
            yield Letter(
                label=PERSON,
                kind="professional",
                fields={
                    "who": "professional",
                    "organisation": f"{random.choice(COURTS)} & Vale LLP",
                    "services": ["unsure"],
                    "nation": "england",
                    "law": "public",
                    "message": text,
                    "reply_by": "email",
                    "email": f"office{random.randrange(40)}@vale-law.example",
                },
                age=age,
                address=address,
            )
            continue
        kind = random.choice(sorted(PEOPLE))
        text = random.choice(PEOPLE[kind])
        if len(text) > 40 or random.random() < 0.5:
            # Nobody writes exactly what somebody else wrote, except in a word or two.
            text = f"{text} {random.choice(['Thank you.', 'Sorry for the long message', 'x', 'Please.', '🙏', 'T.'])}"
            text += random.choice([f" I am {random.randrange(18, 80)}.", f" We live near {random.choice(COURTS)}."])
        fields = {"who": random.choice(["family", "other", "young"]), "message": text, "reply_by": "none"}
        if random.random() < 0.4:
            fields |= {"reply_by": "phone", "phone": f"01632 960 {random.randrange(100, 999)}"}
        yield Letter(label=PERSON, kind=kind, fields=fields, age=age, address=address)


def programs(count: int = 500) -> Iterator[Letter]:
    random = Random(SEED + 1)
    makers = [_headless, _lottery, _cyrillic, _name_link, _guest_post, _stuffed, _recorded]
    for number in range(count):
        maker = makers[number % len(makers)]
        yield maker(random, f"198.51.{number % 7}.{random.randrange(250)}")


def _letter(kind: str, address: str, message: str, *, age: float, **changes) -> Letter:
    given = {name: changes.pop(name) for name in ("token", "honeypot", "resends") if name in changes}
    fields = {"who": "other", "message": message, "reply_by": "none"} | changes
    return Letter(label=BOT, kind=kind, fields=fields, age=age, address=address, **given)


def _headless(random: Random, address: str) -> Letter:
    """A browser driven by a program, which fills in what it sees and sends."""
    return _letter("driven browser", address, f"test {random.randrange(10**6)}", age=random.uniform(0.2, 1.6))


def _lottery(random: Random, address: str) -> Letter:
    """It waits, comes from everywhere, and has one text."""
    text = "Congratulations, your address was drawn for the grant of 850.000 pounds. Reply to claim with full name."
    return _letter("one text", address, text, age=random.uniform(5, 60))


def _cyrillic(random: Random, address: str) -> Letter:
    links = " ".join(
        f"https://{random.choice(['bonus', 'kazino', 'slot'])}-{random.randrange(99)}.example/r" for _ in "12345"
    )
    return _letter("links", address, f"Лучшие бонусы и быстрые выплаты {links}", age=random.uniform(5, 60))


def _name_link(random: Random, address: str) -> Letter:
    """The link stands where a name should."""
    name = f"Earn {random.randrange(1, 9)}000$ a day https://t.example/{random.randrange(10**6)}"
    return _letter("link as a name", address, "hi dear", age=random.uniform(5, 60), name=name)


def _guest_post(random: Random, address: str) -> Letter:
    """It waits, changes its words, and always ends at one site."""
    first = random.choice(["Hello webmaster", "Greetings", "Dear team", "Hey there", "Good day to you"])
    middle = random.choice(["we place guest articles", "your rank could be better", "we noticed errors on your pages"])
    last = random.choice(["see our prices", "read more", "order today", "start the audit", "contact us now"])
    text = f"{first}, {middle} ({random.randrange(10**5)}), {last}: https://rank-lift.example/{random.randrange(10**4)}"
    return _letter("one site", address, text, age=random.uniform(5, 60))


def _stuffed(random: Random, address: str) -> Letter:
    """It fills in every field there is."""
    text = f"Quick loans without checks {random.randrange(10**5)}"
    return _letter("hidden field", address, text, age=random.uniform(5, 60), honeypot=f"Loans {random.randrange(99)}")


def _recorded(random: Random, address: str) -> Letter:
    """It recorded one page, and sends the same page from everywhere with other words."""
    text = f"{random.choice(['Cheap', 'Best', 'New'])} followers, pack {random.randrange(10**6)}"
    return _letter("recorded page", address, text, age=random.uniform(5, 60), token="recorded-unseen")
