"""Re-scan: asks the addresses of open cases once more, and closes what is mended, with proof.

There is no way round the scanner: the plan is made as for any scan (exclusions, contact, rate,
special-purpose space refused outside a lab), and only addresses of open cases are in its scope.
What was seen is compared and not made a snapshot: a handful of homes is no picture of a network,
and a list of our people's addresses belongs into no lake.

An address that is silent is asked a second time. Silence proves something only while the person
is still there, so the last sign-in from it has to be less than a day old; else the case stays open
and it is said that the address may have moved on.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gatewatch.model.address import Address
from gatewatch.model.hostile import shown
from gatewatch.model.knowledge import Knowledge
from gatewatch.model.moment import SECOND, iso
from gatewatch.model.observation import Observation
from gatewatch.model.response import response_id, shown_id
from gatewatch.pipeline.scanned import as_numbers
from gatewatch.pipeline.understand import known_to, understood
from gatewatch.protocol.masking import mask
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.plan import Plan, make_plan, require_confirmation
from gatewatch.scan.run import Scan
from gatewatch.store.schema import UNDERSTANDING
from gatewatch.watch.cases import OPEN, Case, Cases, State
from gatewatch.watch.folder import WatchFolder

__all__ = ["Manner", "Rescanned", "Verdict", "rescan"]

_FRESH = 86_400 * SECOND
_VULNERABLE = "vulnerable-router"


class Verdict(StrEnum):
    """What a re-scan says of a case."""

    MENDED = "mended"
    OPEN = "still open"
    UNSEEN = "not seen: the address may have moved on"
    NOT_ASKED = "not asked: it is excluded"


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask; as for any scan."""

    exclude: Path | None
    contact: str | None
    rate: float = 10.0
    lab: bool = False
    confirmed: bool = False


@dataclass
class Rescanned:
    """The verdict on each case that was looked at."""

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    asked: int = 0


def rescan(
    path: Path,
    lake: Path,
    manner: Manner,
    now: int,
    *,
    overlay: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Rescanned:
    """Asks once, port by port, and records what was found.

    Raises what `make_plan` raises (PoliteRefusal, BadArguments), before anything is sent.
    """
    done = Rescanned()
    with Cases.open(path) as cases:
        waiting = [one for one in cases.all(OPEN) if one.port is not None]
        plans = []
        room = WatchFolder(path).path / "rescan"
        shutil.rmtree(room, ignore_errors=True)
        try:
            for port in sorted({one.port for one in waiting if one.port is not None}):
                own = [one for one in waiting if one.port == port]
                plan = _plan(room, f"{port}", [one.address for one in own], port, manner, lake)
                plans.append((own, plan))
            for own, plan in plans:
                seen = _ask(room, plan, [one.address for one in own], manner, lake, say)
                done.asked += len(plan.order)
                for case in own:
                    asked = plan.order.index(case.address) is not None
                    answer = seen.get(case.address)
                    verdict, proof = _judged(case, answer, now, manner, known_to(lake, overlay))
                    if not asked:
                        verdict, proof = Verdict.NOT_ASKED, "excluded"
                    done.verdicts[case.id] = verdict
                    _record(cases, case, verdict, proof, now)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return done


def _plan(
    room: Path, name: str, addresses: Sequence[Address], port: int, manner: Manner, lake: Path
) -> Plan:
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    scope = room / f"{name}.txt"
    scope.write_text("".join(f"{one}\n" for one in sorted(set(map(str, addresses)))))
    plan = make_plan(
        scope,
        manner.exclude,
        contact=manner.contact,
        port=port,
        rate=manner.rate,
        lab=manner.lab,
        processes=1,
    )
    numbers = None if plan.lab else as_numbers(lake, plan.looked_at())
    plan = plan if numbers is None else plan.eased(numbers)
    require_confirmation(plan, confirmed=manner.confirmed)
    return plan


def _ask(
    room: Path,
    plan: Plan,
    addresses: Sequence[Address],
    manner: Manner,
    lake: Path,
    say: Callable[[str], None],
) -> dict[Address, Observation]:
    """What each address said; those that were silent are asked a second time."""
    say(f"asking {len(plan.order)} addresses of open cases, port {plan.port}")
    seen = _scan(room / f"scan-{plan.port}", plan)
    asked = [one for one in addresses if plan.order.index(one) is not None]
    silent = [one for one in asked if one not in seen]
    if silent:
        say(f"asking {len(set(silent))} of them again, which were silent")
        again = _plan(room, f"again-{plan.port}", silent, plan.port, manner, lake)
        seen |= _scan(room / f"again-{plan.port}", again)
    return seen


def _scan(room: Path, plan: Plan) -> dict[Address, Observation]:
    folder = ScanFolder.create(room, plan)
    Scan(folder).run()
    return {one.ip: one for one in folder.observations()}


def _judged(
    case: Case, seen: Observation | None, now: int, manner: Manner, knowledge: Knowledge
) -> tuple[Verdict, str]:
    """The verdict, and what was seen before and after."""
    before = "before: " + (f"response {shown_id(case.response)}" if case.response else "exposed")
    if case.last_seen:
        before += f", {iso(case.last_seen)}"
    if seen is None:
        fresh = manner.lab or (case.last_signin is not None and now - case.last_signin < _FRESH)
        # A network of our own does not move.
        if fresh or case.who is None:
            return Verdict.MENDED, f"{before}; after: no answer, asked twice, {iso(now)}"
        return Verdict.UNSEEN, f"{before}; after: no answer, {iso(now)}"
    response = response_id(mask(seen.answer, str(seen.ip)))
    after = f"after: response {shown_id(response)}, {iso(seen.seen_at)}"
    if response != case.response and case.rule == _VULNERABLE:
        flaws = _flaws(seen, response, knowledge)
        if not flaws:
            return Verdict.MENDED, f"{before}; {after}, not known to be vulnerable"
    return Verdict.OPEN, f"{before}; {after}"


def _flaws(seen: Observation, response: int, knowledge: Knowledge) -> list[str]:
    row = understood(response, mask(seen.answer, str(seen.ip)), knowledge)
    named = dict(zip(UNDERSTANDING, row, strict=True))
    sure = zip(named["finding"] or (), named["finding_verdict"] or (), strict=True)
    return [shown(flaw) for flaw, verdict in sure if verdict in ("vulnerable", "likely")]


def _record(cases: Cases, case: Case, verdict: Verdict, proof: str, now: int) -> None:
    if verdict is Verdict.MENDED:
        cases.move(case.id, State.MENDED, now, "rescan", proof)
    elif verdict is Verdict.OPEN:
        cases.heard(case.id, now, proof)
    elif verdict is Verdict.UNSEEN:
        cases.silence(case.id, now, proof)
    else:
        cases.note(case.id, proof, now, "rescan", "not asked")
