#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
r"""smtpd.py - an SMTP server for tests, on loopback, that keeps what it gets and can misbehave

    smtpd.py FOLDER [--host ADDRESS] [--port N] [--tls CERT KEY | --smtps CERT KEY]
                    [--auth USER:PASSWORD | --token USER:TOKEN] [--no-smtputf8]
                    [--fault STEP:ACTION [--skip N] [--count N]]

Prints its port as the first line of standard output as soon as it listens (--port 0, the default,
takes a free one). Ends on SIGTERM. Exits with 77 if python3-aiosmtpd is missing.

Files in FOLDER, which must exist:
    pid, port      one number each, there before the port is printed
    messages       one JSON object a line for each message that was answered with 250, written
                   before that answer: {"session": 1, "from": ..., "rcpt": [...], "utf8": false,
                   "data": base64 of the octets after un-stuffing, "at": seconds since the start}
    sessions       one JSON object a line for each connection, written at EHLO (after TLS once
                   more): {"session": 1, "helo": ..., "tls": false}
    commands       --fault only: the lines received, as "SESSION LINE", message octets left out

--tls offers STARTTLS. --auth offers AUTH and requires it; --token does for XOAUTH2 alone. Without --fault the
server is aiosmtpd.

Recipients behave by how their local part begins:
    tmp450    450 at RCPT the first time, 250 after that
    perm550   550 at RCPT
    dot451    451 after the dot the first time, 250 after that
    hold554   554 5.7.1 at RCPT the first time, in words by which a domain refuses us; 250 after that
    dotclose  the message is kept in `messages` ("answered": false), then the connection is closed

--fault puts ACTION in the place of the proper answer at STEP, in a plain server of its own that
offers neither TLS nor SMTPUTF8, and AUTH only for the step auth:
    STEP      banner ehlo auth mail rcpt data body (after 2000 octets of the message) dot
    ACTION    a reply ("552 too big"; "250 ok+close" closes after it; a \n within parts its
              lines), close, rst, hang, garbage
    --skip    occurrences of STEP that are answered properly before (0)
    --count   occurrences that get ACTION after that (all)
"""
import argparse
import asyncio
import base64
import json
import os
import re
import signal
import socket
import ssl
import struct
import sys
import time


class Keeper:
    """The files in the folder."""

    def __init__(self, folder):
        self.folder = folder
        self.started = time.monotonic()
        self.files = {}
        self.sessions = 0
        self.seen = set()

    def path(self, name):
        return os.path.join(self.folder, name)

    def line(self, name, text):
        if name not in self.files:
            self.files[name] = open(self.path(name), "a", encoding="utf-8", buffering=1)
        self.files[name].write(text + "\n")

    def session(self, number, helo, tls):
        self.line("sessions", json.dumps({"session": number, "helo": helo, "tls": tls}))

    def message(self, session, sender, recipients, data, utf8=False, answered=True):
        self.line("messages", json.dumps({
            "session": session, "from": sender, "rcpt": recipients, "utf8": utf8,
            "data": base64.b64encode(data).decode(), "answered": answered,
            "at": round(time.monotonic() - self.started, 3)}))

    def next_session(self):
        self.sessions += 1
        return self.sessions

    def first_time(self, address):
        new = address not in self.seen
        self.seen.add(address)
        return new

    def ready(self, port):
        for name, number in (("pid", os.getpid()), ("port", port)):
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(f"{number}\n")
        print(port, flush=True)


def behaviour(address):
    return re.match(r"(tmp450|perm550|hold554|dot451|dotclose|)", address).group(0)


def reset(transport):
    """Closes with RST instead of FIN."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


# --- the proper server --------------------------------------------------------------------------

def proper_server(keeper, options):
    try:
        from aiosmtpd.smtp import SMTP, AuthResult
    except ImportError:
        sys.exit(77)

    class Handler:
        async def handle_EHLO(self, server, session, envelope, hostname, responses):
            session.host_name = hostname
            keeper.session(server.number, hostname, session.ssl is not None or options.smtps is not None)
            return responses

        async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
            kind = behaviour(address)
            if kind == "tmp450" and keeper.first_time(address):
                return "450 4.2.1 mailbox busy, try again"
            if kind == "hold554" and keeper.first_time(address):
                return "554 5.7.511 your server is banned, its reputation is poor"
            if kind == "perm550":
                return "550 5.1.1 no such user"
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 ok"

        async def auth_XOAUTH2(self, server, args):
            response = args[1] if len(args) > 1 else await server.challenge_auth(b"")
            said = base64.b64decode(response) if isinstance(response, str) else response
            user, _, token = (options.token or ":").partition(":")
            if said == f"user={user}\1auth=Bearer {token}\1\1".encode():
                return AuthResult(success=True, auth_data=user)
            await server.challenge_auth(b'{"status":"401"}')  # and the client says that it has understood
            return AuthResult(success=False, handled=False)

        async def handle_DATA(self, server, session, envelope):
            kinds = {behaviour(address): address for address in envelope.rcpt_tos}
            if "dot451" in kinds and keeper.first_time(kinds["dot451"]):
                return "451 4.3.0 try again later"
            closing = "dotclose" in kinds
            keeper.message(server.number, envelope.mail_from, envelope.rcpt_tos,
                           envelope.original_content, envelope.smtp_utf8, not closing)
            if closing:
                server.transport.close()
            return "250 2.0.0 queued"

    class Server(SMTP):
        def __init__(self):
            self.number = keeper.next_session()
            tls = None
            if options.tls:
                tls = context(options.tls)
            super().__init__(Handler(), hostname="relay.example", ident="smtpd.py",
                             enable_SMTPUTF8=not options.no_smtputf8, tls_context=tls,
                             auth_required=bool(options.auth or options.token), authenticator=check,
                             auth_require_tls=bool(options.tls),
                             auth_exclude_mechanism=([] if options.auth else ["LOGIN", "PLAIN"]) +
                             ([] if options.token else ["XOAUTH2"]))

    def check(_server, _session, _envelope, _mechanism, data):
        user, _, password = (options.auth or ":").partition(":")
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return Server


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


# --- the misbehaving server ---------------------------------------------------------------------

class Faulty:
    """One connection of the server that breaks the rules at one step."""

    def __init__(self, keeper, fault, reader, writer):
        self.keeper, self.fault = keeper, fault
        self.reader, self.writer = reader, writer
        self.number = keeper.next_session()
        self.sender, self.recipients = "", []

    async def answer(self, step, reply):
        """Sends `reply`, or does what --fault says. FALSE if the connection is over."""
        action = self.fault.action_at(step)
        if action == "hang":
            await asyncio.sleep(3600)
        if action == "close":
            return False
        if action == "rst":
            await asyncio.sleep(0.1)  # in the midst of connect() it would be tried again
            reset(self.writer.transport)
            return False
        closing = action is not None and action.endswith("+close")
        if action == "garbage":
            reply = "\x16\x03 %$ \xff not a reply"
        elif action is not None:
            reply = action.removesuffix("+close")
        self.writer.write(reply.replace("\\n", "\r\n").encode("latin-1") + b"\r\n")
        await self.writer.drain()
        return not closing

    async def data(self):
        content, line, inspected = b"", b"", False
        while True:
            line = await self.reader.readline()
            if not line:
                return False
            if line == b".\r\n":
                break
            content += line[1:] if line.startswith(b".") else line
            if len(content) >= 2000 and not inspected and self.fault.step == "body":
                inspected = True
                if not await self.answer("body", "250 unused"):
                    return False
        fails = self.fault.pending("dot")
        if not fails:
            self.keeper.message(self.number, self.sender, self.recipients, content)
        return await self.answer("dot", "250 2.0.0 queued")

    async def command(self, line):
        verb = line[:4].upper()
        if verb in ("EHLO", "HELO"):
            self.keeper.session(self.number, line[5:], False)
            offer = "AUTH PLAIN" if self.fault.step == "auth" else "SIZE 10000000"
            return await self.answer("ehlo", f"250-relay.example\\n250 {offer}")
        if verb == "AUTH":
            return await self.answer("auth", "235 2.7.0 welcome")
        if verb == "MAIL":
            self.sender, self.recipients = line[11:].split(">")[0], []
            return await self.answer("mail", "250 2.1.0 ok")
        if verb == "RCPT":
            self.recipients.append(line[9:].split(">")[0])
            return await self.answer("rcpt", "250 2.1.5 ok")
        if verb == "DATA":
            going = self.fault.pending("data")
            if not await self.answer("data", "354 go on"):
                return False
            return True if going else await self.data()
        if verb == "QUIT":
            await self.answer("quit", "221 bye")
            return False
        return await self.answer("other", "250 ok")

    async def run(self):
        try:
            alive = await self.answer("banner", "220 relay.example ESMTP")
            while alive:
                line = (await self.reader.readline()).decode("latin-1").rstrip("\r\n")
                if not line:
                    break
                self.keeper.line("commands", f"{self.number} {line}")
                alive = await self.command(line)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        self.writer.close()


class Fault:
    """--fault, --skip and --count."""

    def __init__(self, text, skip, count):
        self.step, _, self.action = text.partition(":")
        self.skip, self.count = skip, count

    def pending(self, step):
        return step == self.step and self.skip == 0 and self.count != 0

    def action_at(self, step):
        if step != self.step:
            return None
        if self.skip > 0:
            self.skip -= 1
            return None
        if self.count == 0:
            return None
        self.count -= 1
        return self.action


# ------------------------------------------------------------------------------------------------

def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--smtps", nargs=2)
    parser.add_argument("--auth")
    parser.add_argument("--token")
    parser.add_argument("--no-smtputf8", action="store_true")
    parser.add_argument("--fault")
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, default=-1)
    return parser.parse_args()


async def main():
    options = arguments()
    keeper = Keeper(options.folder)
    loop = asyncio.get_running_loop()
    if options.fault:
        fault = Fault(options.fault, options.skip, options.count)
        server = await asyncio.start_server(
            lambda reader, writer: Faulty(keeper, fault, reader, writer).run(),
            options.host, options.port, limit=1 << 20)
    else:
        server = await loop.create_server(
            proper_server(keeper, options), options.host, options.port,
            ssl=context(options.smtps) if options.smtps else None)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    keeper.ready(server.sockets[0].getsockname()[1])
    await ended.wait()
    os._exit(0)  # hanging connections are part of the job


asyncio.run(main())
