"""Runs one server until its parent ends: keeper.py FOLDER [FILE...] -- COMMAND...

The server gets its own process group. When it ends, when standard input is closed (which happens
however the parent dies) or when the keeper receives a signal, the whole group is killed, and FOLDER
and the FILEs are removed. The servers have only test data, so they are killed: one of them takes 15 s
to shut down.
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
    # The leader has exited; its workers can still run.
    kill_group(server.pid)
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        pathlib.Path(file).unlink(missing_ok=True)
    # A thread can still be reading standard input, and a normal exit would wait for it.
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
