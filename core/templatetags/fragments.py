"""Fragments of public pages in templates."""

from typing import Any

from django import template
from django.template import Context, Engine
from django.utils.safestring import SafeString

from core import fragments

register = template.Library()


@register.simple_tag(takes_context=True)
def kept(context: Context, template_name: str, *key: str | int, **words: Any) -> SafeString:
    """Include a part of a page that sees nothing but `words`, rendered once for everybody (core.fragments).

    The page has a `stamp`; without one the part is rendered anew.

    Args:
        key: tells two places with the same template apart; `words` are not compared, so that they may be read only
            when they are needed.
    """

    def render() -> SafeString:
        return Engine.get_default().get_template(template_name).render(Context(words))

    under = context.get("stamp")
    return fragments.kept(under, (template_name, *key), render) if under else render()
