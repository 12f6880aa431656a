"""Somebody signs in from elsewhere than the company's egress: past the VPN, exposed or not.

Which addresses are the egress the company says (`watch assets add --kind egress`); until it does,
nothing is found. Who opens the VPN has to sign in for it from home, so a sign-in within 15 minutes
of a tunnel of the same person does not count. Neither does a program's refresh.
"""

from collections.abc import Iterator

from gatewatch.model.address import Address
from gatewatch.model.moment import SECOND
from gatewatch.store.schema import connect, parquet
from gatewatch.watch.excluded import Reason
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity
from gatewatch.watch.ground import Ground
from gatewatch.watch.reading import reading_day

NAME = "round-the-vpn"
SENTENCE = "A person signs in past the company's VPN."
_DAYS = 14
_NEAR_US = 15 * 60 * SECOND
_SUBJECT = "sign-ins past the VPN"


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each person, by the last fourteen days that are kept."""
    if not ground.excluder.knows_egress:
        return
    con = connect(threads=2)
    try:
        con.execute(
            "CREATE TABLE past (who BIGINT, moment BIGINT, ip_high BIGINT, ip BIGINT, n BIGINT)"
        )
        egress = ground.excluder.reasons.index(Reason.EGRESS)
        four = [(a, b) for a, b, why in ground.excluder.four if why == egress]
        six = [(a, b) for a, b, why in ground.excluder.six if why == egress]
        for day in sorted(ground.listing.days)[-_DAYS:]:
            with reading_day(ground.folder, day) as reading:
                sql = _past(parquet(ground.listing.files(ground.folder, day)), four, six)
                rows = reading.execute(sql).fetchall()
            if rows:
                con.executemany("INSERT INTO past VALUES (?, ?, ?, ?, ?)", rows)
        told = con.execute(
            "SELECT who, sum(n), max(moment), arg_max(ip_high, moment), arg_max(ip, moment),"
            " count(*) FROM past GROUP BY who"
        ).fetchall()
    finally:
        con.close()
    yield from (_finding(*row) for row in told)


def _past(files: str, four: list[tuple[int, int]], six: list[tuple[int, int]]) -> str:
    """SQL for a day's sign-ins past the VPN, one row a person: who, last time, address, number."""
    inside = [f"(ip_high IS NULL AND ip BETWEEN {first} AND {last})" for first, last in four]
    inside += [f"(ip_high BETWEEN {first} AND {last})" for first, last in six]
    return f"""
        WITH day AS (SELECT who, epoch_us(signin_time) AS moment, ip_high, ip, kind FROM {files}
                     WHERE success AND NOT proxied AND who IS NOT NULL),
        tunnels AS (SELECT who, moment FROM day WHERE kind = 'vpn'),
        outside AS (SELECT * FROM day WHERE kind NOT IN ('vpn', 'refresh')
                    AND NOT coalesce({" OR ".join(inside)}, false)),
        alone AS (
          SELECT o.* FROM outside o
          ASOF LEFT JOIN tunnels b ON b.who = o.who AND b.moment <= o.moment
          ASOF LEFT JOIN tunnels a ON a.who = o.who AND a.moment >= o.moment
          WHERE coalesce(o.moment - b.moment > {_NEAR_US}, true)
            AND coalesce(a.moment - o.moment > {_NEAR_US}, true))
        SELECT who, max(moment), arg_max(coalesce(ip_high, 0), moment), arg_max(ip, moment),
          count(*)
        FROM alone GROUP BY who"""


def _finding(who: int, signins: int, at: int, high: int | None, low: int, days: int) -> Finding:
    often = days > 1
    why = f"{signins} sign-ins on {days} {'days' if often else 'day'}"
    address = Address(high or None, low)
    return Finding(
        NAME,
        _SUBJECT,
        who,
        Severity.MEDIUM if often else Severity.LOW,
        0.9 if signins >= 3 else 0.6,
        Advice.USE_VPN,
        "signs in past the VPN",
        (Evidence(address, None, int(at), None, 0.9 if signins >= 3 else 0.6, why),),
        int(signins),
    )
