#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""session.py - the main job on the embedded default (ldif:, sqlite:, spool:) as a coordinator does it,
command by command: what it prints, each --json line parsed, each exit status, and in the end every
message in the spool read by Python's own parser."""
import csv
import fcntl
import io
import os
import pty
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.environ["SRCDIR"] + "/tests/lib")
from rig import SOURCE, Rig, wait_for  # noqa: E402

SAMPLES = SOURCE / "conf/samples"
LIST = "(&(planning=Schulentwicklungsplanung)(population>=200001))"
DONE, FAILED, USAGE, HELD, PARTLY = 0, 1, 2, 3, 4


def expect(text, *words):
    for word in words:
        assert word in text, "%r is not in:\n%s" % (word, text)
    return text


def on_terminal(rig, answer, *words):
    """Runs a command with a terminal as standard input, on which `answer` is typed. Where there are no
    terminals (a chroot without /dev/pts), the answer is given as --yes or not at all."""
    try:
        master, slave = pty.openpty()
    except OSError:
        words += ("--yes",) if answer == "y" else ()
        return subprocess.run(rig.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
    os.write(master, answer.encode() + b"\n")
    done = subprocess.run(rig.command(*words), stdin=slave, capture_output=True, text=True, timeout=60)
    os.close(slave)
    os.close(master)
    return done


def check_start(rig):
    expect(rig.run("init", str(rig.folder), status=FAILED, config=False), "already")
    (rig.folder / "rundruf.db").unlink()
    expect(rig.run("list", "ls", status=FAILED), "rundruf init")
    expect(rig.run("init", str(rig.folder), config=False), "Kept", "rundruf.db")
    expect(rig.run(status=DONE, config=False), "mailing report ID")
    expect(rig.run("frob", status=USAGE), "no command")
    for words in (("list",), ("list", "frob"), ("mailing", "--yes")):
        expect(rig.run(*words, status=USAGE), "rundruf help " + words[0])
    expect(rig.run("help", "list"), "list add NAME")
    expect(rig.run("list", "add", "--frob", status=USAGE), "--frob")
    expect(rig.run("event", "show", status=USAGE), "usage: rundruf event show EVENT")
    expect(rig.run("help", "invite"), "--test-to")
    expect(rig.run("-c", str(rig.folder / "none.yaml"), "list", "ls", config=False, status=FAILED), "none.yaml")


def check_sync(rig):
    shutil.copy(SAMPLES / "roster.ldif", rig.folder)
    assert len(rig.json("check")) == 6
    expect(rig.run("sync", "-n"), "411 added", "Nothing was stored")
    assert rig.json("member", "ls") == []
    [summary] = rig.json("sync")
    assert (summary["added"], summary["persons"], summary["municipalities"]) == (411, 328, 81), summary
    expect(rig.run("sync"), "0 added", "411 unchanged")


def check_guard(rig):
    """An empty directory changes nothing, and one that has shrunk nothing until a person approves it."""
    roster = rig.folder / "roster.ldif"
    whole = roster.read_text()
    roster.write_text("")
    expect(rig.run("sync", status=HELD), "nothing was changed", "rundruf sync --approve 1")
    assert len(rig.json("member", "ls")) == 328
    entries = whole.split("\n\n")
    roster.write_text("\n\n".join(entries[:300]) + "\n")
    expect(rig.run("sync", status=HELD), "rundruf sync --approve 2")
    assert len(rig.json("member", "ls")) == 328
    roster.write_text(whole)
    expect(rig.run("sync"), "411 unchanged")


def check_members(rig):
    people = rig.json("member", "ls", "--filter", "(city=Mannheim)")
    assert len(people) == 6 and all(person["population"] == 315000 for person in people)
    expect(rig.run("member", "ls", "--filter", "(city=Mannheim)"), "Gesa Uhlmann", "6 persons")
    [gesa] = [person for person in people if person["name"] == "Gesa Uhlmann"]
    for key in (gesa["uuid"], gesa["dn"], gesa["name"], gesa["mail"][0]):
        assert rig.json("member", "show", key) == [{**gesa, "edits": [], "lists": []}], key
    expect(rig.run("member", "show", gesa["uuid"]), "Bildungsbüro", gesa["dn"])
    expect(rig.run("member", "show", "nobody@x.example", status=FAILED), "nobody@x.example")
    rows = list(csv.DictReader(io.StringIO(rig.run("member", "export"), newline="")))
    assert len(rows) == 328 and rows[0].keys() >= {"name", "mail", "ags", "uuid"}
    expect(rig.run("member", "ls", "--filter", "(citty=x)", status=FAILED), 'did you mean "city"')
    expect(rig.run("member", "ls", "--filter", "", status=FAILED), "empty")


def check_lists(rig):
    rig.run("list", "add", "Bad Name", "--filter", LIST, status=USAGE)
    rig.run("list", "add", "schools", status=USAGE)
    rig.run("list", "add", "schools", "--filter", "(city=", status=FAILED)
    for title in ("", "two\nlines", "\x1b[31mred"):
        expect(rig.run("list", "add", "schools", "--filter", LIST, "--title", title, status=USAGE), "--title")
    expect(rig.run("list", "add", "schools", "--filter", LIST, "-n"), "47 persons", "Nothing was stored")
    assert rig.json("list", "ls") == []
    rig.run("list", "add", "schools", "--filter", "(role=head)")
    expect(rig.run("list", "add", "schools", "--filter", LIST, status=FAILED), "list set schools")
    rig.run("list", "set", "schools", "--filter", LIST, "--title", "Große Städte", "--purpose", "schools",
            "--sender", "Büro <buero@netz.example>", "--basis", "e")
    wanted = {"list": "schools", "title": "Große Städte", "filter": LIST, "purpose": "schools",
              "means": "planning is Schulentwicklungsplanung and population over 200,000",
              "sender": "Büro <buero@netz.example>", "basis": "e", "except": None, "owner": None, "max_members": 0}
    assert rig.json("list", "ls") == rig.json("list", "show", "schools") == [wanted]
    assert len(rig.json("list", "members", "schools")) == 47
    expect(rig.run("list", "show", "schools"), "47 persons")
    rig.run("list", "add", "gone", "--filter", "(role=head)")
    expect(rig.run("list", "remove", "gone", status=FAILED, text=""), "--yes")
    expect(rig.run("list", "remove", "gone", "-n"), "would be removed")
    rig.run("list", "remove", "gone", "--yes")
    rig.run("list", "show", "gone", status=FAILED)


def check_events(rig):
    german = expect(rig.run("event", "import", str(SAMPLES / "announcement.txt"), "--name", "de"), "warning:")
    expect(german, "rundruf invite de")
    english = rig.run("event", "import", str(SAMPLES / "announcement.en.txt"), "--name", "en")
    expect(english, "Planning school places together")
    rig.run("event", "import", "-", "--name", "yaml", text=(SAMPLES / "event.yaml").read_text())
    events = {event["name"]: event for event in rig.json("event", "ls")}
    assert events.keys() == {"de", "en", "yaml"}
    for key in ("start", "end", "timezone"):
        assert len({event[key] for event in events.values()}) == 1, key
    expect(rig.run("event", "import", str(SAMPLES / "event.yaml"), "--name", "yaml"), "just as it is")
    expect(rig.run("event", "import", str(SAMPLES / "announcement.en.txt"), "--name", "yaml", status=FAILED),
           "--update")
    for wrong, complaint in (("start=2027-03-28T02:30", "02:30"), ("end=2027-10-14T09:00", "end"),
                             ("frob=1", "frob"), ("name=other", "name")):
        expect(rig.run("event", "set", "yaml", wrong, status=USAGE if wrong[:4] == "name" else FAILED), complaint)
    rig.run("event", "set", "yaml", "title=Not stored", "-n")
    rig.run("event", "set", "yaml", "title=Schulplätze", "end=2027-10-15T14:00")
    [event] = rig.json("event", "show", "yaml")
    assert (event["title"], event["end"], event["sequence"]) == ("Schulplätze", "2027-10-15T14:00", 1), event
    expect(rig.run("event", "ics", "yaml"), "SUMMARY:Schulplätze", "SEQUENCE:1", "DTEND;TZID=Europe/Berlin")
    rig.run("event", "set", "en", "start=2027-10-14", "end=2027-10-15")
    expect(rig.run("event", "ics", "en"), "DTSTART;VALUE=DATE:20271014", "DTEND;VALUE=DATE:20271016")
    rig.run("event", "show", "nowhere", status=FAILED)
    rig.run("event", "import", "-", "--name", "bare", text="Neuer Termin: Nur das\nDatum: 1. Juni 2027, 10 Uhr\n")
    rig.run("event", "set", "yaml", "body=", "-n")
    expect(rig.run("event", "ics", "bare"), "SUMMARY:Nur das")


def check_preview(rig):
    before = rig.store("SELECT count(*) FROM mailing")
    invite = ("invite", "yaml", "--list", "schools")
    expect(rig.run(*invite, "-n"), "41 of 47 persons", "4 persons have no address", "Nothing was queued")
    [preview] = rig.json(*invite, "-n")
    assert (preview["recipients"], preview["queued"]) == (47, 41), preview
    assert preview["remarks"] == {"no_address": 4, "bad_address": 1, "duplicate": 1}, preview
    [less] = rig.json(*invite, "-n", "--except", "(state=Hessen)")
    assert less["recipients"] == 44
    expect(rig.run(*invite, status=FAILED, text=""), "no terminal", "--yes")
    no = on_terminal(rig, "n", *invite)
    assert no.returncode == FAILED and "nothing was done" in no.stderr, no
    rig.run("invite", "yaml", status=USAGE)
    rig.run(*invite, "--filter", "(city=Mannheim)", status=USAGE)
    for time in ("tomorrow", "2027-01-15", "2027-01-15 08:00 or so", "2026-01-15 08:00"):
        expect(rig.run(*invite, "-n", "--at", time, status=USAGE), time)
    expect(rig.run(*invite, "-n", "--at", "2027-01-15 08:00"), "2027-01-15 08:00")
    expect(rig.run("invite", "nowhere", "--list", "schools", status=FAILED), "event ls")
    expect(rig.run("invite", "yaml", "--filter", "(city=Atlantis)", "--yes", status=FAILED), "nobody")
    rig.run("event", "set", "de", "start=2020-11-11T12:30", "end=2020-11-12T14:00")
    expect(rig.run("invite", "de", "--list", "schools", "--yes", status=HELD), "over", "--allow-past")
    expect(rig.run("invite", "de", "--list", "schools", "--allow-past", "-n"), "this event is over")
    assert rig.store("SELECT count(*) FROM mailing") == before


def check_sample(rig):
    box = rig.folder / "outbox"
    sample = ("invite", "yaml", "--list", "schools", "--test-to", "tester@müller.example")
    expect(rig.run(*sample, "-n"), "would be sent")
    assert not list(box.glob("*.eml"))
    expect(rig.run(*sample), "tester@xn--mller-kva.example")
    [message] = box.glob("*.eml")
    assert b"<tester@xn--mller-kva.example>" in message.read_bytes()
    message.unlink()
    rig.run("invite", "bare", *sample[2:], "-n")
    expect(rig.run(*sample[:-1], "tester", status=FAILED), "--test-to")
    assert rig.json("mailing", "ls") == []


def report_adds_up(rig, mailing):
    """Table, CSV and JSON name the same recipients, and the sums are theirs."""
    rows = rig.json("mailing", "report", str(mailing))
    table = rig.run("mailing", "report", str(mailing))
    sheet = list(csv.DictReader(io.StringIO(rig.run("mailing", "report", str(mailing), "--csv"), newline="")))
    [shown] = rig.json("mailing", "show", str(mailing))
    sums = shown["report"]
    assert len(rows) == len(sheet) == sums["recipients"]
    counts = rig.states(mailing)
    assert sum(counts.values()) == sums["recipients"]
    assert all(sums[state] == count for state, count in counts.items()), (counts, sums)
    for row, line in zip(rows, sheet):
        expect(table, row["name"])
        assert (line["delivery"], line["state"], line["person"]) == (str(row["delivery"]), row["state"], row["person"])
        assert row["text"] or row["state"] in ("queued", "cancelled"), row
    return rows, counts


def check_send(rig):
    """The mailing of the list, with somebody suppressed and somebody gone between invite and send."""
    yes = on_terminal(rig, "y", "invite", "yaml", "--list", "schools")
    assert yes.returncode == DONE and "Mailing 1 is queued" in yes.stdout, yes
    queued = [row for row in report_adds_up(rig, 1)[0] if row["state"] == "queued"]
    assert len(queued) == 41
    rig.run("suppression", "add", queued[0]["address"], "--purpose", "schools", "--reason", "unsubscribe")
    roster = rig.folder / "roster.ldif"
    kept = [entry for entry in roster.read_text().split("\n\n") if queued[1]["address"] not in entry]
    roster.write_text("\n\n".join(kept))
    expect(rig.run("sync"), "1 removed")
    expect(rig.run("send", "-n"), "Mailing 1: 41 messages would be sent", "Nothing was sent")
    [summary] = rig.json("send")
    assert (summary["sent"], summary["suppressed"], summary["fault"]) == (39, 2, None), summary
    rows, counts = report_adds_up(rig, 1)
    assert counts == {"sent": 39, "failed": 5, "suppressed": 3}, counts
    reasons = {row["delivery"]: row["text"] for row in rows}
    assert reasons[queued[0]["delivery"]] == "opted out"
    assert "no longer in the roster" in reasons[queued[1]["delivery"]]
    expect(rig.run("send"), "0 sent")
    expect(rig.run("invite", "yaml", "--list", "schools", "-n"), "invited to this already (mailing 1)")
    return rows


def check_control(rig):
    invite = ("-q", "invite", "yaml", "--filter", "(city=Mannheim)", "--yes")
    rig.run(*invite)
    rig.run("mailing", "pause", "2")
    assert rig.json("send")[0]["attempts"] == 0
    expect(rig.run("mailing", "pause", "2", status=FAILED), "paused")
    rig.run("mailing", "resume", "2")
    expect(rig.run("mailing", "cancel", "2", "-n"), "5 persons")
    expect(rig.run("mailing", "cancel", "2", status=FAILED, text=""), "--yes")
    rig.run("mailing", "cancel", "2", "--yes")
    assert rig.json("send")[0]["attempts"] == 0
    assert report_adds_up(rig, 2)[1] == {"cancelled": 5, "suppressed": 1}
    rig.run("mailing", "resume", "2", status=FAILED)
    rig.run("mailing", "retry", "2", "--yes", status=FAILED)

    rig.run(*invite)
    rig.store("UPDATE mailing SET not_after = 1 WHERE id = 3")
    expect(rig.run("-q", "send", status=PARTLY), "5 missed")
    expect(rig.run("mailing", "retry", "3", "--state", "missed", "-n"), "5")
    rig.run("mailing", "retry", "3", "--state", "frob", status=USAGE)
    rig.run("mailing", "retry", "3", "--state", "sent", "--yes", status=FAILED)
    rig.run("mailing", "retry", "3", "--state", "missed", "--yes")
    expect(rig.run("send"), "5 sent")
    assert report_adds_up(rig, 3)[1] == {"sent": 5, "suppressed": 1}

    listed = {mailing["id"]: mailing["state"] for mailing in rig.json("mailing", "ls")}
    [first] = rig.json("mailing", "show", "1")
    assert (first["purpose"], first["sender"]) == ("schools", "Büro <buero@netz.example>"), first
    assert first["actor"] and first["frozen_at"] <= first["due"] < first["not_after"], first
    assert listed == {1: "done", 2: "cancelled", 3: "done"}, listed
    expect(rig.run("mailing", "ls"), "done", "cancelled")
    for word in ("show", "report", "pause"):
        rig.run("mailing", word, "99", status=FAILED)
        rig.run("mailing", word, "x", status=USAGE)


def check_cancelled_event(rig):
    """What waits of an event that changes is named; then a new mailing calls it off."""
    rig.run("-q", "invite", "yaml", "--filter", "(city=Mannheim)", "--at", "2027-01-15 08:00", "--yes")
    expect(rig.run("event", "cancel", "yaml", "-n"), "would be")
    expect(rig.run("event", "cancel", "yaml", status=FAILED, text=""), "--yes")
    expect(rig.run("event", "cancel", "yaml", "--yes"), "rundruf mailing cancel 4")
    rig.run("event", "cancel", "yaml", "--yes", status=FAILED)
    rig.run("mailing", "cancel", "4", "--yes")
    rig.run("-q", "invite", "yaml", "--filter", "(city=Mannheim)", "--yes")
    assert rig.run("-q", "send") == ""
    for message in (rig.folder / "outbox").glob("000005-*.eml"):
        expect(message.read_text(), "method=CANCEL")


def check_spool_faults(rig):
    """A spool that cannot be used loses nothing."""
    box = rig.folder / "outbox"
    aside = box.rename(rig.folder / "aside")
    box.write_text("a file")
    rig.run("-q", "invite", "en", "--filter", "(city=Mannheim)", "--yes")
    expect(rig.run("send", status=FAILED), "transport.uri")
    rows = rig.json("check", status=FAILED)
    assert [row["check"] for row in rows if not row["good"]] == ["transport"], rows
    assert rig.states(6)["queued"] == 5
    box.unlink()
    aside.rename(box)
    expect(rig.run("send"), "5 sent")


def check_two_senders(rig):
    lock = (rig.folder / "rundruf.db.send").open("w")
    fcntl.lockf(lock, fcntl.LOCK_EX)
    assert rig.run("send", status=75).startswith("rundruf: another rundruf send")
    lock.close()


def check_signals(rig):
    """A sender that waits for work ends at once and cleanly, and leaves nothing claimed."""
    for mailing, number in ((7, signal.SIGTERM), (8, signal.SIGINT)):
        rig.run("-q", "invite", "en", "--filter", "(city=Kassel)", "--yes")
        sender = subprocess.Popen(rig.command("-q", "send", "--watch"))
        wait_for(lambda: "queued" not in rig.states(mailing))  # so it has begun, and catches signals
        sender.send_signal(number)
        assert sender.wait(20) == DONE, number
        assert set(rig.states(mailing)) <= {"sent", "failed", "suppressed"}, rig.states(mailing)


def check_language(rig):
    """German where the system has no German locale, and where the user names no other language."""
    german = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "de_DE.UTF-8", "LANGUAGE": ""}
    expect(rig.run("help", "config", env=german), "Bundesland der Kommune")
    expect(rig.run("help", "config"), "the municipality's Bundesland")


def check_output(rig):
    """Output that goes nowhere is an error; a reader that has had enough is none to speak of."""
    listing = rig.command("help", "config")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(listing, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == FAILED and "cannot write" in done.stderr, done
    closed = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *listing], stderr=subprocess.PIPE, text=True)
    assert closed.returncode == FAILED and "cannot write" in closed.stderr, closed
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(listing, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == FAILED and done.stderr == "", done
    escape = rig.run("member", "show", "\x1b[31mred", status=FAILED)
    assert "\x1b" not in escape, escape


def check_store(rig):
    expect(rig.run("db", "check"), "in order")
    backup = rig.folder / "backup.db"
    rig.run("db", "backup", str(backup))
    expect(rig.run("db", "backup", str(backup), status=FAILED), "already")
    rig.configure(store={"uri": "sqlite:backup.db"})
    assert len(rig.json("mailing", "ls")) == 8
    (rig.folder / "damaged.db").write_text("no store\n" * 1000)
    rig.configure(store={"uri": "sqlite:damaged.db"})
    expect(rig.run("db", "check", status=FAILED), "backup")
    rig.configure(store={"uri": "sqlite:rundruf.db"})


def check_messages(rig, rows):
    """Every message in the spool, by Python's parser; those of mailing 1 each with its recipient."""
    expected = rig.folder / "expected"
    sent = [row for row in rows if row["state"] == "sent"]
    expected.write_text("".join("%s\t%s\t%s\n" % (row["text"], row["address"], row["name"]) for row in sent))
    sent_in_all = sum(rig.states(mailing["id"]).get("sent", 0) for mailing in rig.json("mailing", "ls"))
    checker = [sys.executable, str(SOURCE / "tests/lib/check_message.py"), "--expect", str(expected),
               "--count", str(sent_in_all), str(rig.folder / "outbox")]
    done = subprocess.run(checker, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    print(done.stdout.strip())


def main():
    with Rig() as rig:
        check_start(rig)
        check_sync(rig)
        check_guard(rig)
        check_members(rig)
        check_lists(rig)
        check_events(rig)
        check_preview(rig)
        check_sample(rig)
        rows = check_send(rig)
        check_control(rig)
        check_cancelled_event(rig)
        check_spool_faults(rig)
        check_two_senders(rig)
        check_signals(rig)
        check_language(rig)
        check_output(rig)
        check_store(rig)
        check_messages(rig, rows)


main()
