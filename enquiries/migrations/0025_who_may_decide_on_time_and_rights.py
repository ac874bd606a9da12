"""Who may hold, decide on people's rights, export, and see the numbers. See docs/decisions/0018-time-and-rights.md."""

from django.db import migrations

from core.roles import make_roles

ROLES = {
    "Enquiries officer": [
        ("enquiries", ("rightsrequest",), ("view", "add", "change")),
        ("enquiries", ("monthlycount",), ("view",)),
    ],
    "Safeguarding lead": [
        ("enquiries", ("rightsrequest",), ("view", "add", "change", "approve_rightsrequest", "second_rightsrequest")),
        ("enquiries", ("hold",), ("view", "hold_enquiry")),
        ("enquiries", ("monthlycount",), ("view", "export_enquiry")),
    ],
    "Administrator": [("enquiries", ("rightsrequest",), ("second_rightsrequest",))],
}
NAMES = {
    "approve_rightsrequest": "Can decide on requests about rights",
    "second_rightsrequest": "Can approve requests about rights a second time",
    "hold_enquiry": "Can hold enquiries back from deletion",
    "export_enquiry": "Can export the list of enquiries",
}


def make(apps, schema_editor):
    make_roles(apps, ROLES, NAMES)


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0024_rights")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
