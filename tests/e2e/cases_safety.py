# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases 24 to 29 of content synchronisation with real servers: what must never take anybody away."""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import anonymous, ask, compare, content, held, in_step, run, sync, tapped, unchanged, use, watching
from ldapwire import ENTRY, MANAGE_DSA_IT, NO_SUCH_OBJECT, POLL, SEARCH, target_dn, without_controls
from rig import BASE, Listener
from slapd import CITIES, CITY_NAMES, add, city_dn, delete, ldif_entry, ldif_roster, person, person_dn, rename, replace

ALL = 66
ONLY_BASE = add(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Neu"]})


def case_24_base_missing(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    for base in ("dc=nowhere,dc=example", "ou=none," + BASE):
        use(rig, slapd.uri, base=base)
        unchanged(rig, status=1, words=["No such object", "directory\\.base"])
    use(rig, slapd.uri, base=CITIES)
    sync(rig).expect(added=ALL - 1)
    before = ask(slapd, base=CITIES).cookie
    slapd.modify(delete(*(person_dn(n) for n in range(1, 61))),
                 delete(*(city_dn(name) for name in CITY_NAMES[:4]), CITIES))
    sprung = ask(slapd, before, base=CITIES, mode=POLL)
    assert sprung.code == NO_SUCH_OBJECT and sprung.deleted, (sprung.code, sprung.deleted)
    unchanged(rig, status=1, words=["No such object", "directory\\.base"])
    slapd.stop().load(ldif_roster()).start()
    sync(rig).expect(removed=0, persons=60)
    in_step(rig, slapd, base=CITIES)


def case_25_provider_emptied(rig):
    roster = ldif_roster()
    slapd = rig.server(roster)
    use(rig, slapd.uri, percent=5, count=20)
    sync(rig).expect(added=ALL)
    before, old = content(rig)[0], ask(slapd).cookie
    slapd.stop().load("").start()
    unchanged(rig, status=1, words=["No such object"])
    slapd.modify(ONLY_BASE)
    sprung = ask(slapd, old)
    assert not sprung.present and not sprung.code and not sprung.deletes
    number = held(rig)
    assert held(rig) == number, "the same difference got another number"
    assert content(rig)[0] == before
    pending, = rig.json("sync", "--pending")
    assert str(pending["held"]) == number and pending["removed"] == 64, pending
    said = sync(rig, "--approve", number)
    assert said.numbers["removed"] >= ALL - 2 and said.numbers["persons"] == 0, said.numbers
    in_step(rig, slapd)
    # once: not for the next time
    slapd.stop().load(roster).start()
    sync(rig).expect(persons=60)
    in_step(rig, slapd)
    slapd.stop().load("").start().modify(ONLY_BASE)
    again = held(rig)
    assert again != number
    for wrong in (number, str(int(again) + 1)):
        unchanged(rig, "--approve", wrong, status=1)
    # and what was removed can be brought back
    removed = sync(rig, "--approve", again).numbers
    assert rig.json("sync", "--undo", str(removed["generation"]))[0]["back"] == removed["removed"]
    sync(rig).expect(removed=0)
    assert rig.store("SELECT count(*) FROM entry WHERE kind = 'person'") == [(60,)]
    slapd.stop().load(roster).start()
    sync(rig).expect(persons=60)
    in_step(rig, slapd)


def hide(rig):
    """Access rules that let nobody see Jena."""
    path = rig.folder / "acl"
    path.write_text('access to dn.subtree="%s" by * none\naccess to * by * read\n' % city_dn("Jena"))
    return {"ACL": str(path)}


def case_26_access_rule_hides_a_municipality(rig):
    seen = {"admin": False}

    def restart(slapd, **options):
        slapd.stop().configure(**options).start()
        slapd.modify(replace(person_dn(1), "title", str(time.time())))  # unrelated

    # without a log: they vanish at the next change, and the guard holds that
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri, percent=5, count=20)
    anonymous(rig)
    sync(rig).expect(added=ALL)
    before = ask(slapd, dn="").cookie
    restart(slapd, **hide(rig))
    assert len(ask(slapd, before, dn="").present) == ALL - 16
    number = held(rig)
    sync(rig, "--approve", number).expect(removed=16)
    in_step(rig, slapd, **seen)
    restart(slapd, ACL="")
    sync(rig).expect(added=16)
    in_step(rig, slapd, **seen)
    # what a person wants to keep stays, and is shown again one day
    restart(slapd, **hide(rig))
    number = held(rig)
    rig.run("sync", "--drop", number)
    for _ in range(2):
        sync(rig).expect(removed=0)
    assert rig.store("SELECT count(*) FROM entry WHERE missing_reason = 'kept'") == [(16,)]
    restart(slapd, ACL="")
    sync(rig)
    in_step(rig, slapd, **seen)
    assert rig.store("SELECT count(*) FROM entry WHERE missing_since IS NOT NULL") == [(0,)]
    # with a guard that lets it through: a plain search confirms that they are gone
    restart(slapd, **hide(rig))
    use(rig, slapd.uri)
    anonymous(rig)
    sync(rig).expect(removed=16)
    in_step(rig, slapd, **seen)

    # with a log: they stay until an audit, and come back by one
    slapd = rig.server(ldif_roster(), ACCESSLOG="on")
    rig.new_store()
    sync(rig).expect(added=ALL)
    before = ask(slapd, dn="").cookie
    restart(slapd, **hide(rig))
    sprung = ask(slapd, before, dn="")
    assert sprung.deletes and not sprung.deleted and len(sprung.entries) == 1
    sync(rig).expect(removed=0, changed=1)
    sync(rig, "--audit").expect(removed=16, untold=16)
    in_step(rig, slapd, **seen)
    restart(slapd, ACL="")
    sync(rig)
    sync(rig, "--audit")
    in_step(rig, slapd, **seen)


def case_27_limits(rig):
    slow = False

    def pause(direction, message):
        nonlocal slow
        if slow and message.op == ENTRY and target_dn(message).endswith(BASE):
            slow = False
            time.sleep(2.5)  # the server cannot go on writing, and its time is over
        return message.raw

    for number, (options, word) in enumerate((({"SIZELIMIT": "10"}, "Size limit exceeded"),
                                              ({"SIZELIMIT": "size.unchecked=5"}, "Administrative limit exceeded"),
                                              ({"TIMELIMIT": "1"}, "Time limit exceeded"))):
        slapd = rig.server(ldif_roster(4, 1000), **options)
        tapped(rig, slapd, pause, name="tap%d" % number, page_size=0)
        anonymous(rig)
        slow = "TIMELIMIT" in options
        unchanged(rig, status=1, words=[word, "limits"])
        slow = "TIMELIMIT" in options
        with watching(rig) as watch:
            watch.wait(word)
            watch.wait("limits")
            assert not rig.store("SELECT * FROM entry")
        use(rig, slapd.uri)  # the administrator has no limits
        sync(rig).expect(persons=4000)
        before = content(rig)
        slapd.modify(*(delete(person_dn(n, 1000)) for n in range(1, 4)))
        tapped(rig, slapd, pause, name="again%d" % number, page_size=0)
        anonymous(rig)
        slow = "TIMELIMIT" in options
        unchanged(rig, "--full", status=1, words=[word, "limits"])
        assert content(rig) == before
        rig.new_store()


def case_28_without_content_synchronisation(rig):
    slapd = rig.server(ldif_roster(), SYNCPROV="off")
    tap = tapped(rig, slapd)
    sync(rig).expect(added=ALL, no_feed=True, route="all")
    assert tap.syncs()  # which are critical
    in_step(rig, slapd)
    files = rig.store_files()
    sync(rig).expect(unchanged=ALL, no_feed=True, route="listing")
    assert rig.store_files() == files, "a sync without a change wrote"
    slapd.modify(delete(person_dn(1)), replace(person_dn(2), "title", "Neu"), rename(person_dn(3), "uid=anders"),
                 add("uid=neu," + city_dn("Jena"), person("Neu", uid="neu")),
                 rename(city_dn("Mannheim"), "o=Monnem"))
    sync(rig).expect(removed=1, changed=1, added=1, moved=2)
    in_step(rig, slapd)
    with watching(rig) as watch:
        watch.wait("sync.batch")  # polls, and ends when asked to

    # a server that takes the control and does not tell the state of each entry (seen with others than slapd)
    slapd = rig.server(ldif_roster())
    rig.new_store()
    broken = tapped(rig, slapd, lambda direction, message: (
        without_controls(message) if message.op == ENTRY else message.raw), name="broken")
    sync(rig).expect(added=ALL, no_feed=True)
    assert broken.syncs()
    compare(rig, slapd)


def case_29_referral_object(rig):
    elsewhere = Listener()
    target = "ldap://127.0.0.1:%d/%s" % (elsewhere.port, CITIES)
    for options in ({"SYNCPROV": "off"}, {}, {"SESSIONLOG": "1000"}):
        slapd = rig.server(ldif_roster(more=ldif_entry("ou=ref," + BASE, {
            "objectClass": ["referral", "extensibleObject"], "ou": ["ref"], "ref": [target]})), **options)
        rig.new_store()
        use(rig, slapd.uri)
        for more in ((), ("--full",), ("--audit",)):  # a poll that finds nothing new has seen none
            sync(rig, *more).expect(referrals=1, persons=60, municipalities=4)
            assert rig.store("SELECT count(*) FROM entry") == [(ALL,)]
        assert "not followed" in rig.run("sync", "--audit")
        tap = tapped(rig, slapd, name="tap%d%d" % (len(options), len(str(options))), referrals="store")
        sync(rig)
        assert rig.store("SELECT count(*) FROM entry WHERE rdn = 'ou=ref'") == [(1,)]
        assert all(MANAGE_DSA_IT in search.controls for search in tap.messages(SEARCH)
               if target_dn(search).endswith(BASE))
        sync(rig).expect(added=0, removed=0, changed=0, moved=0)
        use(rig, slapd.uri)
        sync(rig).expect(persons=60)
        assert rig.store("SELECT count(*) FROM entry WHERE rdn = 'ou=ref'") == [(0,)]
    assert not elsewhere.seen and not elsewhere.clients, "the referral was followed"


run(globals())
