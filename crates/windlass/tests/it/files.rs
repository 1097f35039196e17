//! The contract of `Files`: the files of the machine and those in memory behave alike.

use std::io::ErrorKind::{
    AlreadyExists, FileTooLarge, IsADirectory, NotADirectory, NotFound, PermissionDenied, WouldBlock,
};
use std::path::Path;

use windlass::adapters::LocalFiles;
use windlass::ports::Files;
use windlass::testing::MemoryFiles;

/// Runs each of these checks in a folder of its own, once on the machine and once in memory.
macro_rules! contract {
    ($($(#[$attribute:meta])* async fn $name:ident($files:ident: &dyn Files, $root:ident: &Path) $body:block)*) => {
        mod on_the_machine {
            use super::*;
            $($(#[$attribute])* #[tokio::test] async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(&LocalFiles, folder.path()).await;
            })*
        }
        mod in_memory {
            use super::*;
            $($(#[$attribute])* #[tokio::test] async fn $name() {
                super::$name(&MemoryFiles::default().file("/folder/.keep", ""), Path::new("/folder")).await;
            })*
        }
        $($(#[$attribute])* async fn $name($files: &dyn Files, $root: &Path) $body)*
    };
}

const ALL: usize = 1000;

contract! {
    async fn a_created_file_is_read_as_it_was_written(files: &dyn Files, root: &Path) {
        let path = root.join("a");
        files.create(&path, b"\0content\xff").await.unwrap();
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"\0content\xff");
        assert_eq!(files.read_blocking(&path, ALL).unwrap(), b"\0content\xff");
    }

    async fn a_file_of_more_bytes_than_the_limit_is_not_read(files: &dyn Files, root: &Path) {
        let path = root.join("a");
        files.create(&path, b"12345").await.unwrap();
        assert_eq!(files.read(&path, 5).await.unwrap(), b"12345");
        assert_eq!(files.read(&path, 4).await.unwrap_err().kind(), FileTooLarge);
        assert_eq!(files.read_blocking(&path, 5).unwrap(), b"12345");
        assert_eq!(files.read_blocking(&path, 4).unwrap_err().kind(), FileTooLarge);
        let empty = root.join("b");
        files.create(&empty, b"").await.unwrap();
        assert_eq!(files.read(&empty, 0).await.unwrap(), b"");
    }

    async fn a_name_that_is_taken_is_not_created_again(files: &dyn Files, root: &Path) {
        let path = root.join("a");
        files.create(&path, b"first").await.unwrap();
        assert_eq!(files.create(&path, b"second").await.unwrap_err().kind(), AlreadyExists);
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"first");
        assert_eq!(files.create(root, b"").await.unwrap_err().kind(), AlreadyExists);
    }

    async fn missing_folders_are_created_with_the_file(files: &dyn Files, root: &Path) {
        let path = root.join("x/y/z/a");
        files.create(&path, b"1").await.unwrap();
        files.create(&root.join("x/b"), b"2").await.unwrap();
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"1");
        assert_eq!(files.list(&root.join("x")).await.unwrap(), ["b", "y"]);
        let _lock = files.lock(&root.join("locks/c")).await.unwrap();
        assert_eq!(files.list(&root.join("locks")).await.unwrap(), ["c"]);
    }

    async fn appended_bytes_follow_those_that_are_there(files: &dyn Files, root: &Path) {
        let path = root.join("journal");
        files.create(&path, b"one\n").await.unwrap();
        files.append(&path, b"two\n").await.unwrap();
        files.append(&path, b"").await.unwrap();
        files.sync(&path).await.unwrap();
        files.append(&path, b"three\n").await.unwrap();
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"one\ntwo\nthree\n");
    }

    async fn what_does_not_exist_is_not_found(files: &dyn Files, root: &Path) {
        let nothing = root.join("nothing");
        assert_eq!(files.read(&nothing, ALL).await.unwrap_err().kind(), NotFound);
        assert_eq!(files.read_blocking(&nothing, ALL).unwrap_err().kind(), NotFound);
        assert_eq!(files.append(&nothing, b"x").await.unwrap_err().kind(), NotFound);
        assert_eq!(files.sync(&nothing).await.unwrap_err().kind(), NotFound);
        assert_eq!(files.rename(&nothing, &root.join("a")).await.unwrap_err().kind(), NotFound);
        assert_eq!(files.list(&nothing).await.unwrap_err().kind(), NotFound);
        assert_eq!(files.remove(&nothing).await.unwrap_err().kind(), NotFound);
        let file = root.join("a");
        files.create(&file, b"").await.unwrap();
        assert_eq!(files.rename(&file, &nothing.join("b")).await.unwrap_err().kind(), NotFound);
        assert_eq!(files.list(root).await.unwrap().last().unwrap(), "a");
    }

    #[cfg(unix)]
    async fn a_file_in_place_of_a_folder_is_not_a_folder(files: &dyn Files, root: &Path) {
        let file = root.join("a");
        files.create(&file, b"content").await.unwrap();
        let below = file.join("b");
        assert_eq!(files.read(&below, ALL).await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.create(&below, b"").await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.create(&below.join("c"), b"").await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.lock(&below).await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.append(&below, b"").await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.rename(&file, &below).await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.list(&file).await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.remove(&below).await.unwrap_err().kind(), NotADirectory);
        assert_eq!(files.read(&file, ALL).await.unwrap(), b"content");
    }

    async fn a_folder_is_not_used_as_a_file(files: &dyn Files, root: &Path) {
        let kinds = [IsADirectory, PermissionDenied];
        assert!(kinds.contains(&files.read(root, ALL).await.unwrap_err().kind()));
        assert!(kinds.contains(&files.append(root, b"").await.unwrap_err().kind()));
        assert!(kinds.contains(&files.remove(root).await.unwrap_err().kind()));
        assert!(kinds.contains(&files.lock(root).await.unwrap_err().kind()));
        let file = root.join("a");
        files.create(&file, b"").await.unwrap();
        files.create(&root.join("x/b"), b"").await.unwrap();
        assert!(kinds.contains(&files.rename(&file, &root.join("x")).await.unwrap_err().kind()));
    }

    async fn a_new_name_replaces_a_file_that_has_it(files: &dyn Files, root: &Path) {
        let (old, new) = (root.join("token"), root.join("token.new"));
        files.create(&old, b"old").await.unwrap();
        files.create(&new, b"new").await.unwrap();
        files.sync(&new).await.unwrap();
        files.rename(&new, &old).await.unwrap();
        files.sync(root).await.unwrap();
        assert_eq!(files.read(&old, ALL).await.unwrap(), b"new");
        assert_eq!(files.read(&new, ALL).await.unwrap_err().kind(), NotFound);
        files.create(&new, b"newer").await.unwrap();
        assert_eq!(files.read(&old, ALL).await.unwrap(), b"new");
    }

    async fn a_removed_name_is_free(files: &dyn Files, root: &Path) {
        let path = root.join("a");
        files.create(&path, b"1").await.unwrap();
        files.remove(&path).await.unwrap();
        assert_eq!(files.read(&path, ALL).await.unwrap_err().kind(), NotFound);
        files.create(&path, b"2").await.unwrap();
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"2");
    }

    async fn a_list_has_the_names_of_files_and_folders_in_order(files: &dyn Files, root: &Path) {
        for name in ["x/b", "x/c/d", "x/a", "x/ü"] {
            files.create(&root.join(name), b"").await.unwrap();
        }
        assert_eq!(files.list(&root.join("x")).await.unwrap(), ["a", "b", "c", "ü"]);
        files.remove(&root.join("x/c/d")).await.unwrap();
        assert_eq!(files.list(&root.join("x/c")).await.unwrap(), Vec::<&str>::new());
    }

    async fn a_lock_is_exclusive_until_it_is_dropped(files: &dyn Files, root: &Path) {
        let (one, two) = (root.join("one.lock"), root.join("two.lock"));
        let lock = files.lock(&one).await.unwrap();
        assert_eq!(files.lock(&one).await.unwrap_err().kind(), WouldBlock);
        let other = files.lock(&two).await.unwrap();
        drop(lock);
        let again = files.lock(&one).await.unwrap();
        drop(other);
        assert_eq!(files.lock(&one).await.unwrap_err().kind(), WouldBlock);
        drop(again);
        drop(files.lock(&one).await.unwrap());
    }

    async fn a_lock_leaves_the_content_as_it_is(files: &dyn Files, root: &Path) {
        let path = root.join("a");
        files.create(&path, b"content").await.unwrap();
        drop(files.lock(&path).await.unwrap());
        assert_eq!(files.read(&path, ALL).await.unwrap(), b"content");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (file, lock) = (folder.path().join("x/y/a"), folder.path().join("x/lock"));
    LocalFiles.create(&file, b"").await.unwrap();
    drop(LocalFiles.lock(&lock).await.unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&lock)), (0o600, 0o600));
    assert_eq!((mode(&folder.path().join("x")), mode(&folder.path().join("x/y"))), (0o700, 0o700));
}

#[test]
fn outside_of_a_runtime_files_are_used_all_the_same() {
    use futures_util::FutureExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    LocalFiles.create(&path, b"content").now_or_never().unwrap().unwrap();
    assert_eq!(LocalFiles.read(&path, ALL).now_or_never().unwrap().unwrap(), b"content");
}

/// Process substitution gives a program its settings through a pipe, whose length nothing tells.
#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end_and_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (limit, expected) in [(6, Ok(b"region".to_vec())), (5, Err(FileTooLarge))] {
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, b"region").unwrap()
        });
        assert_eq!(LocalFiles.read_blocking(&pipe, limit).map_err(|error| error.kind()), expected);
        writer.join().unwrap();
    }
}
