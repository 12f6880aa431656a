"""Proof of an entry by its own examples: what it must find, must not, and cannot decide."""

from collections.abc import Iterator

from gatewatch.assess.catalogue import Catalogue
from gatewatch.assess.conditions import IDENTITY, Subject
from gatewatch.assess.entries import NO_FINDING, Advisory, Example
from gatewatch.assess.matcher import assess

__all__ = ["failures", "subject_of"]


def failures(entry: Advisory) -> Iterator[str]:
    """One sentence for each example that `entry` fails; none: it is proven."""
    alone = Catalogue({entry.id: entry})
    for example in entry.examples:
        found = assess(subject_of(example), alone).findings
        word = found[0].verdict if found else NO_FINDING
        if word != example.expected:
            told = ", ".join(f"{name} {value}" for name, value in example.subject.items())
            yield f"{told}: {word}, expected {example.expected}"


def subject_of(example: Example) -> Subject:
    """The answer that the example describes, identified without doubt."""
    told = dict(example.subject)
    port, ports = told.pop("port", ""), told.pop("open", "")
    return Subject(
        {name: (value, 1.0) for name, value in told.items() if name in IDENTITY},
        {"spoke": "http"} | {name: value for name, value in told.items() if name not in IDENTITY},
        int(port.split()[0]) if port else None,
        frozenset(map(int, ports.split())),
    )
