# SPDX-License-Identifier: GPL-3.0-or-later
"""files.py - the roster as CSV, LDIF and vCards, and CSV and LDIF back into the roster."""
import csv
import io
import re
import subprocess
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from rig import Rig, person  # noqa: E402

FAILED, USAGE, PARTLY = 1, 2, 4

ODD = [
    person("Anna Müller", "anna@a.example", "am@a.example", telephoneNumber="+49 30 1234", givenName="Anna"),
    person('=HYPERLINK("http://x.example";"x")', "formula@a.example", title="@SUM(A1)", ou="-1+2"),
    person("'=quoted", "quote@a.example", title="''+1", ou="'s Hof"),
    person("Zeilen\r\numbruch", "lines@a.example", title="one\ntwo", ou="a\tb"),
    person("Semi; Colon", "semi@a.example", businessCategory=["Bau; Verkehr", "Sozial\\", "a\\;b"]),
    person('Anführung "x", y', "say@a.example", title="a,b", ou=" blank before"),
    person("Oktette", "octets@a.example", ou=b"\xff\xfe", title=b"a\x00b"),
    person("Lang " + "ö€" * 200, "long@a.example", preferredLanguage="de, en;q=0.5, *;q=0.1"),
]


def octets(rig, *words):
    return subprocess.run(rig.command(*words), check=True, stdout=subprocess.PIPE).stdout


def write(rig, name, content):
    path = rig.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def counts(output):
    """The line of counts: (changed, unchanged, new, unmatched)."""
    [found] = re.findall(r"^(\d+) changed, (\d+) unchanged, (\d+) new, (\d+) unmatched$", output, re.M)
    return tuple(int(number) for number in found)


def check_csv(rig):
    """Python reads what we write; nothing in it is a formula; and it changes nothing."""
    exported = octets(rig, "member", "export")
    rows = list(csv.DictReader(io.StringIO(exported.decode(), newline=""), strict=True))
    assert len(rows) == len(ODD), len(rows)
    by_mail = {row["mail"].split("; ")[-1]: row for row in rows}
    assert by_mail["anna@a.example"]["phone"] == "'+49 30 1234"
    assert by_mail["formula@a.example"]["title"] == "'@SUM(A1)"
    assert by_mail["lines@a.example"]["title"] == "one\ntwo"
    assert by_mail["say@a.example"]["name"] == 'Anführung "x", y'
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")], cells
    assert counts(rig.run("member", "import", write(rig, "same.csv", exported), "--yes")) == (0, len(ODD), 0, 0)
    assert octets(rig, "member", "export") == exported
    return rows


def check_dialects(rig, rows):
    """What Python's csv writes as Excel, as German Excel, as tabs, in UTF-8 with a mark."""
    for name, options, encoding in (("excel.csv", {"dialect": "excel"}, "utf-8"),
                                    ("mark.csv", {"dialect": "excel"}, "utf-8-sig"),
                                    ("german.csv", {"delimiter": ";"}, "utf-8-sig"),
                                    ("tabs.csv", {"dialect": "excel-tab"}, "utf-8"),
                                    ("unix.csv", {"dialect": "unix"}, "utf-8")):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0].keys(), **options)
        writer.writeheader()
        writer.writerows(rows)
        same = rig.run("member", "import", write(rig, name, text.getvalue().encode(encoding)), "--yes")
        assert counts(same) == (0, len(ODD), 0, 0), (name, same)


def check_ldif(rig):
    """Every octet comes back, here and through the LDIF file as the directory."""
    exported = octets(rig, "member", "export", "--format", "ldif")
    assert exported.startswith(b"version: 1\n\ndn:") and exported.isascii()
    assert max(len(line) for line in exported.split(b"\n")) == 76
    path = write(rig, "same.ldif", exported)
    assert counts(rig.run("member", "import", path, "--yes")) == (0, len(ODD), 0, 0)
    whole = octets(rig, "member", "export", "--format", "ldif", "--municipalities")
    names = re.findall(rb"^dn:.*", whole, re.M)
    assert len(names) == len(ODD) + 1 and names[0] == b"dn: o=Mannheim,dc=netz,dc=example", names
    output = rig.run("member", "import", write(rig, "whole.ldif", whole), "--yes")
    assert counts(output) == (0, len(ODD), 0, 0) and "1 entry of the file is no person" in output, output
    rig.run("member", "export", "--format", "csv", "--municipalities", status=USAGE)
    roster = rig.folder / "roster.ldif"
    base = roster.read_bytes().split(b"\n\n")[0]
    roster.write_bytes(base + b"\n" + whole[len("version: 1\n"):])
    rig.run("sync")
    assert octets(rig, "member", "export", "--format", "ldif", "--municipalities") == whole


def unfold(card_file):
    """The content lines of a file of vCards, checked octet by octet (RFC 6350, 3.2)."""
    assert card_file.endswith(b"\r\n")
    lines = card_file[:-2].split(b"\r\n")
    for line in lines:
        assert b"\n" not in line and b"\r" not in line and len(line) <= 75, line
        line.decode()  # folded between characters
    return card_file[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def split_escaped(value, separator):
    """A value's components without their escapes; a lone backslash is an error."""
    parts = [""]
    characters = iter(value)
    for character in characters:
        if character == "\\":
            follower = next(characters)
            assert follower in "\\,;n", value
            parts[-1] += "\n" if follower == "n" else follower
        elif character == separator:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def read_cards(card_file):
    cards, card = [], None
    for line in unfold(card_file):
        match = re.fullmatch(r"([A-Z]+)((?:;[A-Z]+=[0-9A-Za-z]+)*):(.*)", line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            assert card is None and value == "VCARD"
            card = {}
        elif name == "END":
            assert value == "VCARD" and len(card["FN"]) == 1 and len(card["UID"]) == 1, card
            assert next(iter(card)) == "VERSION" and card["VERSION"] == [("", "4.0")], card
            cards.append(card)
            card = None
        else:
            card.setdefault(name, []).append((parameters, value))
    assert card is None
    return cards


def check_vcard(rig):
    cards = read_cards(octets(rig, "member", "export", "--format", "vcard"))
    people = {row["uuid"]: row for row in rig.json("member", "ls")}
    assert len(cards) == len(people) == len(ODD)
    known = {"VERSION", "FN", "N", "EMAIL", "TEL", "ORG", "TITLE", "ROLE", "LANG", "CATEGORIES", "UID"}
    for card in cards:
        assert set(card) <= known, card
        [(_, uid)] = card["UID"]
        row = people[str(uuid.UUID(uid))]
        assert uid.startswith("urn:uuid:")
        assert split_escaped(card["FN"][0][1], None) == [row["name"].replace("\r\n", "\n")], (card, row)
        assert len(split_escaped(card["N"][0][1], ";")) == 5 and len(card["N"]) == 1
        assert split_escaped(card["ORG"][0][1], ";")[0] == "Mannheim"
        assert [split_escaped(value, None)[0] for _, value in card["EMAIL"]] == row["mail"]
        assert card["EMAIL"][0][0] == ";PREF=1"
        assert split_escaped(card["CATEGORIES"][0][1], ",") == row["planning"], (card, row)
        if "title" in row:
            assert split_escaped(card["TITLE"][0][1], None) == [row["title"]]
    [long_one] = [card for card in cards if card["FN"][0][1].startswith("Lang ")]
    assert long_one["LANG"] == [(";PREF=1", "de"), (";PREF=2", "en")], long_one


def check_import(rig):
    """A German sheet in Windows-1252; what it changes is shown, asked for, and written as a whole."""
    sheet = write(rig, "sheet.csv", (
        "mail;phone;title;planning\r\n"
        "anna@a.example;0621 99;\"Planerin für\nSchulen\";\"Sozialplanung; Bau\"\r\n"
        "nobody@a.example;1;;\r\n").encode("cp1252"))
    before = rig.fingerprint()
    preview = rig.run("member", "import", sheet, "-n", status=PARTLY)
    assert counts(preview) == (1, 0, 0, 1) and "Windows-1252" in preview, preview
    assert re.search(r"^2 +Anna Müller +phone +\+49 30 1234 +0621 99$", preview, re.M), preview
    assert "sheet.csv:4: nobody@a.example" in preview and "--add" in preview, preview
    assert "--yes" in rig.run("member", "import", sheet, status=FAILED, text="")
    assert rig.fingerprint() == before
    rig.run("member", "import", sheet, "--yes", status=PARTLY)
    [anna] = rig.json("member", "show", "anna@a.example")
    assert (anna["phone"], anna["title"]) == (["0621 99"], "Planerin für\nSchulen"), anna
    assert anna["planning"] == ["Bau", "Sozialplanung"], anna
    assert counts(rig.run("member", "import", sheet, "--yes", status=PARTLY)) == (0, 1, 0, 1)

    removal = write(rig, "removal.csv", "mail,phone\nanna@a.example,\n")
    assert counts(rig.run("member", "import", removal, "--yes")) == (0, 1, 0, 0)
    rig.run("member", "import", removal, "--remove-values", "--yes")
    assert "phone" not in rig.json("member", "show", "anna@a.example")[0]


def check_wrong(rig):
    """One wrong row, and nothing of the file is written."""
    before = rig.fingerprint()
    head = "mail,title,city,uid\nanna@a.example,Neu,,\n"
    for rows, about in (("say@a.example,x,Bonn,\n", r"f\.csv:3:17: city .*Mannheim"),
                        ("say@a.example,x,,new-uid\n", r"f\.csv:3:18: "),
                        ("am@a.example,x,,\n", r"f\.csv:3:1: .*line 2"),
                        ("say@a.example,\"x\n", r"f\.csv:3:15: .*never closed")):
        output = rig.run("member", "import", write(rig, "f.csv", head + rows), "--yes", status=FAILED)
        assert re.search(about, output), output
    assert rig.fingerprint() == before
    [row, _] = rig.json("member", "import", write(rig, "f.csv", head + "x@y.example,,,\n"), "-n", status=PARTLY)
    assert row["state"] == "changed" and row["edits"][0]["new"] == "Neu", row
    rig.run("member", "import", "f.csv", "--match", "city", status=USAGE)
    rig.run("member", "import", str(rig.folder / "none.csv"), status=FAILED)
    rig.run("member", "import", str(rig.folder / "none.ldif"), status=FAILED)


def check_new(rig):
    sheet = write(rig, "new.csv", "name,mail,city\nEva Ito,eva@i.example,mannheim\n")
    assert counts(rig.run("member", "import", sheet, "-n", status=PARTLY)) == (0, 0, 0, 1)
    preview = rig.run("member", "import", sheet, "--add", "-n")
    assert counts(preview) == (0, 0, 1, 0) and "Eva Ito,o=Mannheim" in preview, preview


def main():
    with Rig() as rig:
        rig.roster(ODD)
        rig.run("sync")
        rows = check_csv(rig)
        check_dialects(rig, rows)
        check_ldif(rig)
        check_vcard(rig)
        rig.configure(directory={"uri": "ldap://127.0.0.1:1"})  # edits wait for it; nobody asks it here
        check_import(rig)
        check_wrong(rig)
        check_new(rig)


main()
