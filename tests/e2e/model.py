# SPDX-License-Identifier: GPL-3.0-or-later
"""Random scripts of edits on both sides, with faults, against a model (lib/roster_model.py).

    model.py [--scripts N] [--workers N] [--seed N] [--script K]     one script alone, told step by step: --script

Each script has a subtree and a store of its own. People edit the directory and the store; `rundruf sync` runs
between, and is killed, loses its connection, its slapd is killed, somebody edits while it works, or it finds
another of two mirrored providers. After every run what was written to the directory must be justified; in
the end directory, store and model are equal and each conflict is listed. The providers of a worker live
on from script to script: one with a long session log, one with a short one, one without, and the pair.
"""
import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import queue
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
import mirror
from ldapwire import Client, Refused, unix_uri
from provider import PASSWORD, WRITER, Provider, Record, Relay
from rig import BASE, PROGRAM, SANITIZED
from roster_model import NONE, Model

FAULTS = {"none": 8, "kill": 3, "crash": 1, "cut": 3, "meanwhile": 3}
ATTRIBUTES = {"title": "title", "businesscategory": "planning"}  # with the field that edits it
DONE, PARTLY = 0, 4
# session logs of the provider, or two providers; the sanitized program is too slow for what these replicate meanwhile
WORLDS, WEIGHTS = ("long", "short", "none", "pair"), (3, 2, 3, 0 if SANITIZED else 2)
SCRIPTS = 60 if SANITIZED else 200


class Worker:
    """The providers that the scripts of one process share, and how long a sync takes."""

    def __init__(self, folder):
        self.folder = folder
        self.worlds = {}
        self.seconds, self.octets = 0.05, 8000  # of a usual sync
        subprocess.run([PROGRAM, "init", str(folder / "template")], check=True, stdout=subprocess.DEVNULL)

    def world(self, name):
        """One provider, or two that mirror each other."""
        if name not in self.worlds:
            logs = {"long": [1000], "short": [3], "none": [0], "pair": [1000, 0]}[name]
            folders = [self.folder / ("%s%d" % (name, number)) for number in range(len(logs))]
            self.worlds[name] = [Provider(folder, number + 1, log, folders[1 - number] if name == "pair" else None)
                                 for number, (folder, log) in enumerate(zip(folders, logs))]
        return self.worlds[name]

    def end(self):
        for provider in sum(self.worlds.values(), []):
            provider.stop()
            shutil.rmtree(provider.folder)
        self.worlds.clear()


class Script:
    def __init__(self, worker, seed, number):
        self.worker, self.number = worker, number
        self.dice = random.Random("%d %d" % (seed, number))
        self.providers = worker.world(self.dice.choices(WORLDS, WEIGHTS)[0])
        self.active = 0
        self.model = Model(WRITER)
        self.counts = collections.Counter(scripts=1)
        self.told, self.tokens = [], 0
        self.crashed = False
        self.base = "ou=script%d,%s" % (number, BASE)
        self.folder = worker.folder / "script"

    def tell(self, *words):
        self.told.append(" ".join(map(str, words)))

    def token(self, prefix):
        self.tokens += 1
        return "%s%d" % (prefix, self.tokens)

    # ---- the frame

    def set_up(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.worker.folder / "template", self.folder)
        (self.folder / "password").write_text(PASSWORD)
        (self.folder / "password").chmod(0o600)
        uris = [unix_uri(self.folder / ("p%d" % n)) for n in range(len(self.providers))]
        (self.folder / "rundruf.yaml").write_text(json.dumps({
            "network": {"name": "N", "domain": "netz.example"}, "transport": {"uri": "spool:outbox"},
            "directory": {"uri": " ".join(uris), "base": self.base, "bind_dn": WRITER, "password_file": "password",
                          "timeout": "20s"},
            "guard": {"percent": 100, "count": 1000000}, "web": {"public_url": "https://netz.example"}}))
        self.connect()
        for provider in self.providers:
            provider.forget()
        client = self.provider.client
        client.add(self.base, {"objectClass": ["organizationalUnit"], "ou": ["script%d" % self.number]})
        self.observe()
        for _ in range(3):
            self.add_town()
            self.observe()
        for _ in range(6):
            self.add_person()
        self.observe()

    @property
    def provider(self):
        return self.providers[self.active]

    def connect(self, path=None):
        """The program finds the active provider (or the relay at `path`), and only that."""
        for n in range(len(self.providers)):
            (self.folder / ("p%d" % n)).unlink(missing_ok=True)
        (self.folder / ("p%d" % self.active)).symlink_to(path or self.provider.socket)

    def observe(self):
        for record in self.provider.records():
            self.tell("   wrote:", record)
            self.model.apply(record)

    def tear_down(self):
        """Takes the subtree away, leaves first."""
        for number in sorted(self.model.entries, key=lambda n: -self.model.dn(n).count(",")):
            self.provider.client.delete(self.model.dn(number))

    # ---- the program

    def command(self, *words):
        return [PROGRAM, "-q", "--json", "-c", str(self.folder / "rundruf.yaml"), *words]

    def start(self, *words):
        self.counts["runs"] += 1
        return subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})

    def rows(self, *words):
        """What a command that must go well prints."""
        run = self.start(*words)
        said = run.communicate(timeout=60)[0]
        assert run.returncode in (DONE, PARTLY), (words, run.returncode, said)
        return [json.loads(line) for line in said.splitlines()]

    def killed(self, run, seconds):
        """TRUE if the process had to be killed after so long."""
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            self.provider.rest()
            return True
        return False

    def sync(self, fault):
        self.tell("sync with fault:", fault)
        self.counts["faults"] += fault != "none"
        moment = self.dice.random() * 1.2
        good = getattr(self, "sync_" + fault)(moment)
        self.observe()
        self.model.note_listed(self.conflicts())
        self.model.note_good_run() if good else self.model.note_bad_run()
        return good

    def sync_none(self, _):
        begun = time.monotonic()
        summary = self.rows("sync")[-1]
        self.worker.seconds += (time.monotonic() - begun - self.worker.seconds) / 10
        return summary

    def sync_kill(self, moment):
        return not self.killed(run := self.start("sync"), moment * self.worker.seconds) and run.returncode == DONE

    def sync_crash(self, moment):
        run = self.start("sync")
        time.sleep(moment * self.worker.seconds)
        self.provider.kill()
        self.tell("   said:", run.communicate(timeout=60)[0])
        self.provider.start()
        self.observe()
        self.look()
        self.crashed = True
        return False

    def look(self):
        """The audit log may lack what slapd did when it was killed; the program must have done the rest."""
        shown = {}
        for dn, values in self.provider.client.search(self.base, Client.SUBTREE, "*", "entryUUID"):
            number = values.pop("entryuuid")[0].decode()
            shown[number] = dn, {name: sorted(value.decode() for value in octets) for name, octets in values.items()}
        missing = []
        for number, (dn, values) in shown.items():
            known = self.model.entries.get(number)
            if not known:
                missing.append(Record(WRITER, "add", dn, [(None, *pair) for pair in values.items()]
                                      + [(None, "entryuuid", [number])]))
                continue
            parts = [("replace", name, values.get(name, [])) for name in {**values, **known.attributes}
                     if frozenset(values.get(name, ())) != known.attributes.get(name, NONE)]
            missing += [Record(WRITER, "modify", dn, parts)] if parts else []
        missing += [Record(WRITER, "delete", self.model.dn(number)) for number in self.model.entries
                    if number not in shown]
        for record in missing:
            self.tell("   wrote, but did not log:", record)
            self.model.apply(record)

    def sync_cut(self, moment):
        return self.relayed(moment, lambda: True)

    def sync_meanwhile(self, moment):
        """Somebody edits the directory in mid-sync."""
        def deed():
            self.observe()
            self.edit_directory()
            self.observe()
            return False

        self.relayed(moment, deed)
        return False

    def relayed(self, moment, deed):
        path = self.folder / "relay"
        relay = Relay(path, self.provider.socket, int(moment * self.worker.octets), deed)
        self.connect(path)
        run = self.start("sync")
        said = run.communicate(timeout=60)[0]
        relay.end()
        self.tell("   status", run.returncode, "said:", said)
        self.connect()
        path.unlink()
        if run.returncode != DONE:
            self.provider.rest()
            return False
        self.worker.octets += (relay.passed - self.worker.octets) / 10
        return True

    def switch(self):
        """The other provider takes over. Writes go to one at a time; it has all of them."""
        if len(self.providers) == 2:
            self.providers[0].in_step(self.providers[1])
            self.active = 1 - self.active
            self.connect()
            self.tell("provider", self.active)
            self.counts["faults"] += 1

    # ---- edits of the directory

    def edit_directory(self):
        deed = self.dice.choice((self.change_value, self.change_value, self.change_value, self.change_other,
                                 self.rename_person, self.move_person, self.swap_names, self.rename_town,
                                 self.add_person, self.add_town, self.delete_person, self.delete_town,
                                 self.born_again))
        self.tell("directory:", deed.__name__)
        self.counts["edits"] += 1
        try:
            deed()
        except Refused as error:  # the program was faster
            self.tell("   refused:", error)

    def pick(self, numbers):
        """One of them that nobody is in doubt about; or None."""
        numbers = [number for number in numbers if number not in self.model.doubtful]
        return self.dice.choice(numbers) if numbers else None

    def person(self):
        """Often one that is edited here, too."""
        persons = self.model.persons()
        edited = [number for number in persons
                  if number in self.model.removals or any(number == key[0] for key in self.model.edits)]
        return self.pick(edited if edited and self.dice.random() < 0.5 else persons)

    def new_values(self, name, old, prefix):
        """Other values of the attribute: a title is replaced or goes; of the many, one comes, goes or is
        replaced."""
        one, new = self.dice.choice(sorted(old) or [None]), self.token(prefix)
        goes, comes = old and self.dice.random() < 0.6, self.dice.random() < 0.8 or not old
        if name == "title":
            return frozenset({new}) if comes else NONE
        return old - ({one} if goes else NONE) | ({new} if comes or not goes else NONE)

    def change_value(self):
        if number := self.person():
            edited = [name for owner, name in self.model.edits if owner == number]
            name = self.dice.choice(edited or list(ATTRIBUTES))
            old = self.model.entries[number].attributes.get(name, NONE)
            new = self.new_values(name, old, "d")
            changes = [(Client.TO_DELETE, name, sorted(old - new))] if old - new else []
            changes += [(Client.TO_ADD, name, sorted(new - old))] if new - old else []
            self.provider.client.modify(self.model.dn(number), changes)

    def change_other(self):
        if number := self.person():
            self.provider.client.modify(self.model.dn(number), [(Client.TO_REPLACE, "description", [self.token("d")])])

    def rename_person(self):
        if number := self.person():
            self.provider.client.rename(self.model.dn(number), "uid=" + self.token("u"))

    def move_person(self):
        number, town = self.person(), self.pick(self.model.towns())
        if number and town:
            self.provider.client.rename(self.model.dn(number), self.model.entries[number].rdn, self.model.dn(town))

    def swap_names(self):
        town = self.pick(self.model.towns())
        couple = [number for number in self.model.below(town) if number not in self.model.doubtful] if town else []
        if len(couple) >= 2:
            first, second = (self.model.dn(number) for number in couple[:2])
            between = "uid=" + self.token("u")
            self.provider.client.rename(first, between)
            self.provider.client.rename(second, first.split(",")[0])
            self.provider.client.rename("%s,%s" % (between, self.model.dn(town)), second.split(",")[0])

    def rename_town(self):
        if town := self.pick(self.model.towns()):
            self.provider.client.rename(self.model.dn(town), "o=" + self.token("town"))

    def person_attributes(self, name):
        return {"objectClass": ["inetOrgPerson"], "uid": [name], "cn": [name], "sn": ["Test"],
                "title": [self.token("t")], "businessCategory": [self.token("b"), self.token("b")]}

    def add_person(self):
        if town := self.pick(self.model.towns()):
            name = self.token("p")
            self.provider.client.add("uid=%s,%s" % (name, self.model.dn(town)), self.person_attributes(name))

    def add_town(self):
        name = self.token("town")
        self.provider.client.add("o=%s,%s" % (name, self.base), {"objectClass": ["organization"], "o": [name]})

    def delete_person(self):
        if number := self.person():
            self.provider.client.delete(self.model.dn(number))

    def delete_town(self):
        if town := self.pick([town for town in self.model.towns() if not self.model.below(town)]):
            self.provider.client.delete(self.model.dn(town))

    def born_again(self):
        """Somebody else gets the name at once."""
        if number := self.person():
            dn = self.model.dn(number)
            self.provider.client.delete(dn)
            self.provider.client.add(dn, self.person_attributes(dn[4:].split(",")[0]))

    # ---- edits of the store

    def store_rows(self):
        return mirror.rows(self.folder / "rundruf.db")

    def edit_store(self):
        deed = self.dice.choice((self.set_values, self.set_values, self.set_values, self.add_here, self.remove_here,
                                 self.decide))
        self.tell("store:", deed.__name__)
        self.counts["edits"] += 1
        rows = self.store_rows()
        deed(rows, {number: row for number, row in rows.items() if b"inetOrgPerson" in row.attributes["objectclass"]})

    def set_values(self, _, persons):
        shown = {(number, name): frozenset(value.decode() for value in row.attributes.get(name, ()))
                 for number, row in sorted(persons.items()) for name in ATTRIBUTES
                 if name == "title" or (number, name) not in self.model.sent}
        stale = [key for key, values in shown.items()
                 if key[0] in self.model.entries
                 and values != self.model.entries[key[0]].attributes.get(key[1], NONE)]
        if not shown:
            return
        number, name = self.dice.choice(stale if stale and self.dice.random() < 0.5 else list(shown))
        old = shown[number, name]
        new = self.new_values(name, old, "l")
        words = ["%s=%s" % (ATTRIBUTES[name], value) for value in sorted(new)] or [ATTRIBUTES[name] + "="]
        self.tell("   set", number, *words)
        if self.made("member", "set", number, *words):
            self.model.edit(number, name, old, new)

    def remove_here(self, _, persons):
        free = [number for number in sorted(persons) if number not in self.model.doubtful
                and not any(number == key[0] for key in self.model.edits)]
        if not free:
            return
        number = self.dice.choice(free)
        shown = {name: frozenset(value.decode() for value in values)
                 for name, values in persons[number].attributes.items()}
        current = persons[number].csn == self.csn(number)
        self.tell("   remove", number)
        if self.made("member", "remove", number, "--yes"):
            self.model.remove(number, shown, current)

    def csn(self, number):
        """The version of an entry in the directory, or None."""
        if number not in self.model.entries:
            return None
        return self.provider.client.search(self.model.dn(number), 0, "entryCSN")[0][1]["entrycsn"][0].decode()

    def add_here(self, rows, _):
        towns = [row for row in rows.values() if b"organization" in row.attributes["objectclass"]]
        if not towns:
            return
        name = self.token("n")
        taken = self.model.persons()
        if taken and self.dice.random() < 0.2:
            name = self.model.entries[self.dice.choice(taken)].rdn[4:]
        dn = "uid=%s,%s" % (name, self.dice.choice(sorted(row.dn for row in towns)))
        if dn in self.model.additions or any(row.dn == dn for row in rows.values()):
            return
        attributes = self.person_attributes(name)
        self.tell("   add", dn)
        if self.made("member", "add", "--dn", dn, *["%s=%s" % (key, value) for key, values in attributes.items()
                                                    for value in values]):
            self.model.add(dn, {key.lower(): frozenset(values) for key, values in attributes.items()})

    def decide(self, _, persons):
        """A person looks at a conflict: the edit shall be, or not."""
        if not self.model.listed:
            return
        edit = self.dice.choice(sorted(self.model.listed))
        key = self.model.listed[edit]
        ours = isinstance(key, tuple) and key[0] in persons and key not in self.model.sent
        ours = ours and self.dice.random() < 0.5
        self.tell("   decide", edit, key, "ours" if ours else "theirs")
        self.rows("member", "conflicts", str(edit), "--ours" if ours else "--theirs")
        self.model.decided(edit)
        if ours:
            number, name = key
            before, after = (frozenset(value.decode() for value in row.attributes.get(name, ()))
                             for row in (persons[number], self.store_rows()[number]))
            if before != after:
                self.model.edit(number, name, before, after)

    def made(self, *words):
        """Edits the store; TRUE if it was done, though the command may have been killed."""
        if self.dice.random() > 0.1 or words[1] == "add":
            self.rows(*words)
            return True
        before = self.store_rows()
        self.killed(self.start(*words), self.dice.random() * self.worker.seconds)
        self.counts["faults"] += 1
        return self.store_rows() != before

    def conflicts(self):
        """The edits that wait for a decision by their numbers, each with the key under which the model knows it."""
        keys = {"set": lambda number, _, name: (number, name.lower()), "remove": lambda number, *_: number,
                "add": lambda _, dn, __: dn}
        with contextlib.closing(sqlite3.connect(self.folder / "rundruf.db", timeout=30)) as store:
            return {edit: keys[kind](number and str(uuid.UUID(bytes=number)), dn, name)
                    for edit, kind, number, dn, name in store.execute(
                        "SELECT id, kind, uuid, dn, attribute FROM change WHERE state IN ('conflict', 'refused')")}

    # ---- the whole

    def run(self):
        self.set_up()
        self.sync("none")
        for _ in range(self.dice.randint(2, 4)):
            deeds = [self.edit_directory] * self.dice.randint(1, 4)
            deeds += [self.edit_store] * self.dice.randint(0, 3)
            for deed in self.dice.sample(deeds, len(deeds)):
                deed()
                self.observe()
            if self.dice.random() < 0.3:
                self.switch()
            fault = self.dice.choices(list(FAULTS), FAULTS.values())[0]
            self.sync("kill" if fault == "crash" and len(self.providers) == 2 else fault)
        self.settle()
        self.tear_down()

    def settle(self):
        """Syncs until nothing is to do; then all are equal. A provider that has crashed does not tell all
        that it did before (syncprov keeps its state in memory): only an audit finds that."""
        if self.crashed:
            self.tell("audit")
            self.rows("sync", "--audit")
        for _ in range(5):
            before = self.files()
            summary = self.sync("none")
            if self.files() == before:
                break
        assert self.files() == before and not any(summary[sign] for sign in ("added", "changed", "moved", "removed")), (
            "does not come to rest: %s" % summary)
        self.look()
        self.model.compare(self.store_rows())
        if self.model.listed:
            assert {row["edit"] for row in self.rows("member", "conflicts")} == self.model.listed.keys()
        self.counts["conflicts"] += len(self.model.listed)

    def files(self):
        """Changes when the store is written to."""
        return [(path.name, path.stat().st_size, path.stat().st_mtime_ns)
                for path in sorted(self.folder.glob("rundruf.db*")) if not path.name.endswith(("-shm", ".sync"))]


# ---- many scripts

def work(folder, options, numbers, results):
    """One process: its share of the scripts; for each (number, counts, what went wrong or None)."""
    worker = Worker(folder)
    try:
        for number in numbers:
            script = Script(worker, options.seed, number)
            wrong = None
            try:
                script.run()
            except Exception:
                wrong = "\n".join(script.told + [traceback.format_exc()])
            if options.script is not None:
                print("\n".join(script.told))
            results.put((number, script.counts, wrong))
            if wrong:  # the providers are in no known state
                worker.end()
    finally:
        worker.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scripts", type=int, default=int(os.environ.get("SCRIPTS", SCRIPTS)))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--script", type=int)
    options = parser.parse_args()
    numbers = range(options.scripts) if options.script is None else [options.script]
    workers = min(options.workers, len(numbers))
    folder = Path(tempfile.mkdtemp(prefix="rundruf-model-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    results, total, begun = multiprocessing.Queue(), collections.Counter(), time.monotonic()
    processes = [multiprocessing.Process(target=work, args=(folder / str(n), options, numbers[n::workers], results))
                 for n in range(workers)]
    for process in processes:
        process.start()
    told, failed = begun, 0
    while any(process.is_alive() for process in processes) or not results.empty():
        try:
            number, counts, wrong = results.get(timeout=1)
        except queue.Empty:
            continue
        total += counts
        if wrong:
            failed += 1
            print("%s\nscript %d failed: model.py --seed %d --script %d" % (wrong, number, options.seed, number))
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(figures(total, told - begun), flush=True)
    for process in processes:
        process.join()
    shutil.rmtree(folder)
    print(figures(total, time.monotonic() - begun))
    assert failed or total["scripts"] == len(numbers), "a worker ended early"
    sys.exit(1 if failed else 0)


def figures(total, seconds):
    return "%s, %.0f s" % (", ".join("%d %s" % (total[what], what) for what in (
        "scripts", "edits", "faults", "conflicts", "runs")), seconds)


main()
