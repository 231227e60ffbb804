# SPDX-License-Identifier: GPL-3.0-or-later
"""cases.py - how the cases of the directory's content synchronisation are run, and what they share

A file tests/e2e/cases_*.py has functions case_NN_what(rig) and calls run(globals()): each gets a folder, a
configuration and a store of its own, one line says how it went, and the exit status is 1 if any failed.
Numbers, or words of the names, choose cases on the command line. A case first shows that the server really
does what the program has to cope with ("sprung"), and in the end that store and directory are equal.
"""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback

from ldapwire import Tap, told
from rig import ADMIN, BASE, Rig, wait_for
from slapd import compare

AGAIN = 75


def run(functions):
    chosen, failed = sys.argv[1:], []
    for name, case in list(functions.items()):
        found = re.match(r"case_(\d+)_(.*)", name)
        if not found or chosen and not any(word == found[1].lstrip("0") or word in found[2] for word in chosen):
            continue
        begun = time.monotonic()
        try:
            with Rig() as rig:
                case(rig)
            word = "passed"
        except Exception:
            traceback.print_exc(file=sys.stdout)
            word = "failed"
            failed.append(name)
        print("case %d: %s  (%s, %.1f s)" % (
            int(found[1]), word, found[2].replace("_", " "), time.monotonic() - begun), flush=True)
    if failed:
        print("failed:", ", ".join(failed))
        sys.exit(1)


# ---- the configuration

def use(rig, uri, percent=100, count=100000, **keys):
    """Lets the configuration name a directory, with the administrator's password, a guard that lets everything
    through but an empty answer, and no audit but those that are asked for."""
    rig.settings["directory"] = {"base": BASE, "bind_dn": ADMIN, "password_file": "password", "audit": "0s",
                                 "timeout": "10s"}
    rig.configure(directory={"uri": uri, **keys}, guard={"percent": percent, "count": count})


def anonymous(rig):
    """Without the administrator's rights: access rules and limits hold."""
    for key in ("bind_dn", "password_file"):
        rig.settings["directory"].pop(key, None)
    rig.configure()


def tapped(rig, slapd, gate=None, name="tap", **keys):
    """A Tap that the configuration names."""
    tap = Tap(rig.folder / name, slapd.uri, gate)
    use(rig, tap.uri, **keys)
    return tap


# ---- the program

class Said:
    """What a sync said: `numbers` (the object of --json), `signs` (difference -> DNs), `text` (all)."""

    def __init__(self, done):
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.numbers = next((row for row in rows if "added" in row), {})
        self.signs = {}
        for row in rows:
            if "difference" in row and "dn" in row:
                self.signs.setdefault(row["difference"], []).append(row["dn"])
        self.text = done.stdout + done.stderr

    def expect(self, **numbers):
        for word, number in numbers.items():
            assert self.numbers.get(word) == number, "%s is not %s: %s" % (word, number, self.text[-1500:])
        return self


def environment(**more):
    return {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", **more}


def sync(rig, *options, status=0, before=(), words=()):
    """One sync that must end with this status and say what these patterns match; `before`: a command to run it
    by."""
    done = subprocess.run([*before, *rig.command("-v", "--json", "sync", *options)], capture_output=True, timeout=120,
                          env=environment())
    done.stdout, done.stderr = (octets.decode("utf-8", "replace") for octets in (done.stdout, done.stderr))
    assert done.returncode == status, "%s: status %d, not %d:\n%s%s" % (
        options, done.returncode, status, done.stdout[-2000:], done.stderr[-2000:])
    said = Said(done)
    assert "geheim" not in said.text, said.text
    for word in words:
        assert re.search(word, said.text), (word, said.text[-1500:])
    return said


def in_step(rig, slapd, **where):
    """The store is what slapd shows, it is sound, and a further sync finds nothing to do."""
    compare(rig, slapd, **where)
    sync(rig).expect(added=0, changed=0, moved=0, removed=0)
    assert "in order" in rig.run("db", "check")


def held(rig, *options):
    """A sync that the guard must hold; gives the number under which it can be approved."""
    before = content(rig)
    number = sync(rig, *options, status=3).numbers["held"]
    assert content(rig) == before and number > 0
    return str(number)


def content(rig):
    """All that a sync vouches for: the entries, whatever rows they are in, and the cookie."""
    return sorted(rig.store("SELECT e.uuid, p.uuid, e.rdn, e.attributes FROM entry e LEFT JOIN entry p"
                            " ON p.id = e.parent")), cookie(rig)


def cookie(rig):
    found = rig.store("SELECT cookie FROM sync_state ORDER BY generation DESC LIMIT 1")
    return found[0][0] if found else None


def unchanged(rig, *options, **how):
    """A sync that must fail, say these words, and leave all as it was; gives what it said. `how`: see
    sync()."""
    before = rig.fingerprint()
    said = sync(rig, *options, **how)
    assert rig.fingerprint() == before, said.text[-1500:]
    return said


class Watch:
    """`rundruf sync --watch`, running."""

    def __init__(self, rig, **more):
        self.rig, self.path = rig, rig.folder / "watch.log"
        self.start = self.path.stat().st_size if self.path.exists() else 0
        with self.path.open("ab") as log:
            self.process = subprocess.Popen(rig.command("sync", "--watch"), stdout=log, stderr=log,
                                            env=environment(**more))

    def log(self):
        return self.path.read_bytes()[self.start:].decode("utf-8", "replace")

    def running(self):
        return self.process.poll() is None

    def wait(self, condition, seconds=10):
        """Until the condition holds: a function, or words in the log."""
        def met():
            assert self.running(), "it ended with %d: %s" % (self.process.returncode, self.log())
            return condition() if callable(condition) else re.search(condition, self.log())
        try:
            wait_for(met, seconds)
        except AssertionError as error:
            raise AssertionError("%s\n%s" % (error, self.log()[-1500:])) from None

    def wait_equal(self, slapd, seconds=10, **where):
        """Until the store is what slapd shows."""
        def equal():
            with contextlib.suppress(AssertionError, KeyError):
                return compare(self.rig, slapd, **where)
        try:
            self.wait(equal, seconds)
        except AssertionError:
            compare(self.rig, slapd, **where)  # tells what is different
            raise

    def stop(self, number=signal.SIGTERM, status=0):
        """Ended by a signal, soon."""
        self.process.send_signal(number)
        code = self.process.wait(5)
        assert code == status, (number, code, self.log())

    def cpu_seconds(self):
        fields = open("/proc/%d/stat" % self.process.pid).read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def watching(rig, **more):
    watch = Watch(rig, **more)
    try:
        yield watch
        watch.stop()
    finally:
        if watch.running():
            watch.process.kill()
            watch.process.wait()


# ---- the server

def ask(slapd, cookie=None, base=BASE, dn=ADMIN, **how):
    """What slapd tells another consumer (ldapwire.Told); `dn` "": an anonymous one."""
    return told(slapd.uri, base, dn, cookie, **how)


def dns(told_by):
    return {dn for dn, _ in told_by.entries.values()}
