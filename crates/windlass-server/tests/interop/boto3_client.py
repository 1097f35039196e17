"""Drives a running server with boto3, a client that this project did not write.

    boto3_client.py --endpoint URL --access-key ID --secret-key SECRET --region REGION

Prints a line a check; the exit status is 1 when one fails. It makes buckets of its own and removes
them again. Needs boto3; with awscrt installed it also checks CRC64NVME and CRC32C.
"""

import argparse
import hashlib
import io
import random
import sys
import threading
import urllib.request
from urllib.error import HTTPError

import boto3
import botocore.config
from botocore.exceptions import ClientError

BUCKET = "windlass-boto3-check"

ODD_KEYS = [
    "plain", "a", "a/b", "A", "a b", " a ", "a+b", "a%2Fb", "a%", "a=b&c", "a?b#c", "a@b:c,d;e", "~!*'()$",
    "<&>\"'", "a\\b", "//", "/lead", "trail/", "double//slash", ".", "..", "../x", "a/../b", "./a", "a/.",
    "\u00e9", "e\u0301", "\u6f22\u5b57/\U0001f600", "\x01\x02", "tab\tcr\rlf\n", "x" * 1024, "\U0001f600" * 256,
]


class Checks:
    """Runs checks and counts those that fail."""

    def __init__(self):
        self.failures = 0

    def run(self, name, check):
        try:
            problem = check()
        except Exception as error:  # Any error is a failed check, and the others still run.
            problem = f"{type(error).__name__}: {error}"
        self.failures += problem is not None
        print(f"FAILED  {name}: {problem}" if problem else f"ok      {name}", flush=True)


def expect(condition, problem):
    return None if condition else problem


def error_of(call, **arguments):
    """The code and the status that a call fails with."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None, None


def expect_error(code, status, call, **arguments):
    found = error_of(call, **arguments)
    return expect(found == (code, status), f"expected {code} {status}, got {found}")


def has_awscrt():
    try:
        import awscrt  # noqa: F401
    except ImportError:
        return False
    return True


def clients(options):
    def client(**changes):
        settings = {
            "endpoint_url": options.endpoint,
            "aws_access_key_id": options.access_key,
            "aws_secret_access_key": options.secret_key,
            "region_name": options.region,
            **changes,
        }
        config = botocore.config.Config(
            s3={"addressing_style": "path"}, signature_version="s3v4", retries={"total_max_attempts": 1}
        )
        return boto3.client("s3", config=config, **settings)

    return client


def check_buckets(checks, s3, region):
    constraint = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    checks.run("create a bucket", lambda: s3.create_bucket(Bucket=BUCKET, **constraint) and None)
    checks.run("find the bucket", lambda: s3.head_bucket(Bucket=BUCKET) and None)

    def listed():
        names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        return expect(BUCKET in names, names)

    checks.run("list the bucket", listed)

    def location():
        found = s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"]
        return expect(found == (None if region == "us-east-1" else region), found)

    checks.run("locate the bucket", location)
    checks.run(
        "a missing bucket", lambda: expect_error("NoSuchBucket", 404, s3.list_objects_v2, Bucket=BUCKET + "-none")
    )
    checks.run("a bad name", lambda: expect_error("InvalidBucketName", 400, s3.create_bucket, Bucket="a..b"))


def check_odd_keys(checks, s3):
    contents = {key: f"content of {key}".encode() for key in ODD_KEYS}

    def written_and_read(key):
        etag = s3.put_object(Bucket=BUCKET, Key=key, Body=contents[key])["ETag"]
        wanted = f'"{hashlib.md5(contents[key]).hexdigest()}"'
        if etag != wanted:
            return f"etag {etag}, not {wanted}"
        read = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return expect(read == contents[key], read)

    for key in ODD_KEYS:
        checks.run(f"write and read {ascii(key)[:40]}", lambda key=key: written_and_read(key))

    def listed():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 7})
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        wanted = sorted(ODD_KEYS, key=lambda key: key.encode())
        return expect(keys == wanted, [key for key in wanted if key not in keys] or "wrong order")

    checks.run("list odd keys in byte order, in pages", listed)

    def listed_by_version_1():
        pages = s3.get_paginator("list_objects").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 7})
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return expect(len(keys) == len(ODD_KEYS), len(keys))

    checks.run("list odd keys by the first version", listed_by_version_1)

    def folders():
        page = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/", Prefix="a")
        prefixes = [entry["Prefix"] for entry in page["CommonPrefixes"]]
        return expect(prefixes == ["a/"], prefixes)

    checks.run("list with a delimiter", folders)

    def copied(key):
        s3.copy_object(Bucket=BUCKET, Key="copy of " + key[:200], CopySource={"Bucket": BUCKET, "Key": key})
        read = s3.get_object(Bucket=BUCKET, Key="copy of " + key[:200])["Body"].read()
        s3.delete_object(Bucket=BUCKET, Key="copy of " + key[:200])
        return expect(read == contents[key], read)

    for key in ODD_KEYS:
        # boto3 strips control characters and blanks at the ends of headers.
        if key.isprintable() and key.strip() == key:
            checks.run(f"copy {ascii(key)[:40]}", lambda key=key: copied(key))

    def deleted():
        # XML has no way to write these; boto3 sends them raw and means something else.
        raw = [key for key in ODD_KEYS if "\x01" in key or "\r" in key]
        for key in raw:
            s3.delete_object(Bucket=BUCKET, Key=key)
        objects = [{"Key": key} for key in ODD_KEYS if key not in raw]
        answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects})
        left = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return expect(len(answer["Deleted"]) == len(objects) and not left, (answer.get("Errors"), left))

    checks.run("delete odd keys at once", deleted)


def check_objects(checks, s3):
    settings = {
        "CacheControl": "no-cache",
        "ContentDisposition": 'attachment; filename="x"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "de",
        "ContentType": "text/plain",
        "StorageClass": "STANDARD_IA",
        "WebsiteRedirectLocation": "/elsewhere",
        "Metadata": {"color": "red", "size": "5"},
    }

    def kept():
        s3.put_object(Bucket=BUCKET, Key="key", Body=b"content", Tagging="a=1&b=2", **settings)
        head = s3.head_object(Bucket=BUCKET, Key="key")
        wrong = {name: head.get(name) for name, value in settings.items() if head.get(name) != value}
        return expect(not wrong, wrong)

    checks.run("settings are kept", kept)
    checks.run(
        "tags are counted", lambda: expect(s3.get_object(Bucket=BUCKET, Key="key")["TagCount"] == 2, "not 2")
    )

    def replaced():
        source = {"Bucket": BUCKET, "Key": "key"}
        s3.copy_object(
            Bucket=BUCKET, Key="key", CopySource=source, MetadataDirective="REPLACE", Metadata={"shape": "round"}
        )
        found = s3.head_object(Bucket=BUCKET, Key="key")["Metadata"]
        return expect(found == {"shape": "round"}, found)

    checks.run("a copy replaces settings", replaced)
    etag = s3.put_object(Bucket=BUCKET, Key="key", Body=b"content")["ETag"]
    for name, arguments, wanted in [
        ("a part", {"Range": "bytes=1-3"}, b"ont"),
        ("the rest", {"Range": "bytes=4-"}, b"ent"),
        ("the end", {"Range": "bytes=-2"}, b"nt"),
        ("what matches", {"IfMatch": etag}, b"content"),
    ]:
        def read(arguments=arguments, wanted=wanted):
            found = s3.get_object(Bucket=BUCKET, Key="key", **arguments)["Body"].read()
            return expect(found == wanted, found)

        checks.run(f"read {name}", read)
    for name, code, status, call, arguments in [
        ("a missing key", "NoSuchKey", 404, s3.get_object, {"Key": "none"}),
        ("a missing key by HEAD", "404", 404, s3.head_object, {"Key": "none"}),
        ("behind the end", "InvalidRange", 416, s3.get_object, {"Key": "key", "Range": "bytes=7-"}),
        ("an unchanged object", "304", 304, s3.get_object, {"Key": "key", "IfNoneMatch": etag}),
        ("another version", "PreconditionFailed", 412, s3.get_object, {"Key": "key", "IfMatch": '"x"'}),
        ("create over", "PreconditionFailed", 412, s3.put_object, {"Key": "key", "IfNoneMatch": "*"}),
        ("replace another", "PreconditionFailed", 412, s3.put_object, {"Key": "key", "IfMatch": '"x"'}),
        ("delete another", "PreconditionFailed", 412, s3.delete_object, {"Key": "key", "IfMatch": '"x"'}),
        ("a wrong digest", "BadDigest", 400, s3.put_object, {"Key": "k", "Body": b"x", "ContentMD5": "CY9rzUYh03PK3k6DJie09g=="}),
        ("a wrong checksum", "BadDigest", 400, s3.put_object, {"Key": "k", "Body": b"x", "ChecksumCRC32": "AAAAAA=="}),
        ("a long key", "KeyTooLongError", 400, s3.put_object, {"Key": "k" * 1025}),
        ("much metadata", "MetadataTooLarge", 400, s3.put_object, {"Key": "k", "Metadata": {"a": "x" * 2048}}),
        ("encryption", "NotImplemented", 501, s3.put_object, {"Key": "k", "ServerSideEncryption": "aws:kms"}),
        ("an unknown upload", "NoSuchUpload", 404, s3.list_parts, {"Key": "k", "UploadId": "none"}),
    ]:
        checks.run(
            f"refused: {name}",
            lambda code=code, status=status, call=call, arguments=arguments: expect_error(
                code, status, call, Bucket=BUCKET, **arguments
            ),
        )
    s3.delete_object(Bucket=BUCKET, Key="key")


def check_checksums(checks, s3):
    algorithms = ["CRC32", "SHA1", "SHA256"]
    if has_awscrt():
        algorithms += ["CRC32C", "CRC64NVME"]
    body = random.Random(1).randbytes(300_000)

    def round_trip(algorithm):
        member = "Checksum" + algorithm
        sent = s3.put_object(Bucket=BUCKET, Key="sum", Body=body, ChecksumAlgorithm=algorithm)[member]
        answer = s3.get_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
        read = answer["Body"].read()
        s3.delete_object(Bucket=BUCKET, Key="sum")
        return expect(read == body and answer[member] == sent, answer.get(member))

    for algorithm in algorithms:
        checks.run(f"checksum {algorithm} in a trailer or header", lambda algorithm=algorithm: round_trip(algorithm))


def check_multipart(checks, s3):
    first, second = (random.Random(seed).randbytes(size) for seed, size in [(1, 5 << 20), (2, 1234)])

    def in_parts(algorithm, kind, key):
        created = s3.create_multipart_upload(
            Bucket=BUCKET, Key=key, ChecksumAlgorithm=algorithm, ChecksumType=kind, Metadata={"color": "red"}
        )
        upload = {"Bucket": BUCKET, "Key": key, "UploadId": created["UploadId"]}
        member = "Checksum" + algorithm
        parts = []
        for number, body in [(1, first), (2, second)]:
            answer = s3.upload_part(PartNumber=number, Body=body, ChecksumAlgorithm=algorithm, **upload)
            parts.append({"PartNumber": number, "ETag": answer["ETag"], member: answer[member]})
        listed = s3.list_parts(MaxParts=1, **upload)
        if not listed["IsTruncated"] or listed["Parts"][0][member] != parts[0][member]:
            return f"listed {listed}"
        if [it["UploadId"] for it in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] != [created["UploadId"]]:
            return "the upload is not listed"
        done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **upload)
        digests = hashlib.md5(first).digest() + hashlib.md5(second).digest()
        if done["ETag"] != f'"{hashlib.md5(digests).hexdigest()}-2"' or done["ChecksumType"] != kind:
            return f"completed {done}"
        # botocore verifies the checksum of a whole object.
        answer = s3.get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
        if answer["Body"].read() != first + second or answer["Metadata"] != {"color": "red"}:
            return "other content"
        part = s3.get_object(Bucket=BUCKET, Key=key, PartNumber=2)
        found = part["PartsCount"], part["ContentRange"], part["Body"].read() == second
        s3.delete_object(Bucket=BUCKET, Key=key)
        return expect(found == (2, f"bytes {5 << 20}-{(5 << 20) + 1233}/{(5 << 20) + 1234}", True), found)

    kinds = [("CRC32", "COMPOSITE"), ("CRC32", "FULL_OBJECT"), ("SHA1", "COMPOSITE"), ("SHA256", "COMPOSITE")]
    if has_awscrt():
        kinds += [("CRC32C", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT")]
    for algorithm, kind in kinds:
        for key in ["in parts", "../a//b+%"]:
            checks.run(
                f"multipart {algorithm} {kind} {key}",
                lambda algorithm=algorithm, kind=kind, key=key: in_parts(algorithm, kind, key),
            )

    def managed():
        body = random.Random(3).randbytes((17 << 20) + 5)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "managed")
        s3.copy({"Bucket": BUCKET, "Key": "managed"}, BUCKET, "copied in parts")
        read = io.BytesIO()
        s3.download_fileobj(BUCKET, "copied in parts", read)
        etag = s3.head_object(Bucket=BUCKET, Key="copied in parts")["ETag"]
        s3.delete_object(Bucket=BUCKET, Key="managed")
        s3.delete_object(Bucket=BUCKET, Key="copied in parts")
        return expect(read.getvalue() == body and etag.endswith('-3"'), etag)

    checks.run("managed transfers of 17 MiB: up, copied, down", managed)

    def given_up():
        upload = {"Bucket": BUCKET, "Key": "k"}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        s3.upload_part(PartNumber=1, Body=b"x", **upload)
        s3.abort_multipart_upload(**upload)
        return expect_error("NoSuchUpload", 404, s3.upload_part, PartNumber=2, Body=b"x", **upload)

    checks.run("an upload that was given up is gone", given_up)

    def too_small():
        upload = {"Bucket": BUCKET, "Key": "k"}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        parts = [
            {"PartNumber": number, **{name: value for name, value in answer.items() if name != "ResponseMetadata"}}
            for number in [1, 2]
            for answer in [s3.upload_part(PartNumber=number, Body=b"x", **upload)]
        ]
        problem = expect_error(
            "EntityTooSmall", 400, s3.complete_multipart_upload, MultipartUpload={"Parts": parts}, **upload
        )
        s3.abort_multipart_upload(**upload)
        return problem

    checks.run("refused: small parts", too_small)


def check_racing_creators(checks, s3):
    def race():
        results = []

        def create(number):
            results.append(
                error_of(s3.put_object, Bucket=BUCKET, Key="race", Body=str(number).encode(), IfNoneMatch="*")
            )

        threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        s3.delete_object(Bucket=BUCKET, Key="race")
        return expect(results.count((None, None)) == 1, results)

    checks.run("of eight creators one wins", race)


def check_signatures(checks, client, s3):
    for name, changes, code in [
        ("a wrong secret", {"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ("an unknown key", {"aws_access_key_id": "nobody"}, "InvalidAccessKeyId"),
    ]:
        checks.run(
            f"refused: {name}",
            lambda changes=changes, code=code: expect_error(code, 403, client(**changes).list_buckets),
        )
    checks.run(
        "refused: another region",
        lambda: expect_error("AuthorizationHeaderMalformed", 400, client(region_name="xx-nowhere-9").list_buckets),
    )
    key = "pre signed/+%&\u00e9"

    def presigned():
        put = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
        urllib.request.urlopen(urllib.request.Request(put, data=b"content", method="PUT")).read()
        parameters = {"Bucket": BUCKET, "Key": key, "ResponseContentType": "text/x-special"}
        get = s3.generate_presigned_url("get_object", Params=parameters, ExpiresIn=60)
        with urllib.request.urlopen(get) as answer:
            found = (answer.read(), answer.headers["content-type"])
        return expect(found == (b"content", "text/x-special"), found)

    checks.run("presigned PUT and GET", presigned)

    def tampered():
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
        try:
            urllib.request.urlopen(url.replace("Expires=60", "Expires=61"))
        except HTTPError as error:
            return expect(error.code == 403, error.code)
        return "it was accepted"

    checks.run("refused: a presigned URL that was changed", tampered)
    s3.delete_object(Bucket=BUCKET, Key=key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ["endpoint", "access-key", "secret-key", "region"]:
        parser.add_argument(f"--{option}", required=True)
    options = parser.parse_args()
    client = clients(options)
    s3 = client()
    checks = Checks()
    check_buckets(checks, s3, options.region)
    check_odd_keys(checks, s3)
    check_objects(checks, s3)
    check_checksums(checks, s3)
    check_multipart(checks, s3)
    check_racing_creators(checks, s3)
    check_signatures(checks, client, s3)
    checks.run("delete the bucket", lambda: s3.delete_bucket(Bucket=BUCKET) and None)
    print(f"{checks.failures} failed")
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
