"""Starts LocalStack's S3 in one process: start_localstack.py FOLDER CERTIFICATE KEY

Its server accepts http and https on one port, and always listens on all interfaces. This script gives
it a socket that is bound to loopback, on a port that the system chooses.
Prints "ready HTTP_PORT HTTPS_PORT". The caller must remove FOLDER.
"""

import os
import pathlib
import shutil
import socket
import sys
import tempfile
import threading


def main():
    folder, certificate, key = (pathlib.Path(argument) for argument in sys.argv[1:])
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    port = listener.getsockname()[1]
    # LocalStack reads both from one file, and writes to its folder.
    pem = folder / "server.pem"
    pem.write_bytes(key.read_bytes() + certificate.read_bytes())
    os.environ.update(
        CUSTOM_SSL_CERT_PATH=str(pem),
        DISABLE_EVENTS="1",
        DNS_ADDRESS="0",
        EAGER_SERVICE_LOADING="1",
        FILESYSTEM_ROOT=str(folder / "files"),
        GATEWAY_LISTEN=f"127.0.0.1:{port}",
        GATEWAY_SERVER="twisted",
        LOCALSTACK_HOST=f"localhost:{port}",
        OVERRIDE_IN_DOCKER="0",
        S3_SKIP_SIGNATURE_VALIDATION="0",
        SERVICES="s3",
        SKIP_SSL_CERT_DOWNLOAD="1",
    )
    tempfile.tempdir = str(folder)
    # Parsing the descriptions of all services takes seconds, and the result is always the same.
    cache = folder / "files" / "var" / "lib" / "localstack" / "cache"
    if KEPT.is_dir():
        shutil.copytree(KEPT, cache)

    # The modules read their settings when they are imported.
    from localstack.runtime import events
    from localstack.runtime.main import main as run
    from localstack.services.s3 import provider
    from twisted.internet import endpoints

    # There is no setting for the folder of objects.
    provider.DEFAULT_S3_TMP_DIR = str(folder / "objects")
    endpoints.TCP4ServerEndpoint = lambda reactor, *_: endpoints.AdoptedStreamServerEndpoint(
        reactor, listener.fileno(), socket.AF_INET
    )
    threading.Thread(target=announce, args=(events.infra_ready, port, cache), daemon=True).start()
    run()


def announce(is_ready, port, cache):
    is_ready.wait()
    print("ready", port, port, flush=True)
    if not KEPT.is_dir():
        unfinished = KEPT.with_name(f"{KEPT.name}-{os.getpid()}")
        shutil.copytree(cache, unfinished)
        try:
            unfinished.rename(KEPT)
        except OSError:
            # A concurrent run was faster.
            shutil.rmtree(unfinished)


# In the environment of the packages that it depends on.
KEPT = pathlib.Path(sys.prefix) / "windlass-cache"


main()
