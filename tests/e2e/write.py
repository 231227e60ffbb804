# SPDX-License-Identifier: GPL-3.0-or-later
"""`rundruf member set|add|remove|conflicts` and the `rundruf sync` that brings them to a real slapd: merges,
conflicts and how they are decided, entries deleted, renamed, replaced meanwhile, odd names, a thousand edits,
slapd killed after the write."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, Rig, ldif_entry, person

CITY = "o=Ulm," + BASE
ODD = r'cn=Odd \+\"x\\\2C \<y\>\; ä,' + CITY


def roster(rig, count=5):
    entries = [(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}),
               (CITY, {"objectClass": ["organization", "rundrufMunicipality"], "o": ["Ulm"]})]
    for number in range(count):
        entries.append(("cn=P%d,%s" % (number, CITY), person("P%d" % number, "p%d@a.example" % number, title="t")))
    entries.append((ODD, person('Odd +"x\\, <y>; ä', "odd@a.example", title="t")))
    path = rig.folder / "small.ldif"
    path.write_text("".join(ldif_entry(dn, attributes) for dn, attributes in entries))
    return path


def begin(rig, count=5):
    uri = rig.slapd(roster(rig, count))
    rig.settings["directory"] = {"base": BASE, "bind_dn": ADMIN, "password_file": str(rig.folder / "password")}
    rig.configure(directory={"uri": uri}, guard={"percent": 100, "count": 100000})
    rig.run("sync")


def replace(rig, dn, attribute, value):
    rig.modify("dn: %s\nchangetype: modify\nreplace: %s\n%s: %s\n" % (dn, attribute, attribute, value))


def shown(rig, who, key):
    return rig.json("member", "show", who)[0].get(key)


def equal_to_fresh(rig):
    """What was pushed came back as an echo that changes nothing, and a full read finds nothing to change."""
    before = rig.store("SELECT uuid, rdn, hex(digest), hex(attributes) FROM entry ORDER BY uuid")
    rig.run("sync", "--full")
    assert rig.store("SELECT uuid, rdn, hex(digest), hex(attributes) FROM entry ORDER BY uuid") == before


def states(rig):
    return [state for state, in rig.store("SELECT state FROM change ORDER BY id")]


def test_set(rig):
    begin(rig)
    assert "t -> boss" in rig.run("member", "set", "P0", "title=boss", "-n")
    assert states(rig) == []
    rig.run("member", "set", "P0", "title=boss", "phone+=+49 1", "mail+=second@a.example", "language=")
    assert shown(rig, "P0", "title") == "boss" and len(shown(rig, "P0", "edits")) == 4
    rig.run("sync")
    assert set(states(rig)) == {"done"}, states(rig)
    assert shown(rig, "P0", "edits") == []
    equal_to_fresh(rig)
    rig.run("member", "set", "odd@a.example", "title=escaped")
    rig.run("sync")
    assert set(states(rig)) == {"done"}, rig.run("member", "conflicts")
    assert "did you mean" in rig.run("member", "set", "P0", "titel=x", status=1)
    assert "municipality" in rig.run("member", "set", "P0", "city=x", status=1)
    rig.run("member", "set", CITY, "state=Bayern")
    rig.run("sync")
    assert shown(rig, "P0", "state") == "Bayern"


def test_merge_and_conflicts(rig):
    begin(rig)
    rig.run("member", "set", "P1", "title=ours", "mail+=ours@a.example")
    rig.modify("dn: cn=P1,%s\nchangetype: modify\nadd: mail\nmail: theirs@a.example\n" % CITY)
    rig.run("sync")
    assert set(states(rig)) == {"done"}, states(rig)
    assert set(shown(rig, "P1", "mail")) == {"p1@a.example", "ours@a.example", "theirs@a.example"}
    for number, (option, title) in enumerate([("--ours", "ours2"), ("--theirs", "theirs1"), ("--value", "third")]):
        who = "P%d" % (number + 2)
        rig.run("member", "set", who, "title=ours2")
        replace(rig, "cn=%s,%s" % (who, CITY), "title", "theirs1")
        rig.run("sync", status=4)
        conflict, = rig.json("member", "conflicts")
        assert (conflict["base"], conflict["ours"], conflict["theirs"]) == (["t"], ["ours2"], ["theirs1"]), conflict
        assert shown(rig, who, "title") == "theirs1"
        rig.run("member", "conflicts", str(conflict["edit"]), *([option, title] if option == "--value" else [option]))
        assert shown(rig, who, "title") == title
        rig.run("sync")
        assert rig.json("member", "conflicts") == []
        assert shown(rig, who, "title") == title
    equal_to_fresh(rig)


def test_gone_renamed_replaced(rig):
    begin(rig)
    for who in ("P0", "P1", "P2"):
        rig.run("member", "set", who, "title=ours")
    rig.modify("dn: cn=P0,%s\nchangetype: delete\n" % CITY)
    rig.modify("dn: cn=P1,%s\nchangetype: modrdn\nnewrdn: cn=Renamed\ndeleteoldrdn: 0\n" % CITY)
    rig.modify("dn: cn=P2,%s\nchangetype: modrdn\nnewrdn: cn=Moved\ndeleteoldrdn: 0\n\n"
               "dn: cn=P2,%s\nchangetype: add\nobjectClass: inetOrgPerson\ncn: P2\nsn: Other\ntitle: t\n" % (CITY, CITY))
    rig.run("sync", status=4)
    assert states(rig) == ["conflict", "done", "done"], states(rig)
    titles = {row["dn"]: row.get("title") for row in rig.json("member", "ls")}
    assert titles["cn=Renamed," + CITY] == titles["cn=Moved," + CITY] == "ours", titles
    assert titles["cn=P2," + CITY] == "t", titles
    assert "--theirs" in rig.run("member", "conflicts", "1", "--ours", status=1)
    rig.run("member", "conflicts", "1", "--theirs")
    rig.run("sync")


def test_add_and_remove(rig):
    begin(rig)
    rig.run("member", "add", "--municipality", "Ulm", "name=Neu, Anna + Co", "mail=neu@a.example")
    rig.run("member", "remove", "P3", "--yes")
    assert "nobody" in rig.run("member", "show", "P3", status=1)
    rig.run("sync")
    assert set(states(rig)) == {"done"}, rig.run("member", "conflicts")
    assert shown(rig, "neu@a.example", "surname") == "Co"
    rig.run("member", "remove", "P4", "--yes")
    replace(rig, "cn=P4," + CITY, "title", "changed")
    rig.run("sync", status=4)
    assert shown(rig, "P4", "title") == "changed"  # back until a person has decided
    rig.run("member", "conflicts", "3", "--ours")
    rig.run("sync")
    assert "nobody" in rig.run("member", "show", "P4", status=1)
    equal_to_fresh(rig)


def test_thousand(rig):
    begin(rig, 1000)
    rig.run("member", "set", "P0", "title=begin")
    rig.store("INSERT INTO change (kind, uuid, dn, attribute, old, new, author, at, state) SELECT 'set', e.uuid,"
              " 'cn=x', c.attribute, c.old, c.new, 'test', 1, 'waiting' FROM entry e, change c"
              " WHERE e.kind = 'person' AND e.uuid <> c.uuid")
    rig.run("sync")
    assert rig.store("SELECT state, count(*) FROM change GROUP BY state") == [("done", 1001)]
    rig.run("sync", "--full")
    assert {row["title"] for row in rig.json("member", "ls")} == {"begin"}


def test_killed(rig):
    """What was written and never settled is found done: the write is not repeated."""
    begin(rig)
    rig.run("member", "set", "P0", "title=ours")
    replace(rig, "cn=P0," + CITY, "title", "ours")
    rig.store("UPDATE change SET state = 'sent'")
    rig.slapds[-1].kill()
    rig.run("sync", status=75)
    assert states(rig) == ["sent"]
    rig.slapds[-1].start()
    rig.run("sync")
    assert states(rig) == ["done"]
    # and what was marked, and never written, is written then
    rig.run("member", "set", "P1", "title=ours")
    rig.store("UPDATE change SET state = 'sent' WHERE state = 'waiting'")
    rig.run("sync")
    assert states(rig) == ["done", "done"]
    equal_to_fresh(rig)


for test in (test_set, test_merge_and_conflicts, test_gone_renamed_replaced, test_add_and_remove, test_thousand,
             test_killed):
    with Rig() as rig:
        test(rig)
    print("ok", test.__name__)
