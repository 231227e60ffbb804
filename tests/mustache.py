# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the Mustache specification through `rundruf render`. Every case is one run of the program:
template and partials (NAME.mustache) as files, the data as JSON on standard input; the output must be
equal byte for byte."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from rig import PROGRAM, corpora


def render(case, folder):
    template = folder / "template"
    template.write_bytes(case["template"].encode())
    partials = folder / "partials"
    partials.mkdir()
    for name, text in case.get("partials", {}).items():
        (partials / f"{name}.mustache").write_bytes(text.encode())
    return subprocess.run([PROGRAM, "render", template, "--partials", partials],
                          input=json.dumps(case["data"]).encode(), capture_output=True, timeout=60)


def main():
    passed = total = 0
    for path in sorted(pathlib.Path(corpora(), "mustache").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["tests"]:
            total += 1
            with tempfile.TemporaryDirectory() as folder:
                run = render(case, pathlib.Path(folder))
            if run.returncode == 0 and run.stdout == case["expected"].encode():
                passed += 1
                continue
            print(f"{path.stem}: {case['name']}: expected {case['expected']!r}, got {run.stdout!r}"
                  f" (status {run.returncode}) {run.stderr.decode(errors='replace').strip()}")
    print(f"{passed} of {total}")
    return 0 if passed == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
