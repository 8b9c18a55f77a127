"""What is collected, and that it is what was reviewed."""

import hashlib

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.utils import get_files

from portal.staticfiles import StaticFiles, Storage


@pytest.fixture(scope="module")
def collected():
    """Names that collectstatic would take."""
    return {
        name
        for finder in finders.get_finders()
        for storage in finder.storages.values()
        for name in get_files(storage, StaticFiles.ignore_patterns)
    }


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("css/bootstrap.min.css", "3c8f27e6009ccfd710a905e6dcf12d0ee3c6f2ac7da05b0572d3e0d12e736fc8"),
        ("js/bootstrap.bundle.min.js", "0833b2e9c3a26c258476c46266e6877fc75218625162e0460be9a3a098a61c6c"),
    ],
)
def test_bootstrap_is_the_published_5_3_3(name, digest):
    path = finders.find(f"js-lib-bootstrap5/{name}")
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == digest


def test_of_bootstrap_two_files_are_collected(collected):
    assert sorted(name for name in collected if name.startswith("js-lib-bootstrap5/")) == [
        "js-lib-bootstrap5/css/bootstrap.min.css",
        "js-lib-bootstrap5/js/bootstrap.bundle.min.js",
    ]


def test_admin_keeps_its_minified_scripts_in_chinese(collected):
    vendor = {name.removeprefix("admin/js/vendor/") for name in collected if name.startswith("admin/js/vendor/")}
    assert {"jquery/jquery.min.js", "select2/select2.full.min.js", "select2/i18n/zh-CN.js"} <= vendor
    assert not vendor & {"jquery/jquery.js", "select2/select2.full.js", "select2/i18n/fr.js"}


def test_references_to_source_maps_are_left_alone():
    texts = [str(pattern) for _glob, patterns in Storage.patterns for pattern in patterns]
    assert texts
    assert not [text for text in texts if "sourceMappingURL" in text]
