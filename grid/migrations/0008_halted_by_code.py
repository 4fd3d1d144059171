from django.db import migrations, models

# A text that was kept in one language stays as it is, under the code "said".
TO_JSON = """
    ALTER TABLE grid_territoryplan ALTER COLUMN halted TYPE jsonb USING
        CASE halted WHEN '' THEN '{}' ELSE jsonb_build_object('code', 'said', 'words', halted) END
"""
TO_TEXT = """
    ALTER TABLE grid_territoryplan ALTER COLUMN halted TYPE varchar(500) USING
        left(coalesce(halted ->> 'words', halted ->> 'code', ''), 500)
"""


class Migration(migrations.Migration):
    dependencies = [("grid", "0007_territory_plan")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TO_JSON, TO_TEXT)],
            state_operations=[
                migrations.AlterField(
                    model_name="territoryplan",
                    name="halted",
                    field=models.JSONField(blank=True, default=dict, verbose_name="halted"),
                )
            ],
        )
    ]
