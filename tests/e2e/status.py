#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""status.py - what sync, sync --watch, status and check tell and end with, on a roster that is a file:
the forms of the output, exclusive options, two syncs at once, a stop by each signal, recovery."""
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import SANITIZED, Rig, person, wait_for  # noqa: E402

DONE, FAILED, USAGE, HELD, AGAIN = 0, 1, 2, 3, 75
STOP_S = 5 if SANITIZED else 1
SYNC_KEYS = {
    "source": str, "added": int, "changed": int, "moved": int, "removed": int, "unchanged": int, "persons": int,
    "municipalities": int, "referrals": int, "route": str, "audited": bool, "untold": int, "no_feed": bool,
    "void_cookie": bool, "said": (str, type(None)), "clock_ahead": bool, "newest_change": (str, type(None)),
    "generation": int, "held": int, "push": dict, "dry_run": bool, "seconds": (int, float)}
PUSH_KEYS = {"done", "merged", "conflicts", "refused", "waiting", "reason", "error"}
STATUS_KEYS = {
    "persons": int, "municipalities": int, "source": str, "synced_at": (str, type(None)),
    "age": (int, type(None)), "changed_at": (str, type(None)), "newest_change": (str, type(None)),
    "audited_at": (str, type(None)), "syncing": (str, type(None)), "generation": int, "missing_held": int,
    "missing_kept": int, "shared_addresses": int, "held": list, "edits": dict, "mailings": list,
    "sending": (str, type(None)), "sent_at": (str, type(None)), "relay_fault": (dict, type(None)), "holds": list,
    "undecided": int}


def expect(text, *words):
    for word in words:
        assert word in text, "%r is not in:\n%s" % (word, text)
    return text


def check_keys(row, keys):
    assert row.keys() == keys.keys(), row.keys() ^ keys.keys()
    for key, kind in keys.items():
        assert isinstance(row[key], kind), (key, row[key])
    return row


def status(rig, code=DONE):
    [row] = rig.json("status", status=code)
    return check_keys(row, STATUS_KEYS)


def people(count):
    return [person("Person %d" % number, "p%d@a.example" % number) for number in range(count)]


def check_options(rig):
    for words in (("--full", "--audit"), ("--watch", "-n"), ("--pending", "--watch"), ("--approve", "1", "--drop", "1"),
                  ("--undo", "1", "--pending"), ("--approve", "1", "-n"), ("--full", "--undo", "1"),
                  ("--approve", "0"), ("--drop", "-3"), ("--undo", "x"), ("--frob",), ("more",)):
        rig.run("sync", *words, status=USAGE)
    rig.run("status", "more", status=USAGE)


def check_sync(rig):
    before = status(rig)
    assert (before["persons"], before["synced_at"], before["age"], before["syncing"]) == (0, None, None, None)
    expect(rig.run("status"), "0 persons", "never", "nobody")
    rig.roster(people(30) + [person("Twin", "P1@A.example")])
    [dry] = [row for row in rig.json("sync", "-n") if "source" in row]
    assert check_keys(dry, SYNC_KEYS)["dry_run"] and dry["added"] == 33, dry
    assert status(rig)["synced_at"] is None
    [row] = rig.json("sync")
    assert check_keys(row, SYNC_KEYS)["added"] == 33 and row["push"].keys() == PUSH_KEYS, row
    after = status(rig)
    assert (after["persons"], after["municipalities"], after["shared_addresses"]) == (31, 1, 1), after
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", after["synced_at"]) and after["age"] < 60
    text = expect(rig.run("sync"), "0 added", "33 unchanged", "ldif:")
    assert text.count("\n") == 1, text
    assert rig.run("-q", "sync") == "" and rig.run("-q", "status") == ""
    text = expect(rig.run("status"), "31 persons in 1 municipalities", "less than a minute ago", "1 address is shared")
    assert "p1@a.example" not in text
    expect(rig.run("status", "-v"), "p1@a.example (2)")
    for depth in ("--full", "--audit"):
        expect(rig.run("sync", depth), "33 unchanged")


def check_nothing_written(rig):
    """A sync that finds nothing new leaves the store as it is, and yet it is known to have been."""
    def state():
        return {path.name: (path.stat().st_mtime_ns, path.stat().st_size)
                for path in rig.folder.glob("rundruf.db*") if not path.name.endswith((".sync", "-shm"))}
    before, synced = state(), status(rig)["synced_at"]
    time.sleep(1.1)
    rig.run("sync")
    assert state() == before, (before, state())
    assert status(rig)["synced_at"] > synced


def check_held(rig):
    good = status(rig)["synced_at"]
    roster = (rig.folder / "roster.ldif").read_text()
    rig.roster(people(3))
    time.sleep(1.1)
    expect(rig.run("sync", status=HELD), "would be removed", "The roster was not changed.", "rundruf sync --approve 1")
    [row] = rig.json("sync", status=HELD)
    assert row["held"] == 1, row
    now = status(rig, HELD)
    assert now["synced_at"] == good and len(now["held"]) == 1 and now["held"][0]["id"] == 1, now
    expect(rig.run("status", status=HELD), "1 difference is held", "rundruf sync --pending")
    assert rig.run("-q", "status", status=HELD) != ""
    expect(rig.run("sync", "--pending"), "Difference 1", "--approve 1", "--drop 1")
    [held] = rig.json("sync", "--pending")
    assert held["held"] == 1 and held["since"].endswith("Z"), held
    gone = [row for row in held["difference"] if row["name"] == "Twin"]
    assert [row.keys() for row in gone] == [{"difference", "name", "dn"}], held
    said = rig.run("sync", "--pending")
    assert re.search(r"^  - Twin  \(.+\)$", said, re.M), said
    expect(rig.run("sync", "-n"), "- Twin  (")
    rig.run("sync", "--approve", "7", status=FAILED)
    rig.run("sync", "--drop", "7", status=FAILED)
    rig.run("sync", "--undo", "7000", status=FAILED)
    (rig.folder / "roster.ldif").write_text(roster)
    expect(rig.run("sync"), "33 unchanged")
    assert status(rig)["held"] == []
    assert rig.run("sync", "--pending") == "Nothing is held.\n"
    assert rig.run("-q", "sync", "--pending") == "" and rig.json("sync", "--pending") == []


def check_check(rig):
    rows = rig.json("check")
    assert all(row["good"] and row["findings"] == [] for row in rows), rows
    assert "directory" in {row["check"] for row in rows}


class Watch:
    def __init__(self, rig):
        self.log = (rig.folder / "watch.log").open("w+")
        self.process = subprocess.Popen(rig.command("sync", "--watch"), stdout=self.log, stderr=self.log)

    def text(self):
        return Path(self.log.name).read_text()

    def saw(self, pattern, times=1):
        wait_for(lambda: len(re.findall(pattern, self.text())) >= times)

    def stop(self, number=signal.SIGTERM):
        start = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert code == DONE, (code, self.text())
        assert time.monotonic() - start < STOP_S, time.monotonic() - start
        self.log.close()


def cpu(pid):
    """Seconds of a process so far."""
    fields = Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_watch(rig):
    rig.configure(directory={"poll": "1s"})
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        watch = Watch(rig)
        watch.saw(r"event=sync\.batch")
        watch.stop(number)
    watch = Watch(rig)
    watch.saw(r"event=sync\.connected")
    busy = "another rundruf sync is at work.*: .*, process %d, since" % watch.process.pid
    assert re.search(busy, rig.run("sync", status=AGAIN))
    expect(rig.run("sync", "--approve", "1", status=AGAIN), "systemctl stop rundruf-sync")
    assert str(watch.process.pid) in status(rig)["syncing"]
    rig.run("sync", "-n")
    rig.roster(people(30) + [person("Twin", "P1@A.example"), person("Newcomer", "new@a.example")])
    wait_for(lambda: status(rig)["persons"] == 32)
    watch.saw("added:1")
    before, start = cpu(watch.process.pid), time.monotonic()
    time.sleep(3)
    share = (cpu(watch.process.pid) - before) / (time.monotonic() - start)
    assert share < (0.5 if SANITIZED else 0.1), share
    check_recovery(rig, watch)
    watch.stop()
    assert status(rig)["syncing"] is None
    for line in watch_lines(rig):
        assert re.match(r"time=\S+ level=\w+ event=sync\.\w+( |$)", line), line


def watch_lines(rig):
    return (rig.folder / "watch.log").read_text().splitlines()


def check_recovery(rig, watch):
    """What is gone for a while is tried again, and what comes back is taken."""
    (rig.folder / "roster.ldif").unlink()
    watch.saw(r"event=sync\.failed failures=1 again_in=[01]\.\d reason=")
    rig.roster(people(33))
    watch.saw(r"event=sync\.connected", 2)
    wait_for(lambda: status(rig)["persons"] == 33)


def check_killed(rig):
    watch = Watch(rig)
    watch.saw(r"event=sync\.batch")
    watch.process.kill()
    watch.process.wait(20)
    assert status(rig)["syncing"] is None
    rig.run("sync")


def main():
    with Rig() as rig:
        check_options(rig)
        check_sync(rig)
        check_nothing_written(rig)
        check_check(rig)
        check_held(rig)
        check_watch(rig)
        check_killed(rig)


main()
