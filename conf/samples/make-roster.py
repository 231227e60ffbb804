#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""make-roster.py - print the sample roster conf/samples/roster.ldif

The municipalities are facts: the 81 German Großstädte with their Amtlicher Gemeindeschlüssel and
population in thousands, as of 31 December 2022. (82 had 100,000 inhabitants then; Hanau is left out,
which the census of 2022 put at 93,632.) The persons are invented: names drawn from lists, mail below
.example (RFC 2606), telephone numbers from the blocks that the Bundesnetzagentur keeps free for
films. The output depends on nothing but this file; a test compares it with roster.ldif.
"""
import base64
import hashlib
import sys
import uuid

BASE = "dc=netz,dc=example"

CITIES = """
01002000 247 Kiel
01003000 218 Lübeck
02000000 1892 Hamburg
03101000 251 Braunschweig
03102000 105 Salzgitter
03103000 126 Wolfsburg
03159016 118 Göttingen
03241001 545 Hannover
03254021 101 Hildesheim
03403000 172 Oldenburg (Oldb)
03404000 167 Osnabrück
04011000 569 Bremen
04012000 115 Bremerhaven
05111000 629 Düsseldorf
05112000 502 Duisburg
05113000 584 Essen
05114000 228 Krefeld
05116000 268 Mönchengladbach
05117000 172 Mülheim an der Ruhr
05119000 210 Oberhausen
05120000 112 Remscheid
05122000 160 Solingen
05124000 358 Wuppertal
05162024 155 Neuss
05170024 104 Moers
05314000 336 Bonn
05315000 1084 Köln
05316000 165 Leverkusen
05334002 252 Aachen
05378004 112 Bergisch Gladbach
05512000 118 Bottrop
05513000 263 Gelsenkirchen
05515000 320 Münster
05562032 112 Recklinghausen
05711000 338 Bielefeld
05754008 102 Gütersloh
05774032 154 Paderborn
05911000 365 Bochum
05913000 593 Dortmund
05914000 190 Hagen
05915000 180 Hamm
05916000 157 Herne
05970040 102 Siegen
06411000 162 Darmstadt
06412000 773 Frankfurt am Main
06413000 134 Offenbach am Main
06414000 283 Wiesbaden
06611000 204 Kassel
07111000 115 Koblenz
07211000 112 Trier
07312000 101 Kaiserslautern
07314000 174 Ludwigshafen am Rhein
07315000 220 Mainz
08111000 632 Stuttgart
08121000 128 Heilbronn
08212000 309 Karlsruhe
08221000 162 Heidelberg
08222000 315 Mannheim
08231000 127 Pforzheim
08311000 236 Freiburg im Breisgau
08415061 117 Reutlingen
08421000 128 Ulm
09161000 141 Ingolstadt
09162000 1512 München
09362000 157 Regensburg
09562000 116 Erlangen
09563000 131 Fürth
09564000 523 Nürnberg
09663000 128 Würzburg
09761000 301 Augsburg
10041100 181 Saarbrücken
11000000 3755 Berlin
12054000 186 Potsdam
13003000 209 Rostock
14511000 248 Chemnitz
14612000 563 Dresden
14713000 616 Leipzig
15002000 242 Halle (Saale)
15003000 239 Magdeburg
16051000 215 Erfurt
16053000 111 Jena
"""

# by the first two digits of the Gemeindeschlüssel
STATES = {
    "01": "Schleswig-Holstein", "02": "Hamburg", "03": "Niedersachsen", "04": "Bremen",
    "05": "Nordrhein-Westfalen", "06": "Hessen", "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg", "09": "Bayern", "10": "Saarland", "11": "Berlin",
    "12": "Brandenburg", "13": "Mecklenburg-Vorpommern", "14": "Sachsen", "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}

WOMEN = """Aylin Beate Charlotte Dörte Elif Friederike Gesa Hülya Inga Jördis Käthe Leonie Małgorzata
    Nele Özlem Paula Ricarda Svenja Theresa Ulrike Vera Wiebke Yvonne Zoë""".split()
MEN = """Arne Björn Carsten Dennis Emre Falk Götz Henning Ivo Jürgen Kai Lars Mirko Norbert Ole Patrick
    René Sönke Torben Udo Volker Wojciech Yusuf Žarko""".split()
SURNAMES = """Ahlers Brömmel Citak Dörfler Eßer Fährmann Großkopf Hüttemann Ihlenfeld Jäschke Kröger
    Lübbers Mößner Nägele Oßwald Pöhlmann Quast Rößler Südkamp Thönnes Uhlmann Völkel Wüstenhagen
    Yıldız Zöllner Żak Krüger-Weiß von_der_Heyde""".split()

# planning, office, title of a woman and of a man
FIELDS = [
    ("Bildungsplanung", "Bildungsbüro", "Bildungsplanerin", "Bildungsplaner"),
    ("Schulentwicklungsplanung", "Amt für Schule und Bildung", "Schulentwicklungsplanerin",
     "Schulentwicklungsplaner"),
    ("Jugendhilfeplanung", "Jugendamt", "Jugendhilfeplanerin", "Jugendhilfeplaner"),
    ("Sozialplanung", "Sozialamt", "Sozialplanerin", "Sozialplaner"),
    ("Stadtentwicklungsplanung", "Stadtplanungsamt", "Stadtplanerin", "Stadtplaner"),
]
PHONES = ["+49 30 23125 %03d", "+49 40 66969 %03d", "+49 69 90009 %03d", "+49 89 99998 %03d",
          "+49 221 4710 %03d"]
LANGUAGES = ["de", "de", "de", "de-DE", "de, en;q=0.8", "en, de;q=0.5"]

# What a report must be able to show: (Gemeindeschlüssel, person) -> mail. All plan schools.
ODD_MAIL = {
    ("08222000", 1): "schulentwicklung@mannheim.example",
    ("08222000", 2): "Schulentwicklung@mannheim.example",  # one mailbox for two
    ("05113000", 1): "schulplanung@essen..example",        # no address
    ("01002000", 1): None,                                 # none at all
}

ASCII = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e", "é": "e", "ł": "l", "ı": "i", "ż": "z",
    "ž": "z", " ": "-", "(": None, ")": None, "_": "-",
})


def draw(key, below):
    """A number from 0 to below - 1 that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % below


def pick(key, items):
    return items[draw(key, len(items))]


def write_entry(dn, pairs):
    """One record: plain where RFC 2849 allows it, base64 with a readable comment where not."""
    uid = uuid.uuid5(uuid.NAMESPACE_OID, dn)
    lines = []
    for name, value in [("dn", dn)] + pairs + [("entryUUID", str(uid))]:
        if value.isascii():
            lines.append("%s: %s" % (name, value))
        else:
            lines.append("# %s: %s" % (name, value))
            lines.append("%s:: %s" % (name, base64.b64encode(value.encode()).decode()))
    sys.stdout.write("\n".join(lines) + "\n\n")


def write_person(city, ags, above, number):
    key = "%s/%d" % (ags, number)
    woman = draw(key + "sex", 2) == 0
    given = pick(key + "given", WOMEN if woman else MEN)
    surname = pick(key + "surname", SURNAMES).replace("_", " ")
    domain = city.lower().translate(ASCII) + ".example"
    uid = "%s-%d" % (ags, number)
    mail = "%s.%s@%s" % (given.lower().translate(ASCII), surname.lower().translate(ASCII), domain)
    mail = ODD_MAIL.get((ags, number), mail)
    field = FIELDS[1] if (ags, number) in ODD_MAIL else pick(key + "field", FIELDS)
    role = pick(key + "role", ["planner"] * 5 + ["head", "head", "contact", "multiplier"])
    title = field[2 if woman else 3]
    if role == "head":
        title = "Amtsleiterin" if woman else "Amtsleiter"
    planning = {field[0]}
    if draw(key + "more", 3) == 0:
        planning.add(pick(key + "second", FIELDS)[0])

    # with the superior classes: an LDIF file has no schema from which to derive them
    pairs = [("objectClass", "person"), ("objectClass", "organizationalPerson"),
             ("objectClass", "inetOrgPerson"), ("uid", uid), ("cn", given + " " + surname),
             ("sn", surname), ("givenName", given), ("displayName", given + " " + surname)]
    if mail is not None and draw(key + "mail", 60) != 0:
        pairs.append(("mail", mail))
    pairs += [("telephoneNumber", pick(key + "block", PHONES) % draw(key + "phone", 1000)),
              ("preferredLanguage", pick(key + "language", LANGUAGES)),
              ("title", title), ("ou", field[1]), ("employeeType", role),
              ("departmentNumber", "strategic" if role in ("head", "multiplier") else "operative")]
    pairs += [("businessCategory", value) for value in sorted(planning)]
    write_entry("uid=%s,%s" % (uid, above), pairs)


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("# SPDX-License-Identifier: CC0-1.0")
    print("# Sample roster: real municipalities, invented persons. Made by make-roster.py.\n")
    write_entry(BASE, [("objectClass", "dcObject"), ("objectClass", "organization"),
                       ("dc", "netz"), ("o", "Großstadtnetzwerk")])
    municipalities = "ou=municipalities," + BASE
    write_entry(municipalities, [("objectClass", "organizationalUnit"), ("ou", "municipalities")])
    for line in CITIES.strip().splitlines():
        ags, thousands, city = line.split(" ", 2)
        dn = "o=%s,%s" % (city, municipalities)
        write_entry(dn, [("objectClass", "organization"), ("objectClass", "rundrufMunicipality"),
                         ("o", city), ("st", STATES[ags[:2]]), ("ags", ags),
                         ("population", str(int(thousands) * 1000))])
        for number in range(1, 3 + draw(ags, 5)):
            write_person(city, ags, dn, number)


if __name__ == "__main__":
    main()
