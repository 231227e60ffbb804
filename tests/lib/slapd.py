# SPDX-License-Identifier: GPL-3.0-or-later
"""slapd.py - real directories (lib/slapd.sh), small rosters to fill them with, and the whole store beside
what ldapsearch shows."""
import base64
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import mirror

SOURCE = Path(os.environ["SRCDIR"]).resolve()
BASE = "dc=netz,dc=example"
CITIES = "ou=municipalities," + BASE
ADMIN = "cn=admin," + BASE
NAMESPACE = uuid.UUID("0f3c2a55-7d3b-4e0c-9d5e-6f0b8a4c1d22")
CITY_NAMES = ("Essen", "Jena", "Köln", "Mannheim", "Ulm")


# ---- rosters as LDIF

def person(name, *mails, **more):
    """One person as a map of LDAP attributes; values are text or bytes."""
    entry = {"objectClass": ["inetOrgPerson"], "cn": [name], "displayName": [name], "sn": ["Test"],
             "employeeType": ["planner"], "businessCategory": ["Bildungsplanung"],
             "preferredLanguage": ["de"], "mail": list(mails)}
    entry.update({key: value if isinstance(value, list) else [value] for key, value in more.items()})
    return entry


def ldif_line(attribute, value):
    raw = value if isinstance(value, bytes) else value.encode()
    return "%s:: %s\n" % (attribute, base64.b64encode(raw).decode()) if raw else attribute + ":\n"


def ldif_entry(dn, attributes):
    lines = [ldif_line("dn", dn)]
    for attribute, values in attributes.items():
        lines += [ldif_line(attribute, value) for value in values]
    lines.append("entryUUID: %s\n\n" % uuid.uuid5(NAMESPACE, dn))
    return "".join(lines)


def ldif_base():
    return (ldif_entry(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}) +
            ldif_entry(CITIES, {"objectClass": ["organizationalUnit"], "ou": ["municipalities"]}))


def ldif_roster(cities=4, persons=15, more=""):
    """Municipalities with so many persons each, uid=p0000001 and on; 4 with 15 are 66 entries. `more`: LDIF at
    the end."""
    lines = [ldif_base()]
    number = 0
    for name in CITY_NAMES[:cities]:
        top = city_dn(name)
        lines.append(ldif_entry(top, {"objectClass": ["organization", "rundrufMunicipality"], "o": [name],
                                      "ags": ["%08d" % len(lines)], "population": ["100000"]}))
        for _ in range(persons):
            number += 1
            uid = "p%07d" % number
            lines.append(ldif_entry("uid=%s,%s" % (uid, top), person(
                "Person %s" % uid, uid + "@a.example", uid=uid, title="Bildungsplanerin")))
    return "".join(lines) + more


def city_dn(name):
    return "o=%s,%s" % (name, CITIES)


def person_dn(number, persons=15):
    """Where ldif_roster() put a person."""
    return "uid=p%07d,%s" % (number, city_dn(CITY_NAMES[(number - 1) // persons]))


def delete(*dns):
    return "".join("dn: %s\nchangetype: delete\n\n" % dn for dn in dns)


def replace(dn, attribute, *values):
    return "dn: %s\nchangetype: modify\nreplace: %s\n%s\n" % (
        dn, attribute, "".join(ldif_line(attribute, value) for value in values))


def rename(dn, rdn, above=None, keep=False):
    return "dn: %s\nchangetype: modrdn\nnewrdn: %s\ndeleteoldrdn: %d\n%s\n" % (
        dn, rdn, not keep, "newsuperior: %s\n" % above if above else "")


def add(dn, attributes):
    return "".join([ldif_line("dn", dn), "changetype: add\n"] + [
        ldif_line(attribute, value) for attribute, values in attributes.items() for value in values]) + "\n"


# ---- servers

class Slapd:
    """One slapd in a folder of its own; `options` are the variables of slapd.sh."""

    def __init__(self, folder, **options):
        self.folder, self.options = Path(folder), options
        self.uri = "ldapi://" + str(self.folder / "ldapi").replace("/", "%2F")

    def script(self, command, *words):
        done = subprocess.run(["sh", str(SOURCE / "tests/lib/slapd.sh"), command, str(self.folder), *map(str, words)],
                              stdout=subprocess.PIPE, env={**os.environ, **self.options})
        if done.returncode == 77:
            print("skipped: slapd is not installed")
            sys.exit(77)
        assert done.returncode == 0, (command, done.returncode)
        return done.stdout.decode()

    def load(self, ldif):
        """A new database with this LDIF: text, or a file."""
        if not isinstance(ldif, Path):
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / "load.ldif"
            path.write_text(ldif)
            ldif = path
        self.script("load", ldif)
        return self

    def configure(self, **options):
        """Changes options; slapd reads them at its next start."""
        self.options.update(options)
        self.script("conf")
        return self

    def start(self):
        self.script("start")
        return self

    def stop(self):
        self.script("stop")
        return self

    def kill(self):
        self.script("kill")
        return self

    def crash(self):
        """Ended by SIGKILL and started again."""
        return self.kill().start()

    def wipe(self):
        self.script("wipe")

    def content(self):
        """The database as LDIF, identities and versions and all; slapd may run."""
        return self.script("cat")

    def modify(self, *changes, status=0):
        """LDIF change records, one after the other."""
        done = subprocess.run(["ldapmodify", "-x", "-H", self.uri, "-D", ADMIN, "-w", "geheim"],
                              input="\n".join(changes), text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert done.returncode == status, (done.returncode, done.stderr)

    def search(self, *words, base=BASE, admin=True):
        """What ldapsearch prints, as octets; `words`: filter and attributes."""
        login = ["-D", ADMIN, "-w", "geheim"] if admin else []
        return subprocess.run(["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=76", "-H", self.uri, *login, "-b", base,
                               *words], stdout=subprocess.PIPE, check=True).stdout

    def value(self, dn, attribute):
        """The values of one attribute of one entry, sorted."""
        found, = ldif_entries(self.search("-s", "base", "(objectClass=*)", attribute, "entryUUID", base=dn)).values()
        return sorted(found[1].get(attribute.lower(), ()))


# ---- the store beside ldapsearch

def ldif_entries(output):
    """DN and attributes (lower case, values as octets) of each entry by its UUID, as ldapsearch shows them."""
    entries, entry = {}, {}
    for line in re.sub(r"\n ", "", output.decode()).splitlines() + [""]:
        if not line and entry:
            (dn,), (number,) = entry.pop("dn"), entry.pop("entryuuid")
            entries[uuid.UUID(number.decode())] = (dn.decode(), entry)
            entry = {}
        if line and not line.startswith("# "):
            name, colon, value = re.fullmatch(r"([^:]+)(::?) ?(.*)", line).groups()
            octets = base64.b64decode(value) if colon == "::" else value.encode()
            values = entry.setdefault(name.lower(), set())
            assert octets not in values, (name, octets)
            values.add(octets)
    return entries


def unescaped(value):
    """The octets that a value in a DN stands for (RFC 4514, 2.4)."""
    return re.sub(rb"\\([0-9A-Fa-f]{2}|.)", lambda m: bytes.fromhex(m[1].decode()) if len(m[1]) == 2 else m[1],
                  value.encode(), flags=re.S)


def dn_parts(dn):
    """A DN as a list of RDNs, each a set of (type, value): equal however it is written."""
    rdns = re.split(r"(?<!\\)((?:\\\\)*),", dn)
    rdns = [a + b for a, b in zip(rdns[::2], rdns[1::2] + [""])]
    return [frozenset((kind.strip().lower(), unescaped(value).decode().lower()) for kind, value in
                      (part.split("=", 1) for part in re.findall(r"(?:[^+\\]|\\.)+", rdn, re.S))) for rdn in rdns]


def stored_entries(rig):
    return {uuid.UUID(number): (row.dn, row.attributes)
            for number, row in mirror.rows(rig.folder / rig.database).items()}


def compare(rig, slapd, base=BASE, filter="(objectClass=*)", admin=True):
    """Every entry, DN and value in the store is the one that slapd shows, and none else; gives how many
    entries and values these are."""
    theirs, ours = ldif_entries(slapd.search(filter, "*", "entryUUID", base=base, admin=admin)), stored_entries(rig)
    assert theirs.keys() == ours.keys(), "%d here, %d there; for example %s" % (
        len(ours), len(theirs), [theirs.get(n, ours.get(n))[0] for n in theirs.keys() ^ ours.keys()][:10])
    for number, (dn, attributes) in theirs.items():
        attributes.pop("userpassword", None)  # is never kept
        assert dn_parts(ours[number][0]) == dn_parts(dn), (ours[number][0], dn)
        assert ours[number][1] == attributes, (dn, ours[number][1], attributes)
    return len(theirs), sum(len(values) for _, attributes in theirs.values() for values in attributes.values())
