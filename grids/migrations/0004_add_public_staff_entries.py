from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0003_give_partner_units_a_life_cycle'),
    ]

    operations = [
        migrations.AddField(
            model_name='posting',
            name='is_public',
            field=models.BooleanField(default=False, verbose_name='shown publicly'),
        ),
        migrations.AddField(
            model_name='posting',
            name='office_phone',
            field=models.CharField(blank=True, max_length=30, verbose_name='office phone'),
        ),
    ]
