"""Get help now: whom to ring, write to or sign to."""

from pages.views.standing import contact as help_now

__all__ = ["help_now"]
