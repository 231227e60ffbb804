# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases 16 to 23 of content synchronisation with real servers: renames, moves, subtrees, the base."""
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import ask, content, dns, in_step, run, sync, unchanged, use, watching
from ldapwire import NO_SUCH_OBJECT, REFRESH_REQUIRED, Consumer
from rig import ADMIN, BASE
from slapd import CITIES, add, city_dn, delete, ldif_entry, ldif_roster, person, person_dn, rename, replace

ELSEWHERE = "ou=elsewhere," + BASE
LOGS = ({}, {"SESSIONLOG": "1000"}, {"ACCESSLOG": "on"})
ROSTER = ldif_roster(3, 20, more=ldif_entry(ELSEWHERE, {"objectClass": ["organizationalUnit"], "ou": ["elsewhere"]}))
SHOWN = 3 * 21 + 1  # below CITIES


def identity(rig, rdn):
    """Row and UUID of an entry."""
    found, = rig.store("SELECT id, uuid FROM entry WHERE rdn = ?", rdn)
    return found


def each_way(rig, deed, ldif=ROSTER, base=BASE, undo=None, **keys):
    """Does a thing, and has it seen by the next sync with each kind of log, and by one that watches. `deed`
    (slapd, see): it calls see() when all is to be seen, which gives what a sync said (None: it watches)."""
    for options in LOGS:
        slapd = fresh(rig, ldif, base, options, **keys)

        def see():
            said = sync(rig)
            in_step(rig, slapd, base=base, **({"filter": keys["filter"]} if "filter" in keys else {}))
            return said
        sync(rig)
        deed(slapd, see)
    slapd = fresh(rig, ldif, base, {}, **keys)
    with watching(rig) as watch:
        where = {"base": base, **({"filter": keys["filter"]} if "filter" in keys else {})}
        watch.wait_equal(slapd, **where)
        deed(slapd, lambda: watch.wait_equal(slapd, **where))
    in_step(rig, slapd, **where)


def fresh(rig, ldif, base, options, **keys):
    """A server with this LDIF, and an empty mirror."""
    slapd = rig.server(ldif, **options)
    use(rig, slapd.uri, base=base, **keys)
    rig.new_store()
    return slapd


def expect(said, **numbers):
    if said:
        said.expect(**numbers)


def case_16_entry_renamed(rig):
    def deed(slapd, see):
        before = identity(rig, "uid=p0000001")
        slapd.modify(rename(person_dn(1, 20), "uid=p0000099"))
        expect(see(), moved=1, added=0, removed=0, changed=0)
        assert identity(rig, "uid=p0000099") == before, "another row"
        assert not rig.store("SELECT 1 FROM entry WHERE rdn = 'uid=p0000001'")
        assert "p0000099" in rig.run("member", "show", str(uuid.UUID(bytes=before[1])))
    each_way(rig, deed)


def case_17_municipality_renamed(rig):
    def deed(slapd, see):
        before = ask(slapd).cookie
        people = rig.store("SELECT id, uuid FROM entry WHERE municipality = ? ORDER BY id", identity(rig, "o=Jena")[0])
        generation = rig.store("SELECT generation FROM sync_state")
        slapd.modify(rename(city_dn("Jena"), "o=Jena an der Saale"))
        sprung = ask(slapd, before)
        assert dns(sprung) == {"o=Jena an der Saale," + CITIES}, "the server tells more than the top"
        expect(see(), moved=1, added=0, removed=0)
        assert len(people) == 20
        assert people == rig.store("SELECT id, uuid FROM entry WHERE municipality = ? ORDER BY id",
                                   identity(rig, "o=Jena an der Saale")[0])
        assert rig.store("SELECT generation - ? FROM sync_state", generation[0][0]) == [(1,)], "more than one commit"
    each_way(rig, deed)


def case_18_subtree_leaves_the_base(rig):
    def deed(slapd, see):
        before = ask(slapd, base=CITIES).cookie
        slapd.modify(rename(city_dn("Jena"), "o=Jena", ELSEWHERE))
        sprung = ask(slapd, before, base=CITIES)
        assert len(sprung.deleted) == 1 or len(sprung.present) == SHOWN - 21, "the server tells all that went"
        expect(see(), removed=21, added=0, changed=0, moved=0)
        assert rig.store("SELECT count(*) FROM entry") == [(SHOWN - 21,)]
        assert rig.store("SELECT count(DISTINCT uuid) FROM tombstone") >= [(21,)]
    each_way(rig, deed, base=CITIES)


def case_19_subtree_enters_the_base(rig):
    def deed(slapd, see):
        slapd.modify(rename(city_dn("Jena"), "o=Jena", ELSEWHERE))
        see()
        before = ask(slapd, base=CITIES).cookie
        slapd.modify(rename("o=Jena," + ELSEWHERE, "o=Jena", CITIES))
        sprung = ask(slapd, before, base=CITIES)
        assert dns(sprung) == {city_dn("Jena")}, "the server tells more than the top"
        expect(see(), added=21, removed=0, changed=0, moved=0)
        assert rig.store("SELECT count(*) FROM entry") == [(SHOWN,)]
    each_way(rig, deed, base=CITIES)


def case_20_person_moves(rig):
    def deed(slapd, see):
        before = identity(rig, "uid=p0000021")
        slapd.modify(rename(person_dn(21, 20), "uid=p0000021", city_dn("Essen"), keep=True))
        expect(see(), moved=1, added=0, removed=0)
        assert identity(rig, "uid=p0000021") == before
        slapd.modify(rename("uid=p0000021," + city_dn("Essen"), "uid=p0000021", ELSEWHERE, keep=True))
        expect(see(), removed=1, added=0, moved=0)
        slapd.modify(rename("uid=p0000021," + ELSEWHERE, "uid=p0000021", city_dn("Jena"), keep=True))
        expect(see(), added=1, removed=0, moved=0)
        assert identity(rig, "uid=p0000021")[1] == before[1]
    each_way(rig, deed, base=CITIES)


def case_21_entry_leaves_the_filter(rig):
    def deed(slapd, see):
        number = identity(rig, "uid=p0000005")[1]
        for _ in range(2):
            slapd.modify(replace(person_dn(5, 20), "employeeType", "contact"))
            expect(see(), removed=1, added=0, changed=0)
            assert not rig.store("SELECT 1 FROM entry WHERE rdn = 'uid=p0000005'")
            slapd.modify(replace(person_dn(5, 20), "employeeType", "planner"))
            expect(see(), added=1, removed=0, changed=0)
            assert identity(rig, "uid=p0000005")[1] == number
    each_way(rig, deed, filter="(|(employeeType=planner)(!(objectClass=inetOrgPerson)))")


def case_22_names_used_again(rig):
    def deed(slapd, see):
        old = identity(rig, "uid=p0000001")[1]
        slapd.modify(delete(person_dn(1, 20)), add(person_dn(1, 20), person("Zweite", uid="p0000001")))
        expect(see(), added=1, removed=1, moved=0, changed=0)
        assert identity(rig, "uid=p0000001")[1] != old
        both = [identity(rig, "uid=p000000%d" % n) for n in (2, 3)]
        slapd.modify(rename(person_dn(2, 20), "uid=between"), rename(person_dn(3, 20), "uid=p0000002"),
                     rename("uid=between," + city_dn("Essen"), "uid=p0000003"))
        expect(see(), moved=2, added=0, removed=0)
        assert [identity(rig, "uid=p000000%d" % n) for n in (3, 2)] == both
        short = "uid=short," + city_dn("Essen")
        slapd.modify(add(short, person("Kurz", uid="short")), delete(short))
        expect(see(), added=0, removed=0)
        # a name is left by one and taken by another at once
        slapd.modify(delete(person_dn(4, 20)), rename(person_dn(5, 20), "uid=p0000004"))
        expect(see(), moved=1, removed=1, added=0)
    each_way(rig, deed)


def case_23_base_renamed_while_persisting(rig):
    slapd = fresh(rig, ROSTER, CITIES, {"SESSIONLOG": "1000"})
    with watching(rig) as watch, Consumer(slapd.uri, CITIES, ADMIN) as consumer:
        watch.wait_equal(slapd, base=CITIES)
        before = content(rig)
        consumer.refresh()
        slapd.modify(rename(CITIES, "ou=kommunen"))
        assert len(consumer.listen(0.5).deleted) == 1
        assert content(rig)[0] == before[0], "all went with the top"
        slapd.modify(replace(BASE, "description", "Neu"))  # at the next write the server sees what it did
        sprung = consumer.listen(0.5)
        assert sprung.code == REFRESH_REQUIRED and "base" in sprung.said, (sprung.code, sprung.said)
        assert ask(slapd, base=CITIES).code == NO_SUCH_OBJECT
        watch.wait("No such object|directory\\.base")
        assert content(rig)[0] == before[0] and watch.running()
    unchanged(rig, status=1, words=["No such object", "directory\\.base"])
    slapd.modify(rename("ou=kommunen," + BASE, "ou=municipalities"))
    with watching(rig) as watch:
        slapd.modify(replace(person_dn(1, 20), "title", "Neu"))
        watch.wait_equal(slapd, base=CITIES)
    in_step(rig, slapd, base=CITIES)


run(globals())
