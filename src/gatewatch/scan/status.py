"""What a scan tells programs: its status every second, and its metadata at the end.

The metadata carries ZMap's field names (zmap 4, `--metadata-file`) where there is such a field,
so that what reads ZMap's reads ours, and more: plan, engine, loss, what was left out and why.
"""

import time
from typing import Any

from gatewatch import __version__
from gatewatch.model.moment import iso
from gatewatch.model.observation import Outcome
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.plan import Plan
from gatewatch.scan.standing import Standing

__all__ = ["details_of", "metadata_of", "status_of"]

_SHOW_LEFT_AFTER_S = 5.0


def status_of(plan: Plan, standing: Standing, elapsed: float, state: str) -> dict[str, Any]:
    """One status line; times in seconds, rates in probes a second."""
    done = standing.finished / standing.total if standing.total else 1.0
    rate = standing.sent / elapsed if elapsed > 0 else 0.0
    left = (standing.total - standing.finished) / rate if rate else None
    asked = standing.finished - standing.skipped.total()
    return {
        "time": iso(time.time_ns() // 1000),
        "state": state,
        "elapsed": round(elapsed, 1),
        "percent_complete": round(100 * done, 3),
        "time_remaining": round(left, 1) if left and elapsed > _SHOW_LEFT_AFTER_S else None,
        "waiting_for": standing.waiting_for,
        "total": standing.total,
        "finished": standing.finished,
        "sent_total": standing.sent,
        "sent_avg_per_sec": round(rate, 1),
        "rate_limit": plan.rate,
        "open": standing.found,
        "hit_rate": round(100 * standing.found / asked, 4) if asked else None,
        "http": standing.http,
        "outcomes": dict(standing.outcomes),
        "skipped": dict(standing.skipped),
        "networks_left_alone": standing.left_alone,
        "outstanding": standing.outstanding,
        "outstanding_limit": standing.room,
        "loss_estimate": standing.loss(),
        "slowed": standing.numbers["slowed"],
    }


def details_of(folder: ScanFolder, plan: Plan, standing: Standing) -> dict[str, str]:
    """What a snapshot keeps of a scan."""
    runs = folder.runs()
    loss = standing.loss()
    return {
        **plan.details(),
        "started": iso(runs[0][0]) if runs else "",
        "ended": iso(runs[-1][1]) if runs else "",
        "finished": str(standing.finished),
        "interruptions": str(max(0, len(runs) - 1)),
        **{f"outcome.{name}": str(count) for name, count in sorted(standing.outcomes.items())},
        **{f"not_asked.{name}": str(count) for name, count in sorted(standing.skipped.items())},
        **{name: str(count) for name, count in sorted(standing.numbers.items()) if count},
        **({"loss_estimate": f"{loss:.4f}"} if loss is not None else {}),
    }


def metadata_of(folder: ScanFolder, plan: Plan, standing: Standing) -> dict[str, Any]:
    """How a scan went."""
    runs = folder.runs()
    excluded = plan.left_out.get("exclusions", 0) + standing.silent[Outcome.BLOCKLISTED_TARGET]
    asked = standing.finished - standing.skipped.total()
    return {
        "gatewatch_version": __version__,
        "target_port": plan.port,
        "seed": plan.seed,
        "generator": "stratified",
        "shard_num": plan.shard[0],
        "total_shards": plan.shard[1],
        "senders": plan.processes,
        "rate": plan.rate,
        "bandwidth": round(plan.bits_per_second()),
        "cooldown_secs": plan.timeouts.connect,
        "output_module": "spool",
        "probe_module": plan.engine,
        "hitrate": round(100 * standing.found / asked, 4) if asked else None,
        "blocklist_total_allowed": len(plan.order),
        "blocklist_total_not_allowed": plan.asked_for - plan.targets.size,
        "total_allowed": len(plan.part()),
        "total_disallowed": excluded,
        "targets_scanned": standing.finished,
        "packets_sent": None,
        "success_total": standing.found,
        "success_unique": standing.found,
        "app_success_total": standing.http,
        "failure_total": standing.silent.total(),
        "first_scanned": iso(runs[0][0]) if runs else None,
        "start_time": iso(runs[0][0]) if runs else None,
        "end_time": iso(runs[-1][1]) if runs and runs[-1][1] else None,
        "complete": standing.complete,
        "interruptions": max(0, len(runs) - 1),
        "sample": plan.sample,
        "outcomes": dict(standing.outcomes),
        "not_asked": dict(standing.skipped),
        "networks_left_alone": standing.left_alone,
        "numbers": dict(standing.numbers),
        "loss_estimate": standing.loss(),
        "exclusions_sha256": plan.exclusions.hash,
        "user_agent": plan.agent,
    }
