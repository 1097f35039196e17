"""Shared parts of the scripts in this folder: checks that continue after a failure, and programs that run
without the settings of the machine."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path


class Checks:
    """Runs checks and counts failures."""

    def __init__(self):
        self.failures = 0

    def run(self, name, check):
        try:
            problem = check()
        except Exception as error:  # Any error is a failed check; the others still run.
            problem = f"{type(error).__name__}: {error}"
        self.failures += problem is not None
        print(f"FAILED  {name}: {problem}" if problem else f"ok      {name}", flush=True)


def expect(condition, problem):
    return None if condition else problem


def options(description):
    parser = argparse.ArgumentParser(description=description)
    for option in ["endpoint", "access-key", "secret-key", "region"]:
        parser.add_argument(f"--{option}", required=True)
    return parser.parse_args()


def exit_with(checks):
    print(f"{checks.failures} failed")
    sys.exit(1 if checks.failures else 0)


def content(seed, size):
    return random.Random(seed).randbytes(size)


def fetched(url):
    with urllib.request.urlopen(url.strip()) as answer:
        return answer.read()


class Program:
    """A program of the same environment as this Python, run in a new folder."""

    def __init__(self, name, options, **environment):
        self.name = name
        self.path = Path(sys.executable).parent / name
        self._folder = tempfile.TemporaryDirectory(prefix="windlass-")
        self.folder = Path(self._folder.name)
        self.environment = {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": options.access_key,
            "AWS_SECRET_ACCESS_KEY": options.secret_key,
            "AWS_REGION": options.region,
            "AWS_DEFAULT_REGION": options.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **environment,
        }

    def run(self, *arguments, accept=(0,)):
        """Runs the program and returns its standard output."""
        done = subprocess.run(
            [self.path, *arguments], cwd=self.folder, env=self.environment, capture_output=True, timeout=60
        )
        if done.returncode not in accept:
            raise RuntimeError(f"{' '.join(arguments)}: status {done.returncode}: {done.stderr.decode()[-2000:]}")
        return done.stdout.decode()

    def fails(self, *arguments):
        """Runs the program, expects a failure, and returns its standard error."""
        done = subprocess.run(
            [self.path, *arguments], cwd=self.folder, env=self.environment, capture_output=True, timeout=60
        )
        return done.stderr.decode() if done.returncode else "it did not fail"

    def write(self, name, bytes):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes)
        return name

    def read(self, name):
        return (self.folder / name).read_bytes()
