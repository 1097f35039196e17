"""Prints what botocore's service model of S3 says of operations and shapes, for the tests of the library's declarations.

Input: a line a question, `operation NAME` or `shape NAME` (the case of shapes is free).
Output: lines of fields that are separated by tabs:

operation NAME METHOD URI CHECKSUM PAYLOAD-ROOT     CHECKSUM is `required` or `-`
input     OPERATION MEMBER HEADER                   members of the request that are headers
output    OPERATION MEMBER HEADER                   members of the response that are headers
member    SHAPE MEMBER WIRE LIST REQUIRED TYPE      LIST is `flat`, the name of the items, or `-`

TYPE is `boolean`, `integer`, `string`, `timestamp`, `enum:WORD,WORD` or `structure:SHAPE`.
"""

import sys

from botocore.loaders import Loader

model = Loader().load_service_model("s3", "service-2")
shapes = model["shapes"]
names = {name.lower(): name for name in shapes}


def kind(name):
    shape = shapes[name]
    if "enum" in shape:
        return "enum:" + ",".join(shape["enum"])
    if shape["type"] == "structure":
        return "structure:" + name
    return {"long": "integer"}.get(shape["type"], shape["type"])


def members(structure):
    shape = shapes[structure]
    for member, reference in shape["members"].items():
        wire = reference.get("locationName", member)
        yield member, reference, wire, member in shape.get("required", [])


def print_operation(name):
    operation = model["operations"][name]
    payload = "-"
    request = operation["input"]["shape"]
    for member, reference, wire, _ in members(request):
        if reference.get("location") == "header":
            print("input", name, member, wire, sep="\t")
        if member == shapes[request].get("payload"):
            payload = wire
    if "output" in operation:
        for member, reference, wire, _ in members(operation["output"]["shape"]):
            if reference.get("location") == "header":
                print("output", name, member, wire, sep="\t")
    checksum = operation.get("httpChecksum", {}).get("requestChecksumRequired")
    http = operation["http"]
    word = "required" if checksum else "-"
    print("operation", name, http["method"], http["requestUri"], word, payload, sep="\t")


def print_shape(name):
    for member, reference, wire, required in members(name):
        target, items = reference["shape"], "-"
        shape = shapes[target]
        if shape["type"] == "list":
            is_flat = reference.get("flattened") or shape.get("flattened")
            items = "flat" if is_flat else shape["member"].get("locationName", "member")
            target = shape["member"]["shape"]
        word = "required" if required else "-"
        print("member", name, member, wire, items, word, kind(target), sep="\t")


for line in sys.stdin:
    what, name = line.split()
    if what == "operation":
        print_operation(name)
    else:
        print_shape(names[name.lower()])
