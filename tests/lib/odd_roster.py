# SPDX-License-Identifier: GPL-3.0-or-later
"""odd_roster.py - 4,082 entries, 4,000 of them persons, with everything that makes comparing hard

    python3 odd_roster.py > roster.ldif

The same octets each time. It stands on stock OpenLDAP schema, contrib/ldap, and the types of SCHEMA, which
are for tests only. `persons()` gives the attributes, for those who ask about them.
"""
import random
import sys
import unicodedata

import slapd

CITIES, PERSONS = 80, 50  # of municipalities; in each

# Rules that stock schema has no attribute of persons for, and names that no built-in table knows; lines of
# slapd.conf. The arc is OpenLDAP's for experiments.
ARC = "1.3.6.1.4.1.4203.666.7331.9"
SYNTAX = "1.3.6.1.4.1.1466.115.121.1"
TYPES = (
    ("oddFlag", "EQUALITY booleanMatch", 7), ("oddTime", "EQUALITY generalizedTimeMatch "
                                                         "ORDERING generalizedTimeOrderingMatch", 24),
    ("oddNumber", "EQUALITY integerMatch ORDERING integerOrderingMatch", 27),
    ("oddText", "EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch", 15),
    ("oddExact", "EQUALITY caseExactMatch ORDERING caseExactOrderingMatch SUBSTR caseExactSubstringsMatch", 15),
    ("oddLetters", "EQUALITY caseExactIA5Match SUBSTR caseExactIA5SubstringsMatch", 26),
    ("oddDigits", "EQUALITY numericStringMatch ORDERING numericStringOrderingMatch "
                  "SUBSTR numericStringSubstringsMatch", 36),
    ("oddOctets", "EQUALITY octetStringMatch ORDERING octetStringOrderingMatch", 40),
    ("oddBits", "EQUALITY bitStringMatch", 6), ("oddName", "EQUALITY distinguishedNameMatch", 12),
    ("oddKind", "EQUALITY objectIdentifierMatch", 38))
SCHEMA = "\n".join(
    ["attributetype ( %s.%d NAME ( '%s' '%sAlias' ) %s SYNTAX %s.%d )" % (ARC, n, name, name, rules, SYNTAX, syntax)
     for n, (name, rules, syntax) in enumerate(TYPES)] +
    ["attributetype ( %s.50 NAME 'oddChild' SUP oddText )" % ARC,
     "attributetype ( %s.51 NAME 'oddGrandchild' SUP oddChild )" % ARC,
     "objectclass ( %s.60 NAME 'oddPerson' SUP inetOrgPerson STRUCTURAL MAY ( %s $ oddChild $ oddGrandchild ) )" % (
         ARC, " $ ".join(name for name, _, _ in TYPES))])

GIVEN = ("Anna", "Jürgen", "Käthe", "Søren", "Łukasz", "Ayşe", "Nguyễn", "Zoë", "Čedomir", "İpek", "Ömer", "Åsa",
         "Marie  Luise", "Hans-Peter", "ÉMILE", "jörg", "Ǆana", "Ωmega", "Стефан", "Ирина")
FAMILY = ("Müller", "Weiß", "Weiss", "WEISZ", "Größke", "Groesske", "Köhler", "von der Aue", "Meyer", "Maier",
          "Mayr", "Süß", "Strauß-Jäger", "STRAUSS", "d'Angelo", "(Ohne)", "a*b", "c\\d", "Schmidt", "Schmitt",
          "Philipp", "Filip", "Wright", "Knoll", "Ætheling", "Mc Donald", "König", "Xaver", "Chiara", "Vogt")
OFFICES = ("Jugendamt", "Amt für Schule und Bildung", "Büro der Oberbürgermeisterin", "Dezernat IV – Soziales",
           "Stadtplanungsamt", "straße & plätze", "STRASSE & PLÄTZE", "Schul\tamt", "Schul amt", "Schul\u00a0amt")
TITLES = ("Bildungsplanerin", "Sozialplaner", "Leitung", "LEITUNG", "leitung ", " Leitung", "Dr.  Leitung")
PLANNING = ("Bildungsplanung", "Schulentwicklungsplanung", "Jugendhilfeplanung", "Sozialplanung")
PHONES = ("+49 30 23125 %03d", "+49-40-66969-%03d", "+49 (221) 4710 %03d", "+4989 99998%03d")
NOTES = ("Ansprechperson für %s", "  zwei  Blanks  ", "nur für %s; sonst nicht", "\u2126hm \u212b \ufb01n ½ ²",
         "Ａｂｃ １２", "\u2122 \u00aa \u2103 \u33a1", "e\u0301 é \u1e9b\u0323", "\u01c5 \u01c8 ǲ ß ſ", "가각 \u1100\u1161",
         "\u3000weit\u2003", "x\u00ady", "zeile\neins", "tab\tein", "\u200bnull", "\u0130I ıi", " ", "A\u030a B\u0323\u0307")


def nfd(text):
    return unicodedata.normalize("NFD", text)


def escaped(value):
    """A value in a DN (RFC 4514)."""
    out = "".join("\\" + c if c in ',+"\\<>;=' else c for c in value)
    out = "\\" + out if out[:1] in (" ", "#") else out
    return out[:-1] + "\\ " if out.endswith(" ") else out


def person(rand, number, city):
    """Attributes as lists, by description."""
    given, family = rand.choice(GIVEN), rand.choice(FAMILY)
    name = "%s %s" % (given, family)
    one = {"objectClass": ["inetOrgPerson"], "uid": ["p%07d" % number], "cn": [name], "sn": [family],
           "givenName": [given], "o": [city], "l": [city], "employeeNumber": [str(100000 + number)],
           "title": [rand.choice(TITLES)], "ou": [rand.choice(OFFICES)],
           "employeeType": [rand.choice(("planner", "head", "Contact", "multiplier"))],
           "departmentNumber": [rand.choice(("strategic", "operative"))],
           "telephoneNumber": [rand.choice(PHONES) % rand.randrange(200)],
           "preferredLanguage": [rand.choice(("de", "de-DE", "de;q=1, en;q=0.8", "en"))],
           "businessCategory": rand.sample(PLANNING, rand.randrange(1, 4)),
           "mail": ["%d.%s@stadt%d.example" % (number, rand.choice("abcXYZ"), number % 7)]}
    if rand.random() < 0.7:
        one["displayName"] = [rand.choice((name, name.upper(), nfd(name), name.replace(" ", "  ")))]
    odd(rand, one, number, city)
    return one


def odd(rand, one, number, city):
    """A few of the hard attributes, to some of the persons each."""
    def some(share):
        return rand.random() < share
    if some(0.3):
        one["description"] = [note % rand.choice(PLANNING) if "%s" in note else note
                              for note in rand.sample(NOTES, rand.randrange(1, 4))]
    if some(0.1):
        one["description;lang-de"] = [rand.choice(("Integrierte Planung", "Leitung"))]
        one["description;lang-en"] = [rand.choice(("integrated planning", "Head"))]
    if some(0.2):
        one["postalAddress"] = [rand.choice(("Rathaus$Markt 1$%s", " Rathaus $markt  1$%s", "Haus\\24Hof$$%s")) % city]
    if some(0.2):
        one["seeAlso"] = ["uid=p%07d,%s" % (rand.randrange(1, 30), rand.choice((slapd.BASE, slapd.BASE.upper())))]
        one["manager"] = [rand.choice(("cn=Weiß\\2C A+uid=1,o=Köln,dc=x", "UID=1 + CN=weiß\\, a , o=KÖLN,dc=X"))]
    if some(0.2):
        one["labeledURI"] = [rand.choice(("https://a.example Start", "https://A.example start", "https://a.example"))]
        one["roomNumber"] = ["%s %d.%02d" % (rand.choice("ABab"), rand.randrange(3), rand.randrange(20))]
    if some(0.1):
        one["internationaliSDNNumber"] = [rand.choice(("49 621 1", "496211", "4 9", "0621"))]
        one["pager"] = [rand.choice(("+1-2 3", "+123", "x(1)", "X(1)"))]
        one["street"] = ["Zeile eins\nZeile %d" % rand.randrange(3)]
    if some(0.05):
        one["jpegPhoto"] = [b"\xff\xd8\xff\xe0" + bytes(rand.randrange(256) for _ in range(40))]
        one["x500UniqueIdentifier"] = [rand.choice(("'0101'B", "'1'B", "''B"))]
        one["mail"].append("poststelle@stadt.example")
    if some(0.4):
        odder(rand, one)
    if number % 500 == 0:
        one["description"] = ["Wert %05d" % n for n in range(300)]


def odder(rand, one):
    """What SCHEMA adds."""
    one["objectClass"] = ["oddPerson"]
    choices = {
        "oddFlag": ("TRUE", "FALSE"),
        "oddTime": ("20201111123000Z", "20201111133000+0100", "2020111112Z", "202011111230Z", "20201111123000.5Z",
                    "20201111123000.50Z", "20210101000000Z", "20201111123000.25Z", "2020111112.5Z"),
        "oddNumber": ("0", "-1", "7", "-12", "10", "9", "9223372036854775807", "1024", "-9223372036854775808"),
        "oddText": GIVEN + NOTES[3:8], "oddExact": GIVEN + FAMILY, "oddChild": FAMILY, "oddGrandchild": GIVEN,
        "oddLetters": ("abc", "ABC", " a  b ", "x@y", "Abc def"), "oddDigits": ("1 2", "12", "21", "0012", "9"),
        "oddOctets": ("a", "A", "ab", "a b", b"\xff\x00a", b"\x00"), "oddBits": ("'0'B", "'01'B", "''B"),
        "oddName": ("cn=A B,dc=x", "CN=a  b,DC=X", "dc=x", "cn=a\\20b,dc=x", "cn=b+uid=1,dc=x", "uid=1+cn=B,dc=x"),
        "oddKind": ("person", "2.5.6.6", "top", "inetOrgPerson", "1.2.3")}
    for name, values in choices.items():
        if rand.random() < 0.5:
            one[name] = rand.sample(values, rand.choice((1, 1, 2)))


def persons():
    """(DN, attributes) of each; values as text or octets, no two of a person the same to a server."""
    rand = random.Random(20201111)
    number = 0
    for n in range(CITIES):
        city = city_name(n)
        for _ in range(PERSONS):
            number += 1
            one = person(rand, number, city)
            rdn = "uid=p%07d" % number
            if number % 50 == 7:
                one["cn"].append('#%s, Dr. "%s" <a+b=c;d\\e> ' % (number, city))
                rdn = "cn=" + escaped(one["cn"][-1])
            elif number % 50 == 8:
                rdn = "cn=%s+%s" % (escaped(one["cn"][0]), rdn)
            yield "%s,%s" % (rdn, slapd.city_dn(city)), {name: distinct(values) for name, values in one.items()}


def distinct(values):
    """Two values that differ in case or blanks only are one to a server: the first stays."""
    seen, kept = set(), []
    for value in values:
        key = value if isinstance(value, bytes) else " ".join(unicodedata.normalize("NFKC", value.lower()).split())
        if key not in seen:
            seen.add(key)
            kept.append(value)
    return kept


def city_name(n):
    return ("Köln", "Mülheim a  d Ruhr", "Groß-Gerau", "Ulm")[n] if n < 4 else "Musterstadt %d" % n


def ldif():
    yield slapd.ldif_base()
    for n in range(CITIES):
        yield slapd.ldif_entry(slapd.city_dn(city_name(n)), {
            "objectClass": ["organization", "rundrufMunicipality"], "o": [city_name(n)], "st": ["Musterland"],
            "ags": ["%08d" % (8222000 + n)], "population": [str(100000 + 997 * n)]})
    for dn, attributes in persons():
        yield slapd.ldif_entry(dn, attributes)


if __name__ == "__main__":
    sys.stdout.writelines(ldif())
