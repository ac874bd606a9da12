"""The kinds of block that lead people on: cards, steps, people, a contact, questions with their answers.

Neighbours of one kind stand together: `group` names the template of all of them, and what else must be equal.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from publishing.models.block import LINK_ADDRESS, NOTE_EXTENSIONS, BlockBase, first_words, joined
from publishing.models.media import Image
from publishing.text import clean_html, plain_text

IS_ADDRESS = RegexValidator(
    LINK_ADDRESS, _("“%(value)s” is no address. Start it with /, https://, mailto: or tel:, for example /contact/")
)
IS_TELEPHONE = RegexValidator(
    r"^\+?[0-9][0-9 ]*$", _("Write the number with digits and spaces, for example 01632 960 001.")
)
WRITE_TO = _("Where a message goes: the page of a form, or an e-mail address after mailto:")


class Card(BlockBase):
    """A way to another page, or a task that people come for."""

    class Style(models.TextChoices):
        CARD = "card", _("Card, with a picture if there is one")
        TASK = "task", _("Task: large, with an arrow and no picture")

    style = models.CharField(
        _("shown as"),
        max_length=8,
        choices=Style,
        default=Style.CARD,
        help_text=_("Tasks are what people come for. On a landing page they come first, before any text."),
    )
    title = models.CharField(
        _("title"), max_length=120, help_text=_("One block is one card. Neighbours stand together in one group.")
    )
    text = models.CharField(_("text"), max_length=300, blank=True, help_text=_("One sentence: what waits there."))
    address = models.CharField(
        _("address"),
        max_length=300,
        validators=[IS_ADDRESS],
        help_text=_("Where the whole card leads. For example /services/ or https://www.gov.uk/"),
    )
    image = models.ForeignKey(
        Image, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    image_alt = models.CharField(
        _("description here"), max_length=300, blank=True, help_text=_("Only if it differs from the media library's.")
    )

    class Meta(BlockBase.Meta):
        verbose_name = _("card")
        verbose_name_plural = _("cards")

    def __str__(self) -> str:
        return self.title

    @property
    def group(self) -> tuple[str, ...]:
        return "cards", self.style

    @property
    def is_task(self) -> bool:
        return self.style == self.Style.TASK

    @property
    def alt(self) -> str:
        return self.image_alt or self.image.alt_text if self.image else ""

    @property
    def plain_text(self) -> str:
        return joined(self.title, self.text)


class Step(BlockBase):
    """One step of something that goes in order. The number comes by itself."""

    group = ("steps",)

    title = models.CharField(
        _("title"), max_length=120, help_text=_("One block is one step. Neighbours are numbered from 1.")
    )
    html = ProseEditorField(_("text"), extensions=NOTE_EXTENSIONS, sanitize=clean_html, blank=True)

    class Meta(BlockBase.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return self.title

    @property
    def plain_text(self) -> str:
        return joined(self.title, plain_text(clean_html(self.html)))


class Person(BlockBase):
    """Somebody who works here, and how to reach them."""

    group = ("people",)

    name = models.CharField(
        _("name"), max_length=120, help_text=_("One block is one person. Neighbours stand together in one group.")
    )
    role = models.CharField(_("role"), max_length=160, blank=True)
    text = models.TextField(_("text"), blank=True, help_text=_("Two or three sentences."))
    image = models.ForeignKey(
        Image,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Without one a drawn figure stands in its place."),
    )
    telephone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[IS_TELEPHONE])
    address = models.CharField(_("write to"), max_length=300, blank=True, validators=[IS_ADDRESS], help_text=WRITE_TO)

    class Meta(BlockBase.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def plain_text(self) -> str:
        return joined(self.name, self.role, self.text)


class Contact(BlockBase):
    """Whom to ask: one name, one number, one way to write."""

    opens_section = True

    heading = models.CharField(_("heading"), max_length=120, help_text=_("For example: Talk it through first"))
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("A person, or a team."))
    role = models.CharField(_("role"), max_length=160, blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True, validators=[IS_TELEPHONE])
    hours = models.CharField(
        _("hours"), max_length=120, blank=True, help_text=_("For example: Monday to Friday, 9am to 5pm")
    )
    address = models.CharField(_("write to"), max_length=300, blank=True, validators=[IS_ADDRESS], help_text=WRITE_TO)
    text = models.TextField(_("text"), blank=True, help_text=_("What to have ready, or what happens then."))

    class Meta(BlockBase.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.heading

    @property
    def plain_text(self) -> str:
        return joined(self.heading, self.name, self.role, self.text)


class Question(BlockBase):
    """A question that people ask. The answer opens at a click, and in print."""

    group = ("questions",)

    question = models.CharField(
        _("question"), max_length=200, help_text=_("One block is one question. Neighbours stand together in one list.")
    )
    html = ProseEditorField(_("answer"), extensions=NOTE_EXTENSIONS, sanitize=clean_html)

    class Meta(BlockBase.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return first_words(self.question)

    @property
    def plain_text(self) -> str:
        return joined(self.question, plain_text(clean_html(self.html)))
