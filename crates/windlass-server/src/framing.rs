//! The frames of an aws-chunked body: which of its bytes are content, and whether it has ended.
//! What the frames say is verified elsewhere.

/// Where in such a body the next byte is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// In the size of a chunk, as far as it is known.
    Size(u64),
    /// In what follows the size on its line.
    Extension(u64),
    /// In the content, with so many bytes to come.
    Data(u64),
    /// Between the content and the next size.
    Gap,
    /// Behind the head of the last, empty chunk.
    End,
}

impl Framing {
    /// At the beginning.
    pub(crate) fn new() -> Self {
        Self::Size(0)
    }

    /// Whether the last chunk has come.
    pub(crate) fn is_at_end(self) -> bool {
        self == Self::End
    }

    /// Steps over the first bytes that are alike: how many they are, and whether they are content.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> (usize, bool) {
        if let Self::Data(left) = *self {
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            let left = left - length as u64;
            *self = if left == 0 { Self::Gap } else { Self::Data(left) };
            return (length, true);
        }
        let Some(byte) = bytes.first() else { return (0, false) };
        *self = match (*self, *byte) {
            (Self::End, _) => return (bytes.len(), false),
            (Self::Size(size), byte) => match char::from(byte).to_digit(16) {
                Some(digit) => Self::Size(size.saturating_mul(16).saturating_add(digit.into())),
                None => Self::Extension(size),
            },
            (Self::Extension(0), b'\n') => Self::End,
            (Self::Extension(size), b'\n') => Self::Data(size),
            (Self::Gap, b'\n') => Self::Size(0),
            (same, _) => same,
        };
        (1, false)
    }
}
