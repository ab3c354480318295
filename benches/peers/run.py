#!/usr/bin/env python3
"""Pages through 100 pages of 100 items with this client and with Chift's own SDKs, on one local server.

    python3 benches/peers/run.py [rounds]

Needs cargo, node with npm, and Python 3.9 or later; installs the SDKs into target/peers/ by itself. Linux only.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.request
import venv

NODE_SDK = ("@chift/chift-nodejs", "1.0.34")
PYTHON_SDK = ("chift", "0.6.17")

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILT = ROOT / "target" / "release" / "peers"
NODE = ROOT / "target" / "peers" / "node"
PYTHON = ROOT / "target" / "peers" / "python"


def told(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def install():
    subprocess.run(["cargo", "build", "--quiet", "--release", "-p", "peers"], check=True, cwd=ROOT)
    name, version = NODE_SDK
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text('{"private": true}\n')
    told("npm", "install", "--silent", "--no-audit", "--no-fund", f"{name}@{version}", cwd=NODE)
    name, version = PYTHON_SDK
    if not (PYTHON / "bin" / "python").exists():
        venv.create(PYTHON, with_pip=True)
    told(PYTHON / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"{name}=={version}")


def clients(url):
    """Name, version and command of each."""
    return [
        ("Rust, this client", told("rustc", "--version").split()[1], [BUILT, "read", url]),
        (f"Node, {' '.join(NODE_SDK)}", told("node", "--version"), ["node", HERE / "read.js", url]),
        (f"Python, {' '.join(PYTHON_SDK)}", told("python3", "--version").split()[1], [PYTHON / "bin" / "python", HERE / "read.py", url]),
    ]


def measured(command, url):
    """Wall time and CPU time in ms, from start to end of the process, and its peak memory in MiB."""
    environment = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    # `ru_maxrss` counts what the parent had when it forked, so each program tells its own peak.
    items, peak = map(int, output.split())
    if status != 0 or items != 10_000:
        sys.exit(f"{command[0]} read {items} items and ended with {status}")
    with urllib.request.urlopen(f"{url}/requests") as response:
        requests = int(response.read())
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000, peak / 1024, requests


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    install()
    server = subprocess.Popen([BUILT, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        measure(url, rounds)
    finally:
        server.kill()


def measure(url, rounds):
    everyone = clients(url)
    for _, _, command in everyone:
        measured(command, url)
    results = {name: [] for name, _, _ in everyone}
    for _ in range(rounds):
        for name, _, command in everyone:
            results[name].append(measured(command, url))
            if command[0] == BUILT and results[name][-1][3] != 100:
                sys.exit("this client asked for another number of pages than there are")
    print(f"median of {rounds} rounds in turn, lowest to highest in brackets")
    print("| client | wall, ms | CPU, ms | peak memory, MiB | pages asked for |")
    print("|---|---|---|---|---|")
    for name, version, _ in everyone:
        columns = list(zip(*results[name]))
        cells = [f"{statistics.median(column):.0f} ({min(column):.0f} to {max(column):.0f})" for column in columns[:3]]
        asked = "/".join(str(count) for count in sorted(set(columns[3])))
        print(f"| {name} ({version}) | {' | '.join(cells)} | {asked} |")


if __name__ == "__main__":
    main()
