"""The editors' side of publishing: the base of every document's form, topics, helplines and the media library."""

from publishing.admin import helpline, media
from publishing.admin.document import DocumentAdmin
from publishing.admin.label import LabelAdmin
