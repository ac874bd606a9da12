"""What of this room a reader's page shows: the texts beside the form."""

from core.content import watch
from enquiries.models import FormText

watch(FormText)
