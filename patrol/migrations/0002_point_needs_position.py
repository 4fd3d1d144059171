"""The generated point of a unit without a position is null; before, such a unit could not be written at all."""

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.db import migrations, models

import patrol.models.unit


class Migration(migrations.Migration):
    dependencies = [("patrol", "0001_initial")]

    operations = [
        migrations.RemoveIndex("unit", "unit_nearest_free"),
        # PostgreSQL before 17 can't change the expression of a column.
        migrations.RemoveField("unit", "point"),
        migrations.AddField(
            "unit",
            "point",
            models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.RawSQL(
                    "CASE WHEN lat IS NOT NULL AND lon IS NOT NULL THEN cube(ARRAY["
                    "6371008.8 * cos(radians(lat)) * cos(radians(lon)), "
                    "6371008.8 * cos(radians(lat)) * sin(radians(lon)), "
                    "6371008.8 * sin(radians(lat))]) END",
                    (),
                ),
                output_field=patrol.models.unit.CubeField(),
            ),
        ),
        migrations.AddIndex(
            "unit",
            django.contrib.postgres.indexes.GistIndex(
                condition=models.Q(("status", "free")), fields=["point"], name="unit_nearest_free"
            ),
        ),
    ]
