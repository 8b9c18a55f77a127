"""The filled demonstration as a stranger meets it: gunicorn and PostgreSQL, asked over HTTP, knowing nothing inside.

python -m tests.black_box
"""
