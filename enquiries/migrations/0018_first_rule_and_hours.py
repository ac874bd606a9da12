"""The usual office hours; a team of the safeguarding lead, to which a first rule sends what is about our own staff.

The lead arranges teams, rules and hours, officers see them. Of enquiries that were opened before, the first opening is
read off the record, so that nobody is reminded of them.
"""

from datetime import time

from django.db import migrations
from django.db.models import Min

from core.roles import make_roles

TEAM, RULE = "Safeguarding", "About someone who works here"
DESK = ("team", "routingrule", "openinghours", "closure")
ROLES = {
    "Enquiries officer": [("enquiries", DESK, ("view",))],
    "Safeguarding lead": [("enquiries", DESK, ("view", "add", "change", "delete"))],
}


def fill(apps, schema_editor):
    enquiry_model, event_model = apps.get_model("enquiries", "Enquiry"), apps.get_model("enquiries", "EnquiryEvent")
    hours_model = apps.get_model("enquiries", "OpeningHours")
    for weekday in range(5):
        hours_model.objects.get_or_create(weekday=weekday, defaults={"opens": time(9), "closes": time(17)})
    team, _created = apps.get_model("enquiries", "Team").objects.get_or_create(name=TEAM)
    rules = apps.get_model("enquiries", "RoutingRule").objects
    rules.get_or_create(name=RULE, defaults={"position": 1, "is_about_staff": True, "team": team})
    enquiry_model.objects.filter(is_restricted=True).update(team=team)

    opened = event_model.objects.filter(kind="opened").order_by().values_list("enquiry_id").annotate(at=Min("at"))
    for reference, at in opened:
        enquiry_model.objects.filter(pk=reference, first_opened_at=None).update(first_opened_at=at)
    make_roles(apps, ROLES, {})


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0017_routing_and_opening_hours")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
