"""What staff add to the form for people who read another language, or Easy Read."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from enquiries.questions import Way


class FormTextQuerySet(models.QuerySet["FormText"]):
    def for_way(self, way: Way) -> Self:
        """Those to show on this way, in their order."""
        return self.filter(is_shown=True, way__in=["", way])


class FormText(models.Model):
    """One text beside the questions, folded under its title, such as “Cymraeg” or “Easy Read”.

    Plain text; an empty line begins a paragraph. It says how to use the form and whom to ring; the questions themselves
    stay as they are.
    """

    way = models.CharField(
        _("form"),
        max_length=8,
        choices=Way,
        blank=True,
        help_text=_("On which form it stands. Leave it empty for all."),
    )
    title = models.CharField(
        _("title"), max_length=60, help_text=_("In the language of the text: “Cymraeg”, “Easy Read”, “Polski”.")
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        help_text=_("Read aloud in the voice of this language. Easy Read is English."),
    )
    text = models.TextField(_("text"), help_text=_("Short sentences. Leave a line empty to begin a paragraph."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_shown = models.BooleanField(_("shown"), default=False, help_text=_("Show it once somebody else has read it."))

    objects = FormTextQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("text beside the form")
        verbose_name_plural = _("texts beside the form")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way__in=["", *Way.values]),
                name="form_text_way_known",
                violation_error_message=_("Choose one of the forms, or none for all."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
