//! Escapes untrusted text for display: keys, paths and messages of services can contain any character.

use std::borrow::Cow;

use super::encoded_key::MARK;

/// Escapes characters that move the cursor, change the text direction or are invisible: control characters,
/// line and paragraph separators, bidirectional controls, zero-width and other invisible characters.
///
/// ```
/// use windlass::paths::visible;
///
/// assert_eq!(visible("cat\u{202e}gpj.exe\n"), "cat\\u{202e}gpj.exe\\n");
/// assert_eq!(visible("日本 é.txt"), "日本 é.txt");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        // The mark of an encoded key is readable text.
        if rest.starts_with(MARK) {
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        if is_unseen(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    Cow::Owned(escaped)
}

/// Whether a character is a control character, or one that terminals can hide or interpret: Unicode's
/// `Default_Ignorable_Code_Point`, the two separators and the annotation marks.
fn is_unseen(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn invisible_characters_are_escaped() {
        for character in "\0\t\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\
            \u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2064}\u{2066}\u{2067}\u{2068}\u{2069}\u{206f}\u{3164}\
            \u{fe0f}\u{feff}\u{fff9}\u{e0001}\u{e0061}\u{e0100}"
            .chars()
        {
            let escaped = visible(&format!("a{character}b")).into_owned();
            assert!(escaped.starts_with("a\\") && escaped.ends_with('b') && !escaped.contains(character), "{escaped}");
        }
    }

    #[test]
    fn visible_characters_are_kept() {
        for text in ["", "a b\\\"'", "é ü ß", "日本語", "שלום", "العربية", "👩", "e\u{301}", "\u{3000}"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn an_encoded_key_has_a_readable_mark() {
        assert_eq!(visible(&format!("a%FF{MARK}")), "a%FF (percent-encoded)");
        assert_eq!(visible("a\0"), "a\\u{0}");
    }

    proptest! {
        #[test]
        fn no_invisible_character_is_left(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(is_unseen));
        }
    }
}
