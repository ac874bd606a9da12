"""Finds an enquiry by the contact that its enquirer gave."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContactHash(models.Model):
    """One e-mail address or telephone number of one enquiry, as a keyed hash (`core.blind_index`).

    It serves nothing but the rights of the person: whoever asks what we hold is found without a search in what others
    wrote. It goes with its enquiry.
    """

    enquiry = models.ForeignKey("enquiries.Enquiry", models.CASCADE, related_name="contact_hashes")
    key_id = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = _("hash of a contact")
        verbose_name_plural = _("hashes of contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "digest"],
                name="contact_hash_once_per_enquiry",
                violation_error_message=_("Each contact of an enquiry has one hash."),
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:8]
