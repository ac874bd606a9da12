"""Roles are groups that migrations make, so that every site has them from the first day."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db.models import Q

#: (app label, models, verbs): verbs are those of permissions, such as view, add, change, delete.
Grant = tuple[str, tuple[str, ...], tuple[str, ...]]


def make_roles(apps: Any, roles: dict[str, list[Grant]], names: dict[str, str]) -> None:
    """Make each group with its permissions. `names` gives the words of permissions that are not Django's own four.

    Django makes permissions after the last migration; those that the roles hold are made here, and it finds them later.
    """
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    type_model = apps.get_model("contenttypes", "ContentType")
    for role, grants in roles.items():
        group, _created = group_model.objects.get_or_create(name=role)
        for app_label, models, verbs in grants:
            for model in models:
                content_type, _created = type_model.objects.get_or_create(app_label=app_label, model=model)
                for verb in verbs:
                    codename = verb if verb in names else f"{verb}_{model}"
                    permission, _created = permission_model.objects.get_or_create(
                        content_type=content_type,
                        codename=codename,
                        defaults={"name": names.get(codename, f"Can {verb} {model}")},
                    )
                    group.permissions.add(permission)


def drop_roles(apps: Any, roles: dict[str, list[Grant]]) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=roles).delete()


def has_granted(user: User | AnonymousUser, permission: str) -> bool:
    """Tell whether a role, or somebody by name, gave this person "app.codename".

    Django says yes to superusers whatever it is. What families wrote is for those alone who were given it.
    """
    if not user.is_active or user.pk is None:
        return False
    if not user.is_superuser:
        # Here Django's own answer is what was given, and it is asked for once a request.
        return user.has_perm(permission)
    kept: Any = user
    if not hasattr(kept, "granted_permissions"):
        granted = Permission.objects.filter(Q(group__user=user) | Q(user=user)).order_by()
        kept.granted_permissions = {
            f"{app}.{codename}" for app, codename in granted.values_list("content_type__app_label", "codename")
        }
    return permission in kept.granted_permissions
