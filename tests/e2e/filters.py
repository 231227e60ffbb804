# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter on attributes of persons selects exactly those that slapd selects

Random filters (FILTERS=10000 of them, made from SEED=1) on a roster of 4,082 odd entries, and every character
that has case or parts. Filters with a difference are printed; one alone is asked again by
    echo FILTER | tests/lib/selected CONFIG URI BASE person"""
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
import odd_roster
import slapd as directory
from random_filters import Maker, escape_text
from rig import BASE, SANITIZED, Rig
from unicode_3_2 import changing, forms

FILTERS = int(os.environ.get("FILTERS", 500 if SANITIZED else 10000))
SEED = int(os.environ.get("SEED", 1))
PROCESSES = 4
TERMS = 60  # asked at once of the characters
SELECTED = Path(os.environ["BUILDDIR"]) / "tests/lib/selected"

# so that slapd need not read every entry for every filter; what it selects is the same
INDEX = "index cn,sn,givenName,displayName,mail,title,ou,employeeType,departmentNumber,businessCategory,l,o eq,sub,pres"


def compare(rig, filters):
    """What the store and the last slapd of the rig select, the filters dealt out to several processes; gives the
    lines with differences."""
    children = []
    for n in range(PROCESSES):
        part = rig.folder / ("filters%d" % n)
        part.write_text("".join(one + "\n" for one in filters[n::PROCESSES]))
        with part.open() as lines:
            children.append(subprocess.Popen(
                [SELECTED, rig.folder / "rundruf.yaml", rig.slapds[-1].uri, BASE, "person"], stdin=lines,
                stdout=subprocess.PIPE, text=True))
    outputs = [child.communicate()[0].splitlines() for child in children]
    assert all(child.returncode in (0, 1) for child in children), [child.returncode for child in children]
    counted = [list(map(int, output[-1].split()[::2])) for output in outputs]
    assert sum(count[0] for count in counted) == len(filters), counted
    return [line for output in outputs for line in output[:-1]], sum(count[2] for count in counted)


def fill(rig, name, ldif, **options):
    path = rig.folder / (name + ".ldif")
    path.write_text("".join(ldif))
    server = rig.server(path, name, **options)
    rig.new_store()
    rig.configure(directory={"uri": server.uri, "person_class": "inetOrgPerson oddPerson"})
    rig.run("sync")


def check(what, rig, filters):
    began = time.time()
    differences, persons = compare(rig, filters)
    for line in differences[:50]:
        print(line)
    print("%s: %d filters, %d differences, %d persons selected, %.1f s" % (
        what, len(filters), len(differences), persons, time.time() - began))
    return not differences


def check_random(rig):
    fill(rig, "odd", odd_roster.ldif(), GLOBAL=odd_roster.SCHEMA, MORE=INDEX)
    maker = Maker(SEED, [attributes for _, attributes in odd_roster.persons()])
    return check("seed %d" % SEED, rig, maker.filters(FILTERS))


def check_characters(rig):
    """Each in a value of its own, found under all its forms."""
    city = directory.city_dn("Ulm")
    ldif = [directory.ldif_base(), directory.ldif_entry(city, {
        "objectClass": ["organization", "rundrufMunicipality"], "o": ["Ulm"], "ags": ["08421000"]})]
    terms = []
    for character in changing():
        point = "%06x" % ord(character)
        ldif.append(directory.ldif_entry("uid=%s,%s" % (point, city), directory.person(
            "Person " + point, uid=point, title="a%sb %s" % (character, point))))
        terms += ["(title=a%sb %s)" % (escape_text(form), point) for form in forms(character)]
    fill(rig, "characters", ldif, MORE="index title eq")
    # forms of one character far from each other, so that one that finds nobody shows
    step = -(-len(terms) // TERMS)
    return check("characters", rig, ["(|%s)" % "".join(terms[n::step]) for n in range(step)])


with Rig() as rig:
    good = [check_random(rig), check_characters(rig)]
sys.exit(not all(good))
