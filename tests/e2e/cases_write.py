# SPDX-License-Identifier: GPL-3.0-or-later
"""Case 35 of content synchronisation with real servers: edits made here, and what happens to them there."""
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import AGAIN, in_step, run, sync, tapped, use, watching
from ldapwire import ASSERTION, MODIFIED, MODIFY, POST_READ, Tap
from rig import wait_for
from slapd import add, city_dn, delete, ldif_entry, ldif_roster, person, person_dn, rename, replace

PARTLY = 4
REFERRAL = 10  # of ldapmodify, by the result code


def ready(rig, **options):
    """A server with a roster, and a store in step with it."""
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000", **options)
    use(rig, slapd.uri)
    sync(rig)
    return slapd


def pushed(rig, status=0, **numbers):
    """A sync, and what became of the edits."""
    said = sync(rig, status=status)
    for word, number in numbers.items():
        assert said.numbers["push"][word] == number, (word, said.numbers)
    return said.numbers["push"]


def states(rig):
    return [state for state, in rig.store("SELECT state FROM change ORDER BY id")]


def case_35_another_attribute_was_changed(rig):
    slapd = ready(rig)
    dn = person_dn(1)
    rig.run("member", "set", dn, "title=Meins", "planning+=Sozialplanung")
    assert rig.json("member", "show", dn)[0]["title"] == "Meins"  # seen at once
    slapd.modify(replace(dn, "telephoneNumber", "+49 30 23125 001"),
                 "dn: %s\nchangetype: modify\nadd: businessCategory\nbusinessCategory: Jugendhilfeplanung\n" % dn)
    pushed(rig, done=2, conflicts=0, refused=0, waiting=0)
    assert slapd.value(dn, "title") == [b"Meins"] and slapd.value(dn, "telephoneNumber") == [b"+49 30 23125 001"]
    assert slapd.value(dn, "businessCategory") == [b"Bildungsplanung", b"Jugendhilfeplanung", b"Sozialplanung"]
    in_step(rig, slapd)


def case_35_the_same_attribute_was_changed(rig):
    slapd = ready(rig)
    people = [person_dn(n) for n in (1, 2, 3)]
    for dn in people:
        rig.run("member", "set", dn, "title=Meins")
        slapd.modify(replace(dn, "title", "Ihres"))
    pushed(rig, PARTLY, done=0, conflicts=3)
    assert all(slapd.value(dn, "title") == [b"Ihres"] for dn in people)
    rows = rig.json("member", "conflicts")
    assert [row["dn"] for row in rows] == people
    assert all(word in json.dumps(rows[0]) for word in ("Meins", "Ihres", "Bildungsplanerin"))  # ours, theirs, base
    numbers = [number for number, in rig.store("SELECT id FROM change ORDER BY id")]
    rig.run("member", "conflicts", str(numbers[0]), "--ours")
    rig.run("member", "conflicts", str(numbers[1]), "--theirs")
    rig.run("member", "conflicts", str(numbers[2]), "--value", "Beides")
    pushed(rig, done=2, conflicts=0)
    assert [slapd.value(dn, "title") for dn in people] == [[b"Meins"], [b"Ihres"], [b"Beides"]]
    assert states(rig) == ["dropped"] * 3 + ["done"] * 2  # what shall be all the same, is an edit of its own
    assert not rig.json("member", "conflicts")
    in_step(rig, slapd)


def case_35_entry_was_deleted(rig):
    slapd = ready(rig)
    rig.run("member", "set", person_dn(1), "title=Meins")
    slapd.modify(delete(person_dn(1)))
    pushed(rig, PARTLY, done=0, conflicts=1)
    assert len(rig.json("member", "conflicts")) == 1
    rig.run("member", "conflicts", str(rig.store("SELECT id FROM change")[0][0]), "--theirs")
    in_step(rig, slapd)
    assert states(rig) == ["dropped"]


def case_35_entry_was_renamed(rig):
    slapd = ready(rig)
    rig.run("member", "set", person_dn(1), "title=Meins")
    slapd.modify(rename(person_dn(1), "uid=anders", city_dn("Jena")))
    pushed(rig, done=1, conflicts=0)
    assert slapd.value("uid=anders," + city_dn("Jena"), "title") == [b"Meins"]
    in_step(rig, slapd)


def case_35_name_is_another_entry_now(rig):
    slapd = ready(rig)
    rig.run("member", "set", person_dn(1), "title=Meins")
    rig.run("member", "set", person_dn(2), "title=Meins")
    strangers = [person("Fremd", uid="p000000%d" % number, title="Bildungsplanerin") for number in (1, 2)]
    slapd.modify(rename(person_dn(1), "uid=anders"), add(person_dn(1), strangers[0]),
                 delete(person_dn(2)), add(person_dn(2), strangers[1]))
    pushed(rig, PARTLY, done=1, conflicts=1)
    assert slapd.value("uid=anders," + city_dn("Essen"), "title") == [b"Meins"]
    for number in (1, 2):
        assert slapd.value(person_dn(number), "title") == [b"Bildungsplanerin"], "a stranger was changed"
    rig.run("member", "conflicts", "2", "--theirs")
    in_step(rig, slapd)


def case_35_answer_lost(rig):
    """Written or not: nobody knows, so the entry is looked at before anything is sent again."""
    slapd = ready(rig)
    lose = None

    def gate(direction, message):
        nonlocal lose
        if message.op == lose:
            lose = None
            slapd.kill()
            raise Tap.Cut
        return message.raw

    tap = tapped(rig, slapd, gate)
    sync(rig)
    for value, at, again in (("Angekommen", MODIFIED, 0), ("Verloren", MODIFY, 1)):
        rig.run("member", "set", person_dn(1), "title=" + value)
        lose = at
        sync(rig, status=AGAIN)
        assert lose is None and states(rig)[-1] == "sent", states(rig)
        slapd.start()
        assert slapd.value(person_dn(1), "title") == [value.encode() if again == 0 else b"Angekommen"]
        tap.forget()
        pushed(rig, done=1, conflicts=0)
        assert len(tap.messages(MODIFY)) == again
        assert slapd.value(person_dn(1), "title") == [value.encode()]
        in_step(rig, slapd)


def case_35_echo_of_an_own_write(rig):
    slapd = ready(rig)
    tap = tapped(rig, slapd)
    with watching(rig) as watch:
        watch.wait(lambda: tap.syncs())
        for number in range(1, 6):
            rig.run("member", "set", person_dn(number), "title=Meins %d" % number)
        watch.wait(lambda: states(rig) == ["done"] * 5)
        watch.wait_equal(slapd)
        slapd.modify(replace(person_dn(1), "title", "Ihres"))  # after it, and is no echo
        watch.wait_equal(slapd)
    assert len(tap.messages(MODIFY)) == 5
    assert slapd.value(person_dn(1), "title") == [b"Ihres"] and slapd.value(person_dn(2), "title") == [b"Meins 2"]
    for write in tap.messages(MODIFY):
        assert write.controls[ASSERTION][0] and POST_READ in write.controls, write.controls
    in_step(rig, slapd)


def case_35_read_only_replica(rig):
    master = rig.server(ldif_roster(), name="master")
    replica = rig.server(master.content(), name="replica", UPDATEREF=master.uri)
    use(rig, replica.uri)
    sync(rig)
    replica.modify(replace(person_dn(1), "title", "Meins"), status=REFERRAL)
    rig.run("member", "set", person_dn(1), "title=Meins")
    for _ in range(2):
        assert pushed(rig, done=0, waiting=1, conflicts=0, refused=0)["reason"]
    assert states(rig) == ["waiting"] and master.value(person_dn(1), "title") == [b"Bildungsplanerin"]
    use(rig, replica.uri, write_uri=master.uri)
    pushed(rig, done=1, waiting=0)
    assert master.value(person_dn(1), "title") == [b"Meins"]
    wait_for(lambda: replica.value(person_dn(1), "title") == [b"Meins"])
    in_step(rig, replica)


def case_35_entries_added_and_removed(rig):
    slapd = ready(rig)
    neu = "uid=neu," + city_dn("Jena")
    rig.run("member", "add", "--dn", neu, "name=Neue Person", "mail=neu@a.example", "uid=neu")
    pushed(rig, done=1)
    assert slapd.value(neu, "mail") == [b"neu@a.example"]
    in_step(rig, slapd)
    rig.run("member", "remove", neu, "--yes")
    assert not rig.store("SELECT 1 FROM entry WHERE rdn = 'uid=neu'")
    pushed(rig, done=1)
    in_step(rig, slapd)
    # somebody else was faster
    rig.run("member", "add", "--dn", neu, "name=Neue Person", "mail=neu@a.example", "uid=neu")
    slapd.modify(add(neu, person("Fremd", uid="neu")))
    said = pushed(rig, PARTLY, done=0)
    assert said["conflicts"] + said["refused"] == 1 and slapd.value(neu, "cn") == [b"Fremd"]
    rig.run("member", "remove", person_dn(1), "--yes")
    slapd.modify(replace(person_dn(1), "title", "Ihres"))
    pushed(rig, PARTLY, done=0, conflicts=1)
    assert slapd.value(person_dn(1), "title") == [b"Ihres"]
    for number, in rig.store("SELECT id FROM change WHERE state IN ('conflict', 'refused')"):
        rig.run("member", "conflicts", str(number), "--theirs")
    sync(rig)
    in_step(rig, slapd)


def case_35_values_that_nothing_compares(rig):
    """No server can be asked whether the fax number is still the one that was read: its version tells."""
    fax = "facsimileTelephoneNumber"
    dns = ["uid=fax%d,%s" % (number, city_dn("Essen")) for number in range(3)]
    more = "".join(ldif_entry(dn, person("Fax", uid=dn[4:8], **{fax: "+49 1"})) for dn in dns)
    slapd = rig.server(ldif_roster(more=more), SESSIONLOG="1000")
    for keys in ({}, {"version_attribute": "employeeNumber"}):  # nobody has one: then it is read first
        use(rig, slapd.uri, **keys)
        sync(rig)
        slapd.modify(*[replace(dn, fax, "+49 1") for dn in dns])
        sync(rig)
        for dn in dns:
            rig.run("member", "set", dn, fax + "=+49 2")
        slapd.modify(replace(dns[0], fax, "+49 3"), replace(dns[1], "title", "Ihres"))
        pushed(rig, PARTLY, done=2, conflicts=1)
        assert [slapd.value(dn, fax) for dn in dns] == [[b"+49 3"], [b"+49 2"], [b"+49 2"]]
        assert slapd.value(dns[1], "title") == [b"Ihres"]
        rig.run("member", "conflicts", str(max(rig.store("SELECT id FROM change WHERE state = 'conflict'"))[0]),
                "--ours")
        pushed(rig, done=1, conflicts=0)
        assert slapd.value(dns[0], fax) == [b"+49 2"]
        in_step(rig, slapd)


def case_35_removal_without_a_version(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri, version_attribute="employeeNumber")
    sync(rig)
    for number in (1, 2):
        rig.run("member", "remove", person_dn(number), "--yes")
    slapd.modify(replace(person_dn(1), "title", "Ihres"))
    pushed(rig, PARTLY, done=1, conflicts=1)
    assert slapd.value(person_dn(1), "title") == [b"Ihres"]
    assert rig.json("member", "show", person_dn(1))[0]["title"] == "Ihres"
    in_step(rig, slapd)


def case_35_import_while_its_question_stood(rig):
    slapd = ready(rig)
    sheet = rig.folder / "sheet.csv"
    sheet.write_text('dn,mail\n"%s",p0000001@a.example;b@a.example\n' % person_dn(1))
    try:
        master, slave = pty.openpty()
    except OSError:
        return  # a chroot without /dev/pts has no terminals to ask on
    asking = subprocess.Popen(rig.command("member", "import", str(sheet)), stdin=slave, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    assert asking.stderr.read(1)
    slapd.modify(replace(person_dn(1), "mail", "p0000001@a.example", "c@a.example"))
    sync(rig)
    os.write(master, b"y\n")
    said = asking.communicate(timeout=60)[1].decode()
    os.close(slave)
    os.close(master)
    assert asking.returncode == 1 and "mail of Person p0000001" in said, said
    assert not states(rig)
    in_step(rig, slapd)
    assert slapd.value(person_dn(1), "mail") == [b"c@a.example", b"p0000001@a.example"]


def encoded(attribute, value):
    """The BLOB of one attribute with one value (src/model/attributes.h)."""
    return b"".join((b"\1", bytes([len(attribute)]), attribute.encode(), b"\1", bytes([len(value)]), value.encode()))


def case_35_a_thousand_edits(rig):
    slapd = rig.server(ldif_roster(4, 125), SESSIONLOG="5000")
    tap = tapped(rig, slapd)
    sync(rig)
    people = rig.store("SELECT uuid, rdn FROM entry WHERE kind = 'person' ORDER BY id")
    assert len(people) == 500
    rows = [(number, "uid=p%07d," % (place + 1) + person_dn(place + 1, 125).partition(",")[2], attribute, old, new)
            for place, (number, _) in enumerate(people) for attribute, old, new in (
                ("title", encoded("title", "Bildungsplanerin"), encoded("title", "Neu %d" % place)),
                ("displayName", encoded("displayName", "Person p%07d" % (place + 1)),
                 encoded("displayName", "Neu %d" % place)))]
    rig.store_many("INSERT INTO change (kind, uuid, dn, attribute, old, new, author, at, state)"
                   " VALUES ('set', ?, ?, ?, ?, ?, 'test', 1, 'waiting')", rows)
    tap.forget()
    pushed(rig, done=1000, conflicts=0, refused=0, waiting=0)
    most, most_of_one = tap.outstanding()
    assert 10 < most <= 50 and most_of_one == 1, (most, most_of_one)
    assert len(tap.messages(MODIFY)) in (500, 1000)
    assert set(states(rig)) == {"done"}
    in_step(rig, slapd)
    assert slapd.value(person_dn(500, 125), "title") == [b"Neu 499"]


run(globals())
