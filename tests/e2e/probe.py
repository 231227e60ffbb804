# SPDX-License-Identifier: GPL-3.0-or-later
"""What directory_probe() finds in slapd, set up well and badly; and that it changes nothing."""
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import ADMIN, BASE, Rig, person

PROBE = Path(os.environ["BUILDDIR"]) / "tests/lib/probe"
READER = "uid=p000001,o=Mannheim," + BASE
ACCESS = 'access to attrs=mail by dn.exact="%s" write by * read\naccess to attrs=userPassword by anonymous auth\n' \
         "access to * by * read\n" % READER
CONFIG = "database config\nrootdn %s\n" % ADMIN


def start(rig, access=ACCESS, **options):
    """slapd with these access rules, without content synchronisation unless that is asked for."""
    path = rig.folder / "access"
    path.write_text(access)
    uri = rig.slapd(rig.folder / "roster.ldif", ACL=str(path), **{"SYNCPROV": "off", **options})
    rig.settings["directory"] = {"base": BASE, "uri": uri}


def probed(rig, login=None, **keys):
    """What is found, logged in so (None: anonymously), and that no entry was touched by it."""
    for key in ("bind_dn", "password_file"):
        rig.settings["directory"].pop(key, None)
    rig.configure(directory={**({"bind_dn": login, "password_file": str(rig.folder / "password")} if login else {}), **keys})
    before = versions(rig)
    said = subprocess.run([PROBE, str(rig.folder / "rundruf.yaml")], text=True, check=True, stdout=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
    assert versions(rig) == before, "it wrote"
    return said


def versions(rig):
    return rig.slapds[-1].search("(objectClass=*)", "entryCSN", "modifyTimestamp")


def expect(said, found=(), absent=()):
    for words in found:
        assert words in said, (words, said)
    for words in absent:
        assert words not in said, (words, said)


def provider(rig):
    start(rig)
    expect(probed(rig), ["- The database has no content synchronisation", "overlay syncprov"], ["! ", "syncprov-checkpoint"])
    start(rig, SYNCPROV="on")
    expect(probed(rig), ["cannot read the server's configuration", "syncprov-checkpoint"],
           ["! ", "no content synchronisation"])
    start(rig, SYNCPROV="on", MORE=CONFIG)
    expect(probed(rig, ADMIN), ["entry olcOverlay={0}syncprov", "olcSpCheckpoint: 100 5\n", "olcSpSessionlog: 10000"],
           ["! ", "cannot read"])
    start(rig, SYNCPROV="on", CHECKPOINT="100 5", MORE=CONFIG)
    expect(probed(rig, ADMIN), ["olcSpSessionlog: 10000"], ["! ", "olcSpCheckpoint"])
    start(rig, SYNCPROV="on", SESSIONLOG="100", MORE=CONFIG)
    expect(probed(rig, ADMIN), ["olcSpCheckpoint: 100 5\n"], ["! ", "olcSpSessionlog"])
    start(rig, SYNCPROV="on", CHECKPOINT="100 10", SESSIONLOG="100", MORE=CONFIG)
    expect(probed(rig, ADMIN), [], ["! ", "syncprov", "olcSp", "may not write"])


def limits(rig):
    start(rig, ACCESS + "limits * size=5\n", SYNCPROV="on")
    expect(probed(rig), ["! ", "Size limit exceeded", "limits"])
    start(rig)
    expect(probed(rig, base="dc=nowhere,dc=example"), ["! ", "No such object", "directory.base"], ["- "])
    expect(probed(rig, base=BASE, filter="(mail=nobody)"), ["! The directory shows no entry below"])


def rights(rig):
    start(rig, "access to attrs=entryCSN by * none\naccess to attrs=preferredLanguage by * none\n" + ACCESS)
    rig.modify("dn: %s\nchangetype: modify\nadd: userPassword\nuserPassword: geheim\n" % READER)
    said = probed(rig)
    expect(said, ["entries come without entryCSN", "No entry shows", "language (preferredLanguage)",
                  "may not write these attributes"], ["! ", " mail (mail)"])
    assert " mail" in said.partition("may not write")[2], said
    said = probed(rig, READER).partition("may not write")[2]
    assert " sn" in said and " mail" not in said, said
    start(rig, "access to attrs=entryUUID by * none\n" + ACCESS)
    expect(probed(rig), ["! ", "comes without entryUUID"])


with Rig() as rig:
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(20)])
    provider(rig)
    limits(rig)
    rights(rig)
print("content synchronisation, provider's settings, limits, rights: found as they are")
