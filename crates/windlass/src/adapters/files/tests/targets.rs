//! Files appear only once they are complete, and only below their root.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use tokio::io::AsyncWriteExt as _;

use super::super::{Durability, Publication, Published, TargetTree, WholeFile};

async fn create(root: &Path, relative: &str) -> io::Result<WholeFile> {
    TargetTree::new(root).create(relative).await
}

async fn publish(root: &Path, relative: &str) -> io::Result<Published> {
    create(root, relative).await?.publish(Publication::new()).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_has_its_name_only_once_published() {
    let root = tempfile::tempdir().unwrap();
    let name = "x".repeat(255);
    let path = root.path().join("new/a").join(&name);
    let tree = TargetTree::new(root.path().join("new"));
    for durability in [Durability::Cached, Durability::Content, Durability::Name] {
        let mut file = tree.create(format!("a/{name}")).await.unwrap();
        file.write_all(b"content").await.unwrap();
        assert!(!path.exists());
        let published = file.publish(Publication::new().durability(durability)).await.unwrap();
        assert_eq!((published, fs::read(&path).unwrap()), (Published::Done, b"content".to_vec()));
        fs::remove_file(&path).unwrap();
    }
    let mut file = tree.create("a/c").await.unwrap();
    file.write_all(b"half of").await.unwrap();
    assert_eq!(names(&root.path().join("new/a")).len(), 1);
    drop(file);
    assert!(names(&root.path().join("new/a")).is_empty());
}

#[tokio::test]
async fn two_files_of_one_name_do_not_interfere() {
    let root = tempfile::tempdir().unwrap();
    let tree = TargetTree::new(root.path());
    let mut files = Vec::new();
    for text in ["first", "second"] {
        let mut file = tree.create("f").await.unwrap();
        file.write_all(text.as_bytes()).await.unwrap();
        files.push(file);
    }
    for (file, text) in files.into_iter().zip(["first", "second"]) {
        file.publish(Publication::new()).await.unwrap();
        assert_eq!(fs::read_to_string(root.path().join("f")).unwrap(), text);
    }
}

#[tokio::test]
async fn an_existing_file_is_kept_on_request() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("a"), "old").unwrap();
    let keep = Publication::new().keep_existing();
    let published = create(root.path(), "a").await.unwrap().publish(keep).await.unwrap();
    assert_eq!((published, fs::read(root.path().join("a")).unwrap()), (Published::Kept, b"old".to_vec()));
    assert_eq!(names(root.path()), ["a"]);
}

#[tokio::test]
async fn a_failed_rename_is_an_error_and_not_kept() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("a");
    for publication in [Publication::new(), Publication::new().keep_existing()] {
        let file = create(root.path(), "a/b").await.unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(file.publish(publication).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
    let file = create(root.path(), "folder").await.unwrap();
    fs::create_dir(root.path().join("folder")).unwrap();
    assert!(file.publish(Publication::new()).await.is_err());
    assert_eq!(names(root.path()), ["folder"]);
}

#[tokio::test]
async fn folders_that_exist_or_cannot_be_created() {
    let root = tempfile::tempdir().unwrap();
    let tree = TargetTree::new(root.path());
    fs::create_dir(root.path().join("a")).unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    for name in ["a/b/x", "a/b/y"] {
        tree.create(name).await.unwrap();
    }
    // A deleted open folder is created again.
    fs::remove_dir_all(root.path().join("a")).unwrap();
    tree.create("a/b/z").await.unwrap();
    let below = TargetTree::new(root.path().join("a"));
    below.create("b/x").await.unwrap();
    fs::remove_dir_all(root.path().join("a")).unwrap();
    below.create("b/x").await.unwrap().publish(Publication::new()).await.unwrap();
    assert_eq!(names(&root.path().join("a/b")), ["x"]);
    let error = create(&root.path().join("file"), "b").await.unwrap_err();
    assert!(error.to_string().ends_with("file is not a folder"), "{error}");
    for (name, kind) in [
        ("file/b", io::ErrorKind::NotADirectory),
        ("../b", io::ErrorKind::InvalidInput),
        ("..", io::ErrorKind::InvalidInput),
        ("", io::ErrorKind::InvalidInput),
        (&format!("{}/b", "x".repeat(300)), io::ErrorKind::InvalidFilename),
    ] {
        assert_eq!(tree.create(name).await.unwrap_err().kind(), kind, "{name}");
    }
    let missing = TargetTree::existing(root.path().join("none")).create("f").await.unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn a_time_before_1970_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let modified = SystemTime::UNIX_EPOCH - std::time::Duration::from_hours(24);
    let file = create(root.path(), "a").await.unwrap();
    file.publish(Publication::new().modified(modified)).await.unwrap();
    assert_eq!(fs::metadata(root.path().join("a")).unwrap().modified().unwrap(), modified);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

    #[tokio::test]
    async fn permissions_of_a_replaced_file_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        publish(root.path(), "a").await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    /// s5cmd#872, aws-cli#10579
    #[tokio::test]
    async fn nothing_is_written_through_a_link() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(root.path().join("real")).unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();
        symlink("real", root.path().join("in")).unwrap();
        symlink("none", root.path().join("dangling")).unwrap();
        for name in ["out/x", "in/x", "in/y/x", "dangling/x"] {
            let error = create(root.path(), name).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{name}");
            assert!(error.to_string().contains("is a symbolic link"), "{name}: {error}");
        }
        assert!(names(&root.path().join("real")).is_empty());
        // The target folder itself may be a link.
        symlink(root.path(), outside.path().join("root")).unwrap();
        publish(&outside.path().join("root"), "x").await.unwrap();
        assert!(root.path().join("x").is_file());
        // A link with the name of a file is replaced, not followed.
        symlink("../x", root.path().join("real/link")).unwrap();
        publish(root.path(), "real/link").await.unwrap();
        assert!(root.path().join("real/link").symlink_metadata().unwrap().is_file());
    }

    #[tokio::test]
    async fn pipes_and_folders_are_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::create_dir(root.path().join("folder")).unwrap();
        symlink("pipe", root.path().join("to_pipe")).unwrap();
        symlink("folder", root.path().join("to_folder")).unwrap();
        for name in ["pipe", "folder", "to_pipe", "to_folder"] {
            let error = create(root.path(), name).await.unwrap_err();
            assert!(error.to_string().ends_with("of that name exists"), "{name}: {error}");
        }
        assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
        assert_eq!(names(root.path()).len(), 4);
    }

    #[tokio::test]
    async fn no_file_is_created_in_folders_of_devices_and_processes() {
        for (root, name) in [("/dev", "windlass-test"), ("/", "dev/windlass-test"), ("/proc/self", "fd/x")] {
            let error = create(Path::new(root), name).await.unwrap_err();
            assert_eq!(error.to_string(), "cannot create files in a folder of devices", "{root} {name}");
        }
    }

    #[tokio::test]
    async fn a_folder_replaced_by_a_link_gets_no_file() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (folder, moved) = (root.path().join("a/b"), root.path().join("moved"));
        let tree = TargetTree::new(root.path());
        let file = tree.create("a/b/x").await.unwrap();
        fs::rename(&folder, &moved).unwrap();
        symlink(outside.path(), &folder).unwrap();
        let error = file.publish(Publication::new()).await.unwrap_err();
        assert!(error.to_string().contains("a/b is a symbolic link"), "{error}");
        assert!(names(&moved).is_empty() && names(outside.path()).is_empty());
        // The old handle is not reused.
        assert!(tree.create("a/b/y").await.is_err());

        fs::remove_file(&folder).unwrap();
        fs::remove_dir(&moved).unwrap();
        let file = tree.create("a/b/x").await.unwrap();
        fs::rename(&folder, outside.path().join("taken")).unwrap();
        fs::create_dir(&folder).unwrap();
        let error = file.publish(Publication::new()).await.unwrap_err();
        assert!(error.to_string().ends_with("a/b was replaced during the download"), "{error}");
        assert!(names(&folder).is_empty() && names(&outside.path().join("taken")).is_empty());
        tree.create("a/b/x").await.unwrap().publish(Publication::new()).await.unwrap();
        assert_eq!(names(&folder), ["x"]);

        let tree = TargetTree::new(&folder);
        let file = tree.create("y").await.unwrap();
        fs::rename(&folder, &moved).unwrap();
        symlink(&moved, &folder).unwrap();
        file.publish(Publication::new()).await.unwrap();
        let file = tree.create("z").await.unwrap();
        fs::remove_file(&folder).unwrap();
        symlink(outside.path(), &folder).unwrap();
        let error = file.publish(Publication::new()).await.unwrap_err();
        assert!(error.to_string().ends_with("a/b was replaced during the download"), "{error}");
        assert_eq!(
            (names(&moved), names(outside.path())),
            (vec!["x".into(), "y".into()], vec!["taken".into()])
        );
    }

    #[tokio::test]
    async fn a_replaced_temporary_file_is_neither_published_nor_deleted() {
        let root = tempfile::tempdir().unwrap();
        let file = create(root.path(), "x").await.unwrap();
        let temporary = root.path().join(&names(root.path())[0]);
        fs::remove_file(&temporary).unwrap();
        symlink("/etc/passwd", &temporary).unwrap();
        let error = file.publish(Publication::new()).await.unwrap_err();
        assert_eq!(error.to_string(), "another process replaced the temporary file");
        assert!(temporary.is_symlink() && names(root.path()).len() == 1);
    }
}
