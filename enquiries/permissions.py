"""Says what a member of staff may do, by the permissions of their groups."""

from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db.models import Q


def may(user: User | AnonymousUser, codename: str) -> bool:
    """Whether a group or a grant gives it. Being a superuser gives nothing: nobody reads enquiries by rank."""
    if not user.is_active or not user.is_staff or user.pk is None:
        return False
    granted = Q(group__user=user) | Q(user=user)
    return Permission.objects.filter(granted, content_type__app_label="enquiries", codename=codename).exists()
