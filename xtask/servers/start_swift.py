"""Starts OpenStack Swift with its S3 gateway in one process: start_swift.py FOLDER CERTIFICATE KEY

Account, container and object server and two gateways (http, https) are green threads on ports that the
system chooses. One process, because Swift's own launchers fork and leave their process group, and
because the ports must be bound before they are written into the rings.
Prints "ready HTTP_PORT HTTPS_PORT". The caller must remove FOLDER.
"""

import logging
import pathlib
import sys
import warnings

from swift.common import utils, wsgi

# Must run before Swift opens a socket or a lock.
utils.monkey_patch()

import eventlet.wsgi  # noqa: E402
from eventlet.green import socket, ssl  # noqa: E402
from swift.common.constraints import MAX_REQUEST_LINE  # noqa: E402
from swift.common.http_protocol import SwiftHttpProtocol  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402

LOCALHOST = "127.0.0.1"


def main():
    folder, certificate, key = (pathlib.Path(argument) for argument in sys.argv[1:])
    (folder / "node" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(CLUSTER)
    utils.set_swift_dir(str(folder))

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    listeners = {name: listen() for name in ("account", "container", "object", "http", "https")}
    ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
    # With a handshake at accept, an idle connection would block the others.
    listeners["https"] = tls.wrap_socket(listeners["https"], server_side=True, do_handshake_on_connect=False)

    for server in ("account", "container", "object"):
        write_ring(folder, server, ports[server])
    applications = {}
    for name, port in ports.items():
        is_gateway = name in ("http", "https")
        configuration = folder / f"{name}.conf"
        settings = COMMON.format(folder=folder, port=port)
        configuration.write_text(settings + (GATEWAY if is_gateway else STORAGE.format(server=name)))
        applications[name] = wsgi.loadapp(str(configuration), {"log_name": name})
    threads = [eventlet.spawn(serve, listeners[name], applications[name]) for name in listeners]
    # Swift needs the spelling of "ETag", and eventlet warns about the setting at every start.
    warnings.filterwarnings("ignore", message="capitalize_response_headers is disabled")
    print("ready", ports["http"], ports["https"], flush=True)
    for thread in threads:
        thread.wait()


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((LOCALHOST, 0))
    listener.listen(1024)
    return listener


def write_ring(folder, server, port):
    ring = RingBuilder(part_power=6, replicas=1, min_part_hours=1)
    ring.add_dev({
        "id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "disk", "meta": "",
        "ip": LOCALHOST, "port": port, "replication_ip": LOCALHOST, "replication_port": port,
    })
    ring.rebalance()
    ring.get_ring().save(str(folder / f"{server}.ring.gz"))


def serve(listener, application):
    # Swift's own `run_server` replaces the event loop, so it can run only once in a process.
    eventlet.wsgi.server(
        listener,
        application,
        utils.NullLogger(),
        protocol=SwiftHttpProtocol,
        capitalize_response_headers=False,
        url_length_limit=MAX_REQUEST_LINE,
        socket_timeout=60,
    )


def log_to_stderr(conf, name, log_to_console, log_route, fmt, logger, adapted_logger):
    """Swift's hook for log handlers: logs to standard error instead of syslog."""
    logger.handlers = [logging.StreamHandler(sys.stderr)]


CLUSTER = """
[swift-hash]
swift_hash_path_suffix = windlass

[storage-policy:0]
name = only
default = yes
"""

COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
devices = {folder}/node
mount_check = false
swift_dir = {folder}
recon_cache_path = {folder}
log_level = WARNING
log_custom_handlers = __main__.log_to_stderr
"""

STORAGE = """
[pipeline:main]
pipeline = {server}-server

[app:{server}-server]
use = egg:swift#{server}
"""

# The order is required by Swift's s3api. `slo` and `versioned_writes` implement multipart uploads and
# versions.
GATEWAY = """
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = s3.localhost
dns_compliant_bucket_names = true
check_bucket_owner = false
s3_acl = false
max_upload_part_num = 10000

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
user_test2_tester2 = testing2 .admin

[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
yield_frequency = 10

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:bulk]
use = egg:swift#bulk

[filter:copy]
use = egg:swift#copy

[filter:dlo]
use = egg:swift#dlo

[filter:symlink]
use = egg:swift#symlink
"""


if __name__ == "__main__":
    main()
