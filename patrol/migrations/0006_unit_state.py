"""What units were, change by change, from now on; what each is at this moment begins its story."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

COLUMNS = (
    "version, call_sign, kind, organisation_id, station_id, status, members, capabilities, lat, lon, position_at, "
    "duty_since"
)
BEGIN = f"INSERT INTO patrol_unitstate (unit_id, at, {COLUMNS}) SELECT id, now(), {COLUMNS} FROM patrol_unit"  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0004_contact"),
        ("patrol", "0005_devices_and_positions"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("version", models.PositiveIntegerField()),
                ("call_sign", models.CharField(max_length=30)),
                ("kind", models.CharField(max_length=10)),
                ("status", models.CharField(max_length=10)),
                ("members", models.PositiveSmallIntegerField()),
                (
                    "capabilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("position_at", models.DateTimeField(null=True)),
                ("duty_since", models.DateTimeField(null=True)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="unit",
            trigger=pgtrigger.compiler.Trigger(
                name="remembers_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO patrol_unitstate (unit_id, at, version, call_sign, kind, organisation_id, station_id, status, members, capabilities, lat, lon, position_at, duty_since) VALUES (NEW.id, NEW.updated_at, NEW.version, NEW.call_sign, NEW.kind, NEW.organisation_id, NEW.station_id, NEW.status, NEW.members, NEW.capabilities, NEW.lat, NEW.lon, NEW.position_at, NEW.duty_since); RETURN NULL;",
                    hash="cfb027a8979656771b525c20bf1b81d6341d7374",
                    operation='INSERT OR UPDATE OF "status", "call_sign", "kind", "organisation_id", "station_id", "members", "capabilities", "duty_since"',
                    pgid="pgtrigger_remembers_states_325c7",
                    table="patrol_unit",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="unitstate",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="grid.organisation",
            ),
        ),
        migrations.AddField(
            model_name="unitstate",
            name="station",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="grid.organisation",
            ),
        ),
        migrations.AddField(
            model_name="unitstate",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="patrol.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="unitstate",
            index=models.Index(fields=["unit", "-at", "-id"], name="unit_state_at"),
        ),
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
    ]
