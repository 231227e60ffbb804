# SPDX-License-Identifier: GPL-3.0-or-later
"""relay.py - a fast SMTP server in a thread of the test, for tests that kill and stop the sender

    relay = Relay(pause=0.004)          listens on 127.0.0.1, relay.port
    relay.arrivals                      all that was taken, in the order of time
    relay.quiet()                       waits until every connection has ended
    relay.open_since(instant)           how many connections were open then (time.monotonic())

It offers PIPELINING, and reads the content in small pieces, from a small buffer, so that a sender that
dies leaves some of it half way. What it has taken is there before it says so, and between the two it
rests for a random time around `pause` seconds: a sender that dies then does not know that the message
arrived.

whole() is for what arrived: whether it is all there, and whether it is what everybody gets."""
import asyncio
import dataclasses
import email
import email.header
import hashlib
import random
import re
import socket
import threading
import time

PIECE = 4096  # octets of content that are read at a time
BUFFER = 4096  # of the socket


@dataclasses.dataclass
class Arrival:
    sender: str
    recipient: str
    octets: bytes
    begun: float  # its content was asked for, time.monotonic()
    at: float
    connection: int


class Relay(threading.Thread):
    def __init__(self, pause=0.0, seed=1):
        super().__init__(daemon=True)
        self.pause, self.chance = pause, random.Random(seed)
        self.arrivals = []
        self.ends = []  # of each connection, in the order of their beginnings; None: it is open
        self.cut = 0  # messages of which the end never came
        self.refuse = None  # a reply to all recipients; None: they are welcome
        listener = socket.socket(proto=socket.IPPROTO_TCP)  # else no TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        self.listener, self.port = listener, listener.getsockname()[1]
        self.start()

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        server = await asyncio.start_server(self.session, sock=self.listener, limit=1 << 20)
        await server.serve_forever()

    async def session(self, reader, writer):
        number = len(self.ends)
        self.ends.append(None)
        try:
            await self.talk(number, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        self.ends[number] = time.monotonic()
        writer.close()

    async def talk(self, number, reader, writer):
        sender = recipient = ""
        writer.write(b"220 relay.example ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            reply = "250 2.0.0 ok"
            if verb == "EHLO":
                reply = "250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME"
            elif verb == "MAIL":
                sender = line[line.index("<") + 1:line.index(">")]
            elif verb == "RCPT":
                recipient = line[line.index("<") + 1:line.index(">")]
                reply = self.refuse or reply
            elif verb == "DATA" and self.refuse:
                reply = "503 5.5.1 nobody to send it to"
            elif verb == "DATA":
                writer.write(b"354 go ahead\r\n")
                begun = time.monotonic()
                octets = await self.content(reader)
                self.arrivals.append(Arrival(sender, recipient, octets, begun, time.monotonic(), number))
                await asyncio.sleep(self.chance.uniform(0, 2 * self.pause))
            elif verb == "QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                return
            writer.write(reply.encode() + b"\r\n")

    async def content(self, reader):
        """The message, its line ends as they came; what comes after it stays for the commands."""
        lines = []
        size = 0
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                self.cut += 1
                raise ConnectionError
            lines.append(line[1:] if line.startswith(b".") else line)
            size += len(line)
            if size > PIECE and self.pause:
                size = 0
                await asyncio.sleep(self.pause / 8)
        return b"".join(lines)

    def quiet(self, seconds=30):
        until = time.monotonic() + seconds
        time.sleep(0.005)  # for a connection that is not taken yet
        while None in self.ends:
            assert time.monotonic() < until, "a connection stays open"
            time.sleep(0.002)

    def open_since(self, instant):
        return sum(end is None or end >= instant for end in self.ends)


def shown(header):
    """A header's text, unfolded and decoded."""
    return str(email.header.make_header(email.header.decode_header(header.replace("\r\n", ""))))


def content_of(part, octets):
    """What a part says, or of how many it is; AssertionError if it does not end as it must."""
    assert not part.defects, part.defects
    if not part.is_multipart():
        return part.get_payload(decode=True).decode()
    boundary, count = part.get_boundary().encode(), len(part.get_payload())
    assert octets.count(b"--%s--\r\n" % boundary) == 1, "no closing boundary"
    assert octets.count(b"--%s\r\n" % boundary) == count, "a part is missing"
    return "%d parts" % count


def whole(arrival, name):
    """The hash of everything in a message that is not `name`'s own, and the Message-ID. AssertionError
    if it is not all there, or somebody else's."""
    message = email.message_from_bytes(arrival.octets)
    assert arrival.octets.endswith(b"--\r\n"), "the end is missing: %r" % arrival.octets[-80:]
    assert shown(message["To"]) == "%s <%s>" % (name, arrival.recipient), (message["To"], name)
    number = message["Message-ID"]
    delivery = re.match(r"<d(\w+)-", number).group(1)
    seen = ["%s: %s" % header for header in message.items() if header[0] not in ("Date", "To")]
    for part in message.walk():
        seen += [part["Content-Type"], content_of(part, arrival.octets)]
    text = "\n".join(seen).replace("\r\n ", "").replace(number[1:number.index("@")], "ID")
    text = text.replace(arrival.recipient, "ADDRESS").replace(name, "NAME")
    text = re.sub(r"DTSTAMP:\w+", "DTSTAMP", text)
    text = re.sub(r"\b%s-[a-z2-7]{16}\b" % delivery, "TOKEN", text)
    return hashlib.sha256(text.encode()).hexdigest(), number
