"""How sure it is that the person who signed in sits behind the service that was seen.

The address was seen exposed at one moment and signed in from at another; in between it may have
gone to another customer. Let `stays(g)` be the chance that an address is still with the same
customer after a time g. A share `lasting` of a network's customers keep an address for months
(cable), the others are given a new one every day (DSL):

    stays(g) = lasting * exp(-g / 60 days) + (1 - lasting) * max(0, 1 - g / 24 hours)

- One sighting, one sign-in, gap g: stays(g).
- The same person before and after the sighting, s apart: either the address stayed, or the person
  was given it twice by chance c = 0.01: stays(s) / (stays(s) + (1 - stays(s)) * c).
- The same response before and after the sign-in, s apart: the same with c = 0.1, since one model
  of router is common in a network.

The best of the three counts, times what the address itself says: 1 for the same IPv4 address; for
IPv6 0.95 within one /64, 0.8 /60, 0.6 /56, 0.3 /48; times 0.3 when more than four people share it.
Why these figures: docs/decisions/0020-confidence-of-the-join.md.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gatewatch.model.moment import SECOND

__all__ = [
    "LASTING",
    "MOST_PEOPLE",
    "WINDOW",
    "confidence",
    "lasting_share",
    "prefix_factor",
    "stays",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY = 86_400 * SECOND
WINDOW = 14 * DAY
"""Sightings and sign-ins further apart are not looked at."""
LASTING = 0.5
"""`lasting` of a network of which nothing is known."""
MOST_PEOPLE = 4
"""More people than that do not live behind one router."""
_TOO_MANY = 20
_LEASE = DAY
_LIFE = 60 * DAY
_PERSON_AGAIN = 0.01
_RESPONSE_AGAIN = 0.1
_PREFIXES = ((64, 0.95), (60, 0.8), (56, 0.6), (48, 0.3))
# So many made-up observations stand for LASTING until a network has shown its own habit.
_PRIOR = 10


def stays(gap: Any, lasting: Any = LASTING) -> Floats:
    """The chance that an address is with the same customer after `gap` microseconds."""
    gap = np.asarray(gap, dtype=np.float64)
    daily = np.maximum(0.0, 1.0 - gap / _LEASE)
    found: Floats = lasting * np.exp(-gap / _LIFE) + (1.0 - np.asarray(lasting)) * daily
    return found


def confidence(
    gap: Any, person_span: Any, response_span: Any, *, lasting: Any, factor: Any
) -> Floats:
    """Of each pair of sighting and sign-in, 0 to 1.

    `gap`: between the two; `person_span`, `response_span`: as in the module's text, infinite where
    there is nothing on the other side; all in microseconds. `factor`: what the address says.
    """
    best = np.maximum(
        stays(gap, lasting),
        np.maximum(
            _both_sides(person_span, lasting, _PERSON_AGAIN),
            _both_sides(response_span, lasting, _RESPONSE_AGAIN),
        ),
    )
    found: Floats = np.clip(best * factor, 0.0, 1.0)
    return found


def lasting_share(kept: Any, seen: Any) -> Floats:
    """`lasting` of a network where `kept` of `seen` services were there a day and more later."""
    kept, seen = np.asarray(kept, np.float64), np.asarray(seen, np.float64)
    found: Floats = (kept + LASTING * _PRIOR) / (seen + _PRIOR)
    return found


def prefix_factor(one: Ints, other: Ints) -> Floats:
    """What the upper halves of two IPv6 addresses say; 0: they share not even a /48."""
    differing = (one ^ other).astype(np.uint64)
    found = np.zeros(len(differing))
    for length, factor in reversed(_PREFIXES):
        found[differing < (np.uint64(1) << np.uint64(64 - length))] = factor
    return found


def people_factor(people: Any) -> Floats:
    """What it says that so many people signed in from one address; 0: it is no home's."""
    people = np.asarray(people)
    return np.where(people > _TOO_MANY, 0.0, np.where(people > MOST_PEOPLE, 0.3, 1.0))


def _both_sides(span: Any, lasting: Any, chance: float) -> Floats:
    span = np.asarray(span, dtype=np.float64)
    stayed = np.where(np.isfinite(span), stays(np.where(np.isfinite(span), span, 0), lasting), 0.0)
    # Beyond the window nothing stays by assumption; 0 / 0 would be nobody's answer.
    found: Floats = stayed / np.maximum(stayed + (1.0 - stayed) * chance, 1e-12)
    return np.where(stayed > 0.02, found, 0.0)
