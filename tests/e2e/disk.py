# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are full or broken: ENOSPC and EIO in the N-th write and the N-th sync of `send`, once and
from then on, and a small disk that fills while it sends. Nobody is lost, nobody gets more copies than
there are sessions, the store is whole, the sender goes on when there is space again, or says what to do
and ends. Below transport.min_free nothing begins. POINTS sets how many N there are."""
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from mailrig import MailRig
from rig import wait_for

POINTS = int(os.environ.get("POINTS", "3"))
PEOPLE = 400 if sys.argv[1:] == ["small"] else 40
SESSIONS = 8
RIGS = 4
MIB = 1024 * 1024
ADVICE = {"ENOSPC": "make room on the disk", "EIO": "the disk reports errors"}


def injecting(rig, call, fault, when):
    """The words that start a program whose calls of `call` on the store fail so; it is the child, and the
    tracer nobody's."""
    files = [word for end in ("", "-wal") for word in ("-P", str(rig.folder / (rig.database + end)))]
    return ["strace", "-D", "-f", "-qq", "-E", "ASAN_OPTIONS=detect_leaks=0", "-o", "/dev/null", *files,
            "-e", "trace=" + call, "-e", "inject=%s:error=%s:when=%s" % (call, fault, when)]


def can_trace():
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode == 0
    return False


def make_good(rig, mailing, copies):
    """A run without faults."""
    rig.finish()
    rig.run("db", "check")
    extra = rig.check(mailing)
    assert extra <= copies, extra
    return extra


def fail_once(rig, call, fault, number):
    """One call fails: the sender tries again, and all is sent, once. Gives whether there were so many."""
    mailing = rig.mailing()
    sender = rig.sender(before=injecting(rig, call, fault, number))
    output, _ = sender.communicate(timeout=60)
    assert sender.returncode == 0 and "%d sent" % PEOPLE in output, (call, fault, number, output)
    make_good(rig, mailing, 0)
    return "send.waiting" in output


def fail_on(rig, call, fault, number):
    """All calls fail from then on: the sender waits, can be stopped, and says what to do. Gives how many
    extra copies there were."""
    mailing = rig.mailing()
    sender = rig.sender(before=injecting(rig, call, fault, "%d+" % number))
    time.sleep(0.5)
    begun = time.monotonic()
    sender.send_signal(signal.SIGTERM)
    output, _ = sender.communicate(timeout=60)
    assert time.monotonic() - begun < 30, output
    if "send.waiting" in output:
        advice = ADVICE[fault if call == "pwrite64" else "EIO"]  # SQLite does not tell why a sync failed
        assert sender.returncode == 1 and advice in output, (call, fault, number, sender.returncode, output)
    return make_good(rig, mailing, SESSIONS)


def fail_at_start(rig, fault):
    """What a sender that died left cannot be written down: nothing is sent, and it says what to do."""
    mailing = rig.mailing()
    sender = rig.sender()
    wait_for(lambda: rig.relay.arrivals)
    sender.kill()
    sender.communicate()
    rig.relay.quiet()
    arrived = len(rig.relay.arrivals)
    sender = rig.sender(before=injecting(rig, "pwrite64", fault, "1+"))
    output, _ = sender.communicate(timeout=60)
    assert sender.returncode == 1 and ADVICE[fault] in output, (sender.returncode, output)
    assert len(rig.relay.arrivals) == arrived
    return make_good(rig, mailing, SESSIONS)


def try_faults(points):
    """Gives how many faults hit a commit, and the extra copies."""
    hit = extra = 0
    with MailRig(PEOPLE, SESSIONS) as rig:
        for point in points:
            hit += fail_once(rig, *point)
            extra += fail_on(rig, *point)
    return hit, extra


def faults():
    """A sender whose disk fails spends most of its time waiting: several at a time."""
    if not can_trace():
        return print("strace does not work here: no faults of single calls")
    points = [(call, fault, number) for call, most in (("pwrite64", 150), ("fdatasync", 25))
              for number in sorted({1 + n * (most - 1) // max(POINTS - 1, 1) for n in range(POINTS)})
              for fault in ADVICE]
    with ThreadPoolExecutor(RIGS) as pool:
        found = list(pool.map(try_faults, [points[n::RIGS] for n in range(RIGS)]))
    with MailRig(PEOPLE, SESSIONS) as rig:
        extra = sum(fail_at_start(rig, fault) for fault in ADVICE)
    hit, extra = sum(hit for hit, _ in found), extra + sum(extra for _, extra in found)
    assert hit >= len(points) // 2, (hit, points)
    return print("ENOSPC and EIO in a write or sync at %d points, once and from then on, %d of these in a commit: 0 "
                 "lost, %d extra copies" % (len(points), hit, extra))


class SmallDisk:
    """A disk of its own, on which new rigs are made."""

    def __init__(self, size):
        self.size = size  # MiB
        self.folder = Path(tempfile.mkdtemp(prefix="rundruf-disk-"))
        self.filler = self.folder / "filler"

    def __enter__(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % self.size, "rundruf", str(self.folder)], check=True)
        tempfile.tempdir = str(self.folder)
        return self

    def __exit__(self, *_):
        tempfile.tempdir = None
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()

    def fill(self, left=0):
        """Takes all space but `left` octets."""
        disk = os.statvfs(self.folder)
        with open(self.filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            if left:
                os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - left)
            while not left and file.write(bytes(64 * 1024)):
                pass

    def empty(self):
        self.filler.unlink()


def stands_still(rig):
    """Waits until nothing more arrives, and gives how much has."""
    arrived = -1
    while arrived != len(rig.relay.arrivals):
        arrived = len(rig.relay.arrivals)
        time.sleep(1)
    return arrived


def run_full(disk, rig):
    """The disk fills while it sends: it waits, and goes on by itself."""
    mailing = rig.mailing()
    sender = rig.sender()
    wait_for(lambda: len(rig.relay.arrivals) > 5)
    disk.fill()
    arrived = stands_still(rig)
    assert arrived < PEOPLE and sender.poll() is None, (arrived, sender.poll())
    disk.empty()
    output, _ = sender.communicate(timeout=60)
    assert sender.returncode == 0 and "send.waiting" in output and ADVICE["ENOSPC"] in output, output
    make_good(rig, mailing, 0)
    return arrived


def keep_floor(disk, rig):
    """Below the floor nothing begins; a sender that is at work says so and ends, or watches."""
    rig.configure(transport={"min_free": 24})
    rig.relay.pause = 0.05  # it looks once a second
    mailing = rig.mailing()
    sender = rig.sender()
    wait_for(lambda: len(rig.relay.arrivals) > 5)
    disk.fill(16 * MIB)  # for what it writes before it looks again
    output, _ = sender.communicate(timeout=60)
    assert sender.returncode == 3 and "make room" in output and "Stopped" not in output, output
    arrived = stands_still(rig)
    assert arrived < PEOPLE
    for words in (["send"], ["invite", "mannheim-2027", "--filter", "(role=planner)", "--yes"]):
        told = rig.run(*words, status=3)
        assert "MiB are free" in told and "make room" in told, told
    assert len(rig.json("mailing", "ls")) == mailing
    told = rig.run("invite", "mannheim-2027", "--filter", "(role=planner)", "--yes", status=3,
                   env={"LC_ALL": "C.UTF-8", "LANGUAGE": "de"})
    assert "schaffen Sie Platz" in told, told
    watching = rig.sender("--watch")
    assert stands_still(rig) == arrived
    disk.empty()
    wait_for(lambda: len(rig.relay.arrivals) == PEOPLE)
    watching.send_signal(signal.SIGTERM)
    watching.communicate(timeout=60)
    assert watching.returncode == 0
    make_good(rig, mailing, 0)


def small_disk():
    with SmallDisk(16) as disk, MailRig(PEOPLE, SESSIONS) as rig:
        arrived = run_full(disk, rig)
    with SmallDisk(64) as disk, MailRig(PEOPLE, SESSIONS) as rig:
        rig.event()
        keep_floor(disk, rig)
    print("a disk of 16 MiB was full after %d messages, another below the floor: 0 lost, 0 extra copies" % arrived)


def own_disk():
    """The rest is done in a namespace of its own, where everybody may mount."""
    unshare = ["unshare", "-rm"]
    if subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], stderr=subprocess.DEVNULL).returncode:
        return print("unshare -rm and mount do not work here: nothing was tried on a small disk")
    return subprocess.run([*unshare, sys.executable, __file__, "small"], check=True)


if sys.argv[1:] == ["small"]:
    small_disk()
else:
    faults()
    own_disk()
