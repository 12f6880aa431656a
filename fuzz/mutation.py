"""Makes hostile inputs out of good ones: small damage, foreign words, numbers at the edge.

A `Mutator` draws everything from its seed, so the same seed gives the same inputs in the same
order. What it knows of grammar is only that texts consist of words, lines and numbers; that is
enough to swap a JSON value for one of another kind or a header's value for a date.
"""

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["LIMIT", "Mutator"]

LIMIT = 64 * 1024
"""No input is longer, except those of `lengthened`."""

# Both ends of a pair that tells whether time grows faster than the input.
_SHORT, _LONG = 16 * 1024, 256 * 1024

_WORD = re.compile(rb'"(?:[^"\\\r\n]|\\.){0,400}"|[^\s,:;{}\[\]()<>="\x00]{1,400}')
_NUMBER = re.compile(rb"[0-9]{1,40}")
# Stops at which parsers of any kind have stumbled before: ends of integer types, digits that are
# no ASCII, numbers longer than Python converts, half surrogates, what begins and ends things.
_NUMBERS = (
    *(b"0", b"-0", b"-1", b"1", b"00", b"255", b"256", b"4294967295", b"4294967296", b"65535"),
    *(b"65536", b"2147483648", b"9223372036854775807", b"18446744073709551616", b"1e400", b"-1e9"),
    *(b"0.5", b"1e3", b"NaN", b"Infinity", b"9" * 40, b"9" * 4400, b"0x1F", b"1_0", b"+1", b"1 1"),
    *("²".encode(), "٣".encode(), "１".encode(), b"4102444800", b"946684799", b"1795508401.25"),
)
_TOKENS = (
    *(b"", b" ", b"\n", b"\r\n", b"\r", b"\t", b"\x00", b"\x0b", b"\x1b[31m", b"\x7f", b"\x80"),
    *(b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae"),
    *(b"\xc2\x85", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b"\xc3", b"\\ud800", b"\\u0000", b"\\"),
    *(b'"', b"'", b"`", b'\\"', b"{", b"}", b"[", b"]", b"(", b")", b"<", b">", b"&", b"&#0;"),
    *(b",", b":", b";", b"=", b"/", b"-", b"*", b"?", b"%", b"#", b"|", b"^", b"~", b"!", b"@"),
    *(b"null", b"true", b"{}", b"[]", b'""', b"[[[[", b'{"a":', b"[" * 2000, b'{"a":' * 1200),
    *(b"192.0.2.1", b"2001:db8::1", b"::ffff:192.0.2.1", b"fe80::1%eth0", b"0.0.0.0", b"01.2.3.4"),
    *(b"192.0.2.1/33", b"192.0.2.0/24", b"7547", b"2026-11-20T03:14:07Z", b"9999-12-31T23:59:60Z"),
    *(b"Thu, 01 Jan 1970 00:00:00 GMT", b"Fri, 20 Nov 2026 00:00:00 GMT", b"<host>", b"<hex32>"),
)


class Mutator:
    """An endless source of inputs made of `seeds`, with `tokens` that mean something to them."""

    def __init__(self, seeds: Sequence[bytes], tokens: Sequence[bytes], seed: int) -> None:
        self._chance = random.Random(seed)
        self._seeds = seeds
        # What means something is drawn as often as everything that may mean something.
        self._tokens = (*_TOKENS, *_NUMBERS)
        self._own_tokens = tokens or self._tokens
        self._ways: tuple[Callable[[bytes], bytes], ...] = (
            *(self._flip, self._cut, self._end, self._insert, self._repeat, self._double_line),
            *(self._swap_word, self._swap_word, self._swap_every, self._number, self._splice),
            *(self._swap_lines, self._noise, self._copy),
        )

    def one(self) -> bytes:
        """The next input: a seed with one change to some more, each as likely as all below it."""
        chance = self._chance
        data = chance.choice(self._seeds)
        while True:
            data = chance.choice(self._ways)(data)[:LIMIT]
            if chance.random() < 0.4:
                return data

    def lengthened(self) -> tuple[bytes, bytes]:
        """One input twice: with a piece repeated to 16 KiB, and sixteen times as often."""
        data = self.one()[: _SHORT // 4]
        start, end = self._range(data, 64)
        piece = data[start:end] if self._chance.random() < 0.7 else self._token()[:64]
        piece = piece or b" "
        times = _SHORT // len(piece)
        short, long = piece * times, piece * (times * (_LONG // _SHORT))
        return data[:end] + short + data[end:], data[:end] + long + data[end:]

    def _range(self, data: bytes, most: int) -> tuple[int, int]:
        """Start and end of a piece of `data`, mostly short."""
        chance = self._chance
        start = chance.randint(0, len(data))
        return start, min(len(data), start + chance.choice((1, 2, 4, most)))

    def _token(self) -> bytes:
        return self._chance.choice(self._chance.choice((self._tokens, self._own_tokens)))

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return data
        changed = bytearray(data)
        changed[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        return bytes(changed)

    def _cut(self, data: bytes) -> bytes:
        start, end = self._range(data, 200)
        return data[:start] + data[end:]

    def _end(self, data: bytes) -> bytes:
        return data[: self._chance.randint(0, len(data))]

    def _insert(self, data: bytes) -> bytes:
        at = self._chance.randint(0, len(data))
        return data[:at] + self._token() + data[at:]

    def _noise(self, data: bytes) -> bytes:
        start, end = self._range(data, 8)
        return data[:start] + self._chance.randbytes(self._chance.randint(1, 8)) + data[end:]

    def _repeat(self, data: bytes) -> bytes:
        start, end = self._range(data, 100)
        times = self._chance.choice((2, 3, 10, 100))
        return data[:start] + data[start:end] * times + data[end:]

    def _copy(self, data: bytes) -> bytes:
        """A piece once more, elsewhere."""
        start, end = self._range(data, 300)
        at = self._chance.randint(0, len(data))
        return data[:at] + data[start:end] + data[at:]

    def _splice(self, data: bytes) -> bytes:
        """The beginning of one and the end of another."""
        other = self._chance.choice(self._seeds)
        return self._end(data) + other[self._chance.randint(0, len(other)) :]

    def _double_line(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        at = self._chance.randrange(len(lines))
        return b"".join((*lines[:at], lines[at], *lines[at:]))

    def _swap_lines(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        one, other = self._chance.randrange(len(lines)), self._chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"".join(lines)

    def _word(self, data: bytes, pattern: re.Pattern[bytes] = _WORD) -> tuple[int, int]:
        """Where a word stands, the next one after a random place."""
        found = pattern.search(data, self._chance.randint(0, len(data))) or pattern.search(data)
        return found.span() if found else (0, 0)

    def _other(self, data: bytes) -> bytes:
        """What may stand instead of a word: another one, or a token."""
        if self._chance.random() < 0.3:
            start, end = self._word(data)
            return data[start:end]
        return self._token()

    def _swap_word(self, data: bytes) -> bytes:
        start, end = self._word(data)
        return data[:start] + self._other(data) + data[end:]

    def _swap_every(self, data: bytes) -> bytes:
        start, end = self._word(data)
        return data.replace(data[start:end], self._other(data)) if end > start else data

    def _number(self, data: bytes) -> bytes:
        start, end = self._word(data, _NUMBER)
        return data[:start] + self._chance.choice(_NUMBERS) + data[end:]
