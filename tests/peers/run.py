#!/usr/bin/env python3
"""Reads 100 pages of 100 items with this client and with Chift's own SDKs from one local server.

    python3 tests/peers/run.py [rounds]

Needs cargo, node with npm, and Python 3.9 or later; installs the SDKs into target/peers/. Linux only.
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


def output_of(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def install():
    subprocess.run(["cargo", "build", "--quiet", "--profile", "bench", "-p", "peers"], check=True, cwd=ROOT)
    name, version = NODE_SDK
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text('{"private": true}\n')
    output_of("npm", "install", "--silent", "--no-audit", "--no-fund", f"{name}@{version}", cwd=NODE)
    name, version = PYTHON_SDK
    if not (PYTHON / "bin" / "python").exists():
        venv.create(PYTHON, with_pip=True)
    output_of(PYTHON / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"{name}=={version}")


def clients(url):
    """Name, version and command of each client."""
    return [
        ("Rust, this client", output_of("rustc", "--version").split()[1], [BUILT, "read", url]),
        (f"Node, {' '.join(NODE_SDK)}", output_of("node", "--version"), ["node", HERE / "read.js", url]),
        (f"Python, {' '.join(PYTHON_SDK)}", output_of("python3", "--version").split()[1], [PYTHON / "bin" / "python", HERE / "read.py", url]),
    ]


def measure(command, url):
    """Wall time and CPU time of the process in ms, its peak memory in MiB, and the number of pages requested."""
    environment = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    # `ru_maxrss` includes the memory of the parent at the fork, so each program prints its own peak.
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
        compare(url, rounds)
    finally:
        server.kill()


def compare(url, rounds):
    peers = clients(url)
    for _, _, command in peers:
        measure(command, url)
    results = {name: [] for name, _, _ in peers}
    for _ in range(rounds):
        for name, _, command in peers:
            results[name].append(measure(command, url))
            if command[0] == BUILT and results[name][-1][3] != 100:
                sys.exit("this client requested another number of pages than there are")
    print(f"median of {rounds} alternating rounds (lowest to highest)")
    print("| client | wall, ms | CPU, ms | peak memory, MiB | pages requested |")
    print("|---|---|---|---|---|")
    for name, version, _ in peers:
        columns = list(zip(*results[name]))
        cells = [f"{statistics.median(column):.0f} ({min(column):.0f} to {max(column):.0f})" for column in columns[:3]]
        requests = "/".join(str(count) for count in sorted(set(columns[3])))
        print(f"| {name} ({version}) | {' | '.join(cells)} | {requests} |")


if __name__ == "__main__":
    main()
