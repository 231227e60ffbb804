# SPDX-License-Identifier: GPL-3.0-or-later
"""How the directory is reached: StartTLS, ldaps and SASL EXTERNAL with a real slapd; certificates that
are not to be trusted, and a server without StartTLS, never see the password; a silent one is left."""
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import (ADMIN, BASE, STARTTLS_GRANTED, STARTTLS_REFUSED, Listener, Proxy, Rig, certificates, free_port, person,
                 skip)

PEOPLE = 5
TIMEOUT_S = 1


def start(rig, tls):
    """slapd with the certificate of a folder; gives its URIs by scheme."""
    uris = {scheme: "%s://127.0.0.1:%d" % (scheme, free_port()) for scheme in ("ldap", "ldaps")}
    uris["ldapi"] = rig.slapd(rig.folder / "roster.ldif", TLS=str(tls), LISTEN=" ".join(uris.values()))
    return uris


def reach(rig, uri, **keys):
    """Sets how the directory is reached, by default with a password and StartTLS."""
    login = {} if "sasl" in keys else {"bind_dn": ADMIN, "password_file": str(rig.folder / "password")}
    rig.settings["directory"] = {"base": BASE, "timeout": "%ds" % TIMEOUT_S, **login}
    rig.configure(directory={"uri": uri, **keys})


def synced(rig):
    shown = "the roster has %d persons in 1 municipalities" % PEOPLE
    assert shown in (said := rig.run("sync")), said


def refused(rig, *words, status=1):
    """A sync that must fail, saying these words, and change nothing."""
    before = rig.fingerprint()
    begun = time.monotonic()
    said = rig.run("sync", status=status)
    for word in words:
        assert word in said, (word, said)
    assert "geheim" not in said, said
    assert rig.fingerprint() == before
    return time.monotonic() - begun


def good_and_bad_certificates(rig):
    good = certificates(rig.folder / "good", "IP:127.0.0.1")
    other = certificates(rig.folder / "other", "IP:127.0.0.1")
    wrong_name = certificates(rig.folder / "wrong-name", "DNS:ldap.elsewhere.example")
    uris = start(rig, good)
    for scheme in ("ldap", "ldaps"):
        reach(rig, uris[scheme], ca_file=str(good / "ca.pem"))
        synced(rig)
        reach(rig, uris[scheme], ca_file=str(other / "ca.pem"))
        refused(rig, "certificate", "directory.ca_file", status=75)
        reach(rig, uris[scheme])
        refused(rig, "certificate", "directory.ca_file", status=75)
        reach(rig, uris[scheme], ca_file=str(rig.folder / "none.pem"))
        refused(rig, "none.pem", "PEM")
    reach(rig, uris["ldap"], starttls="off")
    synced(rig)
    reach(rig, uris["ldapi"], sasl="external")
    synced(rig)
    reach(rig, uris["ldap"], sasl="external", ca_file=str(good / "ca.pem"))
    refused(rig, "ldapi://")
    uris = start(rig, wrong_name)
    for scheme in ("ldap", "ldaps"):
        reach(rig, uris[scheme], ca_file=str(wrong_name / "ca.pem"))
        refused(rig, "certificate", "name", status=75)


def starttls_is_not_to_be_had(rig):
    """Neither who refuses StartTLS nor who talks nonsense after it gets the password."""
    for answer, status in ((STARTTLS_REFUSED, 1), (STARTTLS_GRANTED, 75), (STARTTLS_GRANTED + b"0" * 200, 75),
                           (b"HTTP/1.1 400 Bad\r\n\r\n", 75)):
        server = Listener(lambda octets, answer=answer: answer)
        reach(rig, "ldap://127.0.0.1:%d" % server.port)
        refused(rig, "no password was sent", status=status)
        assert server.seen and b"geheim" not in server.seen and b"cn=admin" not in server.seen, server.seen


def silence(rig):
    """A server that accepts and says nothing more, at each step of the way."""
    ways = (("ldap", {"starttls": "off"}, b""),     # the bind is not answered
            ("ldap", {}, b""),                      # nor StartTLS
            ("ldap", {}, STARTTLS_GRANTED),         # nor what opens TLS after it
            ("ldaps", {}, b""))                     # or at once
    for scheme, keys, first in ways:
        answers = [first]
        server = Listener(lambda octets, answers=answers: answers.pop() if answers else b"")
        reach(rig, "%s://127.0.0.1:%d" % (scheme, server.port), **keys)
        took = refused(rig, "directory.timeout", status=75)
        assert TIMEOUT_S - 0.5 < took < TIMEOUT_S + 4, (scheme, keys, took)


def silence_in_the_answer(rig):
    """A server that stops in the middle of what it sends, TLS record or message."""
    certificate = rig.folder / "good"
    uris = start(rig, certificate)
    # what comes after the cookie answers only the goodbye; over TLS the lengths vary by some octets
    for scheme, keys, cuts in (("ldap", {"starttls": "off"}, (60, 200)),
                               ("ldaps", {"ca_file": str(certificate / "ca.pem")}, (250, 600))):
        port = int(uris[scheme].rpartition(":")[2])
        through = Proxy(port)
        reach(rig, "%s://127.0.0.1:%d" % (scheme, through.port), **keys)
        synced(rig)
        for short in cuts:
            stalled = Proxy(port, through.passed - short)
            reach(rig, "%s://127.0.0.1:%d" % (scheme, stalled.port), **keys)
            took = refused(rig, "The roster was not changed.", "directory.timeout", status=75)
            assert TIMEOUT_S - 0.5 < took < 2 * TIMEOUT_S + 4, (scheme, short, took)


if not shutil.which("openssl"):
    skip("openssl is not installed")
with Rig() as rig:
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(PEOPLE)])
    good_and_bad_certificates(rig)
    starttls_is_not_to_be_had(rig)
    silence(rig)
    silence_in_the_answer(rig)
print("StartTLS, ldaps, SASL EXTERNAL, bad certificates, no StartTLS, silent servers: good")
