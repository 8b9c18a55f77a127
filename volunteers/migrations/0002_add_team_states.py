from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('volunteers', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='checked_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='last yearly check'),
        ),
        migrations.AddField(
            model_name='team',
            name='state',
            field=models.CharField(choices=[('forming', 'forming'), ('registered', 'registered'), ('active', 'at work'), ('paused', 'paused'), ('dissolved', 'dissolved')], default='forming', editable=False, max_length=20, verbose_name='state'),
        ),
    ]
