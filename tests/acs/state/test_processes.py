"""Several processes on one database, and one that is killed: nobody is served twice or lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state import open_state
from gatewatch.acs.state.changes import AddTask
from gatewatch.acs.state.records import Task

KEYS = Keys(bytes(range(32)))
DEVICES = 60
OPENED = """
import json, os, sys
from gatewatch.acs.sealing import Keys
from gatewatch.acs.state import open_state
from gatewatch.acs.state.changes import Audit, Claim, FinishTask, Informed, Release, StartTask
from gatewatch.acs.state.records import AuditEntry, Device, TaskState
state = open_state(sys.argv[1], Keys(bytes(range(32))))
me = str(os.getpid())
print("ready", flush=True)
sys.stdin.readline()
"""
SERVING = (
    OPENED
    + """
served = []
for number in range(int(sys.argv[2])):
    device, token = f"D{number}", f"{me}-{number}"
    if not state.apply([Claim(device, me, token, 0, 10**18)])[0]:
        continue
    for task in state.due(device, 1):
        if state.apply([StartTask(task.id, token, 1)])[0]:
            served.append(task.id)
            state.apply([FinishTask(task.id, token, 2, TaskState.DONE)])
    state.apply([Release(device, token)])
print(json.dumps(served), flush=True)
"""
)
WRITING = (
    OPENED
    + """
number = 0
while True:
    number += 1
    device = Device(f"D{number}", last_inform=number)
    state.apply([Informed(device), Audit(AuditEntry(number, me, "inform", device.id))])
    print(number, flush=True)
"""
)


@contextmanager
def started(script: str, *args: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_two_processes_never_serve_one_device_twice(place: str) -> None:
    state = open_state(place, KEYS)
    state.apply([AddTask(Task(0, f"D{number}", "reboot")) for number in range(DEVICES)])
    with (
        started(SERVING, place, str(DEVICES)) as one,
        started(SERVING, place, str(DEVICES)) as two,
    ):
        for process in (one, two):
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        served = [json.loads(process.communicate(timeout=60)[0]) for process in (one, two)]
    everyone = served[0] + served[1]
    assert len(everyone) == len(set(everyone)), "a task was started twice"
    # Where one process held the device when the other came, its task was done by the holder.
    assert sorted(everyone) == [task.id for task in state.tasks(states=["done"])]
    assert sorted(everyone) == list(range(1, DEVICES + 1))
    state.close()


def test_what_was_acknowledged_survives_kill_9(place: str) -> None:
    with started(WRITING, place) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("go\n")
        process.stdin.flush()
        acknowledged = [int(process.stdout.readline()) for _ in range(200)]
        process.kill()
    state = open_state(place, KEYS)
    known = {device.id for device in state.devices()}
    assert {f"D{number}" for number in acknowledged} <= known
    assert len(state.audit(limit=10_000)) == len(known), "a change was made in part"
    state.close()
