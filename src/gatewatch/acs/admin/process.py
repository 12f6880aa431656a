"""Runs the admin API: one process, loopback unless TLS is given, ended by SIGTERM."""

import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from gatewatch.acs.admin.api import admin_app
from gatewatch.acs.firmware import Store
from gatewatch.acs.orders import Orders
from gatewatch.acs.sealing import keys_from
from gatewatch.acs.state import open_state
from gatewatch.model.errors import BadArguments

__all__ = ["AdminPlan", "serve_admin"]


@dataclass(frozen=True, slots=True)
class AdminPlan:
    """Where, and over which state."""

    state: str
    key: Path
    folder: Path
    host: str = "127.0.0.1"
    port: int = 7557
    certificate: Path | None = None
    private_key: Path | None = None

    def check(self) -> None:
        """Raises BadArguments for what would not be safe."""
        try:
            loopback = ip_address(self.host).is_loopback
        except ValueError:
            loopback = self.host == "localhost"
        if not loopback and self.certificate is None:
            raise BadArguments(
                where="acs serve",
                what=f"tokens would travel to {self.host} in the clear",
                mend="leave it on loopback, or give --admin-tls-cert and --admin-tls-key",
            )


def serve_admin(plan: AdminPlan) -> None:
    """Serves until it is told to end."""
    import uvicorn

    plan.check()
    state = open_state(plan.state, keys_from(plan.key))

    def clock() -> int:
        return time.time_ns() // 1000

    app = admin_app(state, Orders(state, Store(plan.folder), clock), clock)
    try:
        uvicorn.run(
            app,
            host=plan.host,
            port=plan.port,
            ssl_certfile=plan.certificate,
            ssl_keyfile=str(plan.private_key) if plan.private_key else None,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=200,
            timeout_keep_alive=10,
            h11_max_incomplete_event_size=16 * 1024,
        )
    finally:
        state.close()
