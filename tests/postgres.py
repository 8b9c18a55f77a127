"""Says whether TEST_DATABASE_URL is a PostgreSQL that can make databases; the exit status answers."""

import os
import sys

import psycopg2
from environ import Env


def problem(url: str) -> str:
    """Why the server at `url` cannot be used, empty if it can."""
    database = Env.db_url_config(url)
    try:
        connection = psycopg2.connect(
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            dbname="postgres",
            connect_timeout=3,
        )
    except psycopg2.Error as error:
        return str(error).strip().splitlines()[0]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        (may,) = cursor.fetchone()
    connection.close()
    return "" if may else "its user may not create databases"


if __name__ == "__main__":
    text = problem(os.environ["TEST_DATABASE_URL"])
    if text:
        print(text, file=sys.stderr)
    sys.exit(1 if text else 0)
