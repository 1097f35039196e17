"""Tests a running server with aws-cli, an independent client.

    aws_cli.py --endpoint URL --access-key ID --secret-key SECRET --region REGION

Prints one line per check. Exits with 1 if a check fails. Creates a bucket and removes it. Needs awscli,
whose command line runs in this process, because its start takes longer than the checks.
"""

import contextlib
import io
import json
import os

from awscli.clidriver import create_clidriver
from checks import Checks, Program, content, exit_with, expect, fetched, options

BUCKET = "windlass-aws-cli-check"
SMALL = b"small content"
LARGE = content(1, (17 << 20) + 3)


class Aws(Program):
    def __init__(self, options):
        # By default it presigns with Signature Version 2.
        settings = {"AWS_ENDPOINT_URL_S3": options.endpoint, "AWS_PAGER": "", "AWS_CONFIG_FILE": "config"}
        super().__init__("aws", options, **settings)
        self.write("config", b"[default]\ns3 =\n  signature_version = s3v4\n")
        # The package sets this variable itself, to find its data.
        kept = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
        os.environ.clear()
        os.environ.update(self.environment | kept)
        os.chdir(self.folder)

    def run(self, *arguments):
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = create_clidriver().main(list(arguments))
        if status:
            raise RuntimeError(f"{' '.join(arguments)}: status {status}: {errors.getvalue()[-2000:]}")
        return output.getvalue()

    def s3(self, *arguments):
        return self.run("s3", *arguments)

    def api(self, *arguments):
        output = self.run("s3api", *arguments, "--output", "json")
        return json.loads(output) if output else {}


def check_files(checks, aws):
    def up_and_down(name, body, key):
        aws.write(name, body)
        aws.s3("cp", "--quiet", name, f"s3://{BUCKET}/{key}")
        aws.s3("cp", "--quiet", f"s3://{BUCKET}/{key}", "back")
        return expect(aws.read("back") == body, "other content")

    checks.run("make a bucket", lambda: aws.s3("mb", f"s3://{BUCKET}") and None)
    checks.run("copy a small file up and down", lambda: up_and_down("small", SMALL, "a b+%/small"))
    checks.run("copy a large file up and down, in parts", lambda: up_and_down("large", LARGE, "large"))

    def copied():
        aws.s3("cp", "--quiet", f"s3://{BUCKET}/large", f"s3://{BUCKET}/copy")
        head = aws.api("head-object", "--bucket", BUCKET, "--key", "copy")
        return expect(head["ContentLength"] == len(LARGE) and head["ETag"].endswith('-3"'), head)

    checks.run("copy in parts within the bucket", copied)

    def presigned():
        url = aws.s3("presign", f"s3://{BUCKET}/a b+%/small", "--expires-in", "60")
        return expect(fetched(url) == SMALL, "other content")

    checks.run("presign and fetch", presigned)


def check_odd_keys(checks, aws):
    keys = ["..", "../x", "a//b", "/lead"]

    def listed():
        for key in keys:
            aws.api("put-object", "--bucket", BUCKET, "--key", key, "--body", "small")
        listing = aws.s3("ls", "--recursive", f"s3://{BUCKET}")
        found = [line[31:] for line in listing.splitlines()]
        wanted = sorted(keys + ["a b+%/small", "copy", "large"], key=lambda key: key.encode())
        return expect(found == wanted, found)

    checks.run("list odd keys", listed)

    def versions():
        name = ["--bucket", BUCKET, "--key", "a//b"]
        aws.api("put-bucket-versioning", "--bucket", BUCKET, "--versioning-configuration", "Status=Enabled")
        aws.api("put-object-tagging", *name, "--tagging", "TagSet=[{Key=color,Value=red}]")
        aws.api("put-object", *name, "--body", "large")
        tags = aws.api("get-object-tagging", *name, "--version-id", "null")["TagSet"]
        aws.api("delete-object", *name)
        listing = aws.api("list-object-versions", "--bucket", BUCKET, "--prefix", "a//")
        sizes = [it["Size"] for it in listing["Versions"]]
        found = sizes, len(listing["DeleteMarkers"]), tags
        return expect(found == ([len(LARGE), len(SMALL)], 1, [{"Key": "color", "Value": "red"}]), found)

    checks.run("tags and versions", versions)


def check_sync(checks, aws):
    def synced():
        aws.write("tree/a", b"a")
        aws.write("tree/dir/b c", b"bc")
        first = aws.s3("sync", "--no-progress", "tree", f"s3://{BUCKET}/tree")
        again = aws.s3("sync", "--no-progress", "tree", f"s3://{BUCKET}/tree")
        return expect(first.count("upload:") == 2 and again == "", (first, again))

    checks.run("sync, without changes the second time", synced)

    def emptied():
        aws.s3("rm", "--quiet", "--recursive", f"s3://{BUCKET}")
        listing = aws.api("list-object-versions", "--bucket", BUCKET)
        entries = listing.get("Versions", []) + listing.get("DeleteMarkers", [])
        objects = [{"Key": it["Key"], "VersionId": it["VersionId"]} for it in entries]
        answer = aws.api("delete-objects", "--bucket", BUCKET, "--delete", json.dumps({"Objects": objects}))
        aws.s3("rb", f"s3://{BUCKET}")
        return expect(len(answer["Deleted"]) == len(objects), answer)

    checks.run("remove everything", emptied)


def main():
    checks = Checks()
    given = options(__doc__.splitlines()[0])
    aws = Aws(given)
    check_files(checks, aws)
    check_odd_keys(checks, aws)
    check_sync(checks, aws)
    exit_with(checks)


if __name__ == "__main__":
    main()
