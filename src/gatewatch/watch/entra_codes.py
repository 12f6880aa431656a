"""What Microsoft Entra's sign-in error codes mean, and whose sign-in a record is of.

Source: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
"""

from gatewatch.model.signin import Outcome
from gatewatch.watch.records import Passed

__all__ = ["outcome_of", "person_of"]

# Interrupts: the password was right and something else was asked for; a record of how that
# ended follows (MFA due, device to be registered, consent, keep me signed in, strong proof-up).
_INTERRUPTS = frozenset(
    {16000, 16001, 50055, 50058, 50072, 50074, 50076, 50078, 50079, 50097, 50125, 50127, 50129}
    | {50140, 50143, 50144, 51006, 65001, 65004}
)


def outcome_of(code: int) -> Outcome | Passed:
    """How a sign-in with this error code ended."""
    if code == 0:
        return Outcome.SUCCESS
    return Passed.UNFINISHED if code in _INTERRUPTS else Outcome.FAILURE


def person_of(name: str) -> str:
    """The person of a user principal name: guests are `alice_example.org#EXT#@tenant`."""
    local, mark, _ = name.partition("#EXT#")
    if not mark:
        local, mark, _ = name.partition("#ext#")
    user, underscore, domain = local.rpartition("_")
    return f"{user}@{domain}" if mark and underscore else name
