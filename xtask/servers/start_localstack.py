"""LocalStack's S3, in one process: start_localstack.py FOLDER CERTIFICATE KEY

Its server answers http and https on one port, and would listen on every interface whatever it is told;
here it gets a socket on loopback that is bound already, on a port that the system picks.
Prints "ready HTTP_PORT HTTPS_PORT". Keeps no data: FOLDER is the caller's to remove.
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
    # It takes both from one file, beside which it writes.
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
    # What it makes of the descriptions of all services takes seconds, and is the same every time.
    cache = folder / "files" / "var" / "lib" / "localstack" / "cache"
    if KEPT.is_dir():
        shutil.copytree(KEPT, cache)

    # Settings are read when the modules are.
    from localstack.runtime import events
    from localstack.runtime.main import main as run
    from localstack.services.s3 import provider
    from twisted.internet import endpoints

    # Where objects lie cannot be set otherwise.
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
            # Another run was first.
            shutil.rmtree(unfinished)


# Beside the packages that it was made from.
KEPT = pathlib.Path(sys.prefix) / "windlass-cache"


main()
