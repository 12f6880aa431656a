"""Pages from templates: everything is escaped unless it is a sentence or markup of ours.

What a device said may hold tags, bidirectional overrides, NUL or megabytes. HTML is escaped by
Jinja, what no eye sees is written as its code point by `shown`, and a value that is missing in a
template is a bug that a test sees.
"""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gatewatch.model.hostile import shown
from gatewatch.model.language import Language, Words, language, languages
from gatewatch.model.moment import SECOND, day_of, iso
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.wording import age_of
from gatewatch.web.pages import page_modules
from gatewatch.web.state import url
from gatewatch.web.statics import static_url
from gatewatch.web.visit import Page, Visit

__all__ = ["FOLDERS", "device", "environment", "rendered"]

FOLDERS = (Path(__file__).parent / "templates", Path(__file__).parent / "pages")
_CUT = 400
THEMES = ("light", "dark")


@cache
def environment(code: str) -> Environment:
    """The templates, speaking the language with this code."""
    spoken = language(code)
    made = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "_": spoken.phrase,
        "ngettext": spoken.plural,
        "language": spoken,
        "languages": languages(),
        "themes": THEMES,
        "static": static_url,
        "url": _url,
    }
    made.filters |= {
        "device": device,
        "number": spoken.number,
        "share": spoken.share,
        "day": lambda moment: spoken.day(day_of(moment)),
        "moment": iso,
        "json_text": lambda value: json.dumps(value, ensure_ascii=True, indent=2),
    }
    return made


def rendered(page: Page, visit: Visit) -> str:
    """The HTML of `page` for `visit`."""
    words = visit.language
    snapshots = visit.lakes.known()
    values = {
        "title": page.title,
        "state": visit.state,
        "person": visit.person,
        "theme": visit.theme,
        "form_key": visit.form_key,
        "query": visit.state.one("q") if page.query is None else page.query,
        "at": visit.state.one("at"),
        "snapshots": [(one, _age(one, visit.now, words)) for one in reversed(snapshots)],
        "menu": list(_menu(visit)),
        "command": page.command,
        "call": page.call,
        "login": visit.site.login,
    }
    template = environment(words.code).get_template(page.template)
    return template.render(values | dict(page.values))


def device(value: object, limit: int = _CUT) -> Markup:
    """What a device said: escaped, cut, and what cannot be seen marked as a code point."""
    if value is None:
        return Markup("")
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    said = "".join(map(str, _marked(text[:limit])))
    if len(text) > limit:
        said += f'<span class="note">… ({len(text):,})</span>'
    return Markup(said)  # noqa: S704  (each part was escaped)


def _marked(text: str) -> Iterator[Markup | str]:
    for unseen, run in groupby(text, key=lambda char: shown(char) != char):
        if not unseen:
            yield escape("".join(run))
            continue
        for char in run:
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            yield Markup('<span class="code-point" title="{}">{}</span>').format(name, shown(char))


def _visible(value: object) -> object:
    """What a template prints without a filter: markup and sentences of ours as they are."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Words) and not hasattr(value, "__html__"):
        return shown(value, len(value))
    return value


def _url(path: str, **values: str) -> str:
    return url(path, list(values.items()))


def _age(info: SnapshotInfo, now: float, words: Language) -> Words:
    return age_of(now - info.last_seen / SECOND, words)


def _menu(visit: Visit) -> Iterator[tuple[str, Words, bool]]:
    """Links of the top bar: address, words, whether this is the page."""
    entries = [module.MENU for module in page_modules().values() if module.MENU]
    role = visit.person.role if visit.person else None
    for entry in sorted(entries, key=lambda entry: (entry.place, entry.path)):
        if role is not None and role >= entry.role:
            here = visit.state.path == entry.path or visit.state.path.startswith(f"{entry.path}/")
            yield visit.state.having(entry.path), entry.words(visit.language), here
