"""A letter to somebody whose router at home answers strangers: plain words, no blame, no tracking.

It says what was seen, what that means, what to do, how to see that it worked, and whom to ask. What
to do with one maker's boxes stands in `data/letters/<name>.toml`; the folder is the list. It holds
nothing that a device said but the maker's name, which comes from our own vocabulary, and no
link but the company's own help page. It is text and the same as simple HTML.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from gatewatch.model.knowledge import Entry as Table
from gatewatch.model.knowledge import folders, load_toml, toml_files
from gatewatch.model.language import Language, Words
from gatewatch.model.moment import iso

__all__ = ["Company", "Letter", "Seen", "advice", "letter_for"]

_LANGUAGES = ("en", "fr")
_STEPS = ("open", "restart", "update", "close")
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Company:
    """Who writes; all of it is the company's own words."""

    name: str
    contact: str
    """Whom to ask: a mail address or a telephone number."""
    help_page: str = ""
    days: int = 90
    """How long it is kept that somebody sat behind an address."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen; `seen_at` is in microseconds since 1970 UTC."""

    address: str
    seen_at: int
    vendor: str = ""
    port: int = 7547


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject, text and HTML, which say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Part:
    heading: str
    lines: Sequence[str]
    steps: bool = False


@cache
def advice() -> dict[str, dict[str, dict[str, str]]]:
    """Vendor (`any` for all others) to language to steps; raises CatalogueBroken."""
    (ours,) = folders(None)
    found = {}
    for file in toml_files(ours.joinpath("letters")):
        table = Table(file.name, load_toml(file))
        table.keys(frozenset({"vendor", *_LANGUAGES}))
        said = {code: table.texts(code) for code in _LANGUAGES}
        for code, steps in said.items():
            if set(steps) != set(_STEPS):
                what = f"[{code}] has {', '.join(steps)}"
                raise table.wrong(what, f"give exactly {', '.join(_STEPS)}")
        found[table.text("vendor")] = said
    return found


def letter_for(seen: Seen, company: Company, words: Language) -> Letter:
    """The letter in the language of `words`."""
    parts = list(_parts(seen, company, words))
    subject = words.phrase("Your router at home needs an update")
    return Letter(subject, _as_text(parts), _as_html(subject, parts, words.code))


def _parts(seen: Seen, company: Company, words: Language) -> Iterator[_Part]:
    day = words.day(iso(seen.seen_at))
    box = _box(seen, words)
    hello = [
        words.phrase("Hello,"),
        words.phrase(
            "you work for {company} from home. We saw something that you should know.",
            company=company.name,
        ),
    ]
    yield _Part("", hello)
    yield _Part(
        words.phrase("What we saw"),
        [
            words.phrase(
                "On {day}, {box} answered a call from the Internet. Only your provider should be "
                "able to call it.",
                day=Words(day),
                box=box,
            ),
            words.phrase("We did not look into your home. We saw no computer, no phone, no file."),
        ],
    )
    yield _Part(
        words.phrase("What it means"),
        [
            words.phrase(
                "A stranger may be able to take over the box, read along, or lead you to false "
                "pages."
            ),
            words.phrase("It is not your fault. Many boxes are sold or set up like this."),
        ],
    )
    yield _Part(words.phrase("What to do"), list(_to_do(seen, words)), steps=True)
    yield _Part(
        words.phrase("How to see that it worked"),
        [
            words.phrase(
                "You have nothing to test. We look again in the next days. When the door is shut, "
                "we close the matter and you hear no more of it."
            )
        ],
    )
    yield _Part(words.phrase("Tell your provider this"), [_for_provider(seen, words)])
    yield _Part(words.phrase("Your questions"), list(_questions(company, words)))


def _box(seen: Seen, words: Language) -> Words:
    if seen.vendor in advice() and seen.vendor != _ANY:
        return words.phrase("your {vendor} box", vendor=seen.vendor)
    return words.phrase("the box that brings the Internet into your home")


def _to_do(seen: Seen, words: Language) -> Iterator[str]:
    known = advice()
    code = words.code if words.code in _LANGUAGES else _LANGUAGES[0]
    steps: Mapping[str, str] = known.get(seen.vendor, known[_ANY])[code]
    yield words.phrase("Use the company's VPN for all work until it is done.")
    for name in ("restart", "open", "update", "close"):
        yield steps[name]
    yield words.phrase("Does it not work? Call your provider and read out the lines below.")


def _for_provider(seen: Seen, words: Language) -> str:
    return words.phrase(
        "The router at {address} answers on TCP port {port} (TR-069, CWMP) from the whole "
        "Internet. Seen at {moment}. Please update it and let only your own server reach that "
        "port.",
        address=seen.address,
        port=Words(str(seen.port)),
        moment=iso(seen.seen_at),
    )


def _questions(company: Company, words: Language) -> Iterator[str]:
    yield words.phrase("Ask us: {contact}.", contact=company.contact)
    if company.help_page:
        yield words.phrase("More help: {page}", page=company.help_page)
    yield words.phrase(
        "We keep this for {days} days to see that it is mended, and then forget it.",
        days=company.days,
    )
    yield words.phrase("{company}, security", company=company.name)


def _as_text(parts: Sequence[_Part]) -> str:
    blocks = []
    for part in parts:
        lines = [f"{n}. {line}" for n, line in enumerate(part.lines, 1)]
        body = "\n".join(lines if part.steps else part.lines)
        blocks.append(f"{part.heading}\n{body}" if part.heading else body)
    return "\n\n".join(blocks) + "\n"


def _as_html(subject: str, parts: Sequence[_Part], code: str) -> str:
    lines = [f'<!doctype html><html lang="{code}"><head><meta charset="utf-8">']
    lines += [f"<title>{_html(subject)}</title></head><body>"]
    for part in parts:
        if part.heading:
            lines.append(f"<h2>{_html(part.heading)}</h2>")
        inside = [
            f"<{'li' if part.steps else 'p'}>{_html(line)}</{'li' if part.steps else 'p'}>"
            for line in part.lines
        ]
        lines += ["<ol>", *inside, "</ol>"] if part.steps else inside
    return "\n".join([*lines, "</body></html>", ""])


def _html(text: str) -> str:
    return escape(text)
