import core.clock
import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('name', core.fields.NameField(max_length=40, verbose_name='name')),
                ('folded', models.CharField(db_index=True, default='', editable=False, max_length=200)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='grids.community', verbose_name='community')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='grids.grid', verbose_name='grid')),
            ],
            options={
                'verbose_name': 'building',
                'verbose_name_plural': 'buildings',
                'ordering': ['community', 'estate', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('unit', models.CharField(blank=True, max_length=20, verbose_name='unit')),
                ('floor', models.CharField(blank=True, max_length=10, verbose_name='floor')),
                ('room', models.CharField(blank=True, max_length=20, verbose_name='room')),
                ('folded', models.CharField(default='', editable=False, max_length=200)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='grids.building', verbose_name='building')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'ordering': ['building', 'folded'],
            },
        ),
        migrations.CreateModel(
            name='Estate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('name', core.fields.NameField(max_length=40, verbose_name='name')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='estates', to='grids.community', verbose_name='community')),
            ],
            options={
                'verbose_name': 'estate',
                'verbose_name_plural': 'estates',
                'ordering': ['community', 'name'],
            },
        ),
        migrations.AddField(
            model_name='building',
            name='estate',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='grids.estate', verbose_name='estate'),
        ),
        migrations.CreateModel(
            name='GridAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=core.clock.now, verbose_name='since')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='grids.building', verbose_name='building')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grid', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.grid', verbose_name='grid')),
            ],
            options={
                'verbose_name': 'assignment to a grid',
                'verbose_name_plural': 'assignments to grids',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('since', models.DateField(default=core.clock.today, verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='grids.address', verbose_name='address')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='grids.community', verbose_name='community')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='households', to='grids.grid', verbose_name='grid')),
            ],
            options={
                'verbose_name': 'household',
                'verbose_name_plural': 'households',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='residency',
            name='household',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='residencies', to='grids.household', verbose_name='household'),
        ),
        migrations.AddConstraint(
            model_name='address',
            constraint=models.UniqueConstraint(fields=('building', 'folded'), name='address_once'),
        ),
        migrations.AddConstraint(
            model_name='estate',
            constraint=models.UniqueConstraint(fields=('community', 'name'), name='estate_name_once'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.UniqueConstraint(fields=('community', 'folded'), name='building_once'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('address',), name='household_one_open'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='household_until_after_since'),
        ),
    ]
