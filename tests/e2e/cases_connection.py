# SPDX-License-Identifier: GPL-3.0-or-later
"""Case 36 of content synchronisation with real servers: connections, signals, and what the machine lacks."""
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from cases import (AGAIN, Watch, anonymous, compare, content, environment, in_step, run, sync, tapped, unchanged, use,
                   watching)
from ldapwire import ENTRY
from rig import PROGRAM, SANITIZED, STARTTLS_GRANTED, STARTTLS_REFUSED, Listener, certificates, free_port, wait_for
from slapd import ldif_roster, person_dn, replace

TIMEOUT_S = 1
NOBODY = 65534


def plain_sync(rig, program=PROGRAM, **how):
    """A sync by whatever means, that may fail; `how`: of subprocess.run()."""
    return subprocess.run([str(program), *rig.command("-v", "sync")[1:]], capture_output=True, text=True, timeout=30,
                          **{"env": environment(), **how})


def case_36_black_hole(rig):
    server = Listener()
    use(rig, "ldap://127.0.0.1:%d" % server.port, starttls="off", timeout="%ds" % TIMEOUT_S)
    anonymous(rig)
    begun = time.monotonic()
    unchanged(rig, status=AGAIN, words=["directory\\.timeout"])
    assert TIMEOUT_S - 0.5 < time.monotonic() - begun < TIMEOUT_S + 4
    assert server.clients == 1


def case_36_no_password_in_the_clear(rig):
    answers = (STARTTLS_REFUSED, STARTTLS_GRANTED + b"0" * 200, b"HTTP/1.1 400 Bad\r\n\r\n")
    for answer in answers:
        server = Listener(lambda octets, answer=answer: answer)
        use(rig, "ldap://127.0.0.1:%d" % server.port, timeout="%ds" % TIMEOUT_S)
        done = plain_sync(rig)
        assert done.returncode in (1, AGAIN) and "no password was sent" in done.stderr, done
        assert server.seen and b"geheim" not in server.seen and b"cn=admin" not in server.seen, server.seen
    if not shutil.which("openssl"):
        return print("openssl is not installed; certificates were left out")
    port = free_port()
    certificates(rig.folder / "wrong", "DNS:ldap.elsewhere.example")
    rig.server(ldif_roster(), TLS=str(rig.folder / "wrong"), LISTEN="ldap://127.0.0.1:%d" % port)
    for ca_file in ({}, {"ca_file": str(rig.folder / "wrong/ca.pem")}):  # not to be trusted; trusted, but another's
        use(rig, "ldap://127.0.0.1:%d" % port, **ca_file)
        done = plain_sync(rig)
        assert done.returncode in (1, AGAIN) and "certificate" in done.stderr, done


def case_36_idle_timeout(rig):
    slapd = rig.server(ldif_roster(), IDLETIMEOUT="1")
    tap = tapped(rig, slapd)
    with watching(rig) as watch:
        watch.wait_equal(slapd)
        time.sleep(1.5)
        slapd.modify(replace(person_dn(1), "title", "Neu"))
        watch.wait_equal(slapd)
        assert tap.connections <= 2, "connected again and again"


def case_36_signals(rig):
    """They end it soon and cleanly, wherever it waits; and SIGSTOP, which breaks off a poll(), breaks nothing."""
    slapd = rig.server(ldif_roster())
    tap = tapped(rig, slapd)
    for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 0),
                           (signal.SIGALRM, -signal.SIGALRM)):
        tap.forget()
        watch = Watch(rig)
        watch.wait(tap.syncs)
        watch.wait_equal(slapd)
        connections = tap.connections
        watch.process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        watch.process.send_signal(signal.SIGCONT)
        slapd.modify(replace(person_dn(1), "title", "Signal %d" % number))
        watch.wait_equal(slapd)
        assert tap.connections == connections, "the connection was lost"
        begun = time.monotonic()
        watch.stop(number, status)
        assert time.monotonic() - begun < 1
        in_step(rig, slapd)
    # while a server is silent, and while it waits to connect again
    server = Listener()
    use(rig, "ldap://127.0.0.1:%d" % server.port, starttls="off")
    for clients, number in enumerate((signal.SIGTERM, signal.SIGHUP), 1):
        one = subprocess.Popen(rig.command("sync"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda clients=clients: server.clients == clients, 10)
        one.send_signal(number)
        assert one.wait(5) == AGAIN, one.returncode
    use(rig, "ldapi://%2Fnowhere%2Fldapi")
    watch = Watch(rig)
    watch.wait("directory\\.uri|server runs")
    watch.stop()


def case_36_server_hangs(rig):
    """Its silence is not taken for a feed that has nothing to tell. The clock is put on, to the next minute's note."""
    libraries = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if SANITIZED or not libraries:
        return print("no libfaketime that can be used; a server that hangs was left out")
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri, timeout="%ds" % TIMEOUT_S)
    clock = rig.folder / "clock"
    clock.write_text("+0s\n")
    with watching(rig, LD_PRELOAD=str(libraries[0]), FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1",
                  DONT_FAKE_MONOTONIC="1", FAKETIME_DONT_FAKE_MONOTONIC="1") as watch:
        def noted():
            return rig.json("status")[0]["synced_at"]

        watch.wait_equal(slapd)
        first = noted()
        clock.write_text("+61s\n")
        watch.wait(lambda: noted() != first)
        good = noted()
        pid = int((slapd.folder / "slapd.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            clock.write_text("+122s\n")
            watch.wait("sync.failed.*directory\\.timeout")
            assert noted() == good
        finally:
            os.kill(pid, signal.SIGCONT)
        slapd.modify(replace(person_dn(1), "title", "Neu"))
        watch.wait_equal(slapd, 20)


def case_36_server_stopped_while_persisting(rig):
    slapd = rig.server(ldif_roster())
    tap = tapped(rig, slapd)
    with watching(rig) as watch:
        watch.wait_equal(slapd)
        before, connections, cpu = content(rig), tap.connections, watch.cpu_seconds()
        slapd.stop()
        time.sleep(1.5)
        assert tap.connections - connections <= 4, "a busy loop of %d connections" % (tap.connections - connections)
        assert watch.cpu_seconds() - cpu < 0.3, "a busy loop"
        assert content(rig) == before
        slapd.start()
        slapd.modify(replace(person_dn(1), "title", "Neu"))
        watch.wait_equal(slapd, 20)
    in_step(rig, slapd)


# In a namespace of its own: a name server that never answers.
DEAD_DNS = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up and running
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
os.set_inheritable(server.fileno(), True)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def case_36_name_service_dead(rig):
    resolver = rig.folder / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
    use(rig, "ldap://directory.test ldap://other.test", timeout="%ds" % TIMEOUT_S)
    script = "mount --bind %s /etc/resolv.conf && exec python3 -c '%s' \"$@\"" % (resolver, DEAD_DNS)
    alone = ["unshare", "-rmn", "sh", "-c", script, "sh"]
    if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return print("no namespaces here; a dead name service was left out")
    begun = time.monotonic()
    unchanged(rig, status=AGAIN, before=alone)
    assert time.monotonic() - begun < 15, "it hung"


def case_36_two_at_once(rig):
    slapd = rig.server(ldif_roster())
    go_on = threading.Event()

    def hold(direction, message):
        if message.op == ENTRY:
            go_on.wait(20)
        return message.raw

    tap = tapped(rig, slapd, hold)
    first = subprocess.Popen(rig.command("sync"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while not tap.messages(ENTRY):
            time.sleep(0.01)
        sync(rig, status=AGAIN, words=[str(first.pid), "since"])
        assert rig.json("status")
    finally:
        go_on.set()
        said = first.communicate(timeout=20)[0]
    assert first.returncode == 0, said
    in_step(rig, slapd)
    with watching(rig) as watch:
        watch.wait("sync.batch")
        sync(rig, status=AGAIN, words=[str(watch.process.pid)])


def case_36_disk_full_in_commit(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    sync(rig)
    before = content(rig)
    slapd.modify(*(replace(person_dn(n), "jpegPhoto", b"\xff\xd8\xff\xe0" + os.urandom(100000)) for n in range(1, 6)))
    strace = ["strace", "-f", "-qq", "-E", "ASAN_OPTIONS=detect_leaks=0", "-o", "/dev/null", "-e", "inject=pwrite64:error=ENOSPC:when=3+"]
    if subprocess.run([*strace, "true"], stderr=subprocess.DEVNULL).returncode == 0:
        sync(rig, status=1, before=strace, words=["full|disk"])
        assert content(rig) == before
        assert "in order" in rig.run("db", "check")
    # a limit of the size of files does much the same, everywhere
    limit = rig.store_files()[rig.database][0] + 65536
    done = plain_sync(rig, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
    assert done.returncode == 1 and done.stderr.count("\n") <= 2, done
    assert content(rig) == before
    sync(rig).expect(changed=5)
    in_step(rig, slapd)


def case_36_store_read_only(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    anonymous(rig)
    sync(rig)
    before = content(rig)
    slapd.modify(replace(person_dn(1), "title", "Neu"))
    program = rig.folder / "program"
    shutil.copy(PROGRAM, program)  # where everybody may run it
    rig.store("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in rig.folder.glob("rundruf.db*"):
        path.chmod(0o444)
    (rig.folder / "rundruf.yaml").chmod(0o644)
    (rig.folder / "slapd").chmod(0o755)
    (rig.folder / "slapd/ldapi").chmod(0o777)
    rig.folder.chmod(0o555)
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        done = plain_sync(rig, program, **other)
    finally:
        rig.folder.chmod(0o755)
        for path in rig.folder.glob("rundruf.db*"):
            path.chmod(0o644)
    assert done.returncode == 1 and "rundruf.db" in done.stderr, done
    assert content(rig) == before
    sync(rig).expect(changed=1)


def case_36_locale_c(rig):
    slapd = rig.server(ldif_roster())
    use(rig, slapd.uri)
    plain = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}
    done = plain_sync(rig, env=plain, errors="replace")
    assert done.returncode == 0 and "66 added" in done.stdout, done
    compare(rig, slapd)
    slapd.modify(replace(person_dn(31), "displayName", "Jürgen Weiß"))
    done = plain_sync(rig, env=plain, errors="replace")
    assert done.returncode == 0, done
    in_step(rig, slapd)
    for language, name in (("C", ""), ("de_DE.UTF-8", "de")):
        done = subprocess.run(rig.command("member", "ls", "--filter", "(name=jürgen weiß)"), capture_output=True,
                              env={**os.environ, "LC_ALL": language, "LANGUAGE": name}, timeout=30)
        assert done.returncode == 0 and b"p0000031@a.example" in done.stdout, done


run(globals())
