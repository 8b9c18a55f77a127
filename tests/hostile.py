"""What people, scripts and broken programs send: the material of test_hostile and test_privacy. Data only."""

from dataclasses import dataclass

# --- texts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """Something typed into a box.

    Attributes:
        name: for the test's id.
        typed: what is typed.
        words: a piece of the message that refuses it; empty where it must be accepted as it is.
    """

    name: str
    typed: str
    words: str = ""


HARMLESS = (
    Text("script", "<script>alert(1)</script>"),
    Text("attribute", "\"><img src=x onerror=alert(1)>'"),
    Text("template_variable", "{{ 7*7 }}"),
    Text("template_tag", "{% load static %}{% debug %}"),
    Text("format_string", "%(password)s {0.__class__} %s %n"),
    Text("sql", "' OR 1=1; DROP TABLE accounts_user; --"),
    Text("uyghur_name", "阿卜杜拉·买买提"),
    Text("rare_character", "𠮷田家𠀋"),
    Text("formula", '=HYPERLINK("http://evil.example")'),
    Text("entity", "&lt;b&gt; &#0; &amp;"),
)
"""Strange but allowed: kept as typed and shown as text."""

REFUSED = (
    Text("right_to_left_mark", "报名\u202e表", "看不见"),
    Text("isolate", "a\u2066b", "看不见"),
    Text("zero_width", "王\u200b伟", "看不见"),
    Text("escape", "a\x1b[31mb", "控制符"),
    Text("noncharacter", "a\ufffeb", "存不下来"),
    Text("flood", "长" * 10_000, "最多"),
)
"""Refused with a message; what was typed stays in the form."""

NUL = "空\x00字符"

# --- addresses ----------------------------------------------------------------------------------------------------

NUMBERS = ("page=-1", "page=abc", "page=100000000000000000000", "page=" + "9" * 5000)

QUERIES = (
    *NUMBERS,
    "page=0",
    "page=1.0",
    "page=1e9",
    "page=NaN",
    "page=+1",
    "page=%D9%A1",
    "page=",
    "page=last",
    "page=1&page=2",
    "page[]=1",
    "community=%27%20OR%201%3D1",
    "community=%27%20OR%201%3D1--&kind=%27&when=%27&theme=%27&open=%27&level=%27&year=%27",
    "community=jia%0d%0aSet-Cookie:%20a=b",
    "community=" + "x" * 3000,
    "id_number__startswith=1",
    "contact__phone__gt=1",
    "drafted_by__password__startswith=md5",
    "community__is_demo=1&state=draft&state__in=draft",
    "order_by=password&sort=-drafted_by__password",
    "unknown=1&another=2",
    "q=%3Cscript%3Ealert(1)%3C/script%3E",
    "q=%7B%7B%207*7%20%7D%7D",
    "q=%E2%80%AE",
    "q=%80%ff%fe",
    "q=%ED%A0%80",
    "q=%EF%BF%BF",
    "q=%25%25%5C_%5B",
    "q=" + "%E9%95%BF" * 3000,
    "kind=%F0%A0%AE%B7",
    "when=1970-01-01&when=past",
    "open=2",
    "theme=../../../../etc/passwd",
    "theme=" + "z" * 2000,
    "year=-1",
    "year=99999999999999999999",
    "year=0",
    "year=%D9%A2%D9%A0%D9%A1%D9%A2",
    "level=national%00x"[:14],
    "&&&&===&=&",
    "%",
    "%zz=%zz",
    "a" * 6000,
)
"""Query strings that every list page answers without an error of ours."""

QUERIES_WITH_NUL = ("page=%00", "q=a%00b", "%00=1", "community=jia%00")

IDS = (
    "0000000000",
    "zzzzzzzzzz",
    "0" * 300,
    "a" * 5000,
    "1",
    "-1",
    "%27%20OR%201%3D1",
    "..%2f..%2fetc%2fpasswd",
    "%80%ff",
    "%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6%D9%A7%D9%A8%D9%A9%D9%A0",
    "ABCDEFGHJK",
    "iloveyou00",
    "0123456789%0a",
    "0123456789%20",
)
"""Things in the place of a public id."""

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://evil.example",
    "HTTP://EVIL.example",
    "ftp://evil.example/",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x0b//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/%0d%0aSet-Cookie:a=b\r\nSet-Cookie: c=d",
    "/\r\nLocation: https://evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example#http://testserver/",
    "http://[::1",
    "evil.example",
    "/" + "a" * 9000,
)
"""Targets of `next` that must not be followed (or not as they are)."""

# --- cookies and headers ------------------------------------------------------------------------------------------

COOKIES = (
    'look=e9; sessionid=../../etc/passwd; csrftoken="',
    "look=" + "e" * 3000,
    "look=e1e1; look=e2",
    "sessionid=' OR 1=1",
    "sessionid=" + "a" * 4000,
    "sessionid=0; sessionid=1",
    "csrftoken=short",
    "csrftoken=" + "é" * 32,
    "csrftoken=" + "a" * 3000,
    "messages=W1siX19qc29u",
    'messages="[[\\"__json_message\\",0,25,\\"<script>\\"]]"',
    "django_language=xx-yy; look=\\342\\202",
    "=; ;;; ==; a",
    "sessionid=\x7f\x80\xff",
)

METHODS = ("POST", "PUT", "DELETE", "TRACE", "CONNECT", "GEHEIM")
