# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message arrives with its own envelope: while messages follow each other without waiting for
answers, and recipients are refused at random in between, no relay ever gets one with the sender or the
recipient of another, and each arrives once. 5,000 of them; DELIVERIES, SEED."""
import asyncio
import base64
import contextlib
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from queued import queue
from rig import SANITIZED, Rig, person

DELIVERIES = int(os.environ.get("DELIVERIES", 1000 if SANITIZED else 5000))
SEED = int(os.environ.get("SEED", "1"))
REFUSED = 0.1  # of recipients, each time
SESSIONS = 16
DOMAINS = 50
END = b"\r\n.\r\n"
OFFER = b"250-relay.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 10000000\r\n250 ENHANCEDSTATUSCODES\r\n"
CALENDAR = re.compile(rb"method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n(.*?)\r\n\r\n", re.S)


def mismatch(sender, recipient, content):
    """What in a message does not belong to its envelope, or None."""
    number = re.search(rb"\+([0-9a-z]+)-[a-z2-7]{16}@netz\.example$", sender)
    if not number:
        return "the return path has no token"
    token = re.escape(number.group(1))
    headers, _, body = content.partition(b"\r\n\r\n")
    boundary = re.search(rb'boundary="(=_m_d%s-[a-z2-7]{16})"' % token, headers)
    if not boundary or not content.endswith(b"--%s--\r\n" % boundary.group(1)):
        return "the message is not the one of its return path, or not whole"
    if not re.search(rb"<https://netz\.example/u/%s-[a-z2-7]{16}>" % token, headers):
        return "the link for unsubscribing is another delivery's"
    if not re.search(rb"^To: [^\r]*<%s>\r$" % re.escape(recipient), headers, re.M):
        return "To: is somebody else"
    calendar = base64.b64decode(CALENDAR.search(body).group(1)).replace(b"\r\n ", b"")
    if re.findall(rb"^ATTENDEE.*:mailto:(.*)\r$", calendar, re.M) != [recipient]:
        return "the calendar invites somebody else"
    return None


class Tally:
    """What all sessions have seen."""

    def __init__(self):
        self.random = random.Random(SEED)
        self.wrong = []
        self.seen = set()
        self.refused = 0

    def refuses(self):
        refused = self.random.random() < REFUSED
        self.refused += refused
        return refused

    def keep(self, sender, recipient, content):
        why = mismatch(sender, recipient, content)
        if why:
            self.wrong.append((why, sender, recipient))
        if recipient in self.seen:
            self.wrong.append(("a second copy", sender, recipient))
        self.seen.add(recipient)


class Session(asyncio.Protocol):
    """One connection, of a server that answers all that has come at once."""

    def __init__(self, tally):
        self.tally, self.buffer, self.in_content = tally, bytearray(), False
        self.sender = self.recipient = None

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 relay.example ESMTP\r\n")

    def data_received(self, octets):
        self.buffer += octets
        answers = []
        while (at := self.buffer.find(END if self.in_content else b"\r\n")) >= 0:
            if self.in_content:
                content = bytes(self.buffer[2:at + 2])  # after the end of the line DATA
                del self.buffer[:at + len(END)]
                answers.append(self.content(content))
            else:
                line = bytes(self.buffer[:at])
                answers.append(self.command(line[:4].upper(), line))
                del self.buffer[:at if self.in_content else at + 2]
        self.transport.write(b"".join(answers))

    def content(self, content):
        self.tally.keep(self.sender, self.recipient, content.replace(b"\r\n..", b"\r\n."))
        self.in_content, self.sender, self.recipient = False, None, None
        return b"250 2.0.0 queued\r\n"

    def command(self, verb, line):
        address = line[line.find(b"<") + 1:line.find(b">")]
        if verb == b"EHLO":
            return OFFER
        if verb == b"MAIL":
            if self.sender is not None:
                self.tally.wrong.append(("MAIL within a transaction", self.sender, address))
            self.sender, self.recipient = address, None
        elif verb == b"RCPT":
            if self.tally.refuses():
                return b"450 4.2.1 mailbox busy\r\n"
            self.recipient = address
        elif verb == b"DATA":
            self.in_content = self.recipient is not None
            return b"354 go on\r\n" if self.in_content else b"554 5.5.1 no valid recipients\r\n"
        elif verb == b"RSET":
            self.sender = self.recipient = None
        elif verb == b"QUIT":
            return b"221 2.0.0 bye\r\n"
        return b"250 2.0.0 ok\r\n"


class Server(threading.Thread):
    """Sessions of one loop, in a thread that ends with the program."""

    def __init__(self, tally):
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()
        self.listening = self.loop.run_until_complete(
            self.loop.create_server(lambda: Session(tally), "127.0.0.1", 0))
        self.port = self.listening.sockets[0].getsockname()[1]
        self.start()

    def run(self):
        self.loop.run_forever()


def send(rig):
    """One run, in which some are refused and wait: its summary."""
    done = subprocess.run(rig.command("--json", "send"), text=True, stdout=subprocess.PIPE)
    assert done.returncode in (0, 4), (done.returncode, done.stdout)
    return json.loads(done.stdout)


with Rig() as rig:
    tally = Tally()
    rig.roster([person("Person %d" % number, "p%d@a.example" % number) for number in range(50)])
    rig.run("sync")
    rig.event()
    rig.run("invite", "mannheim-2027", "--filter", "(mail=*)", "--yes")
    with contextlib.closing(sqlite3.connect(rig.folder / "rundruf.db")) as connection:
        queue(connection, DELIVERIES, DOMAINS)
    rig.configure(transport={"uri": "smtp://127.0.0.1:%d" % Server(tally).port, "starttls": "off",
                             "sessions": SESSIONS})
    attempts, runs = 0, 0
    while rig.store("SELECT 1 FROM delivery WHERE state <> 'sent' LIMIT 1"):
        rig.store("UPDATE delivery SET due = 0 WHERE state = 'retry'")
        summary = send(rig)
        attempts += summary["attempts"]
        runs += 1
        assert summary["fault"] is None and runs < 30, summary
        assert not tally.wrong, (SEED, len(tally.wrong), tally.wrong[:5])
    assert len(tally.seen) == DELIVERIES and attempts == DELIVERIES + tally.refused, (
        len(tally.seen), attempts, tally.refused)
    assert tally.refused > DELIVERIES * REFUSED / 2, tally.refused
print("%d messages, %d refusals (seed %d): 0 with the envelope of another" % (DELIVERIES, tally.refused, SEED))
