"""Prints the checksums of S3 over the bytes that it reads, as awscrt and hashlib compute them: checksum_oracle.py

Input: a line of hexadecimal digits a case. Output: a line a case, ALGORITHM=BASE64 in the order of S3's names.
"""

import base64
import hashlib
import sys

from awscrt import checksums
from awscrt.checksums import XXHash


def number(value, length):
    return value.to_bytes(length, "big")


ALGORITHMS = {
    "CRC32": lambda data: number(checksums.crc32(data), 4),
    "CRC32C": lambda data: number(checksums.crc32c(data), 4),
    "CRC64NVME": lambda data: number(checksums.crc64nvme(data), 8),
    "MD5": lambda data: hashlib.md5(data).digest(),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "SHA512": lambda data: hashlib.sha512(data).digest(),
    "XXHASH128": XXHash.compute_xxhash3_128,
    "XXHASH3": XXHash.compute_xxhash3_64,
    "XXHASH64": XXHash.compute_xxhash64,
}

for line in sys.stdin:
    data = bytes.fromhex(line)
    print(*(f"{name}={base64.b64encode(compute(data)).decode()}" for name, compute in ALGORITHMS.items()))
