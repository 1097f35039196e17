//! Sources are read and deleted only if they are still the listed files.

use std::error::Error as _;
use std::fs;
use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt as _;

use super::super::{LINKED_FOLDER, Links, OpenedFile, Removal, SourceFile, SourceTree};
use crate::Body;
use crate::body::OpenBody;
use crate::paths::Filter;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    folder
}

async fn list(root: &Path, links: Links) -> SourceTree {
    SourceTree::list(root, Vec::new(), links, Filter::default()).await.unwrap()
}

async fn single(path: &Path) -> SourceFile {
    SourceFile::at(path, Links::Follow).await.unwrap()
}

async fn read(body: &Body) -> Result<String, String> {
    let opened = body.open().await.map_err(|error| format!("{error} {:?}", error.source()))?;
    let OpenBody::Stream(stream) = opened else { panic!("a file is a stream") };
    let chunks: Vec<Bytes> = stream.try_collect().await.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(chunks.concat()).unwrap())
}

async fn content(file: &SourceFile) -> Result<String, String> {
    read(&file.open().await.map_err(|error| error.to_string())?.body()).await
}

#[tokio::test]
async fn a_file_is_read_again_and_deleted_once() {
    let root = folder(&["a/f"]);
    let file = single(&root.path().join("a/f")).await;
    assert_eq!((file.relative(), file.size(), file.is_link()), ("f", 3, false));
    assert_eq!(file.path(), root.path().join("a/f"));
    let opened = file.open().await.unwrap();
    for _ in 0..2 {
        assert_eq!(read(&opened.body()).await.unwrap(), "a/f");
    }
    assert_eq!(opened.remove().await.unwrap(), Removal::Done);
    assert!(!root.path().join("a/f").exists());
    assert_eq!(file.open().await.unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn only_regular_files_are_files() {
    let root = folder(&["a/f"]);
    for name in ["a", "none", "a/..", "a/f/g"] {
        SourceFile::at(root.path().join(name), Links::Follow).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_file_that_changed_is_not_deleted() {
    let root = folder(&["f"]);
    let path = root.path().join("f");
    let opened = single(&path).await.open().await.unwrap();
    fs::write(&path, "22").unwrap();
    assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
    assert!(path.exists());
    let opened = single(&path).await.open().await.unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(opened.remove().await.unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    /// A file of the same size and times.
    fn twin(path: &Path, content: &str) {
        fs::write(path, content).unwrap();
        fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }

    #[tokio::test]
    async fn a_replaced_file_is_neither_read_nor_deleted() {
        let root = folder(&[]);
        let (path, other) = (root.path().join("f"), root.path().join("g"));
        twin(&path, "own");
        twin(&other, "not");
        let file = single(&path).await;
        let opened = file.open().await.unwrap();
        assert_eq!(read(&opened.body()).await.unwrap(), "own");
        let swaps: [&dyn Fn(); 3] = [
            &|| fs::rename(&other, &path).unwrap(),
            &|| {
                fs::rename(&path, &other).unwrap();
                symlink(&other, &path).unwrap();
            },
            &|| {
                fs::remove_file(&path).unwrap();
                assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            },
        ];
        for swap in swaps {
            swap();
            let error = file.open().await.unwrap_err();
            assert_eq!(error.to_string(), "it was replaced since it was listed");
            assert!(read(&opened.body()).await.is_err());
        }
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        assert!(path.exists() && other.exists());
    }

    #[tokio::test]
    async fn a_file_replaced_by_a_link_to_it_is_neither_read_nor_deleted() {
        let root = folder(&["f"]);
        let (path, moved) = (root.path().join("f"), root.path().join("moved"));
        let file = single(&path).await;
        let opened = file.open().await.unwrap();
        fs::rename(&path, &moved).unwrap();
        symlink("moved", &path).unwrap();
        assert!(file.open().await.is_err());
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        assert!(path.is_symlink() && moved.exists());
    }

    #[tokio::test]
    async fn a_link_is_deleted_and_not_its_target() {
        let root = folder(&["real/file", "other"]);
        let link = root.path().join("link");
        symlink("real/file", &link).unwrap();
        let open = async || single(&link).await.open().await.unwrap();
        let opened: OpenedFile = open().await;
        assert_eq!(read(&opened.body()).await.unwrap(), "real/file");
        assert_eq!(opened.remove().await.unwrap(), Removal::Done);
        assert!(root.path().join("real/file").is_file() && !link.is_symlink());

        symlink("real/file", &link).unwrap();
        let opened = open().await;
        fs::remove_file(&link).unwrap();
        symlink("real/../real/file", &link).unwrap();
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        let opened = open().await;
        fs::write(root.path().join("real/file"), "22").unwrap();
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        assert!(SourceFile::at(&link, Links::LeaveOut).await.is_err());

        // The target is determined by the listing.
        let file = single(&link).await;
        fs::remove_file(&link).unwrap();
        symlink("other", &link).unwrap();
        assert_eq!(content(&file).await.unwrap(), "22");
        fs::rename(root.path().join("other"), root.path().join("real/file")).unwrap();
        assert!(content(&file).await.unwrap_err().contains("was replaced"));
    }

    #[tokio::test]
    async fn a_folder_replaced_by_a_link_is_neither_read_nor_emptied() {
        for other in ["outside", "moved"] {
            let (root, outside) = (folder(&["src/a/b/f", "src/f"]), folder(&["b/f"]));
            let path = |name: &str| root.path().join(name);
            let tree = list(&path("src"), Links::Follow).await;
            let [file, top] = &tree.files[..] else { panic!("{tree:?}") };
            let opened = file.open().await.unwrap();
            fs::rename(path("src/a"), path("moved")).unwrap();
            let target = if other == "outside" { outside.path().to_path_buf() } else { path("moved") };
            symlink(target, path("src/a")).unwrap();
            // The open handle refers to the listed folder.
            assert_eq!(content(file).await.unwrap(), "src/a/b/f");
            assert_eq!(opened.remove().await.unwrap(), Removal::Changed, "{other}");
            assert!(path("moved/b/f").exists() && outside.path().join("b/f").exists());
            assert_eq!(content(top).await.unwrap(), "src/f");
        }
    }

    #[tokio::test]
    async fn a_hard_link_in_another_folder_is_not_deleted() {
        let root = folder(&["src/a/f", "other/g"]);
        let path = |name: &str| root.path().join(name);
        fs::hard_link(path("src/a/f"), path("other/f")).unwrap();
        let tree = list(&path("src"), Links::Follow).await;
        let opened = tree.files[0].open().await.unwrap();
        fs::rename(path("src/a"), path("moved")).unwrap();
        fs::rename(path("other"), path("src/a")).unwrap();
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        assert!(path("moved/f").exists() && path("src/a/f").exists());
    }

    #[tokio::test]
    async fn a_closed_folder_that_was_replaced_is_not_opened() {
        let many: Vec<String> = (0..100).map(|number| format!("src/{number}/f")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let (root, outside) = (folder(&many), folder(&["f"]));
        let tree = list(&root.path().join("src"), Links::Follow).await;
        for file in &tree.files {
            let swapped = file.path().parent().unwrap().to_path_buf();
            fs::rename(&swapped, root.path().join("moved")).unwrap();
            symlink(outside.path(), &swapped).unwrap();
            match content(file).await {
                Ok(content) => assert!(content.starts_with("src/"), "{content}"),
                Err(error) => assert!(error.contains("was replaced since it was listed"), "{error}"),
            }
            fs::remove_file(&swapped).unwrap();
            fs::rename(root.path().join("moved"), &swapped).unwrap();
        }
        let first = &tree.files[0];
        fs::rename(root.path().join("src/0"), root.path().join("moved")).unwrap();
        symlink(outside.path(), root.path().join("src/0")).unwrap();
        let error = content(first).await.unwrap_err();
        assert!(error.contains("src/0 was replaced since it was listed"), "{error}");
    }

    #[tokio::test]
    async fn a_replaced_root_is_neither_read_nor_emptied() {
        let (root, outside) = (folder(&["src/f", "src/g"]), folder(&["f", "g"]));
        let src = root.path().join("src");
        let tree = list(&src, Links::Follow).await;
        let opened = tree.files[0].open().await.unwrap();
        fs::rename(&src, root.path().join("moved")).unwrap();
        symlink(outside.path(), &src).unwrap();
        assert_eq!(content(&tree.files[1]).await.unwrap(), "src/g");
        assert_eq!(opened.remove().await.unwrap(), Removal::Changed);
        assert!(root.path().join("moved/f").exists() && outside.path().join("f").exists());
    }

    #[tokio::test]
    async fn files_behind_a_linked_folder_are_read_until_the_link_changes() {
        let (root, outside) = (folder(&["src/f"]), folder(&["a", "b"]));
        symlink(outside.path(), root.path().join("src/linked")).unwrap();
        let tree = list(&root.path().join("src"), Links::Follow).await;
        let names: Vec<_> = tree.files.iter().map(SourceFile::relative).collect();
        assert_eq!((names, tree.links_outside), (vec!["f", "linked/a", "linked/b"], 1));
        assert_eq!(content(&tree.files[1]).await.unwrap(), "a");
        let tree = list(&root.path().join("src"), Links::FollowToFiles).await;
        assert_eq!((tree.files.len(), tree.skipped[0].1.as_str()), (1, LINKED_FOLDER));
    }
}
