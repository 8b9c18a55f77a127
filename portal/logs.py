"""Log lines without personal numbers."""

import logging
import re

# 11 digits: a mobile number (with 86 before it: 13); 15 and 18: an ID number.
PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|(?:\+?86)?\d{11})(?!\d)")


class MaskingFormatter(logging.Formatter):
    """Formats a record, traceback included, and masks runs of digits as long as a phone or ID number."""

    def format(self, record: logging.LogRecord) -> str:
        return PERSONAL_NUMBER.sub("***", super().format(record))


class WithoutTraceback(logging.Filter):
    """Drops the traceback of what was refused on purpose (403, 404, 400): it is no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True
