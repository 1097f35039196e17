//! Validates the characters of keys. White space copied along with a key would be signed, and the service
//! would report a wrong signature.

use crate::{Error, ErrorKind, Result};

/// The set of characters that a value may contain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CharacterSet {
    /// Visible ASCII characters, as in a header value without spaces.
    Header,
    /// All characters of a line of text. A secret is never sent, and services other than AWS let users choose
    /// one.
    Line,
}

/// Returns an error if the value contains a disallowed character. `place` is the source of the value.
pub(super) fn check(place: &str, value: &str, allowed: CharacterSet) -> Result<()> {
    let fits = |c: char| match allowed {
        CharacterSet::Header => c.is_ascii_graphic(),
        CharacterSet::Line => !c.is_control() && !is_invisible(c),
    };
    let Some(position) = value.chars().position(|c| !fits(c)) else { return Ok(()) };
    let what = if value.chars().nth(position).is_some_and(char::is_whitespace) {
        "white space or a line break"
    } else {
        "a character that is not allowed in a key"
    };
    // The message omits the value, which may be a secret.
    let message = format!("{place} contains {what} at position {}: copy it again", position + 1);
    Err(Error::new(ErrorKind::CredentialsInvalid, message))
}

/// Whether the character is Unicode white space or zero-width, which copied text may contain.
fn is_invisible(c: char) -> bool {
    (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
