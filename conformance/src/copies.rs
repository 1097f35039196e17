//! Capability g: the mapping of sources to targets.

use std::path::Path;

use serde_json::{Value, json};
use windlass::paths::{
    FileNameRules, KeyPattern, S3Url, file_name, folder_prefix, key_below, local_path, single_key,
    single_path,
};

use crate::answer::{Answer, Outcome};
use crate::input::Input;

pub(crate) fn plan_copy(mut input: Input) -> Outcome {
    let source = input.required("source")?;
    let destination = input.required("destination")?;
    let recursive = input.flag("recursive") == Some(true);
    let cwd = input.required("cwd")?;
    let (files, keys) = (texts(input.list("files")), texts(input.list("keys")));
    input.end()?;
    let folder = Folder { cwd: Path::new(&cwd), files: &files };
    let copies = match (S3Url::is_one(&source), S3Url::is_one(&destination)) {
        (false, true) => upload(&folder.select(&source, recursive)?, &destination.parse()?),
        (true, is_in_s3) => {
            let from: S3Url = source.parse()?;
            let found = select(&from, &keys, recursive)?;
            if is_in_s3 {
                copy(&from, &found, &destination.parse()?)
            } else {
                download(&from, &found, &destination, &folder)?
            }
        }
        (false, false) => return Err(Answer::error("refused", "source or target must be in S3")),
    };
    let copies = copies.into_iter().map(|(from, to)| json!({"source": from, "destination": to}));
    Ok(Answer::ok(json!({"copies": copies.collect::<Vec<_>>()})))
}

/// The names that a source selects, as the source has them.
enum Selection<'n> {
    One(&'n str),
    /// Names, and their part below the source.
    Many(Vec<(&'n str, &'n str)>),
}

type Copies = Vec<(String, String)>;

fn upload(found: &Selection<'_>, to: &S3Url) -> Copies {
    let shown = |key: String| in_bucket(&to.bucket, &key);
    match found {
        Selection::One(name) => vec![((*name).to_owned(), shown(single_key(&to.key, file_name(name))))],
        Selection::Many(names) => names
            .iter()
            .map(|(name, relative)| ((*name).to_owned(), shown(key_below(&to.key, relative))))
            .collect(),
    }
}

fn copy(from: &S3Url, found: &Selection<'_>, to: &S3Url) -> Copies {
    let copies = upload(found, to).into_iter();
    copies.map(|(key, destination)| (in_bucket(&from.bucket, &key), destination)).collect()
}

fn download(
    from: &S3Url,
    found: &Selection<'_>,
    destination: &str,
    folder: &Folder<'_>,
) -> Result<Copies, Answer> {
    let place = |root: &Path, key: &str, name: &str| {
        let path = local_path(&folder.cwd.join(root), name, FileNameRules::Unix)?;
        Ok((in_bucket(&from.bucket, key), path.display().to_string()))
    };
    match found {
        Selection::One(key) => {
            let (root, name) = single_path(destination, folder.is_there(destination), file_name(key));
            Ok(vec![place(&root, key, &name.to_string_lossy())?])
        }
        Selection::Many(keys) => {
            keys.iter().map(|(key, relative)| place(Path::new(destination), key, relative)).collect()
        }
    }
}

fn select<'k>(from: &S3Url, keys: &'k [String], recursive: bool) -> Result<Selection<'k>, Answer> {
    if KeyPattern::is_pattern(&from.key) {
        let pattern = KeyPattern::new(from.key.as_str());
        let found = keys.iter().filter_map(|key| Some((key.as_str(), pattern.relative(key)?)));
        return Ok(Selection::Many(found.collect()));
    }
    select_names(&from.key, keys, recursive)
}

fn select_names<'n>(name: &str, names: &'n [String], recursive: bool) -> Result<Selection<'n>, Answer> {
    if recursive {
        let folder = folder_prefix(name);
        let below = names.iter().filter_map(|name| Some((name.as_str(), name.strip_prefix(&folder)?)));
        return Ok(Selection::Many(below.collect()));
    }
    let found = names.iter().find(|known| *known == name);
    found
        .map(|name| Selection::One(name))
        .ok_or_else(|| Answer::error("refused", "the source does not exist"))
}

/// The local files. Names of folders end with a slash.
struct Folder<'a> {
    cwd: &'a Path,
    files: &'a [String],
}

impl<'a> Folder<'a> {
    fn is_there(&self, name: &str) -> bool {
        let folder = folder_prefix(name);
        self.files.iter().any(|file| file.starts_with(&folder))
    }

    fn select(&self, source: &str, recursive: bool) -> Result<Selection<'a>, Answer> {
        let selection = select_names(source, self.files, recursive)?;
        Ok(match selection {
            Selection::Many(mut names) => {
                names.retain(|(name, _)| !name.ends_with('/'));
                Selection::Many(names)
            }
            one @ Selection::One(_) => one,
        })
    }
}

fn in_bucket(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

fn texts(values: Vec<Value>) -> Vec<String> {
    values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
