#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
r"""faulty_smtpd.py - SMTP servers on 127.0.0.1, one for each way to misbehave at each step

    faulty_smtpd.py FOLDER [CERT KEY]

Prints a line "PORT STEP FAULT PIPELINING TURN" for each server (PIPELINING 0 or 1), then "ready". Ends on
SIGTERM. Without CERT and KEY there are none for the step starttls.

Each is a proper server but on its second connection, where it commits the fault when it comes to the
step the first time (TURN first) or the second time (TURN second: with the message that follows the
first). A message that was taken whole and answered with 250 is a line in FOLDER/messages, "PORT
RECIPIENT good"; "bad" if it is not what the recipient should get: the content names the recipient in its
first line and ends with the line "END".

Steps: banner ehlo starttls auth mail rcpt data body (in the midst of the content) dot quit
Faults: a reply code (421 closes), garbage, long (a line of 70 KB), nul, codes (that differ from line to line),
    extra (a reply too many), early (the reply comes with the one before it, and not again), close, rst,
    hang, slow (an octet a second), half (the proper reply, then the server's side is closed)
    and for starttls: inject (what answers EHLO and AUTH, in clear, before TLS begins)
"""
import asyncio
import os
import resource
import signal
import socket
import ssl
import struct
import sys

STEPS = ["banner", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "quit"]
FAULTS = ["421", "450", "451", "452", "454", "500", "550", "552", "554", "garbage", "long", "nul", "codes",
          "extra", "early", "close", "rst", "hang", "slow", "half"]
ONCE = ["banner", "ehlo", "starttls", "auth", "quit"]  # in a connection
PROPER = {"banner": "220 relay.example ESMTP", "starttls": "220 go on", "auth": "235 welcome",
          "mail": "250 ok", "rcpt": "250 ok", "data": "354 go on", "body": "250 unasked", "dot": "250 queued",
          "quit": "221 bye"}


BEFORE = {"ehlo": "banner", "starttls": "ehlo", "mail": "ehlo", "rcpt": "mail", "data": "rcpt",
          "dot": "data", "quit": "dot"}  # for the fault "early"


class Over(Exception):
    """The connection is done for."""


class Cell:
    def __init__(self, step, fault, pipelining, turn, log, tls):
        self.step, self.fault, self.pipelining = step, fault, pipelining
        self.turn = 1 if turn == "first" else 2
        self.log, self.tls = log, tls
        self.connections = 0
        self.port = 0

    def proper(self, step):
        if step != "ehlo":
            return PROPER[step]
        offers = ["relay.example", "SIZE 100000000"]
        offers += ["PIPELINING"] if self.pipelining else []
        offers += ["STARTTLS"] if self.step == "starttls" else []
        offers += ["AUTH PLAIN"] if self.step == "auth" else []
        return "\r\n".join("250%s%s" % ("-" if offer != offers[-1] else " ", offer) for offer in offers)

    async def serve(self, reader, writer):
        self.connections += 1
        connection = Connection(self, self.connections == 2, reader, writer)
        try:
            await connection.run()
        except (Over, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        writer.transport.abort() if connection.reset else writer.close()


class Connection:
    def __init__(self, cell, faulty, reader, writer):
        self.cell, self.faulty = cell, faulty
        self.reader, self.writer = reader, writer
        self.reset = False
        self.came = 0     # to the step of the fault
        self.ahead = None  # the step whose reply was sent already
        self.recipient = None

    async def send(self, octets):
        self.writer.write(octets)
        await self.writer.drain()

    def is_at_fault(self, step):
        if not self.faulty or step != self.cell.step:
            return False
        self.came += 1
        return self.came == self.cell.turn

    def early_after(self, step):
        """The step whose reply goes out with that of `step`, by the fault "early"."""
        cell = self.cell
        if not self.faulty or cell.fault != "early":
            return None
        before, times = BEFORE[cell.step], cell.turn
        if cell.step == "mail" and cell.turn == 2:
            before, times = "dot", 1
        if cell.step == "quit":
            times = 2
        self.came += step == before
        return cell.step if step == before and self.came == times else None

    async def answer(self, step):
        """The reply to `step`, or what the cell does in its place."""
        if self.ahead == step:
            self.ahead = None
            return
        if self.cell.fault != "early" and self.is_at_fault(step):
            await self.commit(self.cell.fault, step, self.cell.proper(step))
            return
        self.recipient = None if step == "mail" else self.recipient
        reply = self.cell.proper(step)
        follower = self.early_after(step)
        if follower:
            self.ahead = follower
            reply += "\r\n" + self.cell.proper(follower)
        await self.send(reply.encode() + b"\r\n")

    async def commit(self, fault, step, proper):
        code = proper[:3]
        if fault.isdigit():
            self.recipient = "" if step in ("mail", "rcpt") else self.recipient
            await self.send(b"%s no\r\n" % fault.encode())
            if fault == "421":
                raise Over
            if step == "banner":
                raise Over
            if step == "body":
                await self.swallow()
            return fault
        if fault == "close":
            raise Over
        if fault == "rst":
            await asyncio.sleep(0.05)  # in the midst of connect() it would be tried again
            self.writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.reset = True
            raise Over
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "slow":
            for octet in proper.encode() + b" and more words\r\n":
                await self.send(bytes([octet]))
                await asyncio.sleep(1)
        replies = {"garbage": b"\x16\x03 %$ \xff not a reply", "nul": code.encode() + b" o\0k",
                   "long": code.encode() + b" " + 70 * 1024 * b"x",
                   "codes": b"%s-one\r\n%d two" % (code.encode(), int(code) + 1),
                   "extra": proper.encode() + b"\r\n" + code.encode() + b" once more",
                   "inject": proper.encode() + b"\r\n" + 3 * b"250-injected\r\n250-AUTH PLAIN\r\n250 SIZE\r\n",
                   "half": proper.encode()}
        await self.send(replies[fault] + b"\r\n")
        if fault == "half":
            self.writer.write_eof()
            await self.swallow()
        if step == "body":
            await self.swallow()
        return None

    async def swallow(self):
        while await self.reader.read(65536):
            pass
        raise Over

    async def content(self):
        lines, octets = [], 0
        while True:
            line = await self.reader.readline()
            if not line:
                raise Over
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
            octets += len(line)
            if octets > 2000 and self.cell.step == "body" and octets - len(line) <= 2000 \
                    and self.is_at_fault("body"):
                await self.commit(self.cell.fault, "body", PROPER["body"])
        whole = lines[0] == b"To: %s\r\n" % self.recipient.encode() and lines[-1] == b"END\r\n"
        return "good" if whole else "bad"

    async def data(self):
        if not self.recipient:
            await self.send(b"554 no valid recipients\r\n")
            return
        at_fault = self.faulty and self.cell.step == "data" and self.came + 1 == self.cell.turn
        await self.answer("data")
        if at_fault and self.cell.fault not in ("extra", "early"):
            return
        verdict = await self.content()
        at_fault = self.faulty and self.cell.step == "dot" and self.came + 1 == self.cell.turn
        if not at_fault or self.cell.fault in ("extra", "half", "early"):
            self.cell.log.write("%d %s %s\n" % (self.cell.port, self.recipient, verdict))
        self.recipient = None
        await self.answer("dot")

    async def run(self):
        await self.answer("banner")
        while True:
            line = (await self.reader.readline()).decode("latin-1").rstrip("\r\n")
            verb = line[:4].upper()
            if verb == "EHLO":
                await self.answer("ehlo")
            elif verb == "HELO":
                await self.send(b"250 relay.example\r\n")
            elif verb == "STAR":
                await self.answer("starttls")
                await self.writer.start_tls(self.cell.tls)
            elif verb == "AUTH":
                await self.send(b"334 \r\n")
                await self.reader.readline()
                await self.answer("auth")
            elif verb == "MAIL":
                await self.answer("mail")
            elif verb == "RCPT":
                if self.recipient is None:
                    self.recipient = line[9:].split(">")[0]
                    await self.answer("rcpt")
                else:
                    await self.send(b"503 MAIL first\r\n")
            elif verb == "DATA":
                await self.data()
            elif verb == "QUIT":
                await self.answer("quit")
                return
            elif verb == "RSET":
                self.recipient = None
                await self.send(b"250 ok\r\n")
            elif not line:
                return
            else:
                await self.send(b"500 what?\r\n")


def cells(log, tls):
    for step in STEPS:
        if step == "starttls" and not tls:
            continue
        for fault in FAULTS + (["inject"] if step == "starttls" else []):
            if fault == "early" and step not in BEFORE:
                continue
            for pipelining in (0, 1):
                for turn in ("first",) if step in ONCE else ("first", "second"):
                    yield Cell(step, fault, pipelining, turn, log, tls), turn


async def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    tls = None
    if len(sys.argv) == 4:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[2], sys.argv[3])
    log = open(os.path.join(sys.argv[1], "messages"), "w", buffering=1)
    servers = []
    for cell, turn in cells(log, tls):
        listener = socket.socket()
        if cell.step == "body":  # so that a content is in its midst
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        listener.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(cell.serve, sock=listener, limit=1 << 16)
        servers.append(server)
        cell.port = server.sockets[0].getsockname()[1]
        print(cell.port, cell.step, cell.fault, cell.pipelining, turn)
    print("ready", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    os._exit(0)  # hanging connections are part of the job


asyncio.run(main())
