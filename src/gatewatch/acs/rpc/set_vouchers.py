"""Deprecated: hands over signed options: `{"vouchers": ["<base64>"]}`."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, refuse
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import SetVouchers, SetVouchersResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "SetVouchers"
SENTENCE = "Hand over signed options (deprecated)."
_ACTION = "set_vouchers"


def ask(arguments: Mapping[str, Any]) -> tuple[SetVouchers, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"vouchers"})
    given = arguments.get("vouchers")
    if not isinstance(given, list | tuple) or not given:
        refuse(_ACTION, '"vouchers" is no list', "give at least one in base64")
    for one in given:
        try:
            b64decode(one, validate=True)
        except (TypeError, ValueError, binascii.Error):
            refuse(_ACTION, "a voucher is no base64", "give it as it was signed")
    return (SetVouchers(tuple(given)),)


def answered(
    asked: SetVouchers, answer: SetVouchersResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It took them."""
    del answer, arguments
    return done(result={"set": len(asked.vouchers)})
