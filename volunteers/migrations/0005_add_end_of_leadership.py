from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('volunteers', '0004_drop_team_flag'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadership',
            name='ended_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='ended at once'),
        ),
    ]
