import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.query.made_up import MadeUp

# Some minutes of counting, if nobody interrupts it.
ENDLESS = """
import signal, sys
from pathlib import Path
from gatewatch.store.lake import Lake
signal.signal(signal.SIGINT, signal.default_int_handler)
lake = Lake.open(Path(sys.argv[1]))
try:
    with lake.reading([lake.snapshots[0].id]) as con:
        print("counting", flush=True)
        con.execute("SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) = 1").fetchall()
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_during_a_long_query_is_an_interruption(known: MadeUp) -> None:
    src = Path(__file__).parents[2] / "src"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(known.lake.path)],
        env={"PYTHONPATH": str(src)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counting\n"
        for _ in range(12):
            # While DuckDB looks around in Python, as it begins, it swallows what is pressed. One
            # that comes while the one before is being told would end the process without a word.
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
                break
        process.kill()
        assert process.stdout.read() == "interrupted\n"
