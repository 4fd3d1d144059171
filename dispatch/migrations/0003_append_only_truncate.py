"""The timeline refuses TRUNCATE too, which fires no row's trigger."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0002_replay_progress"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="timelineentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                    hash="131f753818eaeb7c72e0fdcc8e9d807f1b4e7cee",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_append_only_truncate_3c0a8",
                    table="dispatch_timelineentry",
                    when="BEFORE",
                ),
            ),
        ),
    ]
