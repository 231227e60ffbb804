#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""told.py - what people are told of edits: in conflict, of a deleted entry, waiting, with -q, as JSON."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, Rig, ldif_entry, person  # noqa: E402

CITY = "o=Ulm," + BASE
PARTLY, AGAIN = 4, 75
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def begin(rig):
    entries = [(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}),
               (CITY, {"objectClass": ["organization", "rundrufMunicipality"], "o": ["Ulm"]})]
    entries += [("cn=P%d,%s" % (number, CITY), person("P%d" % number, "p%d@a.example" % number, title="t"))
                for number in range(4)]
    path = rig.folder / "small.ldif"
    path.write_text("".join(ldif_entry(dn, attributes) for dn, attributes in entries))
    rig.settings["directory"] = {"base": BASE, "bind_dn": ADMIN, "password_file": str(rig.folder / "password")}
    rig.configure(directory={"uri": rig.slapd(path)}, guard={"percent": 100, "count": 100})
    said = rig.run("sync")
    assert "the roster has 4 persons in 1 municipalities;" in said, said


def check_waiting(rig):
    """A dry run counts what waits, and says so once."""
    said = rig.run("member", "set", "P0", "phone=+49 1")
    assert "phone (telephoneNumber): - -> +49 1" in said, said
    [row] = rig.json("member", "set", "P0", "phone=+49 2", "-n")
    assert (row["field"], row["attribute"]) == ("phone", "telephoneNumber"), row
    summary = rig.json("sync", "-n")[-1]
    assert summary["push"]["waiting"] == 1 and summary["push"]["reason"] is None, summary
    assert summary["seconds"] == round(summary["seconds"], 3), summary
    said = rig.run("sync", "-n")
    assert "Edit 1 waits" in said and "does not take" not in said, said
    assert re.fullmatch(TIME, rig.json("member", "show", "P0")[0]["edits"][0]["at"])
    assert "1 edit brought to the directory" in rig.run("sync")


def check_conflict(rig):
    rig.run("member", "set", "P1", "title=ours")
    rig.modify("dn: cn=P1,%s\nchangetype: modify\nreplace: title\ntitle: theirs\n" % CITY)
    said = rig.run("-q", "sync", status=PARTLY)
    assert said == "1 edit is in conflict with a change in the directory; rundruf member conflicts shows it.\n", said
    rig.run("sync")  # it is not this sync's
    said = rig.run("status", status=PARTLY)
    assert "1 edit is in conflict with a change" in said and "refused" not in said, said
    for words in ((), ("2",)):
        said = rig.run("member", "conflicts", *words)
        assert "To decide: rundruf member conflicts 2 with --ours, --theirs, or --value VALUE" in said, said
    [row] = rig.json("member", "conflicts", "2")
    assert row["edit"] == 2 and re.fullmatch(TIME, row["at"]), row
    assert "no edit 7" in rig.run("member", "conflicts", "7", status=1)
    rig.run("member", "conflicts", "2", "--theirs")
    assert "needs no decision" in rig.run("member", "conflicts", "2")


def check_deleted(rig):
    rig.run("member", "set", "P2", "title=ours")
    rig.modify("dn: cn=P2,%s\nchangetype: delete\n" % CITY)
    assert "in conflict with a change in the directory" in rig.run("sync", status=PARTLY)
    said = rig.run("member", "conflicts")
    assert "has deleted the entry" in said and "rundruf member conflicts 3 --theirs" in said, said
    rig.run("member", "conflicts", "3", "--theirs")


def check_unreachable(rig):
    rig.slapds[-1].stop()
    assert "The roster was not changed.\n" in rig.run("sync", status=AGAIN)
    rig.run("check", status=AGAIN)


with Rig() as rig:
    begin(rig)
    check_waiting(rig)
    check_conflict(rig)
    check_deleted(rig)
    check_unreachable(rig)
