"""Tests a running server with boto3, an independent client.

    boto3_client.py --endpoint URL --access-key ID --secret-key SECRET --region REGION

Prints one line per check. Exits with 1 if a check fails. Creates buckets and removes them. Needs boto3;
with awscrt installed it also checks CRC64NVME, CRC32C and the XXHash family.
"""

import datetime
import hashlib
import io
import random
import threading
import urllib.request
from urllib.error import HTTPError

import boto3
import botocore.config
from botocore.exceptions import ClientError
from checks import Checks, exit_with, expect, options

BUCKET = "windlass-boto3-check"

ODD_KEYS = [
    "plain", "a", "a/b", "A", "a b", " a ", "a+b", "a%2Fb", "a%", "a=b&c", "a?b#c", "a@b:c,d;e", "~!*'()$",
    "<&>\"'", "a\\b", "//", "/lead", "trail/", "double//slash", ".", "..", "../x", "a/../b", "./a", "a/.",
    "\u00e9", "e\u0301", "\u6f22\u5b57/\U0001f600", "\x01\x02", "tab\tcr\rlf\n", "x" * 1024, "\U0001f600" * 256,
]


def error_of(call, **arguments):
    """Returns the code and the status of a failed call."""
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


def clients(given):
    def client(**changes):
        settings = {
            "endpoint_url": given.endpoint,
            "aws_access_key_id": given.access_key,
            "aws_secret_access_key": given.secret_key,
            "region_name": given.region,
            **changes,
        }
        config = botocore.config.Config(
            s3={"addressing_style": "path"}, signature_version="s3v4", retries={"total_max_attempts": 1}
        )
        return boto3.client("s3", config=config, **settings)

    return client


def constraint_of(region):
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def check_buckets(checks, s3, region):
    checks.run("create a bucket", lambda: s3.create_bucket(Bucket=BUCKET, **constraint_of(region)) and None)
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

    checks.run("list odd keys with ListObjects", listed_by_version_1)

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
        # boto3 strips control characters and white space from headers.
        if key.isprintable() and key.strip() == key:
            checks.run(f"copy {ascii(key)[:40]}", lambda key=key: copied(key))

    def deleted():
        # XML 1.0 cannot represent these; boto3 sends them raw, which changes the key.
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

    checks.run("settings are stored", kept)
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
        ("after the end", "InvalidRange", 416, s3.get_object, {"Key": "key", "Range": "bytes=7-"}),
        ("an unchanged object", "304", 304, s3.get_object, {"Key": "key", "IfNoneMatch": etag}),
        ("another version", "PreconditionFailed", 412, s3.get_object, {"Key": "key", "IfMatch": '"x"'}),
        ("create over", "PreconditionFailed", 412, s3.put_object, {"Key": "key", "IfNoneMatch": "*"}),
        ("replace another", "PreconditionFailed", 412, s3.put_object, {"Key": "key", "IfMatch": '"x"'}),
        ("delete another", "PreconditionFailed", 412, s3.delete_object, {"Key": "key", "IfMatch": '"x"'}),
        ("a wrong digest", "BadDigest", 400, s3.put_object, {"Key": "k", "Body": b"x", "ContentMD5": "CY9rzUYh03PK3k6DJie09g=="}),
        ("a wrong checksum", "BadDigest", 400, s3.put_object, {"Key": "k", "Body": b"x", "ChecksumCRC32": "AAAAAA=="}),
        ("a long key", "KeyTooLongError", 400, s3.put_object, {"Key": "k" * 1025}),
        ("much metadata", "MetadataTooLarge", 400, s3.put_object, {"Key": "k", "Metadata": {"a": "x" * 2048}}),
        ("a public object", "NotImplemented", 501, s3.put_object, {"Key": "k", "ACL": "public-read"}),
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
    algorithms = ["CRC32", "SHA1", "SHA256", "SHA512"]
    if has_awscrt():
        algorithms += ["CRC32C", "CRC64NVME", "XXHASH64", "XXHASH3", "XXHASH128"]
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
        kinds += [("CRC32C", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT"), ("XXHASH128", "COMPOSITE")]
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

    checks.run("an aborted upload is gone", given_up)

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


def check_tags(checks, s3):
    tags = [{"Key": "color", "Value": "red +-=._:/@"}, {"Key": "\u00e9", "Value": ""}]

    def of_object(key):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", Tagging="a=1&b=x%20y")
        first = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        s3.put_object_tagging(Bucket=BUCKET, Key=key, Tagging={"TagSet": tags})
        second = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        s3.delete_object_tagging(Bucket=BUCKET, Key=key)
        third = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        s3.delete_object(Bucket=BUCKET, Key=key)
        wanted = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "x y"}], tags, []
        return expect((first, second, third) == wanted, (first, second, third))

    for key in ["tagged", "a//b", "..", "x" * 1024]:
        checks.run(f"tags of {key[:10]}", lambda key=key: of_object(key))

    def of_bucket():
        problem = expect_error("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=BUCKET)
        s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tags})
        found = s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]
        s3.delete_bucket_tagging(Bucket=BUCKET)
        return problem or expect(found == tags, found)

    checks.run("tags of a bucket", of_bucket)
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    checks.run(
        "refused: eleven tags",
        lambda: expect_error("BadRequest", 400, s3.put_object_tagging, Bucket=BUCKET, Key="k", Tagging={"TagSet": many}),
    )
    s3.delete_object(Bucket=BUCKET, Key="k")


def check_configurations(checks, s3):
    midnight = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    cors_rules = [
        {
            "ID": "one",
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": ["https://*.example.com"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 60,
        }
    ]
    both = {"Prefix": "a&b/", "Tags": [{"Key": "k", "Value": ""}], "ObjectSizeGreaterThan": 1 << 40}
    rules = [
        {
            "ID": "one",
            "Filter": {"And": both},
            "Status": "Enabled",
            "Expiration": {"Date": midnight},
            "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
        }
    ]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/key"}
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]

    def cors():
        s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": cors_rules})
        found = s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
        s3.delete_bucket_cors(Bucket=BUCKET)
        missing = expect_error("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket=BUCKET)
        return expect(found == cors_rules, found) or missing

    def lifecycle():
        size = {"TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}
        put = s3.put_bucket_lifecycle_configuration(
            Bucket=BUCKET, LifecycleConfiguration={"Rules": rules}, **size
        )
        got = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)
        found = [got["Rules"], {name: answer.get(name) for answer in (put, got) for name in size}]
        s3.delete_bucket_lifecycle(Bucket=BUCKET)
        missing = expect_error(
            "NoSuchLifecycleConfiguration", 404, s3.get_bucket_lifecycle_configuration, Bucket=BUCKET
        )
        return expect(found == [rules, size], found) or missing

    def default_encryption():
        def get():
            return s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]

        before = get()
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption)
        found = get()
        written = s3.put_object(Bucket=BUCKET, Key="encrypted", Body=b"x")
        s3.delete_object(Bucket=BUCKET, Key="encrypted")
        s3.delete_bucket_encryption(Bucket=BUCKET)
        wrong = expect(found == encryption and get() == before, found)
        return wrong or expect(written["ServerSideEncryption"] == "aws:kms", written)

    def access_block():
        def get():
            return s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]

        at_first = get()
        block = {name: name.startswith("Block") for name in flags}
        s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)
        found = get()
        s3.delete_public_access_block(Bucket=BUCKET)
        missing = expect_error(
            "NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket=BUCKET
        )
        return expect([at_first, found] == [dict.fromkeys(flags, True), block], found) or missing

    checks.run("rules of CORS", cors)
    checks.run("lifecycle rules", lifecycle)
    checks.run("the default encryption", default_encryption)
    checks.run("the public access block", access_block)


def check_versions(checks, s3, constraint):
    bucket = BUCKET + "-versions"
    s3.create_bucket(Bucket=bucket, **constraint)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = ["a", "a b+", "../x", "dir/1", "dir/2", "\u00e9//", "x" * 1024]

    def written():
        for key in keys:
            ids = [s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"] for body in [b"1", b"2"]]
            marker = s3.delete_object(Bucket=bucket, Key=key)
            found = error_of(s3.get_object, Bucket=bucket, Key=key)
            if not marker["DeleteMarker"] or found != ("NoSuchKey", 404):
                return f"{ascii(key)}: {marker} {found}"
            bodies = [s3.get_object(Bucket=bucket, Key=key, VersionId=it)["Body"].read() for it in ids]
            found = error_of(s3.head_object, Bucket=bucket, Key=key, VersionId=marker["VersionId"])
            if bodies != [b"1", b"2"] or found != ("405", 405):
                return f"{ascii(key)}: {bodies} {found}"
        return None

    checks.run("versions are written, hidden and read", written)

    def listed():
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
        versions, markers = [], []
        for page in pages:
            versions += page.get("Versions", [])
            markers += page.get("DeleteMarkers", [])
        wanted = sorted(keys, key=lambda key: key.encode())
        found = [it["Key"] for it in versions], [it["Key"] for it in markers if it["IsLatest"]]
        return expect(found == ([key for key in wanted for _ in range(2)], wanted), found)

    checks.run("versions are listed in pages", listed)

    def folders():
        page = s3.list_object_versions(Bucket=bucket, Delimiter="/", Prefix="d")
        return expect([it["Prefix"] for it in page["CommonPrefixes"]] == ["dir/"] and "Versions" not in page, page)

    checks.run("versions are listed with a delimiter", folders)

    def copied():
        old = s3.list_object_versions(Bucket=bucket, Prefix="a b+")["Versions"][-1]["VersionId"]
        source = {"Bucket": bucket, "Key": "a b+", "VersionId": old}
        answer = s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
        read = s3.get_object(Bucket=bucket, Key="copy", VersionId=answer["VersionId"])["Body"].read()
        return expect((answer["CopySourceVersionId"], read) == (old, b"1"), answer)

    checks.run("an old version is copied", copied)

    def suspended():
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
        s3.put_object(Bucket=bucket, Key="a", Body=b"null")
        found = s3.get_object(Bucket=bucket, Key="a", VersionId="null")["Body"].read()
        state = s3.get_bucket_versioning(Bucket=bucket)["Status"]
        return expect((found, state) == (b"null", "Suspended"), (found, state))

    checks.run("versioning is suspended", suspended)

    def emptied():
        page = s3.list_object_versions(Bucket=bucket)
        entries = page["Versions"] + page["DeleteMarkers"]
        objects = [{"Key": it["Key"], "VersionId": it["VersionId"]} for it in entries]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
        markers = [it for it in answer["Deleted"] if it.get("DeleteMarker")]
        s3.delete_bucket(Bucket=bucket)
        return expect(len(answer["Deleted"]) == len(objects) and len(markers) == len(keys), answer.get("Errors"))

    checks.run("all versions are deleted at once", emptied)


def check_attributes_and_archives(checks, s3):
    def attributes():
        s3.put_object(Bucket=BUCKET, Key="key", Body=b"content", ChecksumAlgorithm="SHA256")
        names = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
        found = s3.get_object_attributes(Bucket=BUCKET, Key="key", ObjectAttributes=names)
        s3.delete_object(Bucket=BUCKET, Key="key")
        wanted = "9a0364b9e99bb480dd25e1f0284c8555", "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=", 7
        return expect((found["ETag"], found["Checksum"]["ChecksumSHA256"], found["ObjectSize"]) == wanted, found)

    checks.run("attributes of an object", attributes)

    def restored():
        s3.put_object(Bucket=BUCKET, Key="cold", Body=b"content", StorageClass="GLACIER")
        problem = expect_error("InvalidObjectState", 403, s3.get_object, Bucket=BUCKET, Key="cold")
        request = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
        s3.restore_object(Bucket=BUCKET, Key="cold", RestoreRequest=request)
        read = s3.get_object(Bucket=BUCKET, Key="cold")
        asked = {"Bucket": BUCKET, "OptionalObjectAttributes": ["RestoreStatus"]}
        status = s3.list_objects_v2(**asked)["Contents"][0]["RestoreStatus"]
        s3.delete_object(Bucket=BUCKET, Key="cold")
        is_right = read["Body"].read() == b"content" and 'ongoing-request="false"' in read["Restore"]
        return problem or expect(is_right and status["IsRestoreInProgress"] is False, (read, status))

    checks.run("an archived object is restored", restored)


def check_encryption(checks, s3):
    def kept(settings):
        s3.put_object(Bucket=BUCKET, Key="sealed", Body=b"content", **settings)
        head = s3.head_object(Bucket=BUCKET, Key="sealed")
        s3.delete_object(Bucket=BUCKET, Key="sealed")
        return expect(all(head.get(name) == value for name, value in settings.items()), head)

    checks.run("encryption AES256", lambda: kept({"ServerSideEncryption": "AES256"}))
    checks.run(
        "encryption aws:kms",
        lambda: kept({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key", "BucketKeyEnabled": True}),
    )

    def own_key():
        key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
        other = {**key, "SSECustomerKey": b"o" * 32}
        body = random.Random(5).randbytes(9 << 20)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "sealed", ExtraArgs=key)
        found = [
            error_of(s3.get_object, Bucket=BUCKET, Key="sealed"),
            error_of(s3.get_object, Bucket=BUCKET, Key="sealed", **other),
            error_of(s3.head_object, Bucket=BUCKET, Key="sealed"),
        ]
        if found != [("InvalidRequest", 400), ("AccessDenied", 403), ("400", 400)]:
            return f"without the key: {found}"
        source = {"CopySource": {"Bucket": BUCKET, "Key": "sealed"}}
        source |= {"CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": b"k" * 32}
        s3.copy_object(Bucket=BUCKET, Key="opened", **source)
        read = s3.get_object(Bucket=BUCKET, Key="sealed", **key)["Body"].read()
        copied = s3.get_object(Bucket=BUCKET, Key="opened")["Body"].read()
        for name in ["sealed", "opened"]:
            s3.delete_object(Bucket=BUCKET, Key=name)
        return expect(read == body == copied, "other content")

    checks.run("encryption with a customer key, in parts", own_key)


def check_locks(checks, s3, constraint):
    bucket = BUCKET + "-locks"

    def locked():
        s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, **constraint)
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        version = s3.put_object(
            Bucket=bucket, Key="key", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until
        )["VersionId"]
        which = {"Bucket": bucket, "Key": "key", "VersionId": version}
        head = s3.head_object(**which)
        if head["ObjectLockMode"] != "GOVERNANCE" or abs(head["ObjectLockRetainUntilDate"] - until).seconds > 1:
            return f"{head}"
        problem = expect_error("AccessDenied", 403, s3.delete_object, **which)
        s3.put_object_legal_hold(LegalHold={"Status": "ON"}, **which)
        held = error_of(s3.delete_object, BypassGovernanceRetention=True, **which)
        s3.put_object_legal_hold(LegalHold={"Status": "OFF"}, **which)
        s3.delete_object(BypassGovernanceRetention=True, **which)
        s3.delete_bucket(Bucket=bucket)
        return problem or expect(held == ("AccessDenied", 403), held)

    checks.run("locked versions cannot be deleted", locked)


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

    checks.run("one of eight concurrent creates succeeds", race)


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

    checks.run("rejected: a modified presigned URL", tampered)
    s3.delete_object(Bucket=BUCKET, Key=key)

    def form(size):
        conditions = [["content-length-range", 1, 10], {"success_action_status": "201"}]
        post = s3.generate_presigned_post(
            BUCKET, "form/${filename}", Fields={"success_action_status": "201"}, Conditions=conditions, ExpiresIn=60
        )
        body = b""
        for name, value in post["fields"].items():
            body += f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += b'--b\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n' + b"x" * size
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        request = urllib.request.Request(post["url"], body + b"\r\n--b--\r\n", headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return answer.status

    def posted():
        status = form(10)
        read = s3.get_object(Bucket=BUCKET, Key="form/f.txt")["Body"].read()
        s3.delete_object(Bucket=BUCKET, Key="form/f.txt")
        return expect((status, read) == (201, b"x" * 10), (status, read))

    checks.run("presigned POST", posted)

    def too_large():
        try:
            return f"it was accepted: {form(11)}"
        except HTTPError as error:
            return expect(error.code == 400 and b"EntityTooLarge" in error.read(), error.code)

    checks.run("rejected: a form with a large file", too_large)


def main():
    given = options(__doc__.splitlines()[0])
    client = clients(given)
    s3 = client()
    checks = Checks()
    check_buckets(checks, s3, given.region)
    check_odd_keys(checks, s3)
    check_objects(checks, s3)
    check_checksums(checks, s3)
    check_multipart(checks, s3)
    check_tags(checks, s3)
    check_configurations(checks, s3)
    check_versions(checks, s3, constraint_of(given.region))
    check_attributes_and_archives(checks, s3)
    check_encryption(checks, s3)
    check_locks(checks, s3, constraint_of(given.region))
    check_racing_creators(checks, s3)
    check_signatures(checks, client, s3)
    checks.run("delete the bucket", lambda: s3.delete_bucket(Bucket=BUCKET) and None)
    exit_with(checks)


if __name__ == "__main__":
    main()
