# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench` runs: the big jobs on 100,000 persons, each next to a peer where there is one, in
pairs of the same run; medians. Needs slapd, and ../shared/tools/make-roster for the roster."""
import os
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import BASE, SOURCE, Rig, measured, skip

BUILD = Path(os.environ["BUILDDIR"])
RUNS = int(os.environ.get("RUNS", "3"))
MUNICIPALITIES = int(os.environ.get("MUNICIPALITIES", "80"))
PERSONS = int(os.environ.get("PERSONS", "1250"))
ADMIN = "cn=admin," + BASE


def row(what, seconds, amount, unit, peer=None, peer_name="", memory=None):
    """One line of the table: `amount` of `unit` done in so many seconds (a list of runs)."""
    middle = statistics.median(seconds)
    ratio = "%.2f x %s" % (statistics.median(a / b for a, b in zip(seconds, peer)), peer_name) if peer else ""
    print("%-34s %8.3f s %11.0f %s/s %9s  %s" % (
        what, middle, amount / middle, unit, "%.0f MiB" % memory if memory else "", ratio), flush=True)


def bench_sync(rig, uri, entries):
    ours, floor, memory = [], [], 0
    for _ in range(RUNS):
        rig.new_store()
        seconds, peak, _ = measured(rig.command("sync", "-q"))
        ours.append(seconds)
        memory = max(memory, peak)
        floor.append(float(measured([str(BUILD / "tests/bench/discard"), uri, BASE, ADMIN, "geheim"])[2]))
    row("first sync (ldap)", ours, entries, "entries", floor, "reading alone", memory)
    again = [measured(rig.command("sync", "-q"))[:2] for _ in range(RUNS)]
    row("sync, nothing changed", [a[0] for a in again], entries, "entries", floor, "reading alone",
        max(a[1] for a in again))
    size = (rig.folder / "rundruf.db").stat().st_size
    print("%-34s %8.0f MiB" % ("store on disk", size / 2**20))


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
    generator = SOURCE.parent / "shared/tools/make-roster"
    if not generator.exists():
        skip("no roster generator at ../shared/tools/make-roster")
    print("%d municipalities of %d persons, medians of %d runs" % (MUNICIPALITIES, PERSONS, RUNS))
    with Rig() as rig:
        roster = rig.folder / "roster.ldif"
        with open(roster, "w") as out:
            subprocess.run([sys.executable, str(generator), "-n", str(MUNICIPALITIES), "-m", str(PERSONS)],
                           stdout=out, check=True)
        uri = rig.slapd(roster)
        rig.configure(directory={"uri": uri, "bind_dn": ADMIN, "password_file": "password"})
        entries = MUNICIPALITIES * (PERSONS + 1) + 2
        bench_sync(rig, uri, entries)
        bench_filter(rig, uri)
        bench_mailing(rig, MUNICIPALITIES * PERSONS)
        print(measured([str(BUILD / "tests/bench/compose")])[2], end="")


main()
