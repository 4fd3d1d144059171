from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0014_rewind")]

    operations = [
        # room for the name of a web process: host and process number
        migrations.AlterField(
            model_name="sweep",
            name="name",
            field=models.CharField(max_length=60, primary_key=True, serialize=False),
        ),
    ]
