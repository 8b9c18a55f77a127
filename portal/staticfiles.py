"""Static files: what is collected and how it is named."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page links to; collecting and compressing everything takes a minute."""

    ignore_patterns = [
        "CVS",
        ".*",
        "*~",
        "*.map",
        "*.rtl.*",
        "bootstrap-grid*",
        "bootstrap-reboot*",
        "bootstrap-utilities*",
        "bootstrap.esm*",
        "bootstrap.js",
        "bootstrap.css",
        "bootstrap.bundle.js",
        "bootstrap.min.js",
        # The admin uses the minified ones, and the site speaks Chinese.
        "jquery.js",
        "select2.full.js",
        "xregexp.js",
        "admin/img/gis/*",
        "admin/js/vendor/select2/i18n/[!z]*",
    ]


def _without_source_maps(patterns) -> tuple:
    def is_source_map(pattern) -> bool:
        return "sourceMappingURL" in (pattern if isinstance(pattern, str) else pattern[0])

    return tuple((glob, tuple(p for p in group if not is_source_map(p))) for glob, group in patterns)


class Storage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed names. Source maps are not collected, so references to them are left as they are."""

    patterns = _without_source_maps(CompressedManifestStaticFilesStorage.patterns)
