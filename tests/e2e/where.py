# SPDX-License-Identifier: GPL-3.0-or-later
"""where.py - a sentence instead of a filter on the command line, and filters shown as sentences"""
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "lib"))
from rig import PROGRAM, SOURCE, Rig, person  # noqa: E402

SENTENCE = "Planung ist Sozialplanung und Stadt ist Mannheim"
FILTER = "(&(planning=Sozialplanung)(city=Mannheim))"
GERMAN = {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}

# what is refused: command, exit status, the message
WRONG = (
    (("list", "add", "x"), 2, "rundruf: say who is in the list, e.g. --where 'planning is Sozialplanung'"),
    (("list", "add", "x", "--where", SENTENCE, "--filter", FILTER), 2, "say either --filter or --where"),
    (("list", "set", "soz", "--where", SENTENCE, "--filter", FILTER), 2, "say either --filter or --where"),
    (("member", "ls", "--where", SENTENCE, "--filter", FILTER), 2, "say either --filter or --where"),
    (("invite", "mannheim-2027"), 2, "say who is invited: --list LIST (rundruf list ls), --where SENTENCE"),
    (("invite", "mannheim-2027", "--list", "soz", "--where", SENTENCE), 2, "say only one of --list,"),
    (("list", "add", "x", "--where", ""), 1, "rundruf: where:1:1: the sentence is empty; for everybody"),
    (("list", "add", "x", "--where", "Stadt ist Köln und Planug ist x"), 1,
     "rundruf: where:1:20: \"Planug\" is not known here; did you mean \"Planung\"?"),
    (("member", "ls", "--where", "Stadt ist Köln und attribute planug is x"), 1,
     "rundruf: where:1:20: there is no field or attribute \"planug\"; fields are name, givenname"),
    (("invite", "mannheim-2027", "--where", "city is a or city is b and role is head"), 1,
     "rundruf: where:1:24: \"and\" and \"or\" together can mean two things; put parentheses: (city is a or "
     "city is b) and role is head, or city is a or (city is b and role is head)"),
)


def session(rig):
    rig.roster([person("Anna Müller", "anna@a.example", businessCategory="Sozialplanung"),
                person("Bert Ohne", "bert@b.example"),
                person("Carla Kurz", "carla@a.example", businessCategory=["Sozialplanung", "x"])])
    rig.run("sync")
    rig.event()
    said = rig.run("list", "add", "soz", "--where", SENTENCE)
    for line in ("Filter:          " + FILTER, "2 persons are in it now.",
                 "Means:           planning is Sozialplanung and city is Mannheim"):
        assert line in said, said
    assert rig.store("SELECT filter FROM list") == [(FILTER,)]
    shown = rig.run("list", "show", "soz", env=GERMAN)
    assert "Bedeutet:        Planung ist Sozialplanung und Kommune ist Mannheim" in shown, shown
    said = rig.run("member", "ls", "--where", "Name ist A oder Name ist B und Ort ist C", status=1, env=GERMAN)
    assert "where:1:28: „und“ und „oder“ zusammen können zweierlei heißen; setzen Sie Klammern:" in said, said
    assert "Name ist A oder (Name ist B und Ort ist C)" in said, said
    assert rig.json("list", "show", "soz")[0]["means"] == "planning is Sozialplanung and city is Mannheim"

    rig.run("list", "set", "soz", "--where", "Name beginnt mit Anna")
    assert rig.store("SELECT filter FROM list") == [("(name=Anna*)",)]
    found = rig.json("member", "ls", "--where", "planning is x or mail is bert@b.example")
    assert sorted(one["name"] for one in found) == ["Bert Ohne", "Carla Kurz"], found
    said = rig.run("invite", "mannheim-2027", "--where", "Planung ist Sozialplanung", "-n")
    assert "2 of 2 persons" in said, said
    for words, status, message in WRONG:
        said = rig.run(*words, status=status)
        assert message in said, (words, said)
    assert rig.store("SELECT name, filter FROM list") == [("soz", "(name=Anna*)")]


def plumbing():
    lines = "registered for any event in 2025\nnicht angemeldet zu a-1\nPlanung\n"
    done = subprocess.run([PROGRAM, "parse", "where"], input=lines, text=True, capture_output=True,
                          timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
    assert done.returncode == 1, done
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first["valid"] and first["filter"] == "(registered=any:2025)", first
    assert first["de"] == "angemeldet zu irgendeiner Veranstaltung im Jahr 2025", first
    assert second["filter"] == "(!(registered=a-1))", second
    assert second["en"] == "not registered for a-1", second
    assert not third["valid"] and third["error"].startswith("where:1:8: after \"Planung\" must stand"), third


def manual_page():
    """The sentences of the manual page and of README are sentences."""
    man = (SOURCE / "contrib/man/rundruf.1").read_text().split(".Sh SENTENCES", 1)[1].split("\n.Sh ", 1)[0]
    block = man.split(".Bd -literal -offset indent\n", 1)[1].split("\n.Ed", 1)[0]
    sentences = [line for line in block.splitlines() if line]
    readme = (SOURCE / "README.md").read_text().split("--where '")[1:]
    sentences += [text.split("'", 1)[0] for text in readme]
    assert len(sentences) >= 8, sentences
    done = subprocess.run([PROGRAM, "parse", "where"], input="\n".join(sentences) + "\n", text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout


with Rig() as rig:
    session(rig)
plumbing()
manual_page()
