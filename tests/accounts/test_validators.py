import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


def test_short_password_is_refused_in_chinese():
    with pytest.raises(ValidationError) as caught:
        validate_password("k3v9xq")

    assert caught.value.messages == ["密码至少要有 10 个字符。"]
