"""Tests a running server with s5cmd, an independent client.

    s5cmd_client.py --endpoint URL --access-key ID --secret-key SECRET --region REGION

Prints one line per check. Exits with 1 if a check fails. Creates buckets and removes them. Needs s5cmd
in the same environment as this Python.
"""

import json

from checks import Checks, Program, content, exit_with, expect, fetched, options

BUCKET = "windlass-s5cmd-check"
SMALL = b"small content"
LARGE = content(2, (17 << 20) + 3)


def check_files(checks, s5cmd):
    def up_and_down(name, body, key, *flags):
        s5cmd.write(name, body)
        s5cmd.run("cp", *flags, name, f"s3://{BUCKET}/{key}")
        s5cmd.run("cp", *flags, f"s3://{BUCKET}/{key}", "back")
        return expect(s5cmd.read("back") == body, "other content")

    in_parts = ["--part-size", "5", "--concurrency", "3"]
    checks.run("make a bucket", lambda: s5cmd.run("mb", f"s3://{BUCKET}") and None)
    checks.run("copy a small file up and down", lambda: up_and_down("small", SMALL, "a b+%/small"))
    checks.run("copy a large file up and down, in parts", lambda: up_and_down("large", LARGE, "large", *in_parts))

    def copied():
        s5cmd.run("cp", f"s3://{BUCKET}/a b+%/small", f"s3://{BUCKET}/a//b")
        return expect(s5cmd.run("cat", f"s3://{BUCKET}/a//b").encode() == SMALL, "other content")

    checks.run("copy within the bucket, to a key with two slashes", copied)

    def listed():
        lines = [json.loads(line) for line in s5cmd.run("--json", "ls", f"s3://{BUCKET}/*").splitlines()]
        found = {it["key"].removeprefix(f"s3://{BUCKET}/"): it["size"] for it in lines}
        return expect(found == {"a b+%/small": len(SMALL), "a//b": len(SMALL), "large": len(LARGE)}, found)

    checks.run("list odd keys", listed)

    def presigned():
        url = s5cmd.run("presign", "--expire", "1m", f"s3://{BUCKET}/a b+%/small")
        return expect(fetched(url) == SMALL, "other content")

    checks.run("presign and fetch", presigned)
    checks.run(
        "a missing key",
        lambda: expect("not found" in (text := s5cmd.fails("cat", f"s3://{BUCKET}/none")), text),
    )


def check_sync(checks, s5cmd):
    def synced():
        s5cmd.write("tree/a", b"a")
        s5cmd.write("tree/dir/b c", b"bc")
        first = s5cmd.run("sync", "tree/", f"s3://{BUCKET}/tree/")
        again = s5cmd.run("sync", "tree/", f"s3://{BUCKET}/tree/")
        return expect(len(first.splitlines()) == 2 and again == "", (first, again))

    checks.run("sync, without changes the second time", synced)

    def versions():
        s5cmd.run("bucket-version", "--set", "Enabled", f"s3://{BUCKET}")
        s5cmd.run("cp", "large", f"s3://{BUCKET}/a b+%/small")
        listing = s5cmd.run("ls", "--all-versions", f"s3://{BUCKET}/a b+%/small")
        sizes = sorted(int(line.split()[2]) for line in listing.splitlines())
        return expect(sizes == sorted([len(SMALL), len(LARGE)]), listing)

    checks.run("versions", versions)

    def emptied():
        s5cmd.run("rm", "--all-versions", f"s3://{BUCKET}/*")
        s5cmd.run("rb", f"s3://{BUCKET}")
        return expect(BUCKET not in s5cmd.run("ls"), "the bucket is still there")

    checks.run("remove everything", emptied)


def main():
    checks = Checks()
    given = options(__doc__.splitlines()[0])
    s5cmd = Program("s5cmd", given, S3_ENDPOINT_URL=given.endpoint)
    check_files(checks, s5cmd)
    check_sync(checks, s5cmd)
    exit_with(checks)


if __name__ == "__main__":
    main()
