"""The timeline's unique index begins with the incident: a second index of it only costs each write."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0003_append_only_truncate"),
    ]

    operations = [
        migrations.AlterField(
            model_name="timelineentry",
            name="incident",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="timeline",
                to="dispatch.incident",
            ),
        ),
    ]
