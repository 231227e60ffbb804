# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases 30 to 34 of content synchronisation with real servers: values and names of every kind."""
import re
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import compare, in_step, run, sync, use
from ldapwire import ber, integer
from rig import SANITIZED
from slapd import NAMESPACE, add, city_dn, ldif_entries, ldif_entry, ldif_line, ldif_roster, person, person_dn, replace

JENA = city_dn("Jena")


def names(rig, filter):
    """Who the program finds by a filter."""
    return sorted(row["dn"] for row in rig.json("member", "ls", "--filter", filter))


def shown(slapd, filter):
    """Who slapd finds among persons."""
    found = ldif_entries(slapd.search("(&(objectClass=inetOrgPerson)%s)" % filter, "1.1", "entryUUID"))
    return sorted(dn for dn, _ in found.values())


def same_found(rig, slapd, *filters):
    """Each filter (ours, or a pair of ours and LDAP's) finds whom slapd finds, and somebody."""
    for ours in filters:
        ours, theirs = ours if isinstance(ours, tuple) else (ours, ours)
        found = shown(slapd, theirs)
        assert found and len(names(rig, ours)) == len(found), (ours, found)


def case_30_ten_thousand_values(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri)
    sync(rig)
    values = ["Planung %05d" % n for n in range(10000)]
    slapd.modify(replace(person_dn(1), "businessCategory", *values))  # an attribute with an index
    begun = time.monotonic()
    sync(rig).expect(changed=1)
    first = time.monotonic() - begun
    in_step(rig, slapd)
    rig.store("CREATE TABLE written (what TEXT)")
    watched = [(table, deed) for table in ("entry", "posting") for deed in ("INSERT", "UPDATE", "DELETE")]
    for table, deed in watched:
        rig.store("CREATE TRIGGER watch_{0}_{1} AFTER {1} ON {0} BEGIN INSERT INTO written VALUES ('{1} {0}'); END".format(
            table, deed))
    slapd.modify("dn: %s\nchangetype: modify\nadd: businessCategory\nbusinessCategory: noch eine\n" % person_dn(1))
    begun = time.monotonic()
    sync(rig).expect(changed=1)
    again = time.monotonic() - begun
    assert SANITIZED or first < 5 and again < 2, (first, again)
    written = sorted(what for what, in rig.store("SELECT what FROM written"))
    assert written in (["DELETE posting", "INSERT posting", "UPDATE entry"],
                       ["DELETE posting", "INSERT posting", "INSERT posting", "UPDATE entry"]), written  # a block is cut
    assert len(names(rig, "(planning=noch eine)")) == 1
    for table, deed in watched:
        rig.store("DROP TRIGGER watch_%s_%s" % (table, deed))
    rig.store("DROP TABLE written")
    in_step(rig, slapd)


def case_31_octets(rig):
    slapd = rig.server(ldif_roster(), SESSIONLOG="1000")
    use(rig, slapd.uri)
    sync(rig)
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4096
    odd = {"jpegPhoto": [picture], "description": ["  zwei Leerzeichen vorn und hinten  ", "Zeile eins\nZeile zwei",
                                                   "mit\0Null", "äöüß €", "\u2028"],
           "postalAddress": ["Rathaus$Markt 1$Jena"], "audio": [b"", b"\0", b"\0\r\n\xff" * 1000, b" "],
           "userPassword": [b"\0\xfe geheimnis"], "homePhone": ["+49 30 23125 000"]}
    slapd.modify(add("uid=odd," + JENA, {**person("  Ödön  ", uid="odd"), **odd}))
    sync(rig).expect(added=1)
    compare(rig, slapd)
    # the administrator may read passwords, and not even he gets them out again
    assert b"geheimnis" in slapd.value("uid=odd," + JENA, "userPassword")[0]
    assert not rig.store("SELECT 1 FROM entry WHERE instr(lower(CAST(attributes AS TEXT)), 'userpassword') > 0"
                         " OR instr(attributes, CAST('geheimnis' AS BLOB)) > 0")
    assert "assword" not in rig.run("member", "export", "--format", "ldif")
    assert slapd.value("uid=odd," + JENA, "audio")[0] == b""
    slapd.modify(replace("uid=odd," + JENA, "jpegPhoto", picture[:-1] + b"x"))
    sync(rig).expect(changed=1)
    in_step(rig, slapd)
    assert "\\0" not in rig.run("member", "show", "uid=odd," + JENA)


def certificate():
    """A certificate of nobody in DER, with all that slapd looks for."""
    algorithm, name = ber(0x30, bytes.fromhex("06092a864886f70d01010b0500")), ber(0x30)
    validity = ber(0x30, ber(0x17, b"260101000000Z"), ber(0x17, b"270101000000Z"))
    key = ber(0x30, algorithm, ber(0x03, b"\0\0"))
    to_be_signed = ber(0x30, ber(0xa0, integer(2)), integer(7), algorithm, name, validity, name, key)
    return ber(0x30, to_be_signed, algorithm, ber(0x03, b"\0\0"))


def case_32_attribute_options(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    slapd.modify(add("uid=a," + JENA, person("A", uid="a", **{"description;lang-de": "Integrierte Planung",
                                                             "description;lang-en": "integrated planning"})),
                 add("uid=b," + JENA, person("B", uid="b", description="Integrierte Planung")),
                 add("uid=c," + JENA, person("C", uid="c", **{"userCertificate;binary": certificate()})))
    sync(rig)
    compare(rig, slapd)
    same_found(rig, slapd, "(description=*)", "(description=Integrierte Planung)", "(description;lang-en=*)",
               "(description;lang-de=integrierte planung)", "(userCertificate;binary=*)", "(!(description=*))",
               "(!(description;lang-de=*))")
    slapd.modify("dn: uid=a,%s\nchangetype: modify\ndelete: description;lang-en\n" % JENA)
    sync(rig).expect(changed=1)
    in_step(rig, slapd)


# an RDN as LDIF has it, and other ways to write it
ODD_RDNS = (
    ("cn=\\#Müller\\, Dr. \\\"Anna\\\" \\<a\\+b\\=c\\;d\\\\e\\> x\\ ",
     "CN=\\23M\\C3\\BCller\\2C Dr. \\22Anna\\22 \\3Ca\\2Bb\\3Dc\\3Bd\\5Ce\\3E x\\20"),
    ("cn=Lučić\\, Dr.", "cn = Lu\\C4\\8Di\\C4\\87\\2c dr."),
    ("cn=Zoë Groß+uid=zoe", "UID=ZOE+cn=Zo\\C3\\AB  Groß"),
    ("cn=\\ vorn und hinten\\ ", "cn=\\20vorn und hinten\\20"),
    ("cn=a/b\\;c'd*e(f)", "2.5.4.3=a/b\\3bc'd\\2ae\\28f\\29"),
    ("cn=\\\\\\\\\\,\\,", "cn=\\5c\\5c\\2c\\2C"),
)


def case_33_names_of_every_kind(rig):
    lines = []
    for number, (rdn, _) in enumerate(ODD_RDNS):
        value = re.sub(r"\\(.)", r"\1", re.sub(r"\+uid=.*", "", rdn).partition("=")[2])
        attributes = person("Odd %d" % number, "odd%d@a.example" % number, **({"uid": "zoe"} if "+uid" in rdn else {}))
        attributes["cn"] = [value]
        lines.append(ldif_entry(rdn + "," + JENA, attributes))
    slapd = rig.server(ldif_roster(more="".join(lines)), SESSIONLOG="1000")
    use(rig, slapd.uri, base="DC=Netz,dc=EXAMPLE")
    sync(rig).expect(persons=60 + len(ODD_RDNS))
    in_step(rig, slapd)
    for number, (rdn, other) in enumerate(ODD_RDNS):
        for spelling in (rdn, other):
            shown_by = rig.json("member", "show", "%s,%s" % (spelling, "O=jena, OU=Municipalities ,DC=netz,dc=example"))
            assert [row["mail"] for row in shown_by] == [["odd%d@a.example" % number]], (spelling, shown_by)
    # a change written to such a name arrives there
    for number, (rdn, _) in enumerate(ODD_RDNS):
        rig.run("member", "set", rdn + "," + JENA, "title=Titel %d" % number)
    sync(rig)
    for number, (rdn, _) in enumerate(ODD_RDNS):
        assert slapd.value(rdn + "," + JENA, "title") == [b"Titel %d" % number]
    in_step(rig, slapd)


def case_34_the_same_twice(rig):
    """An attribute in two places of one entry (slapadd -q makes it so), an address of several persons, and
    letters that are equal for slapd."""
    dn = "uid=twice," + JENA
    twice = [ldif_line("dn", dn)] + [ldif_line(*pair) for pair in (
        ("objectClass", "inetOrgPerson"), ("cn", "Twice"), ("title", "Erster Titel"), ("sn", "Groß"), ("uid", "twice"),
        ("title", "Zweiter Titel"), ("mail", "poststelle@a.example"))]
    twice.append("entryUUID: %s\n\n" % uuid.uuid5(NAMESPACE, dn))
    more = "".join(twice) + "".join(ldif_entry("uid=%s,%s" % (uid, JENA), person(
        name, "poststelle@a.example", uid=uid, sn=name)) for uid, name in (
            ("m1", "Müller"), ("m2", "MÜLLER"), ("m3", "Mu\u0308ller"), ("g1", "GROSS"), ("g2", "groß"), ("g3", "GROß"),
            ("s1", "  Strauß   Weiß "), ("i1", "İnan"), ("l1", "Łukasz")))
    slapd = rig.server(ldif_roster(more=more))
    use(rig, slapd.uri)
    wire = slapd.search("-s", "base", "(objectClass=*)", base=dn)
    titles = [number for number, line in enumerate(wire.splitlines()) if line.startswith(b"title:")]
    assert len(titles) == 2 and titles[1] - titles[0] > 1, "the server merged them"
    sync(rig).expect(persons=70)
    in_step(rig, slapd)
    same_found(rig, slapd, "(title=Zweiter Titel)", "(title=Erster Titel)", "(mail=POSTSTELLE@a.example)",
               *(("(surname=%s)" % value, "(sn=%s)" % value) for value in (
                   "GROSS", "Groß", "GROß", "müller", "MU\u0308LLER", "strauß weiß", "İnan", "łukasz", "M*r", "*ß*")))
    assert "1 address is shared by several persons" in rig.run("status")
    said = rig.run("-v", "status")
    assert "poststelle@a.example" in said, said


run(globals())
