"""The timeline keeps what each act left of the board's row, and when a step told late was written down."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0013_shift_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="timelineentry",
            name="board",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="recorded_at",
            field=models.DateTimeField(null=True),
        ),
    ]
