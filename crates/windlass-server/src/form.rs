//! The body of a form upload: fields, followed by one file that is streamed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::body::{Body, BodyError};
use crate::refusal::{Code, Refusal};

/// A form that was read up to its file.
pub(crate) struct Form {
    pub(crate) fields: Fields,
    pub(crate) file: File,
}

/// The fields before the file, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Returns the value of a field. Names are case-insensitive.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns the value of a field, or a refusal if it is missing.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            Refusal::new(Code::InvalidArgument)
                .message(format!(
                    "Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
                ))
                .detail("ArgumentName", name)
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Substitutes the file name for `${filename}` in the fields.
    fn fill_in(&mut self, file_name: &str) {
        for (_, value) in &mut self.0 {
            *value = value.replace("${filename}", file_name);
        }
    }
}

impl Form {
    /// Reads the fields. Anything after the file is ignored.
    ///
    /// # Errors
    ///
    /// Rejects bodies that are not forms, fields that are too long, and forms without a file.
    pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Refusal> {
        let boundary = boundary(headers).ok_or_else(malformed)?;
        let mut reader = FieldReader { body, buffer: Buffer::of(b"\r\n"), read: 0 };
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut fields = Fields::default();
        // RFC 2046: text before the first delimiter is ignored.
        reader.take_until(&delimiter).await?;
        loop {
            let line = reader.take_until(b"\r\n").await?;
            if line.starts_with(b"--") {
                return Err(Refusal::new(Code::InvalidArgument)
                    .message("POST requires exactly one file upload per request.")
                    .detail("ArgumentName", "file")
                    .detail("ArgumentValue", "0"));
            }
            let part = reader.take_part_head().await?;
            let name = part.name.ok_or_else(malformed)?;
            if name.eq_ignore_ascii_case("file") {
                fields.fill_in(part.file_name.as_deref().unwrap_or_default());
                let file = File { body: reader.body, buffer: reader.buffer, delimiter, is_over: false };
                return Ok(Self { fields, file });
            }
            let value = reader.take_until(&delimiter).await?;
            fields.0.push((name, String::from_utf8(value.to_vec()).map_err(|_| malformed())?));
        }
    }
}

/// The content of the file. It must end with a delimiter.
pub(crate) struct File {
    body: Body,
    buffer: Buffer,
    delimiter: Vec<u8>,
    is_over: bool,
}

impl Stream for File {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            let file = &mut *self;
            if let Some(end) = file.buffer.find(&file.delimiter) {
                self.is_over = true;
                return Poll::Ready(Some(Ok(self.buffer.take(end))));
            }
            // The last bytes can be the start of the delimiter.
            let certain = self.buffer.bytes.len().saturating_sub(self.delimiter.len() - 1);
            if certain >= PIECE {
                return Poll::Ready(Some(Ok(self.buffer.take(certain))));
            }
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)) else {
                let error = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                return Poll::Ready(Some(Err(error.into())));
            };
            self.buffer.bytes.extend_from_slice(&frame?.into_data().unwrap_or_default());
        }
    }
}

/// Reads the part before the file, which is small.
struct FieldReader {
    body: Body,
    buffer: Buffer,
    read: usize,
}

impl FieldReader {
    /// Returns the bytes before a mark and skips the mark.
    async fn take_until(&mut self, mark: &[u8]) -> Result<Bytes, Refusal> {
        loop {
            if let Some(end) = self.buffer.find(mark) {
                let taken = self.buffer.take(end);
                self.buffer.take(mark.len());
                self.read += taken.len();
                if self.read > LONGEST_FIELDS {
                    return Err(too_long());
                }
                return Ok(taken);
            }
            if self.read + self.buffer.bytes.len() > LONGEST_FIELDS + LONGEST_FRAME {
                return Err(too_long());
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    self.buffer.bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
                }
                Some(Err(_)) => return Err(Code::IncompleteBody.into()),
                None => return Err(malformed()),
            }
        }
    }

    async fn take_part_head(&mut self) -> Result<PartHead, Refusal> {
        let mut head = PartHead::default();
        loop {
            let line = self.take_until(b"\r\n").await?;
            if line.is_empty() {
                return Ok(head);
            }
            let line = std::str::from_utf8(&line).map_err(|_| malformed())?;
            let (name, value) = line.split_once(':').ok_or_else(malformed)?;
            if name.trim().eq_ignore_ascii_case("content-disposition") {
                head.name = parameter(value, "name");
                head.file_name = parameter(value, "filename").map(|path| base_name(&path).to_owned());
            }
        }
    }
}

#[derive(Default)]
struct PartHead {
    name: Option<String>,
    file_name: Option<String>,
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    parameter(value, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// Returns a parameter of a header value. Browsers write a quote within one as `%22`, other clients as `\"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (text, next) = if let Some(quoted) = after.strip_prefix('"') {
            read_quoted(quoted)?
        } else {
            let (text, next) = after.split_at(after.find(';').unwrap_or(after.len()));
            (text.trim().to_owned(), next)
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = next.trim_start().strip_prefix(';')?;
    }
}

/// Splits at the closing quote: the text before it, and the rest.
fn read_quoted(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((text.replace("%22", "\""), quoted.get(index + 1..)?)),
            '\\' if quoted.get(index + 1..).is_some_and(|rest| rest.starts_with(['"', '\\'])) => {
                text.extend(characters.next().map(|(_, escaped)| escaped));
            }
            _ => text.push(character),
        }
    }
    None
}

/// Removes the folders: some browsers send the whole path.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Bytes that were read and not yet used.
struct Buffer {
    bytes: BytesMut,
    /// The mark does not start before this offset.
    searched: usize,
}

impl Buffer {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: BytesMut::from(bytes), searched: 0 }
    }

    /// Returns the position of the mark. Until it is found, each call must look for the same mark.
    fn find(&mut self, mark: &[u8]) -> Option<usize> {
        let first = *mark.first()?;
        loop {
            let rest = self.bytes.get(self.searched..)?;
            let Some(next) = rest.iter().position(|byte| *byte == first) else {
                self.searched = self.bytes.len();
                return None;
            };
            let rest = rest.get(next..)?;
            self.searched += next;
            if rest.starts_with(mark) {
                return Some(self.searched);
            }
            if mark.starts_with(rest) {
                return None;
            }
            self.searched += 1;
        }
    }

    /// Removes and returns the first bytes.
    fn take(&mut self, length: usize) -> Bytes {
        self.searched = 0;
        self.bytes.split_to(length).freeze()
    }
}

fn malformed() -> Refusal {
    Code::MalformedPOSTRequest.into()
}

fn too_long() -> Refusal {
    Code::MaxPostPreDataLengthExceededError.into()
}

/// The limit for all fields together, in bytes.
const LONGEST_FIELDS: usize = 20 * 1024;
/// The limit for one frame, in bytes: it can contain fields and part of the file.
const LONGEST_FRAME: usize = 1 << 20;
/// The minimum size of a chunk of the file, in bytes, except for the last.
const PIECE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, TryStreamExt};
    use http_body_util::StreamBody;

    use super::*;

    /// Returns a body in frames of `size` bytes.
    fn in_pieces(text: &[u8], size: usize) -> Body {
        let pieces: Vec<_> = text
            .chunks(size)
            .map(|piece| Ok(http_body::Frame::data(Bytes::copy_from_slice(piece))))
            .collect();
        Body::stream(StreamBody::new(futures_util::stream::iter(pieces).map(|it: Result<_, BodyError>| it)))
    }

    async fn read(text: &[u8], size: usize) -> Result<Form, Refusal> {
        let headers = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=\"b\"".parse().unwrap(),
        )]);
        Form::read(&headers, in_pieces(text, size)).await
    }

    #[tokio::test]
    async fn fields_and_file_are_read_with_any_frame_size() {
        let content: Vec<u8> = b"\r\n--\r\n-".iter().copied().cycle().take(100_000).collect();
        let mut text = b"preamble\r\n--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nup/${filename}\r\n--b\r\ncontent-disposition: form-data; name=X\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a %22b\\\".txt\"\r\n\r\n".to_vec();
        text.extend_from_slice(&content);
        text.extend_from_slice(
            b"\r\n--b\r\nContent-Disposition: form-data; name=\"late\"\r\n\r\nx\r\n--b--\r\n",
        );
        for size in [1, 7, 1000, text.len()] {
            let form = read(&text, size).await.unwrap();
            let fields: Vec<(&str, &str)> = form.fields.iter().collect();
            assert_eq!(fields, [("key", "up/a \"b\".txt"), ("X", "")]);
            assert_eq!(form.fields.get("KEY"), Some("up/a \"b\".txt"));
            let file: Vec<Bytes> = form.file.try_collect().await.unwrap();
            assert!(file.concat() == content, "in frames of {size}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_not_a_form_is_rejected() {
        let code = async |text: &[u8]| read(text, 100).await.err().map(|refusal| refusal.code);
        assert_eq!(code(b"").await, Some(Code::MalformedPOSTRequest));
        assert_eq!(code(b"--b\r\n\r\nno name\r\n--b--\r\n").await, Some(Code::MalformedPOSTRequest));
        assert_eq!(code(b"--b--\r\n").await, Some(Code::InvalidArgument));
        let long = format!("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n{}", "x".repeat(3 << 20));
        assert_eq!(code(long.as_bytes()).await, Some(Code::MaxPostPreDataLengthExceededError));
        let cut = read(b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\ncontent\r\n--", 100)
            .await
            .unwrap();
        cut.file.try_collect::<Vec<Bytes>>().await.unwrap_err();
    }
}
