"""Proof of a fingerprint by its own examples: what it must match and must not.

An example is written as the device sends it; it is masked as real answers are before it is
matched, so an entry cannot pass on bytes that no stored response holds.
"""

from collections.abc import Iterator

from gatewatch.identify.entries import Example, Fingerprint
from gatewatch.identify.matcher import assertions_of
from gatewatch.protocol.masking import mask_body, mask_head

__all__ = ["failures", "features_of"]

# Feature and how its text stands in a head.
_IN_HEAD = {"http.challenge": "WWW-Authenticate: ", "http.header": "", "http.head": ""}


def failures(fingerprint: Fingerprint) -> Iterator[str]:
    """One sentence for each example that `fingerprint` fails; none: it is proven."""
    captured = {claim.field for claim in fingerprint.claims if "{" in claim.value}
    for example in fingerprint.examples:
        said = assertions_of(fingerprint, features_of(fingerprint.feature, example))
        if said is None:
            yield f'example "{example.value}" does not match'
            continue
        given = {one.field: one.value for one in said if one.field in captured}
        if given != example.gives:
            yield f'example "{example.value}" gives {given}, expected {dict(example.gives)}'
    for example in fingerprint.counter_examples:
        if assertions_of(fingerprint, features_of(fingerprint.feature, example)) is not None:
            yield f'counter-example "{example.value}" matches'


def features_of(feature: str, example: Example) -> dict[str, str]:
    """The features of an answer that holds this example and whose other headers are known."""
    texts = {"http.names": "", feature: example.value, **example.also}
    return {name: _masked(name, text) for name, text in texts.items()}


def _masked(feature: str, text: str) -> str:
    if feature in _IN_HEAD:
        before = _IN_HEAD[feature]
        return mask_head(f"{before}{text}".encode("latin-1")).decode("latin-1")[len(before) :]
    if feature == "http.body":
        return mask_body(text.encode("latin-1")).decode("latin-1")
    return text
