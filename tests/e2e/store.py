# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores that are damaged, newer, another program's, or not to be written: each is refused with a sentence
that says what to do. A backup holds the same and replaces nothing."""
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
from rig import PROGRAM, Rig, person

NOBODY = 65534


def refused(rig, words, *command):
    said = rig.run(*command, status=1)
    for word in words:
        assert word in said, (word, said)
    assert said.removesuffix("The roster was not changed.\n").count("\n") == 1, said


def with_other_store(rig, name, make):
    """Lets the configuration name a store that `make` has put there; gives its path."""
    path = rig.folder / name
    make(path)
    rig.configure(store={"uri": "sqlite:%s" % path})
    return path


def copy(rig):
    return lambda path: rig.run("db", "backup", str(path))


def script(sql):
    def run(path):
        with sqlite3.connect(path) as connection:
            connection.executescript(sql)
        connection.close()
    return run


def own(rig):
    rig.configure(store={"uri": "sqlite:rundruf.db"})


def damaged(rig):
    """Flipped octets in each page in turn: whatever a page holds, the check must not pass or crash,
    and a page that holds nothing in use may be in order."""
    whole = with_other_store(rig, "damaged.db", copy(rig))
    octets = whole.read_bytes()
    pages = range(0, len(octets), int.from_bytes(octets[16:18], "big"))
    found = 0
    for at in pages:
        flipped = bytes(octet ^ 0x55 for octet in octets[at:at + 64])
        whole.write_bytes(octets[:at] + flipped + octets[at + 64:])
        done = subprocess.run(rig.command("db", "check"), capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), (at, done)
        if done.returncode == 1:
            assert "backup" in done.stderr or "another program" in done.stderr, (at, done.stderr)
            found += 1
        for left in ("-wal", "-shm"):
            Path(str(whole) + left).unlink(missing_ok=True)
    assert found >= len(pages) - 1, (found, len(pages))
    whole.write_bytes(octets[:len(octets) // 2])
    refused(rig, ["backup"], "db", "check")
    whole.write_bytes(b"no database at all, but a text of some length" * 100)
    refused(rig, ["damaged or no Rundruf store", "backup"], "member", "ls")
    own(rig)


def foreign(rig):
    """Neither a newer store nor another program's database is touched."""
    with_other_store(rig, "newer.db", copy(rig))
    script("PRAGMA user_version=99")(rig.folder / "newer.db")
    before = (rig.folder / "newer.db").read_bytes()
    for command in (("sync",), ("db", "check"), ("db", "upgrade"), ("member", "ls")):
        refused(rig, ["version 99", "newer Rundruf"], *command)
    assert (rig.folder / "newer.db").read_bytes() == before
    path = with_other_store(rig, "foreign.db", script("CREATE TABLE entry (id INTEGER); INSERT INTO entry VALUES (7);"))
    before = path.read_bytes()
    for command in (("sync",), ("db", "check"), ("db", "upgrade")):
        refused(rig, ["another program", "store.uri"], *command)
    assert path.read_bytes() == before, "the database of another program was changed"
    with_other_store(rig, "missing.db", lambda path: None)
    refused(rig, ["there is no store", "rundruf init"], "sync")
    assert not (rig.folder / "missing.db").exists()
    own(rig)


def run_as_nobody(rig, program, *words):
    """Root may write anywhere: then the command runs as another user."""
    command = [str(program)] + rig.command(*words)[1:]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=%d" % NOBODY, "--clear-groups"] + command
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def unwritable(rig):
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return print("no setpriv; the folder that cannot be written was left out")
    folder = rig.folder / "read-only"
    folder.mkdir()
    with_other_store(rig, "read-only/rundruf.db", copy(rig))
    program = Path(shutil.copy(PROGRAM, rig.folder / "rundruf"))
    for path, mode in ((rig.folder, 0o755), (rig.folder / "rundruf.yaml", 0o644), (program, 0o755),
                       (folder / "rundruf.db", 0o666), (folder, 0o555)):
        path.chmod(mode)
    for command in (("sync",), ("member", "ls"), ("db", "check")):
        done = run_as_nobody(rig, program, *command)
        assert done.returncode == 1 and "cannot be written" in done.stderr, done
        assert str(folder) in done.stderr and "let the user who runs Rundruf" in done.stderr, done
    folder.chmod(0o777)
    (folder / "rundruf.db").chmod(0o444)
    done = run_as_nobody(rig, program, "sync")
    assert done.returncode == 1 and "cannot be written" in done.stderr, done
    assert sorted(path.name for path in folder.iterdir()) == ["rundruf.db"]
    own(rig)


def backup(rig):
    path = rig.folder / "backup.db"
    before = rig.fingerprint()
    assert str(path) in rig.run("db", "backup", str(path))
    assert path.stat().st_mode & 0o777 == 0o600, oct(path.stat().st_mode)
    assert rig.fingerprint() == before
    octets = path.read_bytes()
    refused(rig, ["there already"], "db", "backup", str(path))
    refused(rig, ["folder cannot be written"], "db", "backup", str(rig.folder / "none" / "backup.db"))
    assert path.read_bytes() == octets, "a backup was overwritten"
    rig.configure(store={"uri": "sqlite:%s" % path})
    assert "in order" in rig.run("db", "check")
    live, rig.database = rig.database, "backup.db"
    assert rig.fingerprint() == before
    rig.database = live
    own(rig)


with Rig() as rig:
    rig.roster([person("Person %d" % n, "p%d@a.example" % n) for n in range(100)])
    rig.run("sync")
    assert "in order" in rig.run("db", "check")
    backup(rig)
    damaged(rig)
    foreign(rig)
    unwritable(rig)
    assert "in order" in rig.run("db", "check")
print("damaged, newer, foreign and read-only stores refused; backups equal: good")
