# SPDX-License-Identifier: GPL-3.0-or-later
"""rig.py - what the end-to-end tests stand on: a temporary folder with a configuration, the program,
and real peers (slapd by lib/slapd.sh, an SMTP server by lib/smtpd.py), ended by their process ids.

    with Rig() as rig:
        rig.roster([person("Anna Müller", "anna@a.example")])
        rig.run("sync")

A failed expectation is an AssertionError; a peer that is not installed ends the test with 77.
"""
import base64
import contextlib
import hashlib
import json
import os
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from slapd import ADMIN, BASE, SOURCE, Slapd, ldif_entry, ldif_line, person  # noqa: F401 (tests take them from here)

PROGRAM = os.environ["RUNDRUF"]
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()  # then memory is no measure

EVENT = """title: Integrierte Planung
subtitle: Datenbasiert. Partizipativ.
name: {name}
start: {start}
end: {end}
venue: [Marchivum, Archivplatz 1, 68169 Mannheim]
body: |
  Wir möchten Sie einladen:

  - Was kann integrierte Planung?
  - Wie wird sie gelebt?
"""


# LDAP messages of RFC 4511 in BER: the extended responses to message 1
STARTTLS_REFUSED = bytes.fromhex("300c02010178070a010204000400")
STARTTLS_GRANTED = bytes.fromhex("300c02010178070a010004000400")


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def corpora():
    """The folder with test cases that others wrote; they are no part of this tree."""
    folder = os.environ.get("RUNDRUF_CORPORA") or str(SOURCE.parent / "shared/corpora")
    return folder if os.path.isdir(folder) else skip("there is no folder %s with corpora" % folder)


def system_python():
    """A Python that has aiosmtpd: Debian's, where another one comes first in PATH."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([candidate, "-c", "import aiosmtpd"], stderr=subprocess.DEVNULL).returncode == 0:
            return candidate
    return skip("python3-aiosmtpd is not installed")


class Rig:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rundruf-e2e-"))
        self.peers = []
        self.slapds = []
        self.database = "rundruf.db"
        self.settings = {
            "network": {"name": "Großstadtnetzwerk", "domain": "netz.example"},
            "directory": {"uri": "ldif:roster.ldif", "base": BASE},
            "transport": {"uri": "spool:outbox"},
            "web": {"public_url": "https://netz.example"},
            "mailing": {"notify": "none"},
        }

    def __enter__(self):
        self.run("init", str(self.folder), config=False)
        self.configure()
        return self

    def __exit__(self, *_):
        for peer in self.peers:
            peer.terminate()
            peer.wait(20)
        for slapd in self.slapds:
            slapd.stop()
        shutil.rmtree(self.folder)

    def configure(self, **groups):
        """Sets keys of the configuration: configure(transport={"uri": ...})."""
        for group, keys in groups.items():
            self.settings.setdefault(group, {}).update(keys)
        (self.folder / "rundruf.yaml").write_text(json.dumps(self.settings))

    def new_store(self):
        """An empty store instead of the one that is there."""
        for path in self.folder.glob("rundruf.*"):
            path.unlink()
        self.run("init", str(self.folder), config=False)
        self.configure()

    def command(self, *words, config=True):
        return [PROGRAM] + (["-c", str(self.folder / "rundruf.yaml")] if config else []) + list(words)

    def run(self, *words, status=0, config=True, text=None, env=None):
        """Runs a command, expects its exit status, and gives its output (both streams)."""
        done = subprocess.run(self.command(*words, config=config), input=text, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", **(env or {})})
        assert done.returncode == status, "%s: status %d, not %d:\n%s" % (
            words, done.returncode, status, done.stdout)
        return done.stdout

    def json(self, *words, status=0):
        """The objects that a command prints with --json."""
        done = subprocess.run(self.command("--json", *words), text=True, capture_output=True, timeout=300,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
        assert done.returncode == status, (words, done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def store(self, sql, *values):
        """Asks the store behind the program's back."""
        with contextlib.closing(sqlite3.connect(self.folder / self.database, timeout=30)) as connection, connection:
            connection.create_function("traced", 2, lambda attributes, indexed: attributes)
            return connection.execute(sql, values).fetchall()

    def store_many(self, sql, rows):
        with contextlib.closing(sqlite3.connect(self.folder / self.database, timeout=30)) as connection, connection:
            connection.executemany(sql, rows)

    def roster(self, persons, city="Mannheim"):
        """Writes roster.ldif with one municipality and the persons in it."""
        top = "o=%s,%s" % (city, BASE)
        text = [ldif_entry(BASE, {"objectClass": ["dcObject", "organization"], "dc": ["netz"], "o": ["Netz"]}),
                ldif_entry(top, {"objectClass": ["organization", "rundrufMunicipality"], "o": [city],
                                 "st": ["Baden-Württemberg"], "ags": ["08222000"], "population": ["315000"]})]
        for number, attributes in enumerate(persons):
            uid = "p%06d" % number
            text.append(ldif_entry("uid=%s,%s" % (uid, top), {**attributes, "uid": [uid]}))
        (self.folder / "roster.ldif").write_text("".join(text))

    def event(self, name="mannheim-2027", start="2027-11-11T12:30", end="2027-11-12T14:00"):
        path = self.folder / "event.yaml"
        path.write_text(EVENT.format(name=name, start=start, end=end))
        self.run("event", "import", str(path))
        return name

    def smtpd(self, *options, folder="mail"):
        """Starts an SMTP server and lets the configuration name it; gives its folder (messages())."""
        box = self.folder / folder
        box.mkdir()
        peer = subprocess.Popen([system_python(), str(SOURCE / "tests/lib/smtpd.py"), str(box), *options],
                                stdout=subprocess.PIPE, text=True)
        self.peers.append(peer)
        port = int(peer.stdout.readline())
        self.configure(transport={"uri": "smtp://127.0.0.1:%d" % port, "starttls": "off"})
        return box

    def server(self, ldif, name="slapd", **options):
        """A slapd (slapd.py) with this LDIF (text, or a file), started; it ends with the rig. Its administrator
        is ADMIN, whose password is in the file "password"."""
        (self.folder / "password").write_text("geheim")
        (self.folder / "password").chmod(0o600)
        slapd = Slapd(self.folder / name, **options)
        for other in self.slapds:
            if other.folder == slapd.folder:
                other.stop()
        self.slapds = [other for other in self.slapds if other.folder != slapd.folder] + [slapd]
        return slapd.load(ldif).start()

    def slapd(self, ldif, **options):
        """Starts the one slapd of a test (one that runs is ended first); gives its URI."""
        return self.server(Path(ldif), **options).uri

    def modify(self, changes):
        """Changes the entries of the last slapd: LDIF change records."""
        self.slapds[-1].modify(changes)

    def fingerprint(self, *but):
        """Each table's rows as one hash; `but`: tables that may change."""
        tables = [name for name, in self.store("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: hashlib.sha256(repr(self.store("SELECT * FROM %s ORDER BY 1, 2" % name)).encode()).hexdigest()
                for name in tables if name not in but}

    def store_files(self):
        """The store's files as they stand; a sync that finds nothing new must leave them so."""
        return {path.name: (path.stat().st_size, path.stat().st_mtime_ns)
                for path in (self.folder / (self.database + end) for end in ("", "-wal", "-shm")) if path.exists()}

    def states(self, mailing):
        """How many deliveries of a mailing are in each state, from its report."""
        rows = [row for row in self.json("mailing", "report", str(mailing)) if "address" in row or "state" in row]
        counts = {}
        for row in rows:
            counts[row["state"]] = counts.get(row["state"], 0) + 1
        return counts


def messages(box):
    """Every message that an SMTP server kept: (return path, recipient, octets)."""
    kept = []
    for line in (box / "messages").read_text().splitlines():
        row = json.loads(line)
        assert len(row["rcpt"]) == 1, row["rcpt"]
        kept.append((row["from"], row["rcpt"][0], base64.b64decode(row["data"])))
    return kept


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Listener(threading.Thread):
    """A TCP server that keeps all octets it gets from one client after the other, and says what
    `answers` gives (bytes, or nothing) to each lot of them."""

    def __init__(self, answers=lambda octets: b""):
        super().__init__(daemon=True)
        self.answers, self.seen, self.clients = answers, b"", 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            self.clients += 1
            with connection, contextlib.suppress(ConnectionError):
                while octets := connection.recv(65536):
                    self.seen += octets
                    connection.sendall(self.answers(octets))


class Proxy(threading.Thread):
    """Hands octets on to another port and back; stops handing back, without a word, after `limit`."""

    def __init__(self, port, limit=None):
        super().__init__(daemon=True)
        self.target, self.limit, self.passed = port, limit, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.target)) as server, \
                contextlib.suppress(ConnectionError):
            while ready := select.select([client, server], [], [])[0]:
                if client in ready:
                    if not (octets := client.recv(65536)):
                        return
                    server.sendall(octets)
                if server in ready:
                    octets = server.recv(65536)
                    if self.limit is not None:
                        octets = octets[:self.limit - self.passed]
                    self.passed += len(octets)
                    client.sendall(octets)
                    if self.passed == self.limit:
                        return client.recv(65536)  # until the client goes


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stderr=subprocess.DEVNULL)


def certificates(folder, name):
    """A new authority (ca.pem) and a certificate of a server called `name` (cert.pem, key.pem)."""
    folder.mkdir()
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-keyout", folder / "ca.key", "-out", folder / "ca.pem", "-days", 2,
            "-subj", "/CN=Test authority", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *key, "-keyout", folder / "key.pem", "-out", folder / "request", "-subj", "/CN=Test server")
    (folder / "extensions").write_text("subjectAltName=%s\nbasicConstraints=CA:FALSE\n" % name)
    openssl("x509", "-req", "-in", folder / "request", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-CAcreateserial", "-days", 2, "-extfile", folder / "extensions", "-out", folder / "cert.pem")
    return folder


METER = """
import os, sys, time
begun = time.monotonic()
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - begun, usage.ru_maxrss / 1024, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(words):
    """Runs a command that must succeed; gives its seconds, the peak of its memory in MiB, and what it
    printed. A small process stands between: a child begins with its parent's peak, and ours is large."""
    done = subprocess.run([sys.executable, "-c", METER, *words], text=True, capture_output=True)
    assert done.returncode == 0, (words, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    seconds, memory = done.stderr.split()[-2:]
    return float(seconds), float(memory), done.stdout


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
