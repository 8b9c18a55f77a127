import core.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0002_add_homes'),
    ]

    operations = [
        migrations.AddField(
            model_name='partnerunit',
            name='agreement_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='agreement signed on'),
        ),
        migrations.AddField(
            model_name='partnerunit',
            name='contact_name',
            field=core.fields.NameField(blank=True, max_length=60, verbose_name='contact person'),
        ),
        migrations.AddField(
            model_name='partnerunit',
            name='contact_phone',
            field=core.fields.EncryptedTextField(blank=True, default='', editable=False, verbose_name='contact phone'),
        ),
        migrations.AddField(
            model_name='partnerunit',
            name='state',
            field=models.CharField(choices=[('listed', 'listed'), ('agreement_signed', 'agreement signed'), ('active', 'working together'), ('ended', 'ended')], default='listed', editable=False, max_length=20, verbose_name='state'),
        ),
    ]
