# SPDX-License-Identifier: GPL-3.0-or-later
"""What filters ask of events, suppressions and lists, from the command line to the members."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import Rig, person

NAMES = ("Anna", "Bert", "Cem", "Dora", "Ede")


def selected(rig, text):
    """First names of whom a filter selects, as one word."""
    return "".join(sorted(row["name"][0] for row in rig.json("member", "ls", "--filter", text)))


def refused(rig, text, *words):
    said = rig.run("member", "ls", "--filter", text, status=1)
    assert all(word in said for word in words), said


def events(rig):
    rig.event("mannheim-2027")
    rig.event("jena-2028", start="2028-03-01T10:00", end="2028-03-01T16:00")
    rig.run("invite", "mannheim-2027", "--filter", "(|(cn=Anna*)(cn=Bert*)(cn=Cem*))", "--yes")
    for name, answer in (("anna", "registered"), ("bert", "declined"), ("dora", "attended")):
        rig.run("event", "answer", "mannheim-2027", name + "@a.example", answer)
    for text, wanted in (
            ("(invited=mannheim-2027)", "ABC"), ("(invited=*)", "ABC"), ("(invited=any:2027)", "ABC"),
            ("(invited=any:2028)", ""), ("(invited=jena-2028)", ""), ("(INVITED=mannheim-2027)", "ABC"),
            ("(registered=mannheim-2027)", "A"), ("(declined=*)", "B"), ("(unanswered=mannheim-2027)", "C"),
            ("(attended=mannheim-2027)", "D"), ("(!(registered=mannheim-2027))", "BCDE"),
            ("(&(planning=Bildungsplanung)(population>=200001)(!(registered=mannheim-2027)))", "BCDE"),
            ("(&(population>=400000)(!(registered=mannheim-2027)))", ""),
            ("(|(registered=*)(&(description=*)(declined=*)))", "A"),   # the index cannot decide on description
            ("(&(!(description=x))(invited=*)(!(declined=*)))", "AC")):
        assert selected(rig, text) == wanted, (text, selected(rig, text))
    refused(rig, "(&(cn=*)(registered=manheim-2027))", "filter:1:9:", '"mannheim-2027"')
    refused(rig, "(registered=any:27)", "filter:1:1:", "any:2025")
    refused(rig, "(registered>=x)", "filter:1:1:", "(registered=*)")
    refused(rig, "(registerd=mannheim-2027)", '"registered"')
    refused(rig, "(list=nobody)", "there is no list")


def suppressed(rig):
    assert selected(rig, "(suppressed=*)") == ""
    rig.run("suppression", "add", "ede@a.example", "--purpose", "invitation")
    for text, wanted in (("(suppressed=*)", "E"), ("(suppressed=invitation)", "E"), ("(suppressed=news)", ""),
                         ("(!(suppressed=*))", "ABCD")):
        assert selected(rig, text) == wanted, text


def lists(rig):
    rig.run("list", "add", "some", "--filter", "(|(cn=Anna*)(cn=Bert*))")
    rig.run("list", "include", "some", "ede@a.example", "--reason", "asked for it")
    rig.run("list", "exclude", "some", "bert@a.example", "--reason", "moves on")
    rig.run("list", "add", "both", "--filter", "(|(list=some)(cn=Cem*))", "--except", "(declined=*)")
    for text, wanted in (("(list=some)", "AE"), ("(list=both)", "ACE"), ("(!(list=both))", "BD"),
                         ("(&(list=both)(!(list=some)))", "C")):
        assert selected(rig, text) == wanted, (text, selected(rig, text))
    assert len(rig.json("list", "members", "both")) == 3
    said = rig.run("list", "set", "some", "--filter", "(list=both)", status=1)
    assert "some" in said and "→" in said, said
    refused(rig, "(list=som)", '"some"')
    told = rig.run("list", "explain", "both", "anna@a.example")
    assert "list=some" in told, told


with Rig() as rig:
    rig.roster([person(name + " Meier", name.lower() + "@a.example") for name in NAMES])
    rig.run("sync")
    for scene in (events, suppressed, lists):
        scene(rig)
        print("%s: good" % scene.__name__)
