import core.clock
import core.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_add_phones_consents_and_notices'),
        ('grids', '0001_initial'),
        ('volunteers', '0005_add_end_of_leadership'),
    ]

    operations = [
        migrations.CreateModel(
            name='Volunteer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('state', models.CharField(choices=[('applied', 'applied'), ('approved', 'approved'), ('suspended', 'suspended'), ('left', 'left')], default='applied', editable=False, max_length=20, verbose_name='state')),
                ('joined_on', models.DateField(default=core.clock.today, verbose_name='volunteer since')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.community', verbose_name='community')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person', verbose_name='person')),
            ],
            options={
                'verbose_name': 'volunteer',
                'verbose_name_plural': 'volunteers',
                'ordering': ['-joined_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=core.clock.now, editable=False, verbose_name='created')),
                ('public_id', core.fields.PublicIdField()),
                ('state', models.CharField(choices=[('requested', 'waiting for approval'), ('active', 'member'), ('declined', 'declined'), ('left', 'left'), ('removed', 'removed')], default='requested', editable=False, max_length=20, verbose_name='state')),
                ('since', models.DateField(editable=False, null=True, verbose_name='member since')),
                ('until', models.DateField(editable=False, null=True, verbose_name='member until')),
                ('guardian_agreed_on', models.DateField(editable=False, null=True, verbose_name="guardian's paper seen")),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='volunteers.team', verbose_name='team')),
                ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='volunteers.volunteer', verbose_name='volunteer')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='VolunteerSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('party_member', 'party member'), ('cadre', 'cadre'), ('woman', "women's group"), ('good_person', 'honoured good person'), ('youth', 'young people'), ('student_party_member', 'student party member')], max_length=30, verbose_name='source')),
                ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='volunteers.volunteer', verbose_name='volunteer')),
            ],
            options={
                'verbose_name': 'source of a volunteer',
                'verbose_name_plural': 'sources of volunteers',
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='volunteer',
            constraint=models.UniqueConstraint(fields=('person',), name='volunteer_person_once'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['team', 'state'], name='membership_by_team'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('public_id',), name='membership_public_id'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'active'))), fields=('team', 'volunteer'), name='membership_one_open'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), models.Q(('since__isnull', False), ('until__isnull', True)), _connector='OR'), name='membership_active_has_begun'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='membership_until_after_since'),
        ),
        migrations.AddConstraint(
            model_name='volunteersource',
            constraint=models.UniqueConstraint(fields=('volunteer', 'kind'), name='volunteer_source_once'),
        ),
    ]
