from typing import Any

from django import template

from core.admin.start_page import cards_for

register = template.Library()


@register.simple_tag(takes_context=True)
def start_page_cards(context: dict[str, Any]) -> dict[str, list]:
    """The cards of the signed-in person, and apart from them the lines on which somebody must act."""
    cards = cards_for(context["request"])
    alarms = [line for card in cards for line in card.lines if line.is_alarm]
    return {"alarms": alarms, "cards": [card for card in cards if any(not line.is_alarm for line in card.lines)]}
