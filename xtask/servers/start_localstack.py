"""LocalStack's S3, in one process: start_localstack.py FOLDER CERTIFICATE KEY

Its server answers http and https on one port, and would listen on every interface whatever it is told;
here it gets a socket on loopback that is bound already, on a port that the system picks.
Prints "ready HTTP_PORT HTTPS_PORT". Keeps no data: FOLDER is the caller's to remove.
"""

import os
import pathlib
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
    threading.Thread(target=announce, args=(events.infra_ready, port), daemon=True).start()
    run()


def announce(is_ready, port):
    is_ready.wait()
    print("ready", port, port, flush=True)


main()
