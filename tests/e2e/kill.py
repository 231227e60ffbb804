# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of `send` at random instants of a mailing of 500: nobody is lost, at most one extra copy for
each kill, and a copy has the Message-ID of the first. KILLS sets how many (default 200)."""
import collections
import email
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, messages, person

KILLS = int(os.environ.get("KILLS", "200"))
PEOPLE = 500


def run_and_kill(rig, seconds):
    """Starts a sender and kills it that long afterwards; TRUE if it was still at work."""
    sender = subprocess.Popen(rig.command("send", "--once"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    alive = sender.poll() is None
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    return alive


def left(rig):
    return rig.store("SELECT count(*) FROM delivery WHERE state IN ('queued', 'claimed', 'retry')")[0][0]


with Rig() as rig:
    box = rig.smtpd()
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(PEOPLE)])
    rig.run("sync")
    rig.event()
    instants = random.Random(7)
    kills = mailings = 0
    while kills < KILLS:
        mailings += 1
        rig.event("mannheim-%d" % (2027 + mailings))
        rig.run("invite", "mannheim-%d" % (2027 + mailings), "--filter", "(role=planner)", "--yes")
        while left(rig) and kills < KILLS:
            kills += run_and_kill(rig, instants.uniform(0.01, 0.12))
        while left(rig):
            rig.run("send", "--once")
    copies = collections.Counter()
    ids = collections.defaultdict(set)
    for sender, recipient, octets in messages(box):
        number = email.message_from_bytes(octets)["Message-ID"]
        copies[number] += 1
        ids[sender].add(number)
    extra = sum(copies.values()) - len(copies)
    assert len(copies) == PEOPLE * mailings, "lost: %d" % (PEOPLE * mailings - len(copies))
    assert all(len(found) == 1 for found in ids.values()), "a copy has another Message-ID"
    assert extra <= kills, (extra, kills)
    for mailing in range(1, mailings + 1):
        assert rig.states(mailing) == {"sent": PEOPLE}, rig.states(mailing)
print("%d kills over %d mailings of %d: 0 lost, %d extra copies" % (kills, mailings, PEOPLE, extra))
