"""The editors' side of publishing: the base of every document's form, topics, helplines and the media library."""

from publishing.admin.document import DocumentAdmin
from publishing.admin.form import DocumentForm
from publishing.admin.helpline import HelplineAdmin
from publishing.admin.inlines import BLOCK_INLINES, SourceInline
from publishing.admin.label import LabelAdmin
from publishing.admin.media import ImageAdmin, MediaFileAdmin
from publishing.admin.topic import TopicAdmin

__all__ = [
    "BLOCK_INLINES",
    "DocumentAdmin",
    "DocumentForm",
    "HelplineAdmin",
    "ImageAdmin",
    "LabelAdmin",
    "MediaFileAdmin",
    "SourceInline",
    "TopicAdmin",
]
