from datetime import date, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: A number may have been changed or given up since it was last rung.
CHECK_EVERY = timedelta(days=90)

HTTPS = URLValidator(schemes=["https"])
DIGITS = RegexValidator(r"^[0-9][0-9 ]{2,}$", _("Write digits and spaces only, for example 0800 1111."))


class HelplineQuerySet(models.QuerySet["Helpline"]):
    def overdue(self, *, on: date) -> Self:
        """Find the numbers that nobody has rung for too long on that day."""
        return self.filter(checked_on__lt=on - CHECK_EVERY)


class Helpline(models.Model):
    """One line that people in need ring, write to or sign to. Some stand on every page; a person checks each of them
    every 90 days.
    """

    class ShownIn(models.TextChoices):
        PANEL = "panel", _("On every page: short panel and foot")
        FOOTER = "footer", _("On every page: foot")
        PAGE = "page", _("On “Get help now” only")

    class Nation(models.TextChoices):
        """The values are in addresses of “Get help now”."""

        ENGLAND = "england", _("England")
        SCOTLAND = "scotland", _("Scotland")
        WALES = "wales", _("Wales")
        NORTHERN_IRELAND = "northern-ireland", _("Northern Ireland")

    class Person(models.TextChoices):
        """Ends the words “I am ...” of “Get help now”. The values are in addresses, and so in the browser's history."""

        CHILD = "child", _("a child or young person")
        PARENT = "parent", _("a parent or carer")
        WORRIED = "worried", _("worried about a child")
        WOMAN = "woman", _("a woman afraid of someone at home")
        MAN = "man", _("a man afraid of someone at home")
        SUICIDE = "low", _("thinking about suicide or self-harm")
        DEAF = "deaf", _("deaf, or use British Sign Language")
        LGBT = "lgbt", _("LGBT+")
        BEHAVIOUR = "behaviour", _("afraid that I may hurt someone")

    name = models.CharField(_("name"), max_length=60, unique=True)
    note = models.CharField(_("who it is for"), max_length=160)
    number = models.CharField(_("telephone number"), max_length=20, blank=True, validators=[DIGITS])
    text_number = models.CharField(_("number for text messages"), max_length=20, blank=True, validators=[DIGITS])
    text_word = models.CharField(
        _("word to text"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\w+$", _("Write one word, for example SHOUT."))],
        help_text=_("If the message has to begin with a word, for example SHOUT."),
    )
    chat_url = models.URLField(_("address of the chat"), blank=True, validators=[HTTPS])
    email = models.EmailField(_("e-mail"), blank=True)
    bsl_url = models.URLField(
        _("address for British Sign Language"),
        blank=True,
        validators=[HTTPS],
        help_text=_("Where a video call with an interpreter, or with somebody who signs, begins."),
    )
    website = models.URLField(
        _("website"),
        blank=True,
        validators=[HTTPS],
        help_text=_("Shown when there is no other way, for example where councils give their own numbers."),
    )
    hours = models.CharField(
        _("opening hours"), max_length=160, blank=True, help_text=_("In words: Day and night. Chat until 10pm.")
    )
    nations = models.CharField(
        _("where"), max_length=50, blank=True, help_text=_("None chosen: everywhere in the United Kingdom.")
    )
    people = models.CharField(_("for whom"), max_length=100, blank=True, help_text=_("None chosen: for everybody."))
    is_emergency = models.BooleanField(
        _("danger right now"), default=False, help_text=_("Shown first and in red. Exactly one line has this.")
    )
    shown_in = models.CharField(
        _("shown"),
        max_length=8,
        choices=ShownIn,
        default=ShownIn.PAGE,
        help_text=_("“Get help now” shows every line. The first of the short panel stands on top of it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source_url = models.URLField(
        _("where it was looked up"),
        validators=[HTTPS],
        help_text=_("The page on which the helpline itself gives its number and hours. Readers can follow it."),
    )
    checked_on = models.DateField(
        _("last checked on"),
        default=timezone.localdate,
        help_text=_("The day somebody last rang the number, tried the other ways and read that page."),
    )

    objects = HelplineQuerySet.as_manager()

    class Meta:
        ordering = ["-is_emergency", "position", "name"]
        verbose_name = _("helpline")
        verbose_name_plural = _("helplines")
        constraints = [
            models.UniqueConstraint(
                fields=["is_emergency"],
                condition=models.Q(is_emergency=True),
                name="helpline_one_emergency",
                violation_error_message=_("Another line is already marked “danger right now”; unmark that one first."),
            ),
            models.CheckConstraint(
                condition=~Q(number="", text_number="", chat_url="", email="", bsl_url="", website=""),
                name="helpline_has_a_way",
                violation_error_message=_("Give at least one way to reach it: a number, an address or an e-mail."),
            ),
            models.CheckConstraint(
                condition=Q(is_emergency=False) | ~Q(number=""),
                name="helpline_emergency_has_a_number",
                violation_error_message=_("The line for danger right now needs a telephone number."),
            ),
            models.CheckConstraint(
                condition=Q(text_word="") | ~Q(text_number=""),
                name="helpline_word_has_its_number",
                violation_error_message=_("Give the number to which the word is texted."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number or self.text_number}".strip()

    def clean(self) -> None:
        """`nations` and `people` hold values of their choices with a space between."""
        for name, choices in (("nations", self.Nation), ("people", self.Person)):
            if unknown := set(getattr(self, name).split()).difference(choices.values):
                raise ValidationError({name: _("Unknown: %(values)s") % {"values": ", ".join(sorted(unknown))}})

    @property
    def is_overdue(self) -> bool:
        return self.checked_on < timezone.localdate() - CHECK_EVERY
