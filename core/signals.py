"""Events by which one app tells others without knowing them (conventions 16).

A service sends them inside its transaction; portal/wiring.py receives them (docs/wiring.md). A receiver that refuses
undoes the whole act.
"""

from django.dispatch import Signal

person_replaced = Signal()
"""An account has got the person whom staff know: records of `old` belong to `new` from now on.

Sent with `old` and `new` (accounts.Person, both locked), `by` (User or None) and `at`."""
