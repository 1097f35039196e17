#!/usr/bin/env python3
"""Runs workloads with several clients in turn (A B C, A B C, ...) against one server. Prints medians and their spread.

    compare.py [--rounds N] [--tls] --server target/release/null-server \\
        --client hyper=target/release/floor --client windlass=target/release/peer-windlass@BENCH_CHECKSUMS=required \\
        'get-stream 2GiB' 'get-small 50000 16'

A client is a name and any binary with the command line of `workloads`, with environment variables after `@`.
CPU is user and system time from the kernel, for each unit of work. The ratio is to the first client, round by round, so
that it is independent of drifts in the machine's speed. Each figure is a median, with the minimum and maximum.
"""
import argparse
import os
import shlex
import statistics
import subprocess
import tempfile

UNITS = {"KiB": 10, "MiB": 20, "GiB": 30}


def number(text):
    for unit, shift in UNITS.items():
        if text.endswith(unit):
            return int(text[: -len(unit)]) << shift
    return int(text)


def unit_of(work):
    """Returns the name and the length in seconds of the CPU unit for a workload."""
    name, amount, *_ = work.split()
    if name in ("get-large", "get-stream", "put-large"):
        return "ms/GiB", 1e-3 * number(amount) / (1 << 30)
    if name == "list":
        return "us/1000 keys", 1e-6 * number(amount) / 1000
    if name == "presign":
        return "ns", 1e-9 * number(amount)
    return "us", 1e-6 * number(amount)


def run(client, endpoint, work):
    """Runs a client once. Returns CPU seconds and the client's line; None if it does not support the workload."""
    path, environment = client
    child = subprocess.Popen(
        [path, endpoint, *work.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    out, error = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == 3:
        return None
    if child.returncode:
        raise SystemExit(f"{path} {work}: status {child.returncode}: {error.decode().strip()}")
    line = dict(field.split("=") for field in out.decode().split())
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "user": usage.ru_utime,
        "wall": float(line["secs"]),
        "rss": float(line["rss_kib"]) / 1024,
    }


def spread(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def compare(clients, endpoint, work, rounds):
    runs = {name: [] for name in clients}
    for counted in range(-1, rounds):
        for name in list(runs):
            measured = run(clients[name], endpoint, work)
            if measured is None:
                del runs[name]
            elif counted >= 0:
                runs[name].append(measured)
    unit, seconds = unit_of(work)
    print(f"\n{work}, {rounds} rounds\n")
    print(f"| client | CPU {unit} | of it user | ratio | wall s | MiB |\n|---|---|---|---|---|---|")
    first = next(iter(runs.values()))
    for name, measured in runs.items():
        cpu = spread([one["cpu"] / seconds for one in measured], 1)
        user = f"{statistics.median(one['user'] / seconds for one in measured):.1f}"
        ratio = spread([one["cpu"] / other["cpu"] for one, other in zip(measured, first)], 2)
        wall = f"{statistics.median(one['wall'] for one in measured):.2f}"
        rss = f"{max(one['rss'] for one in measured):.0f}"
        print(f"| {name} | {cpu} | {user} | {ratio} | {wall} | {rss} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="null-server, or a server with the same option --tls")
    parser.add_argument("--client", action="append", required=True, metavar="NAME=PATH[@VAR=VALUE,...]")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--tls", action="store_true", help="over TLS 1.3")
    parser.add_argument("work", nargs="+")
    arguments = parser.parse_args()
    clients = {}
    for client in arguments.client:
        client, _, variables = client.partition("@")
        name, _, path = client.partition("=")
        clients[name] = os.path.abspath(path), dict(pair.split("=", 1) for pair in variables.split(",") if pair)
    with tempfile.TemporaryDirectory() as folder:
        certificate = os.path.join(folder, "certificate.pem")
        tls = ["--tls", certificate] if arguments.tls else []
        server = [*shlex.split(arguments.server), "--listen", "127.0.0.1:0", *tls]
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as running:
            try:
                scheme = "https" if arguments.tls else "http"
                endpoint = f"{scheme}://{running.stdout.readline().strip()}"
                if arguments.tls:
                    os.environ["SSL_CERT_FILE"] = certificate
                for work in arguments.work:
                    compare(clients, endpoint, work, arguments.rounds)
            finally:
                running.terminate()


if __name__ == "__main__":
    main()
