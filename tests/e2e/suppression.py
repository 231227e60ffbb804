# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody who is suppressed at the moment of sending gets mail: whenever and however it came about, for that
purpose alone, and after the roster has lost and found the person again. The store keeps no address for it."""
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, messages, person, wait_for

HELD, USAGE = 3, 2
MANY = 1000  # so that `send` is at work for longer than another command takes
EVERYBODY = ("--filter", "(role=planner)")


def recipients(box):
    return [recipient for _, recipient, _ in messages(box)] if (box / "messages").exists() else []


def people(count):
    return [person("Person%d Müller" % n, "p%d@stadt.example" % n) for n in range(count)]


def reasons(rig, mailing):
    return {row["address"]: row["text"] for row in rig.json("mailing", "report", str(mailing))
            if row.get("state") == "suppressed"}


def prepared_and_sent():
    """Suppressed before freezing, between freezing and sending, between two attempts, and while `send` is at
    work: in each case nothing goes there, and the report says why."""
    with Rig() as rig:
        box = rig.smtpd()
        rig.roster(people(MANY) + [person("Spät", "tmp450@stadt.example"), person("Zwei", "p1@a.example", "p2@a.example")])
        rig.run("sync")
        rig.event()
        rig.run("suppression", "add", "P0@Stadt.example", "--reason", "objection")
        rig.run("suppression", "add", "Person1 Müller", "--purpose", "invitation", "--reason", "unsubscribe")
        rig.run("suppression", "add", "Zwei")
        said = rig.run("suppression", "add", "p2@stadt.example", "--purpose", "reminder")
        assert 'no list has the purpose "reminder"' in said, said
        rig.run("invite", "mannheim-2027", *EVERYBODY, "--yes")
        assert set(reasons(rig, 1)) == {"p0@stadt.example", "p1@stadt.example", "p1@a.example"}
        rig.run("suppression", "add", "p3@stadt.example", "--reason", "complaint", "--note", "<1@mx.example>")
        sender = subprocess.Popen(rig.command("-q", "send", "--once"), stderr=subprocess.DEVNULL)
        wait_for(lambda: (box / "messages").exists() and (box / "messages").read_bytes().count(b"\n") > 20)
        last = ["p%d@stadt.example" % n for n in range(MANY - 5, MANY)]
        rig.run("suppression", "import", "-", "--yes", text="\n".join(last) + "\n")
        sender.wait(120)
        assert rig.states(1)["retry"] == 1
        rig.run("suppression", "add", "tmp450@stadt.example")
        rig.run("mailing", "retry", "1", "--state", "retry", "--yes")
        rig.run("mailing", "retry", "1", "--state", "suppressed", "--yes")
        rig.run("send", "--once")
        withheld = {"p0@stadt.example", "p1@stadt.example", "p3@stadt.example", "p1@a.example", "tmp450@stadt.example", *last}
        assert sorted(recipients(box)) == sorted("p%d@stadt.example" % n for n in range(MANY)
                                                 if "p%d@stadt.example" % n not in withheld)
        assert set(reasons(rig, 1)) == withheld
        assert reasons(rig, 1)["p3@stadt.example"] == "complained about mail"
        assert reasons(rig, 1)["p1@stadt.example"] == "opted out"


def address_of_then():
    """A person who objects gets nothing at the address that a mailing was prepared for, either."""
    with Rig() as rig:
        box = rig.smtpd()
        rig.roster(people(1) + [person("Anna Alt", "alt@stadt.example"), person("Bernd Alt", "bernd@stadt.example")])
        rig.run("sync")
        rig.event()
        rig.run("invite", "mannheim-2027", *EVERYBODY, "--yes")
        rig.roster(people(1) + [person("Anna Alt", "neu@stadt.example"), person("Bernd Alt", "neu2@stadt.example")])
        rig.run("sync")
        said = rig.run("suppression", "add", "Anna Alt", "--reason", "objection")
        assert "neu@stadt.example" in said and "alt@stadt.example" in said, said
        rig.run("consent", "withdraw", "Bernd Alt", "--purpose", "invitation", "--proof", "Telefon")
        rig.run("send", "--once")
        assert recipients(box) == ["p0@stadt.example"]
        assert set(reasons(rig, 1)) == {"alt@stadt.example", "bernd@stadt.example"}


def by_purpose():
    """What is suppressed for one purpose goes out for another."""
    with Rig() as rig:
        box = rig.smtpd()
        rig.roster(people(3))
        rig.run("sync")
        rig.event()
        rig.run("list", "add", "news", *EVERYBODY, "--purpose", "news", "--basis", "e")
        rig.run("suppression", "add", "p0@stadt.example", "--purpose", "news")
        rig.run("suppression", "add", "p1@stadt.example", "--purpose", "invitation")
        rig.run("invite", "mannheim-2027", "--list", "news", "--yes")
        rig.run("send", "--once")
        assert sorted(recipients(box)) == ["p1@stadt.example", "p2@stadt.example"]


def lose(rig, left):
    """The roster loses everybody but `left`, and a person says that this is right."""
    rig.roster(left)
    rig.run("sync", "--full", status=HELD)
    number = rig.store("SELECT id FROM held WHERE state = 'held'")[0][0]
    rig.run("sync", "--full", "--approve", str(number))


def erased():
    """A suppression outlives the person; the file of the store does not know the address any more, and still
    the person, come back as another entry, gets nothing."""
    with Rig() as rig:
        rig.roster(people(2) + [person("Änne Kanne", "aenne.kanne@stadt.example")])
        rig.run("sync")
        rig.run("suppression", "add", "Aenne.Kanne@STADT.example", "--reason", "objection", "--note", "Brief vom 2.5.")
        rig.run("consent", "add", "Änne Kanne", "--purpose", "news", "--proof", "Formular 7")
        rig.run("consent", "withdraw", "Änne Kanne", "--purpose", "news", "--proof", "Mail <7@mx.example>")
        uuid = rig.json("member", "show", "Änne Kanne")[0]["uuid"]
        assert "aenne.kanne@stadt.example" in rig.run("suppression", "ls")
        lose(rig, people(2))
        with sqlite3.connect(rig.folder / rig.database) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM tombstone")  # what syncs do after some time
            connection.execute("DELETE FROM trace")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        for path in rig.folder.glob(rig.database + "*"):
            assert b"aenne.kanne@" not in path.read_bytes().lower(), path
        rows = rig.json("suppression", "ls")
        assert [(row["address"], row["purpose"], row["reason"]) for row in rows] == [
            (None, "*", "objection"), (None, "news", "unsubscribe")], rows
        assert rig.run("suppression", "ls").count("(not known any more)") == 2
        assert [row["state"] for row in rig.json("consent", "ls", uuid)] == ["given", "withdrawn"]
        rig.run("consent", "withdraw", uuid, "--purpose", "news", "--proof", "Telefon")
        rig.run("consent", "withdraw", uuid, "--purpose", "other", "--proof", "Telefon", status=1)
        rig.run("consent", "add", uuid, "--purpose", "news", "--proof", "Telefon", status=1)
        rig.run("suppression", "add", uuid, status=1)

        rig.roster(people(2) + [person("Änne Kanne-Neu", "Aenne.Kanne@stadt.example")], city="Köln")
        rig.run("sync", "--full", "--approve", str(approvable(rig)))
        box = rig.smtpd()
        rig.event()
        rig.run("invite", "mannheim-2027", *EVERYBODY, "--yes")
        rig.run("send", "--once")
        assert sorted(recipients(box)) == ["p0@stadt.example", "p1@stadt.example"]
        assert "aenne.kanne@stadt.example" in rig.run("suppression", "ls").lower()


def approvable(rig):
    rig.run("sync", "--full", status=HELD)
    return rig.store("SELECT max(id) FROM held WHERE state = 'held'")[0][0]


def decided():
    """What the person said is lifted only with a proof; a bounce only with a yes."""
    with Rig() as rig:
        rig.roster(people(2))
        rig.run("sync")
        rig.run("suppression", "add", "p0@stadt.example", "--reason", "objection")
        rig.run("suppression", "add", "p0@stadt.example", "--reason", "bounce")  # weighs less
        rig.run("suppression", "add", "p0@stadt.example", "--purpose", "news", "--reason", "bounce")
        said = rig.run("suppression", "remove", "p0@stadt.example", "--yes", status=HELD)
        assert "objected to mail" in said and "--proof" in said, said
        rig.run("suppression", "remove", "p0@stadt.example", "--yes", "--proof", "p0@stadt.example says", status=1)
        assert "terminal" in rig.run("suppression", "remove", "p0@stadt.example", "--proof", "rief an", status=1)
        rig.run("suppression", "remove", "p0@stadt.example", "--proof", "rief an", "-n")
        assert len(rig.json("suppression", "ls")) == 2
        left = rig.run("suppression", "remove", "p0@stadt.example", "--proof", "rief an", "--yes")
        assert "no mail for news" in left, left
        rig.run("suppression", "remove", "p0@stadt.example", "--proof", "rief an", "--yes", status=1)
        rig.run("suppression", "remove", "p0@stadt.example", "--purpose", "news", "--yes")
        assert rig.json("suppression", "check", "Person0 Müller") == [{"address": "p0@stadt.example", "suppressions": []}]
        journal = [row for row in rig.store("SELECT object, detail FROM journal WHERE deed LIKE 'suppression.%'")]
        assert len(journal) == 4 and not any("@" in text for row in journal for text in row), journal
        assert "rief an" in journal[2][1], journal

        rig.run("consent", "add", "p1@stadt.example", "--purpose", "news", "--proof", "of p1@stadt.example", status=1)
        rig.run("consent", "add", "p1@stadt.example", "--purpose", "*", "--proof", "x", status=USAGE)
        rig.run("consent", "withdraw", "p1@stadt.example", "--purpose", "news", "--proof", "Mail <1@mx.example>")
        again = rig.run("consent", "add", "p1@stadt.example", "--purpose", "news", "--proof", "Formular")
        assert "suppression check p1@stadt.example" in again, again
        rig.roster(people(2) + [person("Eve\x1b[2J\u202e", "eve@stadt.example")])
        rig.run("sync")
        said = rig.run("consent", "add", "eve@stadt.example", "--purpose", "news", "--proof", "Formular")
        assert said.startswith("Eve") and "\x1b" not in said and "\u202e" not in said, said
        rig.run("consent", "withdraw", "nobody", "--purpose", "news", "--proof", "x", status=1)


BAD_ROWS = [
    # file, expected faults
    ("a@x.example\nno address\n\nb@x.example\n", [":2:1: "]),
    ("a@x.example\na@x.example,news\n", [":2:13: "]),
    ("address,colour\na@x.example,red\n", [":1:9: "]),
    ("purpose,reason\nnews,bounce\n", [":1:1: "]),
    ("mail;mail\na@x.example;b@x.example\n", [":1:6: "]),
    ("mail;purpose;reason;note\na@x.example;Two words;;\nb@x.example;;spam;\n;news;;\nc@x.example;;;C@X.example\n",
     [":2:13: ", ":3:14: ", ":4:1: ", ":5:15: "]),
    ("a@x.example\n\"b@x.example\n", [":2:1: "]),
    ("a@x.example\nb@x\u202e.example\r\nc@x.example>\n", [":2:1: ", ":3:1: "]),
    ("a@x.example\0\n", [":1:1: "]),
    ("a\n" * 30, [":1:1: ", ":20:1: ", "and 10 rows more"]),
]


def imported():
    with Rig() as rig:
        rig.roster(people(1))
        rig.run("sync")
        for text, faults in BAD_ROWS:
            path = rig.folder / "bad.csv"
            path.write_bytes(text.encode())
            said = rig.run("suppression", "import", str(path), "--yes", status=1)
            for fault in faults:
                assert fault in said, (text, fault, said)
            assert rig.json("suppression", "ls") == [], text
        path = rig.folder / "good.csv"
        path.write_bytes("E-Mail;Reason;Note\r\nP0@stadt.example;bounce;'=550\r\nx@b\u00fccher.example;;Gr\u00fc\u00dfe\r\n"
                         "x@xn--bcher-kva.example;objection;\r\n".encode("cp1252"))
        rows = ("suppression", "import", str(path), "--purpose", "news", "--note", "alte Liste")
        assert "2 new, 1 changed, 0 there before, 0 wrong" in rig.run(*rows, "-n")
        assert rig.json("suppression", "ls") == []
        assert "terminal" in rig.run(*rows, status=1)
        assert "Windows-1252" in rig.run(*rows, "--yes")
        kept = [(row["address"], row["purpose"], row["reason"], row["note"]) for row in rig.json("suppression", "ls")]
        assert sorted(kept, key=str) == [("p0@stadt.example", "news", "bounce", "=550"),
                                         (None, "news", "objection", "alte Liste")], kept
        assert rig.json(*rows, "--yes") == [{"new": 0, "changed": 0, "kept": 3, "wrong": 0}]
        many = "".join("m%d@x.example\n" % n for n in range(20000))
        assert "20000 new" in rig.run("suppression", "import", "-", "--yes", text=many)
        assert len(rig.json("suppression", "ls")) == 20002


def main():
    prepared_and_sent()
    address_of_then()
    by_purpose()
    erased()
    decided()
    imported()


main()
