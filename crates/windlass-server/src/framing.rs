//! The frames of an aws-chunked body: which of its bytes are content, whether it has ended, and whether its sizes are
//! numbers at all. Signatures and lengths are verified elsewhere.

/// Where in such a body the next byte is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// Before the size of a chunk.
    Begin,
    /// In the size of a chunk, as far as it is known.
    Size(u64),
    /// In what follows the size on its line.
    Extension(u64),
    /// Between the two characters that end the line.
    LineEnd(u64),
    /// In the content, with so many bytes to come.
    Data(u64),
    /// Between the content and the next size.
    Gap,
    /// Behind the head of the last, empty chunk.
    End,
    /// Behind what can be no frame.
    Broken,
}

impl Framing {
    /// At the beginning.
    pub(crate) fn new() -> Self {
        Self::Begin
    }

    /// Whether the last chunk has come.
    pub(crate) fn is_at_end(self) -> bool {
        self == Self::End
    }

    /// Whether something came that can be no frame.
    pub(crate) fn is_broken(self) -> bool {
        self == Self::Broken
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
        let digit = char::from(*byte).to_digit(16).map(u64::from);
        *self = match (*self, *byte) {
            (Self::End | Self::Broken, _) => return (bytes.len(), false),
            (Self::Begin, _) => digit.map_or(Self::Broken, Self::Size),
            (Self::Size(size) | Self::Extension(size), b'\r') => Self::LineEnd(size),
            (Self::Size(size), b';') => Self::Extension(size),
            (Self::Size(size), _) => {
                digit.map_or(Self::Broken, |digit| Self::Size(size.saturating_mul(16).saturating_add(digit)))
            }
            (Self::LineEnd(0), b'\n') => Self::End,
            (Self::LineEnd(size), b'\n') => Self::Data(size),
            (Self::LineEnd(_), _) => Self::Broken,
            (Self::Gap, b'\n') => Self::Begin,
            (same, _) => same,
        };
        (1, false)
    }
}
