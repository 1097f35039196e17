"""Reads with boto3 and with plain URLs what windlass wrote, and writes what windlass will read.

Usage: another_client.py ENDPOINT ACCESS_KEY SECRET_KEY REGION BUCKET PUT_URL
with lines of HEX_KEY<TAB>SHA256<TAB>URL on standard input, for every object in the bucket.
boto3 verifies the checksum that comes with an object, of any algorithm, since awscrt is there.
"""

import base64
import hashlib
import sys
import urllib.request

import boto3
from botocore.config import Config

endpoint, access_key, secret_key, region, bucket, put_url = sys.argv[1:]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    aws_access_key_id=access_key,
    aws_secret_access_key=secret_key,
    region_name=region,
    config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
)


def sha256(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


keys = []
for line in sys.stdin.read().splitlines():
    encoded, expected, url = line.split("\t")
    key = bytes.fromhex(encoded).decode()
    keys.append(key)
    assert sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) == expected, key
    with urllib.request.urlopen(url) as answer:
        assert sha256(answer.read()) == expected, url

listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
assert sorted(listed) == sorted(keys), (listed, keys)

s3.put_object(Bucket=bucket, Key="by boto3 +%", Body=b"from boto3")
request = urllib.request.Request(put_url, data=b"from a url", method="PUT", headers={"content-type": "text/plain"})
with urllib.request.urlopen(request) as answer:
    assert answer.status == 200
