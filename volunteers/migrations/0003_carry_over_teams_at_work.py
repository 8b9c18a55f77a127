from django.db import migrations
from django.db.models import Case, Value, When


def to_states(apps, schema_editor):
    """A team that was at work is active, another one is paused."""
    work = Case(When(is_active=True, then=Value("active")), default=Value("paused"))
    apps.get_model("volunteers", "Team").objects.update(state=work)


def to_flags(apps, schema_editor):
    teams = apps.get_model("volunteers", "Team").objects
    teams.update(is_active=False)
    teams.filter(state="active").update(is_active=True)


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0002_add_team_states")]
    operations = [migrations.RunPython(to_states, to_flags)]
