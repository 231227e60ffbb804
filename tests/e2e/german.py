# SPDX-License-Identifier: GPL-3.0-or-later
"""german.py - a coordinator with a German locale is spoken to in German, on a system with that locale
and on one without it: the program then goes by the locale's name (set_up_language() in cli/main.c)."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "lib"))
from rig import PROGRAM, Rig, person  # noqa: E402

# of every environment below nothing else says which language is wanted
BARE = {key: value for key, value in os.environ.items()
        if key not in ("LANG", "LANGUAGE") and not key.startswith("LC_")}

ENVIRONMENTS = [
    {"LANG": "de_DE.UTF-8"},
    {"LANG": "de_DE.UTF-8", "LANGUAGE": ""},
    {"LANG": "C.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"},
    {"LANG": "de_XX.UTF-8"},  # a locale that no system has
]

# command, exit status, texts of the output in order; list and event names are those of session()
SESSION = (
    (("help",), 0, ("Aufruf: rundruf", "list add NAME  ", "legt einen Verteiler an", "Rückgabewert: 0")),
    (("help", "invite"), 0, ("--list=VERTEILER", "der Verteiler, der eingeladen wird", "nicht nachfragen")),
    (("help", "config"), 0, ("network.name  ", "Name des Netzwerks", "[Vorgabe: Rundruf]", "(möglich: de en)")),
    (("check",), 0, ("Konfiguration            in Ordnung", "Schlüsseldatei           in Ordnung")),
    (("list", "show", "alle"), 0, ("Verteiler:  ", "Zurzeit gehören 3 Personen dazu.")),
    (("event", "ls"), 0, ("BEGINN", "bestätigt")),
    (("event", "show", "mannheim-2027"), 0, ("Wann:  ", "Donnerstag, 11. November 2027, 12:30 Uhr")),
    (("invite", "mannheim-2027", "--list", "alle", "-n"), 0,
     ("Betreff:", "1 von 3 Personen", "Achtung: 2 Personen haben keine Mailadresse",
      "Es wurde nichts zum Versand vorgemerkt (--dry-run).")),
    (("invite", "mannheim-2027", "--filter", "(cn=Anna Müller)", "-n"), 0, ("1 von 1 Person\n",)),
    (("member", "ls", "--filter", "(&(city=Mannheim)(populaton>=1))"), 1,
     ("rundruf: filter:1:18: Es gibt kein Feld oder Attribut „populaton“; meinten Sie „population“?",)),
    (("list", "show", "nix"), 1, ("rundruf: Es gibt keinen Verteiler „nix“; welche es gibt, zeigt:",)),
    (("mailing", "show", "7"), 1, ("Es gibt keine Aussendung 7;",)),  # a 64-bit number in the text
    (("invite", "vorbei", "--list", "alle", "-n"), 3, ("Der Termin „vorbei“ ist vorbei;",)),
)

WRONG_DATE = "Neuer Termin: Treffen\nDatum: Mittwoch, 11. November 2027 - 12:30\n\nText\n"


def add_real_locale(folder):
    """Where the locale's source is installed, the locale itself is tried, too."""
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")], capture_output=True)
    if made and made.returncode == 0:
        # glibc's setlocale() does not free what it makes of LOCPATH
        ENVIRONMENTS.append({"LANG": "de_DE.UTF-8", "LOCPATH": str(folder),
                             "ASAN_OPTIONS": "detect_leaks=0"})


def run(rig, environment, words, status, text=None):
    done = subprocess.run([PROGRAM, "-c", str(rig.folder / "rundruf.yaml"), *words], text=True, input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          encoding="utf-8", env={**BARE, **environment})
    assert done.returncode == status, (environment, words, done.returncode, done.stdout)
    return done.stdout


def expect(output, texts):
    at = 0
    for text in texts:
        found = output.find(text, at)
        assert found >= 0, "not there, or not in this order: %s\nin:\n%s" % (text, output)
        at = found + len(text)


def session(rig):
    add_real_locale(rig.folder)
    rig.roster([person("Anna Müller", "anna@a.example"), person("Bert Ohne"), person("Carla Ohne")])
    rig.run("sync")
    rig.run("list", "add", "alle", "--filter", "(cn=*)", "--basis", "e")
    rig.event()
    rig.event("vorbei", "2020-11-11T12:30", "2020-11-12T14:00")
    for environment in ENVIRONMENTS:
        for words, status, texts in SESSION:
            expect(run(rig, environment, words, status), texts)
        output = run(rig, environment, ("event", "import", "-"), 1, WRONG_DATE)
        expect(output, ("Standardeingabe:2:8: 2027-11-11 ist ein Donnerstag, kein Mittwoch;",))

    # what is kept for the report is in the language of whoever prepared the mailing
    run(rig, ENVIRONMENTS[0], ("invite", "mannheim-2027", "--list", "alle", "--yes"), 0)
    expect(run(rig, ENVIRONMENTS[0], ("mailing", "report", "1"), 0),
           ("keine Mailadresse im Mitgliederverzeichnis",))
    # and English stays English
    assert "there is no list" in run(rig, {"LANG": "C"}, ("list", "show", "nix"), 1)


with Rig() as rig:
    session(rig)
