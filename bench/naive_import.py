"""The import that everyone writes first: orjson and 54 regular expressions for each row.

python bench/naive_import.py scan.jsonl out.parquet
"""

import re
import sys
from pathlib import Path

import duckdb
import numpy as np
import orjson

from gatewatch.identify.catalogue import catalogue

COUNT = 54


def main(scan: str, out: str) -> None:
    """Reads `scan`, tries 54 of the catalogue's patterns on each row, writes Parquet."""
    entries = catalogue().fingerprints
    half = COUNT // 2
    servers = [entry.pattern.regex for entry in entries["http.server"]][:half]
    realms = [entry.pattern.regex for entry in entries["http.realm"]][:half]
    assert len(servers) + len(realms) == COUNT
    rows: dict[str, list[str | int | None]] = {"ip": [], "time": [], "server": [], "matched": []}
    with Path(scan).open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            service = record["data"]["http"]
            headers = service["result"]["response"]["headers"]
            server = headers.get("server", [""])[0]
            realm = re.search('realm="([^"]*)', headers["www_authenticate"][0])
            hits = [at for at, pattern in enumerate(servers) if pattern.search(server)]
            text = realm[1] if realm else ""
            hits += [half + at for at, pattern in enumerate(realms) if pattern.search(text)]
            rows["ip"].append(record["ip"])
            rows["time"].append(service["timestamp"])
            rows["server"].append(server)
            rows["matched"].append(hits[0] if hits else None)
    table = {name: np.array(column, dtype=object) for name, column in rows.items()}
    con = duckdb.connect()
    con.register("rows", table)
    con.execute(f"COPY (SELECT * FROM rows) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main(*sys.argv[1:3])
