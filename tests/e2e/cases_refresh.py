# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases 1 to 15 of content synchronisation (RFC 4533) with real servers: refreshes and cookies."""
import datetime
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import AGAIN, ask, content, cookie, dns, environment, in_step, run, sync, tapped, unchanged, use, watching
from ldapwire import ENTRY, NEWER, POLL, REFRESH_REQUIRED, SEARCH, Consumer, Tap, sent_cookie
from rig import ADMIN, BASE, wait_for
from slapd import CITIES, add, city_dn, compare, delete, ldif_entry, ldif_roster, person, person_dn, replace

ALL = 66


def case_01_server_killed_in_mid_refresh(rig):
    slapd = rig.server(ldif_roster(4, 1000))
    left = 0

    def kill_after_500(direction, message):
        nonlocal left
        if message.op == ENTRY:
            left -= 1
            if left == 0:
                slapd.kill()
        return message.raw

    tapped(rig, slapd, kill_after_500)
    for options in ((), ("--full",), ("--audit",)):  # onto nothing, then onto what is there
        left = 500
        unchanged(rig, *options, status=AGAIN, words=["server runs"])
        slapd.start()
        sync(rig, *options).expect(persons=4000)
        in_step(rig, slapd)


def killed(rig, good, *before):
    """A sync that is killed, or comes to its end before that: the store is as before or after a whole one,
    and sound. Gives TRUE if it was killed."""
    done = subprocess.run([*before, *rig.command("sync", "-q")], capture_output=True, timeout=60, env=environment())
    state = content(rig)
    assert state in good, "%d entries, cookie %s" % (len(state[0]), state[1])
    assert "in order" in rig.run("db", "check")
    return done.returncode in (137, -9)


def case_02_client_killed(rig):
    """By SIGKILL at any moment of a first sync, and then at each system call that writes."""
    slapd = rig.server(ldif_roster(5, 2000), SESSIONLOG="1000")
    use(rig, slapd.uri)
    begun = time.monotonic()
    sync(rig)
    seconds, good = time.monotonic() - begun, [([], None), content(rig)]
    chance, hit = random.Random(2), 0
    for _ in range(6):
        rig.new_store()
        hit += killed(rig, good, "timeout", "-s", "KILL", "%.3f" % (chance.random() * seconds))
    assert hit, "never killed in time"
    sync(rig)
    in_step(rig, slapd)

    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri)
    rig.new_store()
    sync(rig)
    old = content(rig)
    kept = rig.folder / "kept"
    kept.mkdir()
    rig.store("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(rig.folder / "rundruf.db", kept)
    slapd.modify(*(replace(person_dn(n), "title", "Neu") for n in range(1, 6)),
                 delete(*(person_dn(n) for n in range(6, 11))))
    trace = rig.folder / "trace"
    # the leak sanitizer is a tracer itself
    tracer = ["strace", "-f", "-qq", "-E", "ASAN_OPTIONS=detect_leaks=0", "-o", str(trace),
              "-e", "trace=pwrite64,fdatasync,fsync,ftruncate"]
    sync(rig, before=tracer)
    new = content(rig)
    assert new[0] != old[0]
    calls = [call for call in re.findall(r"(pwrite64|fdatasync|fsync|ftruncate)\(", trace.read_text())]
    assert len(calls) > 5, trace.read_text()
    for name in set(calls):
        count = calls.count(name)
        for number in range(1, count + 1, 1 + count // 8):
            for path in rig.folder.glob("rundruf.db*"):
                path.unlink(missing_ok=True)  # a reader that ends takes its log along
            shutil.copy(kept / "rundruf.db", rig.folder)
            assert killed(rig, [old, new], *tracer, "-e", "inject=%s:signal=KILL:when=%d" % (name, number))
            sync(rig)
            assert content(rig) == new


def case_03_cookie_too_old_without_log(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL)
    before = ask(slapd).cookie
    slapd.modify(delete(*(person_dn(n) for n in range(1, 11))))
    sprung = ask(slapd, before)
    assert len(sprung.present) == ALL - 10 and not sprung.deletes and not sprung.entries
    sync(rig).expect(removed=10, added=0, changed=0, unchanged=ALL - 10, route="present")
    in_step(rig, slapd)


def case_04_refresh_required(rig):
    slapd = rig.server(ldif_roster(), RELOADHINT="on")
    left = 0

    def cut(direction, message):
        nonlocal left
        if message.op == ENTRY:
            left -= 1
            if left == 0:
                raise Tap.Cut
        return message.raw

    tap = tapped(rig, slapd, cut)
    sync(rig).expect(added=ALL)
    slapd.modify(delete(*(person_dn(n) for n in range(1, 4))), replace(person_dn(4), "title", "Neu"))
    old = b"rid=000,csn=20000101000000.000000Z#000000#000#000000"  # of none of the server's entries
    rig.store("UPDATE sync_state SET cookie = ?", old)
    assert ask(slapd, old).code == REFRESH_REQUIRED
    left = 20
    unchanged(rig, status=AGAIN)  # nothing is deleted before the refresh has come to its end
    assert left <= 0, "all was not read again"
    tap.forget()
    sync(rig).expect(removed=3, changed=1, added=0, route="all")
    assert 1 <= len(tap.syncs()) <= 2
    in_step(rig, slapd)


def case_05_cookie_that_is_none(rig):
    slapd = rig.server(ldif_roster())
    tap = tapped(rig, slapd)
    sync(rig).expect(added=ALL)
    sprung = ask(slapd, b"garbage", mode=POLL)
    assert len(sprung.entries) == ALL and sprung.deletes and sprung.cookie == b""
    for number, wrong in enumerate((b"garbage", b"\x00\xff\xfe", b"rid=000,csn=never", b"", b"rid=000",
                                    b"ldap.example:389#cn=sync,dc=netz,dc=example:(objectClass=*)#123")):
        slapd.modify(delete(person_dn(number + 1)))
        rig.store("UPDATE sync_state SET cookie = ?", wrong)
        sync(rig).expect(removed=1, added=0, changed=0, unchanged=ALL - 1 - number)
        assert re.fullmatch(rb"rid=\d+,csn=[^,]+", cookie(rig)), cookie(rig)
        tap.forget()
        sync(rig).expect(removed=0, added=0, changed=0)
        search, = tap.syncs()
        assert sent_cookie(search) == cookie(rig), sent_cookie(search)
        assert not tap.messages(ENTRY), "a second full refresh"
    compare(rig, slapd)


def case_06_cookie_newer_than_the_provider(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL)
    newer = cookie(rig).replace(b"csn=20", b"csn=21", 1)
    sprung = ask(slapd, newer)
    assert sprung.code == NEWER and "newer" in sprung.said, (sprung.code, sprung.said)
    slapd.modify(delete(person_dn(1)), replace(person_dn(2), "title", "Neu"))
    rig.store("UPDATE sync_state SET cookie = ?", newer)
    sync(rig).expect(removed=1, changed=1, void_cookie=True, unchanged=ALL - 2)
    assert cookie(rig) == ask(slapd).cookie
    in_step(rig, slapd)


def crashed(rig, **options):
    """A server that had a crash after five more entries, and no longer knows that it has them."""
    slapd = rig.server(ldif_roster(4, 15), **options)
    first = ask(slapd).cookie
    slapd.modify(*(add("uid=q%d,%s" % (n, city_dn("Jena")), person("Neu %d" % n, uid="q%d" % n)) for n in range(5)))
    return slapd, first


def case_07_crash_without_checkpoint(rig):
    slapd, first = crashed(rig)
    slapd.crash()
    sprung = ask(slapd, mode=POLL)
    assert len(sprung.entries) == ALL and sprung.cookie == first and len(ask(slapd).entries) == ALL + 5
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL + 5)
    in_step(rig, slapd)
    # and what had them already loses none
    slapd, first = crashed(rig)
    rig.new_store()
    sync(rig).expect(persons=65)
    slapd.crash()
    assert ask(slapd, cookie(rig)).code == NEWER
    sync(rig).expect(removed=0, persons=65)
    in_step(rig, slapd)


def case_08_crash_after_a_delete(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL)
    before = ask(slapd).cookie
    slapd.modify(delete(person_dn(8)))
    slapd.crash()
    slapd.modify(replace(person_dn(9), "title", "Neu"))
    sprung = ask(slapd, before)
    assert sprung.deletes and not sprung.deleted and dns(sprung) == {person_dn(9)}
    sync(rig).expect(changed=1)
    said = rig.run("sync", "--audit")
    assert "p0000008" in said and "1 removed" in said, said
    in_step(rig, slapd)
    sync(rig, "--audit").expect(untold=0, removed=0, changed=0, added=0)


def case_09_clock_of_the_provider_ahead(rig):
    ahead = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)).strftime("%Y%m%d%H%M%S")
    late = ldif_entry("uid=late," + city_dn("Jena"), person("Später", uid="late")).replace(
        "entryUUID", "entryCSN: %s.000000Z#000000#000#000000\nentryUUID" % ahead)
    slapd = rig.server(ldif_roster(more=late), SESSIONLOG="1000")
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL + 1, clock_ahead=True)
    before = cookie(rig)
    assert ahead.encode() in before
    slapd.modify(replace(person_dn(2), "title", "Neu"), delete(person_dn(3)))
    sprung = ask(slapd, before, mode=POLL)
    assert not sprung.entries and not sprung.deleted and not sprung.cookie
    assert "in the future" in rig.run("sync")
    assert cookie(rig) == before
    said = sync(rig, "--audit").expect(untold=2, removed=1, changed=1)
    assert said.signs == {"changed": [person_dn(2)], "removed": [person_dn(3)]}, said.signs
    in_step(rig, slapd)


def case_10_provider_restored_from_a_backup(rig):
    for options in ({}, {"SESSIONLOG": "1000"}):
        slapd = rig.server(ldif_roster(), **options)
        backup = slapd.content()
        use(rig, slapd.uri)
        rig.new_store()
        slapd.modify(*(replace(person_dn(n), "title", "Neu") for n in (1, 2)), delete(person_dn(3)),
                     add("uid=neu," + city_dn("Jena"), person("Neu", uid="neu")))
        sync(rig).expect(added=ALL)
        slapd.stop()
        time.sleep(0.01)
        slapd.load(backup).start()
        slapd.modify(replace(person_dn(4), "title", "Neu"))
        sprung = ask(slapd, cookie(rig))
        assert dns(sprung) == {person_dn(4)}, "the server tells more than the last write"
        sync(rig)
        sync(rig, "--audit")
        in_step(rig, slapd)
        sync(rig, "--audit").expect(untold=0)


def case_11_session_log_lost(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri)
    sync(rig).expect(added=ALL)
    before = ask(slapd).cookie
    slapd.modify(delete(person_dn(1)))
    assert len(ask(slapd, before).deleted) == 1
    slapd.stop().start()
    sprung = ask(slapd, before)
    assert len(sprung.present) == ALL - 1 and not sprung.deletes
    sync(rig).expect(removed=1, unchanged=ALL - 1, route="present")
    in_step(rig, slapd)


def case_12_nothing_changed(rig):
    for options in ({}, {"SESSIONLOG": "1000"}):
        slapd = rig.server(ldif_roster(), **options)
        tap = tapped(rig, slapd, name="tap%d" % len(options))
        sync(rig)
        before, files, first = rig.fingerprint(), rig.store_files(), cookie(rig)
        assert not ask(slapd, first, mode=POLL).cookie
        for _ in range(2):
            tap.forget()
            sync(rig).expect(added=0, changed=0, moved=0, removed=0, unchanged=ALL, route="changes")
            search, = tap.messages(SEARCH)
            assert sent_cookie(search) == first and not tap.messages(ENTRY)
            assert rig.store_files() == files, "a sync without a change wrote"
            assert rig.fingerprint() == before and cookie(rig) == first
        tap.close()
    compare(rig, slapd)


def case_13_settings_changed(rig):
    slapd = rig.server(ldif_roster())
    tap = tapped(rig, slapd)
    for keys in ({}, {"filter": "(|(objectClass=*)(cn=nobody))"}, {"version_attribute": "modifyTimestamp"},
                 {"base": CITIES}, {"bind_dn": None}):
        if keys.get("bind_dn", 0) is None:
            del rig.settings["directory"]["bind_dn"], rig.settings["directory"]["password_file"]
            keys = {}
        rig.configure(directory=keys)
        first = cookie(rig) is None
        tap.forget()
        said = sync(rig).expect(route="all", void_cookie=not first)
        assert first or "settings" in said.numbers["said"], said.numbers
        search, = tap.syncs()
        assert not sent_cookie(search), (keys, sent_cookie(search))
        base = rig.settings["directory"]["base"]
        compare(rig, slapd, base=base, admin="bind_dn" in rig.settings["directory"])
        tap.forget()
        sync(rig).expect(route="changes", added=0, changed=0, removed=0)
        search, = tap.syncs()
        assert sent_cookie(search) == cookie(rig)


def two_providers(rig):
    """Two servers that take changes and tell each other."""
    names = ("one", "two")
    uris = {name: "ldapi://" + str(rig.folder / name / "ldapi").replace("/", "%2F") for name in names}
    one = rig.server(ldif_roster(), name="one", SERVERID="1", PROVIDER=uris["two"])
    two = rig.server(one.content(), name="two", SERVERID="2", PROVIDER=uris["one"])
    return one, two


def there(slapd, dn, title):
    """TRUE once a server has a title that was written at another one."""
    return slapd.value(dn, "title") == [title.encode()]


def case_14_cookie_of_two_providers(rig):
    one, two = two_providers(rig)
    tap = tapped(rig, one)
    with watching(rig) as watch:
        watch.wait_equal(one)
        one.modify(replace(person_dn(1), "title", "Eins"))
        wait_for(lambda: there(two, person_dn(1), "Eins"))
        two.modify(replace(person_dn(2), "title", "Zwei"))
        wait_for(lambda: there(one, person_dn(2), "Zwei"))
        one.modify(replace(person_dn(3), "title", "Drei"))
        watch.wait_equal(one)
    kept = cookie(rig)
    assert b"sid=" not in kept and b"#001#" in kept and b"#002#" in kept, kept
    assert len(kept.split(b"csn=")[1].split(b";")) >= 2
    assert len(ask(one, b"rid=000,csn=" + max(re.findall(rb"[0-9.]+Z#\d+#001#\d+", kept))).entries) + len(ask(
        one, b"rid=000,csn=" + max(re.findall(rb"[0-9.]+Z#\d+#001#\d+", kept))).present) >= ALL, "not sprung"
    tap.forget()
    with watching(rig) as watch:
        watch.wait(lambda: tap.syncs())
        one.modify(replace(person_dn(4), "title", "Vier"))
        watch.wait_equal(one)
    # the first search may still hear of it while it ends, and then leaves it to the second
    assert 1 <= len(tap.messages(ENTRY)) <= 2, "all was read again"
    assert sent_cookie(tap.syncs()[0]) == kept
    # one that lacks a provider is no cookie to the server, which does not say so
    one.modify(delete(person_dn(5)))
    lacking = b"rid=000,csn=" + max(re.findall(rb"[0-9.]+Z#\d+#001#\d+", cookie(rig)))
    sprung = ask(one, lacking)
    assert len(sprung.entries) == ALL - 1 and not sprung.present and not sprung.deleted
    rig.store("UPDATE sync_state SET cookie = ?", lacking)
    sync(rig).expect(removed=1, changed=0, added=0, void_cookie=True, route="all")
    in_step(rig, one)


def case_15_failover_while_persisting(rig):
    one, two = two_providers(rig)
    first, second = Tap(rig.folder / "tap1", one.uri), Tap(rig.folder / "tap2", two.uri)
    use(rig, first.uri + " " + second.uri)
    with watching(rig) as watch:
        watch.wait_equal(one)
        one.modify(replace(person_dn(1), "title", "Eins"))
        watch.wait_equal(one)
        wait_for(lambda: there(two, person_dn(1), "Eins"))
        assert b"sid=" not in cookie(rig)
        first.close()  # the server itself goes on
        watch.wait(lambda: second.syncs())
        search = second.syncs()[-1]
        assert b"sid=" not in (sent_cookie(search) or b"")
        with Consumer(two.uri, BASE, ADMIN) as consumer:  # what the same cookie with sid= does
            consumer.refresh(sent_cookie(search).replace(b"rid=000,", b"rid=000,sid=001,"))
            one.modify(replace(person_dn(2), "title", "Zwei"))
            wait_for(lambda: there(two, person_dn(2), "Zwei"))
            assert not consumer.listen(0.5).entries, "not sprung"
        watch.wait_equal(two)
        two.modify(replace(person_dn(3), "title", "Drei"))
        watch.wait_equal(two)
        wait_for(lambda: there(one, person_dn(3), "Drei"))
    compare(rig, one)
    in_step(rig, two)


run(globals())
