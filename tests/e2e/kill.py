# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of `send` at random instants of mailings, over 8 sessions, while people are suppressed: nobody
is lost, every message that arrived is whole, nobody gets one from a sender that was started after the
suppression was written down, there are no more extra copies than connections open at the kills, and a
copy has the Message-ID of the first. KILLS and PEOPLE (of a mailing) set the size, SEED the instants."""
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from mailrig import MailRig

KILLS = int(os.environ.get("KILLS", "100"))
PEOPLE = int(os.environ.get("PEOPLE", "500"))
SESSIONS = 8


class Victim:
    """One mailing, and the runs of senders that it took."""

    def __init__(self, rig, suppress):
        self.rig, self.suppress = rig, suppress
        self.mailing = rig.mailing()
        self.starts = []  # how many messages had arrived before each run
        self.kills = self.open = 0  # connections at the kills

    def kill(self, seconds):
        """Starts a sender, and kills it so long afterwards."""
        self.suppress()
        self.starts.append(len(self.rig.relay.arrivals))
        sender = self.rig.sender()
        until = time.monotonic() + seconds
        self.suppress()
        time.sleep(max(until - time.monotonic(), 0))
        instant = time.monotonic()
        self.kills += sender.poll() is None
        sender.kill()
        sender.communicate()
        self.rig.relay.quiet()
        self.open += self.rig.relay.open_since(instant)

    def finish(self, suppressed):
        """`suppressed`: address -> (mailing, run) before which that was written down. Gives the number
        of extra copies."""
        self.starts.append(len(self.rig.relay.arrivals))
        self.rig.finish()
        extra = self.rig.check(self.mailing, ("sent", "suppressed"))
        assert extra <= self.open <= self.kills * SESSIONS, (extra, self.open, self.kills)
        for place, arrival in enumerate(self.rig.relay.arrivals):
            run = (self.mailing, sum(start <= place for start in self.starts) - 1)
            written = suppressed.get(arrival.recipient)
            assert written is None or run < written, ("sent though suppressed", arrival.recipient, run, written)
        return extra


with MailRig(PEOPLE, SESSIONS) as rig:
    chance = random.Random(int(os.environ.get("SEED", "7")))
    candidates = iter(chance.sample(sorted(rig.names), PEOPLE // 5))
    suppressed = {}
    kills = extra = arrived = connections = 0

    def suppress():
        """Now and then one more person, before the next run."""
        if chance.random() < 0.3 and (address := next(candidates, None)):
            rig.run("suppression", "add", address)
            suppressed[address] = (rig.mailings, len(victim.starts))

    while kills < KILLS:
        victim = Victim(rig, suppress)
        while rig.left() and kills + victim.kills < KILLS:
            victim.kill(chance.uniform(0.01, 0.2))
        extra += victim.finish(suppressed)
        kills += victim.kills
        connections += victim.open
        arrived += len(rig.relay.arrivals)
    rig.run("db", "check")
print("%d kills with %d connections open, over %d mailings of %d, %d people suppressed meanwhile: %d messages "
      "arrived whole, %d were cut; 0 lost, %d extra copies"
      % (kills, connections, rig.mailings, PEOPLE, len(suppressed), arrived, rig.relay.cut, extra))
