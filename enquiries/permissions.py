"""Says what a member of staff may do, by the permissions of their roles."""

from django.contrib.auth.models import AnonymousUser, User

from core.roles import has_granted


def may(user: User | AnonymousUser, codename: str) -> bool:
    """Whether a role or a grant gives it. Being a superuser gives nothing: nobody reads enquiries by rank."""
    return user.is_staff and has_granted(user, f"enquiries.{codename}")
