# SPDX-License-Identifier: GPL-3.0-or-later
"""`rundruf sync` against a real slapd: large and odd rosters arrive whole, octet by octet; whatever is wrong
with an answer, the store stays as it was and the message says what to do; the guard; moves; two at once."""
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, SANITIZED, SOURCE, Rig, ldif_entry, measured, person
from slapd import CITIES, compare

MAKE_ROSTER = Path(os.environ.get("RUNDRUF_MAKE_ROSTER") or SOURCE.parent / "shared/tools/make-roster")
MEMORY_MIB_MAX = 300


# ---- rosters

def generated(rig, *options):
    """A roster of the generator, as a file; None where there is no generator."""
    if not MAKE_ROSTER.exists():
        return None
    path = rig.folder / "large.ldif"
    with path.open("wb") as file:
        subprocess.run([str(MAKE_ROSTER), *options], stdout=file, check=True)
    return path


def small_roster(rig, cities=("Essen", "Jena", "Köln"), persons=5):
    """Our own: municipalities with as many persons each; gives the file and the number of entries."""
    entries = [(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}),
               (CITIES, {"objectClass": ["organizationalUnit"], "ou": ["municipalities"]})]
    for city in cities:
        entries.append(("o=%s,%s" % (city, CITIES), {"objectClass": ["organization"], "o": [city]}))
        for number in range(persons):
            uid = "%s%d" % (city.lower().replace("ö", "oe"), number)
            entries.append(("uid=%s,o=%s,%s" % (uid, city, CITIES), {
                **person("Person %s" % uid, uid + "@a.example"), "uid": [uid],
                "description": ["  Umlaute äöü und ß, ein Zeilen\numbruch ", "b"], "description;lang-de": ["x"],
                "jpegPhoto": [bytes(range(256))]}))
    path = rig.folder / "small.ldif"
    path.write_text("".join(ldif_entry(dn, attributes) for dn, attributes in entries))
    return path, len(entries)


def use(rig, uri, **keys):
    """Lets the configuration name slapd, with the administrator's password."""
    rig.settings["directory"] = {"base": BASE, "bind_dn": ADMIN, "password_file": str(rig.folder / "password")}
    rig.configure(directory={"uri": uri, **keys}, guard={"percent": 5, "count": 20})


# ---- what a command said

def summary(said):
    """The numbers of the summary line, by their words."""
    line = [line for line in said.splitlines() if re.search(r"the (roster has|directory shows) \d", line)]
    assert len(line) == 1, said
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", line[0])}


def expect(said, **numbers):
    found = summary(said)
    for word, number in numbers.items():
        assert found[word] == number, (word, number, said)


def unchanged(rig, *words, status=1, but=(), **run):
    """A sync that must fail, say these words, and change nothing; gives what it said."""
    before = rig.fingerprint(*but)
    said = rig.run("sync", *run.pop("options", ()), status=status, **run)
    for word in words:
        assert word in said, (word, said)
    assert "geheim" not in said, said
    assert rig.fingerprint(*but) == before, said
    return said


def held(rig, *words, options=()):
    """A sync that the guard must hold; gives the number under which it can be approved."""
    shown = "SELECT id, uuid, parent, rdn, kind, municipality, csn, digest, attributes FROM entry ORDER BY id"
    before = rig.store(shown)
    said = unchanged(rig, *words, status=3, but=("held", "entry"), options=options)  # what is missing is marked
    assert rig.store(shown) == before
    summary(said)
    return re.search(r"rundruf sync --approve (\d+)", said).group(1)


# ---- the scenes

def whole(rig, uri, entries, persons, municipalities):
    """A first sync brings everything, a second one writes nothing."""
    rig.new_store()
    use(rig, uri)
    seconds, memory, said = measured(rig.command("sync"))
    expect(said, added=entries, unchanged=0, persons=persons, municipalities=municipalities)
    assert rig.store("SELECT count(*) FROM entry") == [(entries,)]
    assert SANITIZED or memory < MEMORY_MIB_MAX, memory
    before, files = rig.fingerprint(), rig.store_files()
    seconds_again, memory_again, again = measured(rig.command("sync"))
    expect(again, added=0, changed=0, moved=0, removed=0, unchanged=entries, persons=persons)
    assert SANITIZED or memory_again < MEMORY_MIB_MAX, memory_again
    assert rig.store_files() == files, "a sync without a change wrote"
    assert rig.fingerprint() == before
    print("%d entries: %.1f s and %.0f MiB, again %.1f s and %.0f MiB" % (
        entries, seconds, memory, seconds_again, memory_again), flush=True)


def odd(rig):
    """Values and names of every kind."""
    path = generated(rig, "-n", "80", "-m", "50", "--odd")
    uri = rig.slapd(path or small_roster(rig)[0])
    rig.new_store()
    use(rig, uri)
    rig.run("sync")
    print("%d entries with %d values are as ldapsearch shows them" % compare(rig, rig.slapds[-1]), flush=True)


def killed_in_mid_search(rig, uri, entries):
    """slapd dies while it answers: the answer is void."""
    before = rig.fingerprint()
    in_the_search = re.compile("cannot read the answer")
    for attempt in range(12):
        sync = subprocess.Popen(rig.command("sync", "--full"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.2 * (1 + attempt % 3))
        rig.slapds[-1].kill()
        said = sync.communicate()[0]
        rig.slapds[-1].start()
        if in_the_search.search(said):
            break
    assert sync.returncode == 75 and in_the_search.search(said), said
    assert "The roster was not changed." in said and uri in said and "the server runs" in said, said
    assert rig.fingerprint() == before
    expect(rig.run("sync"), unchanged=entries)


def large(rig):
    if not MAKE_ROSTER.exists():
        return print("no roster generator; the large rosters were left out")
    whole(rig, rig.slapd(generated(rig, "-n", "80", "-m", "50")), 4082, 4000, 80)
    uri = rig.slapd(generated(rig, "-n", "80", "-m", "1250"))
    whole(rig, uri, 100082, 100000, 80)
    killed_in_mid_search(rig, uri, 100082)


def refusals(rig):
    """What the server or the configuration refuses."""
    path, entries = small_roster(rig)
    uri = rig.slapd(path)
    rig.new_store()
    use(rig, uri)
    expect(rig.run("sync"), added=entries)
    use(rig, uri, base="dc=nowhere,dc=example")
    unchanged(rig, "The roster was not changed.", "No such object", "directory.base")
    use(rig, uri, base="ou=none," + BASE)
    unchanged(rig, "The roster was not changed.", "No such object", "directory.base")
    secret = rig.folder / "secret"
    use(rig, uri, password_file=str(secret))
    unchanged(rig, str(secret), "No such file")
    for content, mode, words in ((b"falsch", 0o600, ("Invalid credentials", "password file")),
                                 (b"", 0o600, (str(secret), "is empty")), (b"\n", 0o600, (str(secret), "is empty")),
                                 (b"geheim", 0o644, (str(secret), "can be read by others", "chmod 600"))):
        secret.write_bytes(content)
        secret.chmod(mode)
        unchanged(rig, *words)
    use(rig, uri)
    del rig.settings["directory"]["password_file"]
    rig.configure()
    unchanged(rig, "directory.password_file")
    use(rig, "ldap://127.0.0.1:1", starttls="off")
    unchanged(rig, "Can't contact", "directory.uri", "the server runs", status=75)
    uri = rig.slapd(path, SIZELIMIT="10")
    for page_size in (0, 5, 1000):
        use(rig, uri, page_size=page_size)
        del rig.settings["directory"]["bind_dn"], rig.settings["directory"]["password_file"]
        rig.configure()
        unchanged(rig, "The roster was not changed.", "Size limit exceeded", "limits")
    use(rig, uri, filter="(objectClass=nothing)")
    held(rig, "shows nobody")


def emptied(rig):
    """A directory that lost its entries takes none of ours away."""
    path, entries = small_roster(rig)
    rig.new_store()
    use(rig, rig.slapd(path))
    expect(rig.run("sync"), added=entries)
    base_only = rig.folder / "base.ldif"
    base_only.write_text(ldif_entry(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["N"]}))
    uri = rig.slapd(base_only)
    number = held(rig, "shows nobody")
    assert held(rig) == number, "the same difference got another number"
    uri = rig.slapd("/dev/null")
    use(rig, uri)
    unchanged(rig, "No such object", "directory.base")


def files(rig):
    """LDIF files as the directory: what is wrong with one is told with its line."""
    path, entries = small_roster(rig)
    text = path.read_text()
    rig.new_store()
    broken = rig.folder / "broken.ldif"
    broken.write_text(text)
    rig.settings["directory"] = {"uri": "ldif:%s" % broken, "base": BASE}
    rig.configure()
    expect(rig.run("sync"), added=entries)
    lines = text.splitlines(keepends=True)
    records = text.split("\n\n")
    cases = {
        "garbage": (random.Random(1).randbytes(3000), r"1:\d+: "),
        "a line without a colon": ("".join(lines[:20] + ["what is this\n"] + lines[20:]), r"21:\d+: "),
        "bad base64": ("".join(lines[:20] + ["cn:: %%%\n"] + lines[20:]), r"21:\d+: "),
        "no dn": (text.replace(lines[0], "", 1), r"1:\d+: "),
        "cut in a name": ("\n\n".join(records[:-2]) + "\n\ndn", r"\d+:\d+: "),
        "a change": (text + "\ndn: %s\nchangetype: delete\n" % CITIES, r"\d+:\d+: "),
    }
    for name, (content, where) in cases.items():
        broken.write_bytes(content if isinstance(content, bytes) else content.encode())
        said = unchanged(rig, "The roster was not changed.")
        assert re.search(r"broken\.ldif:" + where, said), (name, said)
    broken.write_text("\n\n".join(records[:len(records) // 2]) + "\n")  # cut between two records
    held(rig, "would go")
    broken.write_text("")
    held(rig, "shows nobody")
    broken.unlink()
    unchanged(rig, "broken.ldif")


def delete(city, numbers):
    uid = city.lower()
    return "".join("dn: uid=%s%d,o=%s,%s\nchangetype: delete\n\n" % (uid, n, city, CITIES) for n in numbers)


def guarded(rig):
    """More than guard.percent or guard.count: a person must say yes, and to exactly this difference."""
    path, entries = small_roster(rig, ("Essen", "Jena"), 50)
    uri = rig.slapd(path)
    rig.new_store()
    use(rig, uri)
    expect(rig.run("sync"), added=entries)
    rig.modify(delete("Jena", range(5)))  # 5 of 102
    expect(rig.run("sync"), removed=5)
    rig.modify(delete("Jena", range(5, 11)))  # 6 of 97 are more than 5 %
    number = held(rig, "6 of 97", "guard.percent (5 %)")
    assert held(rig, "guard.percent") == number
    unchanged(rig, "rundruf sync", status=1, options=("--approve", str(int(number) + 1)))
    said = unchanged(rig, "The guard would hold this.", "Nothing was stored", status=0, options=("-n",))
    assert said.count("\n- ") + said.startswith("- ") == 6, said
    rig.modify(delete("Jena", range(11, 13)))
    other = held(rig, "8 of 97", "not the difference that was approved", options=("--approve", number))
    assert other != number
    expect(rig.run("sync", "--approve", other), removed=8, unchanged=entries - 13)
    expect(rig.run("sync"), removed=0, unchanged=entries - 13)
    unchanged(rig, "no held difference", options=("--approve", other))
    rig.configure(guard={"percent": 100, "count": 20})
    rig.modify(delete("Essen", range(21)))
    number = held(rig, "guard.count (20)")
    rig.configure(guard={"percent": 100, "count": 21})
    expect(rig.run("sync"), removed=21)
    unchanged(rig, "no held difference", options=("--approve", number))
    compare(rig, rig.slapds[-1])


def signs(rig):
    """A dry run shows one line for each difference, and what happens then is the same."""
    path, entries = small_roster(rig)
    uri = rig.slapd(path)
    rig.new_store()
    use(rig, uri)
    rig.run("sync")
    rig.modify("dn: uid=neu,o=Jena,{0}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: Neue\nsn: N\n"
               "displayName: Neue Person\n\n"
               "dn: uid=jena0,o=Jena,{0}\nchangetype: modify\nreplace: displayName\ndisplayName: Umbenannt\n\n"
               "dn: uid=jena1,o=Jena,{0}\nchangetype: modrdn\nnewrdn: uid=jena1\ndeleteoldrdn: 0\n"
               "newsuperior: o=Essen,{0}\n\n"
               "dn: uid=jena2,o=Jena,{0}\nchangetype: delete\n\n".format(CITIES))
    rig.configure(guard={"percent": 50})
    said = unchanged(rig, "Nothing was stored (--dry-run).", status=0, options=("--dry-run",))
    lines = said.splitlines()
    assert lines[0].startswith("+ Neue Person  (uid=neu,o=Jena,"), said
    assert lines[1].startswith("~ Umbenannt  (uid=jena0,o=Jena,"), said
    assert re.match(r"> Person jena1  \(uid=jena1,o=Jena,.* > uid=jena1,o=Essen,", lines[2]), said
    assert lines[3].startswith("- Person jena2  (uid=jena2,o=Jena,"), said
    numbers = {"added": 1, "changed": 1, "moved": 1, "removed": 1, "unchanged": entries - 3}
    expect(said, **numbers)
    rows = rig.json("sync", "-n")
    assert [row["difference"] for row in rows[:-1]] == ["added", "changed", "moved", "removed"], rows
    expect(rig.run("sync"), **numbers)
    compare(rig, rig.slapds[-1])


def members(rig, city):
    return sorted(row["mail"] for row in rig.json("member", "ls", "--filter", "(city=%s)" % city))


def moves(rig):
    """A municipality's new name takes its people along; a person moves; a name is used again."""
    path, entries = small_roster(rig)
    uri = rig.slapd(path)
    rig.new_store()
    use(rig, uri)
    rig.run("sync")
    people = members(rig, "Jena")
    rig.modify("dn: o=Jena,{0}\nchangetype: modrdn\nnewrdn: o=Jena an der Saale\ndeleteoldrdn: 1\n".format(CITIES))
    expect(rig.run("sync"), added=0, removed=0, moved=1, unchanged=entries - 1)
    assert members(rig, "Jena an der Saale") == people and members(rig, "Jena") == []
    compare(rig, rig.slapds[-1])
    rig.modify("dn: uid=jena0,o=Jena an der Saale,{0}\nchangetype: modrdn\nnewrdn: uid=jena0\ndeleteoldrdn: 0\n"
               "newsuperior: o=Essen,{0}\n".format(CITIES))
    expect(rig.run("sync"), added=0, removed=0, moved=1)
    assert len(members(rig, "Essen")) == 6 and len(members(rig, "Jena an der Saale")) == 4
    dn = "uid=essen1,o=Essen," + CITIES
    number = rig.store("SELECT uuid FROM entry WHERE rdn = 'uid=essen1'")
    rig.modify("dn: {0}\nchangetype: delete\n\ndn: {0}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: Zweite\n"
               "sn: Z\nmail: zweite@a.example\n".format(dn))
    rig.configure(guard={"percent": 50})
    expect(rig.run("sync"), added=1, removed=1, moved=0)
    assert rig.store("SELECT uuid FROM entry WHERE rdn = 'uid=essen1'") != number
    assert "zweite@a.example" in str(members(rig, "Essen"))
    rig.modify("".join("dn: uid={1},o=Essen,{0}\nchangetype: modrdn\nnewrdn: uid={2}\ndeleteoldrdn: 1\n\n".format(
        CITIES, *names) for names in (("essen2", "between"), ("essen3", "essen2"), ("between", "essen3"))))
    expect(rig.run("sync"), added=0, removed=0, moved=2)
    compare(rig, rig.slapds[-1])


def two_at_once(rig):
    """One may be told to try again; nothing is damaged."""
    path = generated(rig, "-n", "80", "-m", "50")
    uri = rig.slapd(path or small_roster(rig)[0])
    rig.new_store()
    use(rig, uri)
    busy = 0
    for again in (2, 1, 0):
        both = [subprocess.Popen(rig.command("sync"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                for _ in range(2)]
        said = [one.communicate()[0] for one in both]
        states = [one.returncode for one in both]
        assert 0 in states and set(states) <= {0, 75}, (states, said)
        assert all(state == 0 or "another rundruf sync is at work" in text for state, text in zip(states, said)), said
        busy += states.count(75)
        assert "in order" in rig.run("db", "check")
        if again:
            rig.store("DELETE FROM sync_state")
            rig.store("DELETE FROM entry")
    compare(rig, rig.slapds[-1])
    print("two syncs at once, 3 times: %d told to try again" % busy)


with Rig() as rig:
    for scene in (refusals, emptied, files, guarded, signs, moves, odd, two_at_once, large):
        begun = time.monotonic()
        scene(rig)
        print("%s: good, %.1f s" % (scene.__name__, time.monotonic() - begun), flush=True)
