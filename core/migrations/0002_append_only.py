"""PostgreSQL refuses to change or delete what the log says (design.md §2 Audit); only a missing seal may be added."""

from django.db import migrations

TABLES = ("core_transition", "core_auditentry")

FUNCTION = """
CREATE FUNCTION linli_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'seal' = to_jsonb(NEW) - 'seal'
       AND coalesce(to_jsonb(OLD) ->> 'seal', '') = '' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""


def forbid(apps, schema_editor):
    """TRUNCATE stays possible: it needs a right of its own and is how test databases are emptied."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FUNCTION, params=None)  # the % in it is no placeholder
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION linli_append_only()"
        )


def allow(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER append_only ON {table}")
    schema_editor.execute("DROP FUNCTION linli_append_only()")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(forbid, allow, elidable=False)]
