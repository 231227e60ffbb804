# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench` runs: the big jobs on 100,000 persons, each next to a peer where there is one, in
pairs of the same run; medians. Needs slapd, and ../shared/tools/make-roster for the roster."""
import contextlib
import os
import re
import sqlite3
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, SOURCE, Rig, measured, skip

BUILD = Path(os.environ["BUILDDIR"])
RUNS = int(os.environ.get("RUNS", "5"))
TIMES = os.environ.get("TIMES", "51")  # of what takes milliseconds
MUNICIPALITIES = int(os.environ.get("MUNICIPALITIES", "80"))
PERSONS = int(os.environ.get("PERSONS", "1250"))
LINE = "%-34s %10s %14s %9s  %-24s %s"


def row(what, seconds, amount, unit, peer=None, peer_name="", memory=None, most=None, memory_most=None):
    """One line of the table: `amount` of `unit` done in so many seconds (a list of runs). `most` is what the
    ratio to the peer shall be at most."""
    middle = statistics.median(seconds)
    ratio = statistics.median(a / b for a, b in zip(seconds, peer)) if peer else None
    targets = ["%s %g%s%s" % ("<=", limit, sign, " (MISSED)" if value > limit else "")
               for value, limit, sign in ((ratio, most, " x"), (memory, memory_most, " MiB")) if limit]
    print(LINE % (what, "%.3f s" % middle, "%.0f %s/s" % (amount / middle, unit) if amount else "",
                  "%.0f MiB" % memory if memory else "", "%.2f x %s" % (ratio, peer_name) if peer else "",
                  ", ".join(targets)), flush=True)


def row_ms(what, ours, floor, floor_name, most=None, ratio_most=None):
    """The same for medians in milliseconds; `most` of these, or of the ratio to the floor."""
    value, limit = (ours, most) if most else (ours / floor, ratio_most)
    print(LINE % (what, "%.3f ms" % ours, "", "", "%.2f x %s" % (ours / floor, floor_name), "<= %g%s%s" % (
        limit, " ms" if most else " x", " (MISSED)" if value > limit else "")), flush=True)


@contextlib.contextmanager
def nothing_written(rig):
    """Says so if anybody commits a write to the store meanwhile."""
    watcher = sqlite3.connect(rig.folder / "rundruf.db")
    version = watcher.execute("PRAGMA data_version").fetchone()
    yield
    if watcher.execute("PRAGMA data_version").fetchone() != version:
        print("    the store was written to (MISSED)")
    watcher.close()


def bench_sync(rig, uri, entries):
    def discard():
        return float(measured([str(BUILD / "tests/bench/discard"), uri, BASE, ADMIN, "geheim"])[2])

    ours, floor, memory = [], [], 0
    for _ in range(RUNS):
        rig.new_store()
        seconds, peak, _ = measured(rig.command("sync", "-q"))
        ours.append(seconds)
        memory = max(memory, peak)
        floor.append(discard())
    row("first sync (ldap)", ours, entries, "entries", floor, "reading alone", memory, 2.0, 120)
    again, floor = [], []
    with nothing_written(rig):
        for _ in range(RUNS):
            again.append(measured(rig.command("sync", "--full", "-q"))[:2])
            floor.append(discard())
    row("full sync, nothing changed", [a[0] for a in again], entries, "entries", floor, "reading alone",
        max(a[1] for a in again), 1.5, 120)
    poll = [measured(rig.command("sync", "-q"))[:2] for _ in range(RUNS)]
    row("sync, nothing changed", [a[0] for a in poll], 0, "", memory=max(a[1] for a in poll))
    size = (rig.folder / "rundruf.db").stat().st_size
    print(LINE % ("store on disk", "%.0f MiB" % (size / 2**20), "", "", "", ""))


def feed(rig, kind, names):
    """The two medians, in milliseconds, of bench/feed.c."""
    done = subprocess.run([str(BUILD / "tests/bench/feed"), kind, "rundruf.yaml", TIMES, *names], cwd=rig.folder,
                          stdout=subprocess.PIPE, text=True, check=True)
    return map(float, done.stdout.split())


def bench_feed(rig, names):
    with nothing_written(rig):
        row_ms("poll, nothing changed", *feed(rig, "idle", names[:1]), "one entry read", ratio_most=1.2)
    row_ms("poll, 10 changes, session log", *feed(rig, "changes", names), "10 entries read", most=3)
    row_ms("change to committed row (watch)", *feed(rig, "follow", names), "a write to the disk", most=5)


def bench_present(rig, names):
    rig.new_store()
    rig.run("sync")
    row_ms("poll, 10 changes, present phase", *feed(rig, "present", names), "the bare phase", ratio_most=2)


def bench_filter(rig, uri):
    for text, peer_text in (("(&(planning=Sozialplanung)(role=planner)(state=Sachsen))",
                             "(&(businessCategory=Sozialplanung)(employeeType=planner)(st=Sachsen))"),
                            ("(surname=Köhler)", "(sn=Köhler)"), ("(mail=*)", "(mail=*)")):
        ours, peer, found = [], [], 0
        for _ in range(RUNS):
            seconds, _, output = measured(rig.command("--json", "member", "ls", "--filter", text))
            ours.append(seconds)
            found = output.count("\n")
            peer.append(measured(["ldapsearch", "-x", "-LLL", "-H", uri, "-D", ADMIN, "-w", "geheim", "-b", BASE,
                               "(&(objectClass=inetOrgPerson)%s)" % peer_text, "displayName", "mail"])[0])
        row("member ls %s" % text[:22], ours, found, "persons", peer, "ldapsearch")


FILTERS = ("(uid=p0050000)", "(sn=Köhler)", "(employeeType=planner)",
           "(&(l=Köln)(employeeType=planner)(businessCategory=Sozialplanung))",
           "(|(sn=Köhler)(l=Jena)(mail=p0000007@*))", "(&(l=Köln)(!(employeeType=planner)))", "(cn=Jürgen Gr*)",
           "(cn=*größke*)", "(mail=*@koeln.example)", "(mail=*)", "(roomNumber=A 3.01)", "(&(description=*)(l=Köln))",
           "(&(|(l=Köln)(l=Jena)(&(sn=K*)(!(l=Ulm))))(!(|(employeeType=head)(&(mail=*x*)(businessCategory=Sozialplanung)))))")


def bench_select(rig):
    """Whom a filter selects, beside slapd with an index on the same attributes but roomNumber."""
    rig.configure(directory={"index": "uid l roomNumber description"})
    rig.run("sync")
    done = subprocess.run([str(BUILD / "tests/bench/select"), "rundruf.yaml", "15", *FILTERS], cwd=rig.folder,
                          stdout=subprocess.PIPE, text=True, check=True)
    ratios = []
    for text, line in zip(FILTERS, done.stdout.splitlines(), strict=True):
        ours, theirs, _ = map(float, line.split())
        ratios.append(ours / theirs)
        row_ms(text if len(text) <= 34 else text[:31] + "...", ours, theirs, "slapd", ratio_most=1)
    middle = statistics.median(ratios)
    print(LINE % ("filters, median of %d" % len(ratios), "", "", "", "%.3f x slapd" % middle,
                  "<= 0.15 x%s" % (" (MISSED)" if middle > 0.15 else "")), flush=True)


def bench_mailing(rig, persons):
    rig.event()
    seconds, memory, _ = measured(rig.command("-q", "invite", "mannheim-2027", "--filter", "(mail=*)", "--yes"))
    row("prepare a mailing", [seconds], persons, "rows", memory=memory)
    rig.run("mailing", "cancel", "1", "--yes")
    rig.event("jena-2027")
    rig.run("invite", "jena-2027", "--filter", "(|(city=Köln)(city=Jena)(city=Mannheim))", "--yes")
    sent = rig.states(2)["queued"]
    seconds, memory, _ = measured(rig.command("-q", "send", "--once"))
    row("send into a spool folder", [seconds], sent, "messages", memory=memory)


def main():
    generator = Path(os.environ.get("MAKE_ROSTER", SOURCE.parent / "shared/tools/make-roster"))
    if not generator.exists():
        skip("no roster generator at ../shared/tools/make-roster")
    print("%d municipalities of %d persons, medians of %d runs, of %s for milliseconds" % (
        MUNICIPALITIES, PERSONS, RUNS, TIMES))
    print(LINE % ("", "", "", "memory", "ratio", "target"))
    with Rig() as rig:
        roster = rig.folder / "roster.ldif"
        with open(roster, "w") as out:
            subprocess.run([sys.executable, str(generator), "-n", str(MUNICIPALITIES), "-m", str(PERSONS)],
                           stdout=out, check=True)
        names = re.findall(r"^dn: (uid=.*)\n(?! )", roster.read_text(), re.M)[:10]
        uri = rig.slapd(roster, SESSIONLOG="100000", MORE="index uid,cn,sn,givenName,displayName,mail,employeeType,"
                        "businessCategory,l,st,o,description eq,pres,sub")
        rig.configure(directory={"uri": uri, "bind_dn": ADMIN, "password_file": "password", "audit": "0s"})
        entries = MUNICIPALITIES * (PERSONS + 1) + 2
        bench_sync(rig, uri, entries)
        bench_feed(rig, names)
        bench_select(rig)
        bench_filter(rig, uri)
        bench_mailing(rig, MUNICIPALITIES * PERSONS)
        rig.configure(directory={"uri": rig.slapd(roster)})
        bench_present(rig, names)
        print(measured([str(BUILD / "tests/bench/compose")])[2], end="")


main()
