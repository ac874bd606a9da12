"""Admin classes that know nothing of the domain, the list of jobs, and the sign-in of staff."""

from core.admin.formsets import RecreateDeletedFormSet
from core.admin.jobs import JobAdmin
from core.admin.mixins import GrantedPermissionsMixin, HttpsAddressesMixin, NonceMediaMixin
from core.admin.read_only import ReadOnlyAdmin
from core.admin.sign_in import ThrottledAuthenticationForm

__all__ = [
    "GrantedPermissionsMixin",
    "HttpsAddressesMixin",
    "JobAdmin",
    "NonceMediaMixin",
    "ReadOnlyAdmin",
    "RecreateDeletedFormSet",
    "ThrottledAuthenticationForm",
]
