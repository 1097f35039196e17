"""Tests a running server with rclone, an independent client.

    rclone_client.py --endpoint URL --access-key ID --secret-key SECRET --region REGION

Prints one line per check. Exits with 1 if a check fails. Creates a bucket and removes it. Needs rclone
in the same environment as this Python.
"""

import json

from checks import Checks, Program, content, exit_with, expect, fetched, options

BUCKET = "windlass-rclone-check"
REMOTE = f"s3:{BUCKET}"
SMALL = b"small content"
LARGE = content(3, (17 << 20) + 3)


def check_files(checks, rclone):
    def up_and_down(name, body, key):
        rclone.write(name, body)
        rclone.run("copyto", name, f"{REMOTE}/{key}")
        rclone.run("copyto", f"{REMOTE}/{key}", "back")
        return expect(rclone.read("back") == body, "other content")

    checks.run("make a bucket", lambda: rclone.run("mkdir", REMOTE) or None)
    checks.run("copy a small file up and down", lambda: up_and_down("small", SMALL, "a b+%/small"))
    checks.run("copy a large file up and down, in parts", lambda: up_and_down("large", LARGE, "large"))

    def copied():
        rclone.run("copyto", f"{REMOTE}/large", f"{REMOTE}/copy \u00e9")
        return expect(rclone.run("check", f"{REMOTE}", f"{REMOTE}", "--one-way") == "", "a difference")

    checks.run("copy within the bucket", copied)

    def listed():
        found = {it["Path"]: it["Size"] for it in json.loads(rclone.run("lsjson", "-R", "--files-only", REMOTE))}
        wanted = {"a b+%/small": len(SMALL), "copy \u00e9": len(LARGE), "large": len(LARGE)}
        return expect(found == wanted, found)

    checks.run("list", listed)

    def kept():
        rclone.run("copyto", "small", f"{REMOTE}/set", "--header-upload", "x-amz-tagging: color=red&size=5",
                   "--metadata-set", "shade=dark", "--metadata")
        found = json.loads(rclone.run("lsjson", "--metadata", f"{REMOTE}/set"))[0]["Metadata"]
        return expect(found.get("shade") == "dark", found)

    checks.run("metadata and tags", kept)

    def presigned():
        url = rclone.run("link", "--expire", "1m", f"{REMOTE}/a b+%/small")
        return expect(fetched(url) == SMALL, "other content")

    checks.run("presign and fetch", presigned)


def check_sync(checks, rclone):
    def synced():
        rclone.write("tree/a", b"a")
        rclone.write("tree/dir/b c", b"bc")
        rclone.write("tree/dir/\u00e9.txt", b"e")
        flags = ["--use-json-log", "--log-level", "INFO", "--stats-log-level", "DEBUG", "--log-file", "log"]
        rclone.run("sync", "tree", f"{REMOTE}/tree", *flags)
        first = rclone.read("log").count(b"Copied (new)")
        rclone.run("sync", "tree", f"{REMOTE}/tree", *flags)
        again = rclone.read("log").count(b"Copied") - first
        rclone.run("check", "tree", f"{REMOTE}/tree")
        return expect((first, again) == (3, 0), (first, again))

    checks.run("sync, without changes the second time", synced)

    def versions():
        rclone.run("backend", "versioning", REMOTE, "Enabled")
        rclone.run("copyto", "large", f"{REMOTE}/a b+%/small")
        found = json.loads(rclone.run("lsjson", "--s3-versions", "--files-only", f"{REMOTE}/a b+%"))
        sizes = sorted(it["Size"] for it in found)
        return expect(sizes == sorted([len(SMALL), len(LARGE)]), found)

    checks.run("versions", versions)

    def emptied():
        rclone.run("delete", REMOTE)
        rclone.run("backend", "cleanup-hidden", REMOTE)
        rclone.run("purge", REMOTE)
        return expect(BUCKET not in rclone.run("lsd", "s3:"), "the bucket is still there")

    checks.run("remove everything", emptied)


def main():
    checks = Checks()
    given = options(__doc__.splitlines()[0])
    rclone = Program(
        "rclone",
        given,
        RCLONE_CONFIG="",
        RCLONE_CONFIG_S3_TYPE="s3",
        RCLONE_CONFIG_S3_PROVIDER="Other",
        RCLONE_CONFIG_S3_ENV_AUTH="true",
        RCLONE_CONFIG_S3_REGION=given.region,
        RCLONE_CONFIG_S3_ENDPOINT=given.endpoint,
        RCLONE_CONFIG_S3_FORCE_PATH_STYLE="true",
        RCLONE_S3_UPLOAD_CUTOFF="8M",
        RCLONE_S3_CHUNK_SIZE="5M",
        RCLONE_RETRIES="1",
        RCLONE_LOW_LEVEL_RETRIES="1",
    )
    check_files(checks, rclone)
    check_sync(checks, rclone)
    exit_with(checks)


if __name__ == "__main__":
    main()
