"""Runs one server for as long as somebody wants it: keeper.py FOLDER [FILE...] -- COMMAND...

The server gets a process group of its own. When it ends, when standard input is closed (which
happens whatever way the parent dies) or when a signal asks the keeper to go, the whole group is
killed, and FOLDER and the FILEs are removed. Killed, not asked: the servers hold test data only, and
one of them takes 15 seconds to stop politely.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading


def main():
    end = sys.argv.index("--")
    folder, *files = sys.argv[1:end]
    command = sys.argv[end + 1 :]
    server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: kill_group(server.pid))
    watch = threading.Thread(target=kill_at_end_of_input, args=(server.pid,), daemon=True)
    watch.start()
    status = server.wait()
    # The leader is gone; workers that it left behind must go too.
    kill_group(server.pid)
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        pathlib.Path(file).unlink(missing_ok=True)
    # A thread may still be reading standard input, which an orderly interpreter exit would wait for.
    os._exit(status if status >= 0 else 128 - status)


def kill_at_end_of_input(group):
    while os.read(0, 4096):
        pass
    kill_group(group)


def kill_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


main()
