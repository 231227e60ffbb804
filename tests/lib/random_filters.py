# SPDX-License-Identifier: GPL-3.0-or-later
"""random_filters.py - RFC 4515 filters made of a roster's own values, a little changed

Every kind of assertion, nested to DEPTH; values as they are, or with other case, blanks, marks or
spellings, cut to pieces, escaped where they need not be, or no values at all. A Maker gives the same filters
for the same seed."""
import random
import unicodedata

DEPTH = 6

# names of attributes that persons have, some under several names, kinds of others, and some that nobody has;
# none that is a field with another meaning
COMMON = ("cn", "sn", "givenName", "displayName", "mail", "title", "ou", "employeeType", "departmentNumber",
          "businessCategory", "l", "o", "commonName", "surname", "2.5.4.3", "rfc822Mailbox", "telephoneNumber",
          "preferredLanguage")
RARE = ("uid", "description", "description;lang-de", "description;lang-en", "description;lang-fr", "postalAddress",
        "seeAlso", "manager", "labeledURI", "roomNumber", "internationaliSDNNumber", "pager", "street",
        "jpegPhoto", "x500UniqueIdentifier", "objectClass", "employeeNumber", "oddFlag", "oddTime", "oddNumber",
        "oddText", "oddExact", "oddChild", "oddGrandchild", "oddLetters", "oddDigits", "oddOctets", "oddBits",
        "oddName", "oddKind", "2.5.4.41", "distinguishedName", "homePhone", "secretary", "carLicense", "initials",
        "x121Address", "facsimileTelephoneNumber", "homePostalAddress", "cn;lang-de", "oddTextAlias",
        "1.3.6.1.4.1.4203.666.7331.9.2", "entryUUID", "entryDN")
# where a name has values under another one
VALUES_OF = {"commonname": "cn", "surname": "sn", "2.5.4.3": "cn", "rfc822mailbox": "mail", "2.5.4.41": "cn",
             "distinguishedname": "seeAlso", "secretary": "manager", "homephone": "telephoneNumber",
             "carlicense": "roomNumber", "initials": "sn", "x121address": "internationaliSDNNumber",
             "homepostaladdress": "postalAddress", "cn;lang-de": "cn", "oddtextalias": "oddText",
             "1.3.6.1.4.1.4203.666.7331.9.2": "oddNumber", "description;lang-fr": "description;lang-de",
             "facsimiletelephonenumber": "telephoneNumber", "entrydn": "seeAlso"}
RULES = ("caseIgnoreMatch", "caseExactMatch", "caseIgnoreIA5Match", "caseExactIA5Match", "caseIgnoreListMatch",
         "numericStringMatch", "telephoneNumberMatch", "integerMatch", "booleanMatch", "generalizedTimeMatch",
         "distinguishedNameMatch", "octetStringMatch", "bitStringMatch", "objectIdentifierMatch",
         "caseIgnoreOrderingMatch", "caseExactOrderingMatch", "integerOrderingMatch",
         "generalizedTimeOrderingMatch", "numericStringOrderingMatch", "octetStringOrderingMatch",
         "caseIgnoreSubstringsMatch", "caseExactSubstringsMatch", "integerBitAndMatch", "integerBitOrMatch",
         "2.5.13.2", "2.5.13.5", "1.2.840.113556.1.4.803", "2.5.13.14")
# those that no operational attribute of OpenLDAP has values for: the store does not have these
RULES_FOR_ALL = ("caseIgnoreMatch", "caseExactMatch", "caseIgnoreIA5Match", "caseIgnoreListMatch",
                 "numericStringMatch", "telephoneNumberMatch", "integerMatch", "caseExactOrderingMatch",
                 "integerBitAndMatch", "2.5.13.5", "bitStringMatch", "caseIgnoreSubstringsMatch")
STRANGE = (b"", b" ", b"  ", b"-", b"*", b"(", b")", b"\\", b"\0", b"a\0b", b"\xff", b"\xc3", b"\xe2\x82",
           b"\t", b"\n", b"\xc2\xa0", b"\xc3\x9f", b"ss", b"$", b"=", b",", b"#", b"0", b"TRUE", b"true",
           b"20201111113000Z", b"20201111113000.500Z", b"20201111133000+02", b"99999999999999999999", b"-0", b"007",
           b"12", b"inetorgperson", b"2.5.6.6", b"PERSON", b"noSuchClass", b"cn=x,dc=", b"'01'B", b"\x01", b"\x02")


def escape(rand, octets):
    """The value as a filter has it; one in eight with more escapes than it needs."""
    more = rand.random() < 0.125
    try:
        octets.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    out = bytearray()
    for octet in octets:
        if octet in b"()*\\\0\n\r" or (octet >= 0x80 and (not valid or more)) or (more and rand.random() < 0.3):
            out += b"\\%02x" % octet if rand.random() < 0.7 else b"\\%02X" % octet
        else:
            out.append(octet)
    return out.decode()


def escape_text(text):
    """As it must be, no more."""
    return "".join("\\%02x" % ord(c) if c in "()*\\\0" else c for c in text)


class Maker:
    def __init__(self, seed, persons):
        self.rand = random.Random(seed)
        self.values = {}
        for attributes in persons:
            for name, values in attributes.items():
                self.values.setdefault(name.lower(), []).extend(values)

    def filters(self, count):
        """Three of four are about the people of one city (an attribute `o`) only, so that neither side has to
        look at everybody: the number of different filters says more than the number of persons."""
        return [self.filter(self.rand.choice((0, 0, 1, 1, 2, 3, 4, 5, DEPTH))) if self.rand.random() < 0.25 else
                "(&(o=%s)%s)" % (escape(self.rand, self.rand.choice(self.values["o"]).encode()),
                                 self.filter(self.rand.choice((0, 1, 2, 3, 4, DEPTH - 1))))
                for _ in range(count)]

    def filter(self, depth):
        kind = self.rand.random()
        if depth == 0 or kind < 0.1:
            return self.term()
        if kind < 0.45:
            return "(&%s)" % "".join(self.filter(depth - 1) for _ in range(self.rand.randrange(1, 4)))
        if kind < 0.75:
            return "(|%s)" % "".join(self.filter(depth - 1) for _ in range(self.rand.randrange(1, 4)))
        return "(!%s)" % self.filter(depth - 1)

    def term(self):
        rand = self.rand
        name = rand.choice(COMMON if rand.random() < 0.6 else RARE)
        if rand.random() < 0.1:
            name = rand.choice((name.upper(), name.lower()))
        kind = rand.random()
        if kind < 0.08:
            return "(%s=*)" % name
        if kind < 0.43:
            return "(%s=%s)" % (name, self.escaped_value(name))
        if kind < 0.73:
            return "(%s=%s)" % (name, self.pieces(name))
        if kind < 0.81:
            return "(%s%s%s)" % (name, rand.choice((">=", "<=")), self.escaped_value(name))
        if kind < 0.89:
            return "(%s~=%s)" % (name, self.escaped_value(name))
        return self.extensible(name)

    def extensible(self, name):
        rand = self.rand
        dn = rand.choice(("", "", ":dn"))
        value = self.escaped_value(name)
        if rand.random() < 0.4:
            return "(%s%s:=%s)" % (name, dn, value)
        rule = rand.choice(RULES)
        if rand.random() < 0.3:
            name, rule = "", rand.choice(RULES_FOR_ALL)
        # a number of more than 64 bits is an error to slapd, of the entries that have any number
        if "Bit" in rule or ".80" in rule:
            value = "%d" % rand.randrange(-5, 2000)
        return "(%s%s:%s:=%s)" % (name, dn, rule, value)

    def escaped_value(self, name):
        return escape(self.rand, self.value(name))

    def value(self, name):
        """One that some person has under the name, or nearly; seldom something else."""
        rand = self.rand
        if rand.random() < 0.07:
            return rand.choice(STRANGE)
        name = name.lower()
        values = self.values.get(name) or self.values.get(VALUES_OF.get(name, "cn").lower()) or ["x"]
        if rand.random() < 0.03:
            values = self.values[rand.choice(list(self.values))]
        value = rand.choice(values)
        if isinstance(value, bytes):
            return value
        return self.changed(value).encode() if rand.random() < 0.5 else value.encode()

    def changed(self, text):
        rand = self.rand
        change = rand.randrange(14)
        if change == 0:
            return text.upper()
        if change == 1:
            return text.lower()
        if change == 2:
            return text.swapcase()
        if change == 3:
            return unicodedata.normalize("NFD", text)
        if change == 4:
            return unicodedata.normalize("NFC", text)
        if change == 5:
            return "  " + text
        if change == 6:
            return text + " "
        if change == 7:
            return text.replace(" ", "   ")
        if change == 8:
            return text.replace(" ", "\u00a0").replace("ß", "ss")
        if change == 9:
            return text.replace(" ", "").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
        if change == 10:
            return text[:-1]
        if change == 11:
            at = rand.randrange(len(text) + 1)
            return text[:at] + rand.choice(("\u00ad", "\t", "\u0301", "x", "-", " ")) + text[at:]
        if change == 12:
            return text.replace("ei", "ai").replace("ck", "k").replace("ph", "f")
        return text.translate(str.maketrans("abc123", "ａｂｃ１２３"))

    def pieces(self, name):
        """A value with stars in it, cut where octets or characters end."""
        rand = self.rand
        octets = self.value(name)
        try:
            whole = octets.decode()
            pieces = [part.encode() for part in self.cut(whole)]
        except UnicodeDecodeError:
            pieces = self.cut(octets)
        # libldap's encoder refuses two stars in a row
        pieces = pieces[:1] + [piece for piece in pieces[1:-1] if piece] + pieces[1:][-1:]
        text = "*".join(escape(rand, piece) for piece in pieces)
        return text if "*" in text else text + "*"

    def cut(self, whole):
        rand = self.rand
        cuts = sorted(rand.randrange(len(whole) + 1) for _ in range(rand.choice((1, 2, 2, 3, 4))))
        pieces = [whole[a:b] for a, b in zip([0] + cuts, cuts + [len(whole)])]
        for n in range(rand.randrange(0, 3)):
            at = rand.randrange(len(pieces))
            if len(pieces[at]) > 1 and rand.random() < 0.6:
                pieces[at] = pieces[at][1:] if rand.random() < 0.5 else pieces[at][:-1]
        if rand.random() < 0.3:
            pieces[0] = pieces[0][:0]
        if rand.random() < 0.3:
            pieces[-1] = pieces[-1][:0]
        return pieces
