# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM and SIGINT at random instants of mailings: nobody is lost, nobody gets two, the sender ends
within 30 s and says by its exit status whether something is left. Two senders on one store; a pause, a
cancellation and a resumption from another process while it sends. STOPS and PEOPLE set the size; SLOW=1
adds a relay that does not answer any more."""
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from mailrig import MailRig
from rig import wait_for

STOPS = int(os.environ.get("STOPS", "20"))
PEOPLE = int(os.environ.get("PEOPLE", "500"))
SESSIONS = 8


def stop(rig, sender, number):
    """Gives how long it took, and the exit status that is right."""
    begun = time.monotonic()
    sender.send_signal(number)
    output, _ = sender.communicate(timeout=60)
    took = time.monotonic() - begun
    rig.relay.quiet()
    assert took < 30, (took, output)
    states = rig.store("SELECT state, count(*) FROM delivery GROUP BY state")
    assert {state for state, _ in states} <= {"queued", "sent"}, (states, sender.returncode, output)
    if sender.returncode == -number:  # it had not begun
        assert not output, output
    else:
        assert sender.returncode == (4 if rig.left() else 0), (sender.returncode, rig.left(), output)
        assert " sent, " in output and ("Stopped" in output) == (rig.left() > 0), output
    return took


def stops(rig):
    """SIGTERM and SIGINT in turn. Gives how many, of how many mailings, and the longest time."""
    chance = random.Random(int(os.environ.get("SEED", "8")))
    longest = count = 0
    while count < STOPS:
        mailing = rig.mailing()
        while rig.left() and count < STOPS:
            sender = rig.sender()
            time.sleep(chance.uniform(0, 0.3))
            number = signal.SIGINT if count % 2 else signal.SIGTERM
            count += sender.poll() is None
            longest = max(longest, stop(rig, sender, number))
        rig.finish()
        assert rig.check(mailing) == 0, "somebody got two"
    return count, mailing, longest


def watch(rig):
    """For a sender that watches a signal is the right end."""
    rig.mailing()
    sender = rig.sender("--watch")
    wait_for(lambda: len(rig.relay.arrivals) > 10)
    sender.send_signal(signal.SIGTERM)
    sender.communicate(timeout=30)
    assert sender.returncode == 0, sender.returncode


def two(rig):
    """The second says who is at work, and the first goes on."""
    mailing = rig.mailing()
    first = rig.sender()
    wait_for(lambda: rig.relay.arrivals)
    told = rig.run("send", status=75)
    assert "another rundruf send is running" in told, told
    first.communicate(timeout=60)
    assert first.returncode == 0 and rig.check(mailing) == 0


def control(rig):
    """What arrives after the command has returned had begun to leave before: one message for each
    session at most. Gives how many these were."""
    mailing = rig.mailing()
    sender = rig.sender("--watch")
    late = []
    for deed, reached in ((["pause"], PEOPLE // 5), (["resume"], PEOPLE // 5), (["cancel", "--yes"], PEOPLE // 2)):
        wait_for(lambda: len(rig.relay.arrivals) > reached)
        rig.run("mailing", *deed, str(mailing))
        there = len(rig.relay.arrivals)
        if deed[0] != "resume":
            time.sleep(1)
            late.append(len(rig.relay.arrivals) - there)
            assert late[-1] <= SESSIONS, (deed, late)
    stopped = time.monotonic()
    sender.send_signal(signal.SIGTERM)
    sender.communicate(timeout=60)
    assert sender.returncode == 0 and time.monotonic() - stopped < 5
    rig.run("send")
    rig.relay.quiet()
    assert rig.check(mailing, ("sent", "cancelled")) == 0
    assert rig.states(mailing)["sent"] == len(rig.relay.arrivals)
    return late


def silence(rig):
    """A relay that answers nothing any more: the sender does not wait for it for ever."""
    rig.mailing()
    sender = rig.sender()
    wait_for(lambda: rig.relay.arrivals)
    rig.relay.pause = 1000
    time.sleep(0.5)
    begun = time.monotonic()
    sender.send_signal(signal.SIGTERM)
    sender.communicate(timeout=60)
    return time.monotonic() - begun


with MailRig(PEOPLE, SESSIONS) as rig:
    count, mailings, longest = stops(rig)
    watch(rig)
    rig.finish()
    two(rig)
    late = control(rig)
    print("%d stops over %d mailings of %d: 0 lost, 0 twice, the longest took %.2f s; %d messages after a pause, %d "
          "after a cancellation" % (count, mailings, PEOPLE, longest, *late))
    if os.environ.get("SLOW"):
        took = silence(rig)
        assert 20 < took < 30, took
        print("a relay that does not answer: stopped after %.1f s" % took)
