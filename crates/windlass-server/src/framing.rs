//! Parser for the framing of an aws-chunked body: locates the content and the end, and validates the sizes.
//! Signatures and lengths are verified elsewhere.

/// The position in an aws-chunked body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// Before the size of a chunk.
    Begin,
    /// In the size of a chunk; the value so far.
    Size(u64),
    /// In the extension after the size.
    Extension(u64),
    /// Between CR and LF of the size line.
    LineEnd(u64),
    /// In the content, with this many bytes left.
    Data(u64),
    /// Between the content and the next size.
    Gap,
    /// After the size of the last, empty chunk.
    End,
    /// After malformed framing.
    Broken,
}

impl Framing {
    /// The start of a body.
    pub(crate) fn new() -> Self {
        Self::Begin
    }

    /// Whether the last chunk was reached.
    pub(crate) fn is_at_end(self) -> bool {
        self == Self::End
    }

    /// Whether the framing is malformed.
    pub(crate) fn is_broken(self) -> bool {
        self == Self::Broken
    }

    /// Skips the leading bytes of one kind. Returns their number and whether they are content.
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
