# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench-send` runs: `rundruf send` from a durable store beside Postfix's smtp-source, both with
the same number of sessions and messages of the same size into the same server, in turns; medians. RUNS,
MESSAGES (of the largest run), QUEUED."""
import os
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from mail import (RUNS, Desk, free_port, head, installed, ours, peer, row, row_absent, row_value, sink,
                  smtp_source, tool)

MESSAGES = int(os.environ.get("MESSAGES", "20000"))
QUEUED = int(os.environ.get("QUEUED", "1000000"))
MARK = 10000  # messages of the first part of a long queue


def in_turns(desk, port, sessions, count):
    return [(ours(desk, port, sessions, count), smtp_source(desk, port, sessions, count)) for _ in range(RUNS)]


def durable_write_s(folder):
    """How long the disk takes for a write that is durable: with one session, a message cannot take less."""
    taken = []
    with open(folder / "written", "wb", buffering=0) as file:
        for _ in range(200):
            begun = time.monotonic()
            file.write(bytes(8192))
            os.fdatasync(file)
            taken.append(time.monotonic() - begun)
    return statistics.median(taken)


def bench_local(desk):
    port = free_port()
    with sink(port):
        for sessions in (1, 4, 16, 32):
            row("%d session%s" % (sessions, "s" if sessions > 1 else ""), in_turns(desk, port, sessions, MESSAGES),
                "smtp-source", least=1.8)
        cpu = [ours(desk, port, 16, 1000).cpu for _ in range(RUNS)]
        row_value("processor, 1,000 messages", statistics.median(cpu), "%.4f s", most=0.05)


def bench_far(desk):
    what, proxy = "10 ms each way, 32 sessions", tool("delayproxy")
    if not proxy:
        return row_absent(what, "delayproxy")
    port, near = free_port(), free_port()
    with sink(near), peer([proxy, str(port), str(near), "10"], port):
        row(what, in_turns(desk, port, 32, MESSAGES // 10), "smtp-source", least=3.9)


def bench_lock_step(desk):
    port = free_port()
    with sink(port, "-p"):
        row("no PIPELINING, 16 sessions", in_turns(desk, port, 16, MESSAGES), "smtp-source", least=0.9)


def bench_slow_end(desk):
    what, slow = "end of data 5 ms late, 16 sessions", tool("csink")
    if not slow:
        return row_absent(what, "csink")
    port = free_port()
    with peer([slow, "-p", str(port), "-d", "5"], port):
        row(what, in_turns(desk, port, 16, MESSAGES // 4), "smtp-source", least=1.2)


def bench_domains(desk):
    port = free_port()
    with sink(port):
        pairs = [(ours(desk, port, 16, MESSAGES, 1000), ours(desk, port, 16, MESSAGES, 1).rate) for _ in range(RUNS)]
    row("1,000 recipient domains", pairs, "one domain", least=0.95)


class Mark:
    """The first MARK messages of a queue that is longer: messages a second from the first one on, which came
    after `first` seconds, and the peak of memory in MiB. The sender is asked to stop then."""

    def __init__(self, desk, name):
        desk.take(name)
        port, counts = free_port(), desk.folder / "counts"
        with open(counts, "wb") as output, sink(port, "-c", output=output):
            desk.to(port, 16)
            begun = time.monotonic()
            sender = subprocess.Popen(desk.command("-q", "send"))
            while (first := last_count(counts)) == 0:
                time.sleep(0.002)
            self.first = time.monotonic() - begun
            while (last := last_count(counts)) < MARK:
                time.sleep(0.002)
            self.rate = self.alone = (last - first) / (time.monotonic() - begun - self.first)
            status = Path("/proc/%d/status" % sender.pid).read_text()
            self.memory = int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M).group(1)) / 1024
            sender.terminate()
            sender.wait(60)


def last_count(path):
    """Messages so far, by what smtp-sink -c writes: counts that end with a carriage return each."""
    counts = re.findall(rb"mesg=(\d+)\r", path.read_bytes()[-200:])
    return int(counts[-1]) if counts else 0


def bench_long_queue(desk):
    shutil.copyfile(desk.frozen(QUEUED), desk.folder / "long.db")
    size = (desk.folder / "long.db").stat().st_size
    pairs = []
    for _ in range(RUNS):
        long = Mark(desk, "long.db")
        desk.lay(2 * MARK)
        pairs.append((long, Mark(desk, "sent.db")))
    row("%d queued, the first %d" % (QUEUED, MARK), [(long, short.rate) for long, short in pairs],
        "%d queued" % (2 * MARK), least=0.9)
    for i, what in ((0, QUEUED), (1, 2 * MARK)):
        row_value("%d queued, until the first" % what, statistics.median(pair[i].first for pair in pairs), "%.3f s")
    row_value("%d queued, memory" % QUEUED, max(long.memory for long, _ in pairs), "%.0f MiB", most=64)
    row_value("%d queued, store on disk" % QUEUED, size / 2**20, "%.0f MiB")


def main():
    if not installed("smtp-source"):
        return print("skipped: Postfix (smtp-source, smtp-sink) is not installed")
    with Desk() as desk:
        print("%d deliveries, messages of %d octets, medians of %d runs" % (MESSAGES, desk.octets, RUNS))
        head("", "ours", "(sending)", "peer", "ratio", "", "aim")
        row_value("a durable write of 8 KiB", 1000 * durable_write_s(desk.folder), "%.3f ms")
        bench_local(desk)
        bench_far(desk)
        bench_lock_step(desk)
        bench_slow_end(desk)
        bench_domains(desk)
        bench_long_queue(desk)


main()
