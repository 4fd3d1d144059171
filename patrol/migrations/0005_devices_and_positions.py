"""Devices, and the history of positions: a table partitioned by day, which Django can't make, so it is made in SQL."""

import django.db.models.deletion
from django.db import migrations, models

HISTORY = """
CREATE TABLE patrol_trackpoint (
    device_id bigint NOT NULL,
    at timestamptz NOT NULL,
    unit_id bigint NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    speed double precision,
    heading double precision,
    accuracy double precision,
    flag varchar(4) NOT NULL,
    PRIMARY KEY (device_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX track_of_unit ON patrol_trackpoint (unit_id, at);
-- Takes what no day's partition waits for; patrol.services.partition moves it to where it belongs.
CREATE TABLE patrol_trackpoint_rest PARTITION OF patrol_trackpoint DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patrol", "0004_duty_until"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnknownDevice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=64, unique=True, verbose_name="identifier")),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                ("first_seen", models.DateTimeField(verbose_name="first seen")),
                ("last_seen", models.DateTimeField(verbose_name="last seen")),
            ],
            options={
                "verbose_name": "unknown device",
                "verbose_name_plural": "unknown devices",
                "ordering": ["-last_seen"],
            },
        ),
        migrations.AddField(
            model_name="unit",
            name="duty_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "identifier",
                    models.CharField(
                        help_text="As the device names itself",
                        max_length=64,
                        unique=True,
                        verbose_name="identifier",
                    ),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("wgs84", "WGS-84 (GPS)"),
                            ("gcj02", "GCJ-02 (AMap, Tencent)"),
                            ("bd09", "BD-09 (Baidu)"),
                        ],
                        default="wgs84",
                        help_text="The system its coordinates come in; they are kept in WGS-84",
                        max_length=5,
                        verbose_name="coordinate system",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("token_digest", models.CharField(default="", editable=False, max_length=64)),
                (
                    "last_seen",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last seen"),
                ),
                ("taken", models.BigIntegerField(default=0, editable=False, verbose_name="shown")),
                ("late", models.BigIntegerField(default=0, editable=False, verbose_name="out of order")),
                ("jump", models.BigIntegerField(default=0, editable=False, verbose_name="jumps")),
                ("duplicate", models.BigIntegerField(default=0, editable=False, verbose_name="duplicates")),
                ("future", models.BigIntegerField(default=0, editable=False, verbose_name="in the future")),
                ("old", models.BigIntegerField(default=0, editable=False, verbose_name="too old")),
                ("off_duty", models.BigIntegerField(default=0, editable=False, verbose_name="off duty")),
                ("doubt_at", models.DateTimeField(editable=False, null=True)),
                ("doubt_lat", models.FloatField(editable=False, null=True)),
                ("doubt_lon", models.FloatField(editable=False, null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="patrol.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "device",
                "verbose_name_plural": "devices",
                "ordering": ["identifier"],
            },
        ),
        # Counters change all the time and are in no index: with room on its page a row is rewritten in place.
        migrations.RunSQL("ALTER TABLE patrol_device SET (fillfactor = 50)", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(HISTORY, "DROP TABLE patrol_trackpoint")],
            state_operations=[
                migrations.CreateModel(
                    name="TrackPoint",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "device_id",
                                "at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("lat", models.FloatField()),
                        ("lon", models.FloatField()),
                        ("speed", models.FloatField(null=True)),
                        ("heading", models.FloatField(null=True)),
                        ("accuracy", models.FloatField(null=True)),
                        (
                            "flag",
                            models.CharField(
                                blank=True,
                                choices=[("", "None"), ("late", "Late"), ("jump", "Jump")],
                                default="",
                                max_length=4,
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="patrol.device",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="patrol.unit",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["unit", "at"], name="track_of_unit")],
                    },
                ),
            ],
        ),
    ]
