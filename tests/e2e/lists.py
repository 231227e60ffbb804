#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""lists.py - a coordinator's lists: exceptions, persons by hand, legal basis, limits, the age of the
roster, and why somebody is in a list or is not; on the sample roster, in English and German."""
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "lib"))
from rig import Rig, SOURCE  # noqa: E402

FAILED, USAGE, HELD = 1, 2, 3
GERMAN = {"LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8"}
FILTER = "(&(role=planner)(|(planning=Schulentwicklungsplanung)(planning=Sozialplanung))(population>=200001))"
MEANS = ("role is planner and planning is one of Schulentwicklungsplanung or Sozialplanung"
         " and population over 200,000")
PAULA, YUSUF = "paula.wuestenhagen@luebeck.example", "yusuf.doerfler@kiel.example"
YUSUFS_UUID = "c070be35-5dad-5907-b6f1-0cde686365cd"
KAETHE = "d268678f-b491-57ce-bb89-34cb88c5f55e"  # of Kiel, no planner, without an address
NOBODY = "00000000-0000-4000-8000-000000000000"


def expect(output, *texts):
    at = 0
    for text in texts:
        found = output.find(text, at)
        assert found >= 0, "not there, or not in this order: %s\nin:\n%s" % (text, output)
        at = found + len(text)


def members(rig):
    return {row["uuid"] for row in rig.json("list", "members", "planer")}


def check_settings(rig):
    """What a list says of itself, and what is refused."""
    expect(rig.run("list", "add", "planer", "--filter", FILTER, "--basis", "g", status=USAGE),
           "--basis", "a: consent", "e: a task in the public interest", "f: legitimate interests")
    expect(rig.run("list", "add", "planer", "--filter", FILTER, "--except", "(city=", status=FAILED), "except:1:")
    expect(rig.run("list", "add", "planer", "--filter", FILTER, "--except", "(cty=Kiel)", status=FAILED),
           "except:1:1", "city")
    rig.run("list", "add", "planer", "--filter", FILTER, "--owner", "two\nlines", status=USAGE)
    said = rig.run("list", "add", "planer", "--filter", FILTER, "--except", "(city=Lübeck)", "--owner", "Ida Muster")
    expect(said, "Except:", "(city=Lübeck)", "Owner:", "Ida Muster", "persons are in it now", "--basis")
    everybody = {row["uuid"] for row in rig.json("member", "ls", "--filter", "(&%s(!(city=Lübeck)))" % FILTER)}
    assert members(rig) == everybody and YUSUFS_UUID in everybody
    [row] = rig.json("list", "show", "planer")
    assert row == {"list": "planer", "title": "planer", "filter": FILTER, "means": MEANS,
                   "except": "(city=Lübeck)", "purpose": "invitation", "basis": None, "sender": None, "owner": "Ida Muster", "max_members": 0}
    expect(rig.run("list", "members", "planer"), "%d persons" % len(everybody), "The roster is as of 20", "ago.")
    return everybody


def check_by_hand(rig, everybody):
    """Left out by hand > except > taken in by hand > filter; by UUID, so that syncs change nothing."""
    expect(rig.run("list", "include", "planer", "Käthe Krüger-Weiß", status=USAGE), "--reason")
    rig.run("list", "include", "planer", "nobody@kiel.example", "--reason", "x", status=FAILED)
    expect(rig.run("list", "include", "planer", "Käthe Krüger-Weiß", "--reason", "asked\nfor it"),
           "Käthe Krüger-Weiß is in the list planer now.")
    expect(rig.run("list", "include", "planer", PAULA, "--reason", "wants to"), "is not in the list planer now",
           "exception", "list explain planer ")
    expect(rig.run("list", "exclude", "planer", YUSUF, "--reason", "on leave"), "is not in the list")
    by_hand = everybody - {YUSUFS_UUID} | {KAETHE}
    assert members(rig) == by_hand
    shown = rig.run("list", "show", "planer")
    assert re.search(r"Taken in: +Käthe Krüger-Weiß: asked for it \(", shown), shown
    assert re.search(r"Left out: +Yusuf Dörfler: on leave \(", shown), shown
    assert rig.json("member", "show", KAETHE)[0]["lists"] == ["planer"]
    assert rig.json("member", "show", YUSUF)[0]["lists"] == []

    # a sync without these two, and one in which they are back under other names and places
    roster = (rig.folder / "roster.ldif").read_text()
    without = re.sub(r"dn: uid=01002000-[12],.*?\n\n", "", roster, flags=re.S)
    assert without != roster
    (rig.folder / "roster.ldif").write_text(without)
    rig.run("sync")
    assert KAETHE not in members(rig)
    expect(rig.run("list", "show", "planer"), "Taken in:", KAETHE + ": asked for it")
    (rig.folder / "roster.ldif").write_text(roster.replace("uid=01002000-1,o=Kiel", "uid=new,o=Hamburg"))
    rig.run("sync")
    assert members(rig) == by_hand

    expect(rig.run("list", "forget", "planer", YUSUF), "Yusuf Dörfler is in the list planer now.")
    expect(rig.run("list", "forget", "planer", YUSUF), "Nothing to do")
    expect(rig.run("list", "exclude", "planer", NOBODY, "--reason", "is gone"), "nobody in the roster", NOBODY)
    rig.run("list", "forget", "planer", NOBODY)
    assert members(rig) == by_hand | {YUSUFS_UUID}


def check_held(rig):
    """invite --list asks for a legal basis, not too many people, and a fresh roster: else exit 3."""
    invite = ("invite", rig.event(), "--list", "planer")
    count = len(members(rig))
    expect(rig.run(*invite, "--yes", status=HELD), "legal basis", "rundruf list set planer --basis e")
    expect(rig.run("list", "set", "planer", "--basis", "e", "--max-members", str(count - 1)),
           "Basis:", "e: a task in the public interest", "At most:", str(count - 1))
    expect(rig.run(*invite, "-n", status=HELD), "go to %d persons" % count,
           "rundruf list set planer --max-members %d" % count)
    rig.run("list", "set", "planer", "--max-members", str(count))
    expect(rig.run(*invite, "-n"), "of %d persons" % count, "Roster as of:")
    assert rig.json(*invite, "-n")[0]["roster_at"]

    turn = rig.folder / "rundruf.db.sync"
    kept = turn.read_text()
    [good] = [word for word in kept.split() if word.isdigit() and abs(int(word) - time.time()) < 600][-1:]
    turn.write_text(kept.replace(good, str(int(good) - 25 * 3600)))
    expect(rig.run(*invite, "-n", status=HELD), "25 hours ago", "mailing.max_roster_age", "rundruf sync")
    rig.configure(mailing={"max_roster_age": "26h"})
    rig.run(*invite, "-n")
    rig.configure(mailing={"max_roster_age": "24h"})
    turn.unlink()
    expect(rig.run(*invite, "--filter", FILTER, status=USAGE), "only one of")
    expect(rig.run("invite", "mannheim-2027", "--filter", FILTER, "--yes", status=HELD), "never", "rundruf sync")
    assert rig.store("SELECT count(*) FROM mailing") == [(0,)]
    rig.run("sync")
    rig.run(*invite, "--yes")
    assert len(rig.json("mailing", "report", "1")) >= count


def check_history(rig):
    rows = rig.json("list", "history", "planer")
    told = [(row.get("property", row.get("reason")), row["old"], row["new"]) for row in rows]
    assert told[:5] == [("title", None, "planer"), ("filter", None, FILTER), ("except", None, "(city=Lübeck)"),
                        ("purpose", None, "invitation"), ("owner", None, "Ida Muster")], told
    assert ("asked for it", None, "include") in told and (None, "exclude", None) in told, told
    assert told[-3][0] == "basis" and told[-1][0] == "max_members", told
    expect(rig.run("list", "history", "planer"), "WHEN", "Except", "(city=Lübeck)", "Käthe Krüger-Weiß",
           "taken in by hand: asked for it", "Basis")
    rig.run("list", "add", "gone", "--filter", "(role=head)")
    rig.run("list", "include", "gone", PAULA, "--reason", "x")
    rig.run("list", "remove", "gone", "--yes")
    rows = rig.json("list", "history", "gone")
    assert rows[-1]["new"] is None and any(row["old"] == "include" for row in rows), rows
    rig.run("list", "history", "never", status=FAILED)


def check_explain(rig):
    """Three people of the sample roster, in German; the same as JSON."""
    explain = ("list", "explain", "planer")
    expect(rig.run(*explain, YUSUF, env=GERMAN),
           "Filter:", "ja", "alle von diesen", "ja", "(role=planner)", "planner",
           "ja", "eines von diesen", "nein", "(planning=Schulentwicklungsplanung)", "Sozialplanung",
           "ja", "(planning=Sozialplanung)", "Sozialplanung", "ja", "(population>=200001)", "247000",
           "Ausnahme:", "nein", "(city=Lübeck)", "Kiel",
           "Yusuf Dörfler gehört zum Verteiler planer und bekäme Post an %s." % YUSUF)
    expect(rig.run(*explain, KAETHE, env=GERMAN),
           "nein", "(role=planner)", "multiplier", "Aufgenommen:", "asked for it",
           "Käthe Krüger-Weiß gehört zum Verteiler planer, bekommt aber keine Post: "
           "keine Mailadresse im Mitgliederverzeichnis.")
    expect(rig.run(*explain, PAULA, env=GERMAN),
           "Ausnahme:", "ja", "(city=Lübeck)", "Lübeck", "Aufgenommen:", "wants to",
           "Paula Wüstenhagen gehört nicht zum Verteiler planer: die Ausnahme des Verteilers schließt die Person aus.")
    expect(rig.run(*explain, "lars.quast@braunschweig.example"),
           "yes", "all of these", "Lars Quast is in the list planer and would get mail, at ")
    [row] = rig.json(*explain, PAULA)
    assert not row["member"] and not row["mail"] and row["fixed"]["effect"] == "include", row
    assert row["filter"]["kind"] == "and" and row["except"] == {
        "kind": "term", "verdict": "yes", "term": "(city=Lübeck)", "values": ["Lübeck"]}, row
    everybody = members(rig)
    for person in rig.json("member", "ls", "--filter", "(|(state=Schleswig-Holstein)(city=Hamburg))"):
        [row] = rig.json(*explain, person["uuid"])
        assert row["member"] == (person["uuid"] in everybody), row
    rig.run(*explain, "nobody@kiel.example", status=FAILED)
    rig.run("list", "explain", "never", PAULA, status=FAILED)


def changed(text, uid, old, new):
    """The roster's text with a replacement in one person's record."""
    begin = text.index("dn: uid=%s," % uid)
    end = text.index("\n\n", begin)
    record = text[begin:end]
    assert old in record, record
    return text[:begin] + record.replace(old, new, 1) + text[end:]


def causes(rig, name):
    return {row["name"]: (row["came"], [(cause["cause"], cause["what"], cause["old"], cause["new"])
                                        for cause in row["causes"]])
            for row in rig.json("list", "diff", name, "--since", "2020-01-01")}


def check_diff(rig):
    """Who came and who left, through real syncs, and through the list itself and back."""
    rig.run("list", "add", "grosse", "--filter", "(&(role=planner)(population>=200001))", "--except", "(city=Lübeck)")
    rig.run("list", "diff", "grosse", status=USAGE)
    rig.run("list", "diff", "grosse", "--since", "soon", status=USAGE)
    rig.run("list", "diff", "grosse", "--since", "2199-01-01", status=USAGE)
    rig.run("list", "diff", "never", "--since", "2020-01-01", status=FAILED)
    assert causes(rig, "grosse") == {}
    time.sleep(1.1)  # times are whole seconds
    before = rig.store("SELECT count(*) FROM trace")[0][0]
    path = rig.folder / "roster.ldif"
    kept = text = path.read_text()
    begin = text.index("dn: uid=02000000-1,")  # Aylin Dörfler of Hamburg leaves
    text = text[:begin] + text[text.index("dn: ", begin + 1):]
    text = changed(text, "01002000-3", "employeeType: head", "employeeType: planner")  # Götz Völkel of Kiel
    text = changed(text, "03102000-1", "o=Salzgitter", "o=Hamburg")  # Elif Quast moves
    text = changed(text, "01002000-2", "title: Sozialplaner", "title: Leiter")  # changes nothing
    text = text.replace("population: 251000", "population: 199000", 1)  # Braunschweig, of Lars Quast
    text += ("\ndn: uid=neu,o=Kiel,ou=municipalities,dc=netz,dc=example\nobjectClass: inetOrgPerson\nuid: neu\n"
             "cn: Nora Neu\nsn: Neu\nmail: neu@kiel.example\nemployeeType: planner\nentryUUID: %s\n" % NOBODY)
    path.write_text(text)
    rig.run("sync")
    by_roster = {
        "Aylin Dörfler": (False, [("removed", None, None, None)]),
        "Lars Quast": (False, [("term", "(population>=200001)", "251000", "199000")]),
        "Elif Quast": (True, [("term", "(population>=200001)", "105000", "1892000")]),
        "Götz Völkel": (True, [("term", "(role=planner)", "head", "planner")]),
        "Nora Neu": (True, [("added", None, None, None)]),
    }
    assert causes(rig, "grosse") == by_roster, causes(rig, "grosse")
    assert rig.store("SELECT count(*) FROM trace")[0][0] == before + 6  # with Yusuf Dörfler's title
    expect(rig.run("list", "diff", "grosse", "--since", "2020-01-01", env=GERMAN), "+  Elif Quast",
           "(population>=200001): 105000 -> 1892000 (", "+  Nora Neu", "ist neu im Mitgliederverzeichnis",
           "-  Aylin Dörfler", "3 dazugekommen", "2 weggefallen")

    rig.run("list", "set", "grosse", "--except", "(city=Kiel)", "-q")
    rig.run("list", "include", "grosse", "Sönke Oßwald", "--reason", "knows it all")
    found = causes(rig, "grosse")
    assert found["Paula Wüstenhagen"] == (True, [("list", "except", "(city=Lübeck)", "(city=Kiel)")]), found
    assert found["Yusuf Dörfler"] == (False, [("list", "except", "(city=Lübeck)", "(city=Kiel)")]), found
    assert found["Sönke Oßwald"] == (True, [("by_hand", "knows it all", None, "include")]), found
    assert "Nora Neu" not in found and found["Elif Quast"] == by_roster["Elif Quast"], found

    # all of it taken back: nobody came, nobody left
    rig.run("list", "set", "grosse", "--except", "(city=Lübeck)", "-q")
    rig.run("list", "forget", "grosse", "Sönke Oßwald")
    path.write_text(kept)
    rig.run("sync")
    assert causes(rig, "grosse") == {}, causes(rig, "grosse")


def main():
    with Rig() as rig:
        shutil.copy(SOURCE / "conf/samples/roster.ldif", rig.folder / "roster.ldif")
        rig.run("sync")
        check_by_hand(rig, check_settings(rig))
        check_held(rig)
        check_history(rig)
        check_explain(rig)
        check_diff(rig)


main()
