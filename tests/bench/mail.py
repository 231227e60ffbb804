# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches of sending have in common: the mailing that is sent, the relays it goes to, one run
of our side and of Postfix's, and the lines of the table. All on loopback, ended by process id."""
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from queued import queue
from rig import SOURCE, Rig, free_port, person, wait_for

BUILD = Path(os.environ["BUILDDIR"])
TOOLS = Path(os.environ.get("MAIL_TOOLS", SOURCE.parent / "shared/tools/bench/mail"))
RUNS = int(os.environ.get("RUNS", "5"))
PERSONS = 10000
DOMAINS = 500
KEPT = 100000  # messages in one connection: smtp-source -d keeps its connections, too
SEARCHED = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
LINE = "%-38s %11s %11s %11s %9s  %-23s %s"

# A usual announcement: with it a whole invitation has 11 to 12 KB.
EVENT = """title: Integrierte Planung kommunaler Bildungslandschaften
subtitle: Datenbasiert. Sozialräumlich. Partizipativ.
name: mannheim-2027
start: 2027-11-11T12:30
end: 2027-11-12T14:00
venue: [Marchivum, Archivplatz 1, 68169 Mannheim]
body: |
  Bildung vor Ort hängt an vielem, das in einer Kommune getrennt geplant wird: an Schulen und
  Kindertagesstätten, an Wohnungen und Wegen, an der Hilfe für Jugendliche und Familien.

  An zwei Tagen sehen wir an Beispielen aus drei Städten, wie aus getrennten Plänen ein gemeinsamer wird:

  - Was kann integrierte Planung, und wo sind ihre Grenzen?
  - Welche Daten braucht sie, und wer führt sie zusammen?
  - Wie werden Bürgerinnen und Bürger beteiligt?
"""


# --- the table ----------------------------------------------------------------------------------

def head(*names):
    print(LINE % names, flush=True)


def aim(value, least=None, most=None):
    """The aim as the table says it."""
    if least is not None:
        return ">= %g%s" % (least, " (MISSED)" if value < least else "")
    return "<= %g%s" % (most, " (MISSED)" if value > most else "") if most is not None else ""


def row(what, pairs, peer_name, least):
    """One line: pairs of runs (ours, and the peer's messages a second), and the least ratio of the two."""
    ratio = statistics.median(ours.rate / peer for ours, peer in pairs)
    print(LINE % (what, *("%.0f /s" % statistics.median(rates) for rates in (
        [ours.rate for ours, _ in pairs], [ours.alone for ours, _ in pairs], [peer for _, peer in pairs])),
        "%.2f x" % ratio, peer_name, aim(ratio, least=least)), flush=True)


def row_value(what, value, form, most=None):
    """One line with a figure of ours that no peer has."""
    print(LINE % (what, form % value, "", "", "", "", aim(value, most=most)), flush=True)


def row_absent(what, why):
    print(LINE % (what, "", "", "", "", "not installed", why), flush=True)


# --- relays -------------------------------------------------------------------------------------

def installed(name):
    return shutil.which(name, path=SEARCHED)


def compiled(source, *options):
    """The program in the build folder that one source file makes; None if there is no such file."""
    program = BUILD / "tests/bench" / source.stem
    if not source.exists():
        return None
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-w", *options, "-o", str(program), str(source)], check=True)
    return str(program)


def tool(name):
    return compiled(TOOLS / (name + ".c"))


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def peer(words, port, output=subprocess.DEVNULL):
    """A server, while the block runs."""
    server = subprocess.Popen(words, stdout=output, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: server.poll() is not None or listens(port))
        assert server.poll() is None, (words, server.returncode)
        yield server
    finally:
        server.terminate()
        server.wait(20)
        if server.stdout:
            server.stdout.close()


def sink(port, *options, output=subprocess.DEVNULL):
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    return peer([installed("smtp-sink"), *as_nobody, *options, "127.0.0.1:%d" % port, "1024"], port, output)


# --- what is sent -------------------------------------------------------------------------------

class Desk(Rig):
    """A rig with a mailing, and copies of its store that have so many deliveries."""

    def __enter__(self):
        super().__enter__()
        self.roster([person("Person %d" % number, "p%d@a.example" % number) for number in range(PERSONS)])
        self.run("sync")
        (self.folder / "event.yaml").write_text(EVENT)
        self.run("event", "import", str(self.folder / "event.yaml"))
        self.run("invite", "mannheim-2027", "--filter", "(mail=*)", "--yes")
        self.message = self.one_message()
        self.octets = self.message.stat().st_size
        return self

    def frozen(self, count, domains=DOMAINS):
        """The file of a store with so many deliveries."""
        path = self.folder / ("frozen-%d-%d.db" % (count, domains))
        if not path.exists():
            shutil.copyfile(self.folder / "rundruf.db", path)
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
                queue(connection, count, domains)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    def lay(self, count, domains=DOMAINS):
        """Makes a copy of such a store the one that is sent from; all of it is on the disk."""
        for path in self.folder.glob("sent.db*"):
            path.unlink()
        shutil.copyfile(self.frozen(count, domains), self.folder / "sent.db")
        os.sync()
        self.take("sent.db")

    def take(self, name):
        """The store that is sent from; when the roster was in step is beside it."""
        shutil.copyfile(self.folder / "rundruf.db.sync", self.folder / (name + ".sync"))
        self.configure(store={"uri": "sqlite:%s" % name})

    def one_message(self):
        """A file with one of the messages."""
        self.lay(1)
        self.configure(transport={"uri": "spool:outbox"})
        self.run("send")
        message, = (self.folder / "outbox").glob("*.eml")
        return message

    def to(self, port, sessions):
        self.configure(transport={"uri": "smtp://127.0.0.1:%d" % port, "starttls": "off", "sessions": sessions,
                                  "session_messages": KEPT})


class Ours:
    """One run of `rundruf send` over `count` deliveries: messages a second for the whole process (`rate`) and
    by its own clock (`alone`), and processor seconds (`cpu`)."""

    def __init__(self, desk, count):
        begun = time.monotonic()
        process = subprocess.Popen(desk.command("--json", "send"), stdout=subprocess.PIPE, text=True)
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        summary = json.loads(output)
        assert process.returncode == 0 and summary["sent"] == count, summary
        self.rate, self.alone = count / seconds, count / summary["seconds"]
        self.cpu = usage.ru_utime + usage.ru_stime


def ours(desk, port, sessions, count, domains=DOMAINS):
    desk.lay(count, domains)
    desk.to(port, sessions)
    return Ours(desk, count)


def smtp_source(desk, port, sessions, count):
    """Messages a second of Postfix's smtp-source, which keeps its connections."""
    begun = time.monotonic()
    subprocess.run([installed("smtp-source"), "-d", "-s", str(sessions), "-m", str(count), "-l", str(desk.octets),
                    "-f", "bounce@bench.example", "-t", "r@bench.example", "127.0.0.1:%d" % port], check=True)
    return count / (time.monotonic() - begun)
