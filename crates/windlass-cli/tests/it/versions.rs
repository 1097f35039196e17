//! Versions of objects.

use crate::world::World;

#[test]
fn the_version_that_is_named_is_asked_for() {
    let world = World::new();
    world.put("k", "1");
    for (arguments, operation) in [
        (&["cat", "s3://bucket/k"][..], "GetObject"),
        (&["cp", "s3://bucket/k", "k"], "GetObject"),
        (&["cp", "s3://bucket/k", "-"], "GetObject"),
        (&["cp", "s3://bucket/k", "s3://bucket/l"], "HeadObject"),
        (&["head", "s3://bucket/k"], "HeadObject"),
        (&["stat", "s3://bucket/k"], "HeadObject"),
        (&["rm", "s3://bucket/k"], "DeleteObject"),
    ] {
        world.forget_requests();
        world.run(&[arguments, &["--version-id", "v 1"]].concat());
        let request = &world.server.requests().all()[0];
        assert_eq!(request.operation, operation);
        assert!(request.query.contains("versionId=v%201"), "{arguments:?}: {}", request.query);
    }
    for method in ["GET", "HEAD", "DELETE"] {
        let run = world.run(&["presign", "--method", method, "--version-id", "v 1", "s3://bucket/k"]).ends(0);
        assert!(run.stdout.contains("versionId=v%201"), "{}", run.stdout);
    }
}

#[test]
fn a_version_is_one_of_an_object() {
    let world = World::new();
    for arguments in [
        &["cat", "s3://bucket/k", "s3://bucket/l"][..],
        &["head", "s3://bucket"],
        &["presign", "--method", "PUT", "s3://bucket/k"],
        &["rm", "--recursive", "s3://bucket/k"],
        &["rm", "s3://bucket/k*"],
        &["stat", "s3://bucket"],
    ] {
        world.run(&[arguments, &["--version-id", "v"]].concat()).ends(2);
    }
    assert_eq!(world.server.requests().count(), 1);
}
