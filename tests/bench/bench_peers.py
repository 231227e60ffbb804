# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench-peers` runs: `rundruf send` beside list servers that write to each member apart, mlmmj
(VERP) and Mailman 3 (personalised), in turns; medians. The peers are set up and run by the scripts of
../shared/tools/bench/mail; they are slow, and get fewer messages. Wants root, for Mailman's user."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from mail import RUNS, SOURCE, TOOLS, Desk, compiled, free_port, head, installed, ours, row, row_absent, sink

MESSAGES = int(os.environ.get("MESSAGES", "20000"))
SESSIONS = 16
FEW = 100  # messages of a peer that waits for acknowledgements
MEMBERS = int(os.environ.get("MEMBERS", "10000"))  # of mlmmj's list
MAILMAN_MEMBERS = int(os.environ.get("MAILMAN_MEMBERS", "1000"))


class Peers:
    """The scripts, with a folder that other users can read, and a server that takes what they send."""

    def __init__(self, desk, port):
        self.folder = tempfile.mkdtemp(prefix="rundruf-bench-")
        os.chmod(self.folder, 0o755)
        message = Path(self.folder) / "message"
        shutil.copyfile(desk.message, message)
        self.environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin", "BENCH_DIR": self.folder,
                            "SINKPORT": str(port), "MSG": str(message)}

    def close(self):
        shutil.rmtree(self.folder)

    def run(self, script, *words, **variables):
        done = subprocess.run(["bash", str(TOOLS / script), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env={**self.environment, **variables})
        assert done.returncode == 0, (script, done.stdout[-2000:])
        return done.stdout

    def rate(self, script, *words, expected, **variables):
        """Messages a second, as the script prints them; it must have sent as many as `expected`."""
        output = self.run(script, *words, **variables)
        found = re.search(r"\bn=(\d+) .*\brate=([0-9.]+)", output)
        assert found and int(found.group(1)) == expected, output[-2000:]
        return float(found.group(2))


def bench_mlmmj(desk, peers, port):
    if not installed("mlmmj-send") or not (TOOLS / "run-mlmmj").exists():
        return row_absent("mlmmj, VERP", "mlmmj, run-mlmmj")
    peers.run("setup-mlmmj", str(MEMBERS))
    nodelay = compiled(SOURCE / "tests/bench/nodelay.c", "-shared", "-fPIC", "-ldl")
    for what, members, preload in (("as installed", FEW, ""), ("with TCP_NODELAY", MEMBERS, nodelay)):
        pairs = [(ours(desk, port, SESSIONS, MESSAGES), peers.rate(
            "run-mlmmj", "verp", expected=members, NSUB=str(members), PRELOAD=preload)) for _ in range(RUNS)]
        row("%d sessions, VERP" % SESSIONS, pairs, "mlmmj " + what, least=4)


def bench_mailman(desk, peers, port):
    if not Path("/usr/lib/mailman3/bin/mailman").exists() or not (TOOLS / "run-mailman").exists():
        return row_absent("Mailman 3, personalised", "mailman3, run-mailman")
    if os.geteuid() != 0:
        return row_absent("Mailman 3, personalised", "must be run by root")
    peers.run("setup-mailman", str(MAILMAN_MEMBERS))
    pairs = [(ours(desk, port, SESSIONS, MESSAGES), peers.rate(
        "run-mailman", "full", expected=MAILMAN_MEMBERS)) for _ in range(RUNS)]
    row("%d sessions, personalised" % SESSIONS, pairs, "Mailman 3", least=150)


def main():
    if not installed("smtp-sink"):
        return print("skipped: Postfix (smtp-sink) is not installed")
    port, plain, esmtp = free_port(), free_port(), free_port()
    # mlmmj wants a server without ESMTP
    with Desk() as desk, sink(port), sink(plain, "-e"), sink(esmtp):
        print("%d deliveries, messages of %d octets, medians of %d runs; mlmmj %d and %d, Mailman %d" % (
            MESSAGES, desk.octets, RUNS, FEW, MEMBERS, MAILMAN_MEMBERS))
        head("", "ours", "(sending)", "peer", "ratio", "", "aim")
        for bench, own in ((bench_mlmmj, plain), (bench_mailman, esmtp)):
            with contextlib.closing(Peers(desk, own)) as peers:
                bench(desk, peers, port)


main()
