"""Tables as plain text; a figure over its budget carries a !."""

from collections.abc import Sequence


def within(value: float, limit: float, form: str = ".1f") -> str:
    """A figure beside its limit: "12.3 ≤ 20", or "23.4 ! 20"."""
    return f"{value:{form}} {'≤' if value <= limit else '!'} {limit:g}"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """The first column to the left, the others to the right."""
    cells = [list(map(str, row)) for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print()
    for row in cells:
        first, *others = zip(row, widths, strict=True)
        print(first[0].ljust(first[1]), *(text.rjust(width) for text, width in others), sep="  ")
