# SPDX-License-Identifier: GPL-3.0-or-later
"""mailrig.py - a rig with people, a relay (relay.py) and mailings to all of them, for tests in which the
sender comes to harm

    with MailRig(500) as rig:
        mailing = rig.mailing()
        sender = rig.sender()           rundruf send --once, on its way
        ...
        rig.finish()                    as many senders as it takes
        extra = rig.check(mailing)      0 lost, all whole, copies alike; how many were extra"""
import collections
import subprocess

from relay import Relay, whole
from rig import Rig, person

OPEN = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'claimed', 'retry')"


class MailRig(Rig):
    def __init__(self, people, sessions=8, pause=0.004):
        super().__init__()
        self.names = {"p%d@a%d.example" % (n, n % 5): "Jürgen Nr. %d" % n for n in range(people)}
        self.relay = Relay(pause)
        self.settings["transport"] = {"uri": "smtp://127.0.0.1:%d" % self.relay.port, "starttls": "off",
                                      "sessions": sessions, "min_free": 0}
        self.mailings = 0

    def __enter__(self):
        super().__enter__()
        self.roster([person(name, address) for address, name in self.names.items()])
        self.run("sync")
        return self

    def mailing(self):
        """Confirms a mailing to everybody, of an event of its own, and forgets what arrived before."""
        self.relay.quiet()
        self.relay.arrivals.clear()
        self.mailings += 1
        name = self.event("mannheim-%d" % (2027 + self.mailings))
        self.run("invite", name, "--filter", "(role=planner)", "--yes")
        return self.mailings

    def left(self):
        return self.store(OPEN)[0][0]

    def sender(self, *words, before=(), env=None):
        """Starts a sender; `before`: the words of a program that starts it."""
        return subprocess.Popen([*before, *self.command("send", *(words or ("--once",)))], text=True, env=env,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def finish(self):
        while self.left():
            self.run("send", "--once")
        self.relay.quiet()

    def check(self, mailing, states=("sent",)):
        """Every message that arrived is whole and like the others, but for what is the recipient's own;
        the copies of one have one Message-ID; all rows are in one of `states`, and those that are sent did
        arrive. Gives the number of extra copies."""
        numbers, kinds = collections.defaultdict(set), set()
        for arrival in self.relay.arrivals:
            kind, message_id = whole(arrival, self.names[arrival.recipient])
            kinds.add(kind)
            numbers[arrival.recipient].add(message_id)
        assert len(kinds) <= 1, "messages differ"
        assert all(len(found) == 1 for found in numbers.values()), "a copy has another Message-ID"
        rows = dict(self.store("SELECT address, state FROM delivery WHERE mailing = ?", mailing))
        counts = collections.Counter(rows.values())
        assert set(rows) == set(self.names) and set(counts) <= set(states), counts
        assert {address for address, state in rows.items() if state == "sent"} <= set(numbers), "lost"
        assert self.states(mailing) == counts, "the report differs"
        return len(self.relay.arrivals) - len(numbers)
