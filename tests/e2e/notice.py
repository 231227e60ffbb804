#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""notice.py - what people see of sending: the notice to the contact person, domains that refuse us, status,
progress on a terminal, the story of a delivery in the log, the report, and sending again."""
import csv
import email
import email.policy
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, messages, person, wait_for  # noqa: E402

DONE, HELD, PARTLY, AGAIN = 0, 3, 4, 75
CONTACT = "anna@netz.example"


def prepare(rig, names, contact=CONTACT, **mailing):
    """A mailing to these local parts, at a domain of their own each."""
    box = rig.smtpd()
    rig.configure(mailing={"notify": "contact", **mailing}, transport={"sessions": 2})
    rig.roster([person("Person %d" % number, "%s@stadt%d.example" % (name, number))
                for number, name in enumerate(names)])
    rig.run("sync")
    event = rig.event()
    if contact:
        rig.run("event", "set", event, "contact=Anna Meier, %s" % contact)
    rig.run("invite", event, "--filter", "(role=planner)", "--yes")
    return box


def again(rig):
    """What is to be tried later is due now."""
    rig.store("UPDATE delivery SET due = ? WHERE state = 'retry'", int(time.time()))


def notices(box, recipient=CONTACT):
    """(Message-ID, subject, text) of what the contact person got."""
    found = []
    for _, to, octets in messages(box):
        message = email.message_from_bytes(octets, policy=email.policy.default)
        if to == recipient:
            assert message["Auto-Submitted"] == "auto-generated" and message["To"] == recipient, message
            found.append((str(message["Message-ID"]), str(message["Subject"]), message.get_content().replace("\r", "")))
    return found


def log_of(output, **what):
    """The log's lines with these ids, each as a dictionary."""
    rows = [dict(pair.split("=", 1) for pair in line.split() if "=" in pair)
            for line in output.splitlines() if line.startswith("time=")]
    return [row for row in rows if all(row.get(key) == str(value) for key, value in what.items())]


def done_and_retried():
    """Told when it is done, and again when `mailing retry` has reopened it; the log tells each delivery's story."""
    with Rig() as rig:
        box = prepare(rig, ["plain", "perm550", "tmp450", "dotclose"], on_unknown="ask")
        first = rig.run("-v", "send", status=PARTLY)
        assert notices(box) == [], "it is not done yet"
        again(rig)
        second = rig.run("-v", "send")
        [(first_id, subject, text)] = notices(box)
        assert subject == "Fertig: Einladung zu „Integrierte Planung“", subject
        assert "  2 verschickt\n  1 fehlgeschlagen\n  1 ungewiss: vielleicht angekommen\n  4 zusammen\n" in text, text
        assert "rundruf mailing report 1\n" in text and "--state unknown" in text, text
        rig.run("send")
        assert len(notices(box)) == 1, "told twice"

        ids = {row["address"].split("@")[0]: row["delivery"] for row in rig.json("mailing", "report", "1")}
        story = log_of(first + second, delivery=ids["tmp450"])
        assert [row["event"] for row in story] == ["delivery.retry", "delivery.sent"], story
        assert [row["attempt"] for row in story] == ["1", "2"], story
        assert story[0]["code"] == "450" and story[0]["status"] == "4.2.1", story
        assert re.fullmatch(r"20\d\d-.*Z", story[0]["next"]) and "next" not in story[1], story
        for row in story:
            assert row["mailing"] == "1" and float(row["seconds"]) < 60 and row["session"] in "01", row
        [row] = log_of(first, delivery=ids["dotclose"])
        assert row["event"] == "delivery.unknown" and row["blame"] == "relay", row
        assert "@" not in "".join(line for line in (first + second).splitlines(True) if line.startswith("time="))

        rig.run("status", status=HELD)
        [state] = rig.json("status", status=HELD)
        assert state["undecided"] == 1 and state["sending"] is None and state["sent_at"], state
        assert state["relay_fault"] is None, state
        sums_equal(rig, 1, {"sent": 2, "failed": 1, "unknown": 1})
        for state in ("failed", "unknown"):
            rig.run("mailing", "retry", "1", "--state", state, "--yes")
        assert rig.states(1) == {"sent": 2, "queued": 2}, rig.states(1)
        rig.run("send", status=PARTLY)
        assert rig.states(1) == {"sent": 2, "failed": 1, "unknown": 1}, rig.states(1)
        [_, (second_id, _, text)] = notices(box)
        assert second_id != first_id and "  1 fehlgeschlagen\n" in text, text
        assert sum(to.startswith("dotclose") for _, to, _ in messages(box)) == 2

        rig.store("UPDATE delivery SET state = 'missed' WHERE id = ?", ids["plain"])
        rig.run("mailing", "retry", "1", "--state", "missed", "--yes")
        rig.run("send")
        assert rig.states(1) == {"sent": 2, "failed": 1, "unknown": 1}, rig.states(1)


def sums_equal(rig, mailing, expected):
    """Table, CSV, JSON and the sums of `mailing show` count the same recipients in the same states."""
    assert rig.states(mailing) == expected, rig.states(mailing)
    rows = list(csv.DictReader(rig.run("mailing", "report", str(mailing), "--csv").splitlines()))
    counts = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        assert bool(row["next"]) == (row["state"] == "retry"), row
    assert counts == expected, counts
    table, summary = rig.run("mailing", "report", str(mailing)).split("\n\n")
    cells = table.split()
    assert {state: cells.count(state) for state in expected} == expected, table
    said = dict(re.findall(r"^  ([a-z ]+): +(\d+)$", summary, re.M))
    names = {"retry": "to be tried again", "claimed": "being sent"}
    assert said == {names.get(state, state): str(count) for state, count in expected.items()}, summary
    assert re.search(r"^Recipients: +%d$" % sum(expected.values()), summary, re.M), summary
    [shown] = rig.json("mailing", "show", str(mailing))
    assert {state: count for state, count in shown["report"].items()
            if count and state not in ("recipients", "done")} == expected, shown


def stuck():
    """A domain that refuses us is told, listed and lifted; mail to it goes then."""
    with Rig() as rig:
        box = prepare(rig, ["plain", "hold554"])
        rig.run("send", status=PARTLY)
        [(_, subject, text)] = notices(box)
        assert subject == "Stockt: Einladung zu „Integrierte Planung“", subject
        assert "rundruf mailing lift stadt1.example\n" in text and "  1 verschickt\n" in text, text
        rig.run("send")
        assert len(notices(box)) == 1
        sums_equal(rig, 1, {"sent": 1, "retry": 1})

        [hold] = rig.json("mailing", "holds")
        assert (hold["domain"], hold["code"], hold["waiting"]) == ("stadt1.example", 554, 1), hold
        assert "reputation" in hold["text"] and hold["since"] < hold["until"], hold
        assert re.search(r"^stadt1\.example .* 1 +554 .*reputation", rig.run("mailing", "holds"), re.M)
        for words in (("mailing", "show", "1"), ("mailing", "report", "1")):
            assert "stadt1.example, 1 delivery waits: 554" in rig.run(*words)
        assert rig.json("mailing", "show", "1")[0]["held"] == [hold]
        said = rig.run("-q", "status", status=HELD)
        assert "stadt1.example refuses our mail" in said and "mailing lift" in said, said
        assert rig.json("status", status=HELD)[0]["holds"] == [hold]

        rig.run("mailing", "lift", "no.example", status=1)
        rig.run("mailing", "lift", "stadt1.example")
        assert rig.store("SELECT deed, object FROM journal ORDER BY id DESC LIMIT 1") == [("lift", "domain stadt1.example")]
        assert rig.json("mailing", "holds") == []
        rig.run("status")
        again(rig)
        rig.run("send")
        assert rig.states(1) == {"sent": 2}, rig.states(1)
        assert [subject.split(":")[0] for _, subject, _ in notices(box)] == ["Stockt", "Fertig"]


def in_english():
    """No contact: the sender is told, in the network's language; nobody with notify none."""
    with Rig() as rig:
        rig.configure(network={"language": "en", "sender": "Office <office@netz.example>"})
        box = prepare(rig, ["plain"], contact=None)
        rig.run("send", env={"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"})
        [(_, subject, text)] = notices(box, "office@netz.example")
        assert subject == "Done: invitation to “Integrierte Planung”" and "  1 sent\n" in text, (subject, text)
        rig.run("invite", "mannheim-2027", "--filter", "(role=planner)", "--test-to", CONTACT)
        rig.run("send")
        assert len(notices(box, "office@netz.example")) == 1


def relay_at_fault():
    """A relay that is not there is said by status; after a day the contact person would be told, which waits for
    it; both end with the first message that it takes."""
    with Rig() as rig:
        box = prepare(rig, ["plain"])
        uri = rig.settings["transport"]["uri"]
        rig.configure(transport={"uri": "smtp://127.0.0.1:1"})
        rig.run("send", status=PARTLY)
        [state] = rig.json("status")
        assert state["relay_fault"]["since"] and state["relay_fault"]["text"], state
        assert "relay has been at fault" in rig.run("status")
        again(rig)
        rig.store("UPDATE relay_fault SET since = since - 90000")
        rig.store("UPDATE mailing SET due = due - 90000, frozen_at = frozen_at - 90000")
        assert "notice.failed mailing=1 kind=stuck number=1" in rig.run("send", status=PARTLY)
        assert "notice.failed" not in rig.run("send"), "tried again at once"
        rig.configure(transport={"uri": uri})
        again(rig)
        rig.run("send")
        assert rig.json("status")[0]["relay_fault"] is None
        rig.store("UPDATE notice SET due = 0")
        rig.run("send")
        assert [subject.split(":")[0] for _, subject, _ in notices(box)] == ["Fertig"]


def watching():
    """send --watch: tells when a mailing is done, is seen at work, notices a lifted hold, ends well when asked to."""
    with Rig() as rig:
        box = prepare(rig, ["plain", "hold554"])
        sender = subprocess.Popen(rig.command("-v", "send", "--watch"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
        wait_for(lambda: rig.json("mailing", "holds"))
        assert "process %d," % sender.pid in rig.run("status", status=HELD)
        assert "another rundruf send" in rig.run("send", status=AGAIN)
        assert rig.run("-q", "send", status=AGAIN) == "", "cron would write a mail"
        rig.run("mailing", "lift", "stadt1.example")
        again(rig)
        wait_for(lambda: rig.states(1) == {"sent": 2})
        sender.send_signal(signal.SIGTERM)
        said, _ = sender.communicate(timeout=30)
        assert sender.returncode == DONE, said
        assert "2 sent, 1 to be tried again" in said, said
        rig.run("send")
        assert [subject.split(":")[0] for _, subject, _ in notices(box)][-1] == "Fertig"


def on_a_terminal():
    """Progress is shown there: sent of all, the rate, what is to be tried again."""
    with Rig() as rig:
        prepare(rig, ["tmp450"] + ["plain%d" % number for number in range(300)])
        try:
            controller, terminal = pty.openpty()
        except OSError:
            return  # a chroot without /dev/pts has no terminals
        sender = subprocess.Popen(rig.command("send"), stdin=terminal, stdout=subprocess.DEVNULL, stderr=terminal,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
        os.close(terminal)
        seen = b""
        try:
            while octets := os.read(controller, 65536):
                seen += octets
        except OSError:  # the other end is closed
            pass
        assert sender.wait(60) == PARTLY, seen
        lines = re.findall(r"\rsending (\d+)/301  (\d+)/s(  \d+ s left)?(, 1 to be tried again)?", seen.decode())
        assert lines and any(again for *_, again in lines), seen
        figures = [int(line[0]) for line in lines]
        assert figures == sorted(figures) and figures[-1] <= 300, figures
        assert seen.endswith(b"\r\x1b[K"), seen[-80:]


def orphaned():
    """What a dead sender left has its line."""
    with Rig() as rig:
        prepare(rig, ["plain"])
        rig.store("UPDATE delivery SET state = 'claimed', claimed_at = 1, message_id = 'x'")
        said = rig.run("-v", "send")
        [orphan, sent] = log_of(said, delivery=1)
        assert orphan["event"] == "delivery.orphaned" and orphan["state"] == "retry", orphan
        assert sent["event"] == "delivery.sent" and sent["attempt"] == "2", sent


def main():
    for test in (done_and_retried, stuck, in_english, relay_at_fault, watching, on_a_terminal, orphaned):
        started = time.monotonic()
        test()
        print("%s: %.1f s" % (test.__name__, time.monotonic() - started), flush=True)


main()
