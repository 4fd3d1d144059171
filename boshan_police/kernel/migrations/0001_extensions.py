"""Extensions of PostgreSQL that the tables need; all are `trusted`, so the database's owner may install them."""

from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    run_before = [("grid", "0001_initial"), ("patrol", "0001_initial")]
    dependencies = []
    operations = [
        BtreeGistExtension(),  # a posting overlaps no other of the same person and grid
        CreateExtension("cube"),  # nearest units on the sphere
    ]
