"""Registers what pages show of this app (`core.content`): when somebody is there, and the texts beside the form."""

from core.content import shared, watch
from enquiries.models import Closure, FormText, OpeningHours

watch(Closure, FormText, OpeningHours)

shared("opening_hours", OpeningHours.objects.values("weekday", "opens", "closes"))
shared("closures", Closure.objects.values("starts_on", "ends_on", "words"))
