from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('volunteers', '0003_carry_over_teams_at_work'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='team',
            name='is_active',
        ),
    ]
