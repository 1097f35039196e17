//! What characters a key may have. White space that was copied along, inside as well, would be signed and refused by the
//! service with a message about signatures.

use crate::{Error, ErrorKind, Result};

/// Which characters a value may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CharacterSet {
    /// Those of a word in a header.
    Header,
    /// Those of a line of text: a secret is never sent, and services other than AWS let users choose one.
    Line,
}

/// Refuses a value with a character that it cannot have; `place` says where the value was found.
pub(super) fn check(place: &str, value: &str, allowed: CharacterSet) -> Result<()> {
    let fits = |c: char| match allowed {
        CharacterSet::Header => c.is_ascii_graphic(),
        CharacterSet::Line => !c.is_control() && !is_invisible(c),
    };
    let Some(position) = value.chars().position(|c| !fits(c)) else { return Ok(()) };
    let what = if value.chars().nth(position).is_some_and(char::is_whitespace) {
        "white space or a line break"
    } else {
        "a character that a key cannot have"
    };
    // The value itself is not repeated: it may be a secret.
    let message = format!("{place} holds {what} at position {}: copy it again", position + 1);
    Err(Error::new(ErrorKind::CredentialsInvalid, message))
}

/// White space of other scripts, and characters without width, which text that was copied may carry.
fn is_invisible(c: char) -> bool {
    (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
