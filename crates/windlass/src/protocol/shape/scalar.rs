//! Scalar values, which documents and headers contain as text.

use std::borrow::Cow;
use std::time::SystemTime;

#[cfg(test)]
use super::{Kind, Source};
use crate::protocol::timestamp::{read_date, to_iso8601};
use crate::protocol::xml;

/// The text is not a valid value of the type.
#[derive(Debug)]
pub(crate) struct Malformed;

/// A value with a text form.
pub(crate) trait Scalar: Sized {
    #[cfg(test)]
    const KIND: Kind;

    /// Parses a value. `None` if the text is empty and has no value.
    fn parse(text: &str) -> Result<Option<Self>, Malformed>;

    fn text(&self) -> Cow<'_, str>;

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self;
}

/// Empty text is a value: for example, an empty prefix means all keys.
impl Scalar for String {
    #[cfg(test)]
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        Ok(Some(text.to_owned()))
    }

    fn text(&self) -> Cow<'_, str> {
        self.into()
    }

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self {
        source.pick(&["", "a", " two words ", "<&>\"'", "ü\u{1f600}", "line\r\n\tbreak"]).to_owned()
    }
}

impl Scalar for bool {
    #[cfg(test)]
    const KIND: Kind = Kind::Boolean;

    fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        xml::flag(text).map_err(|_| Malformed)
    }

    fn text(&self) -> Cow<'_, str> {
        if *self { "true".into() } else { "false".into() }
    }

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self {
        source.next() % 2 == 1
    }
}

/// In ISO 8601, the format of timestamps in documents of S3.
impl Scalar for SystemTime {
    #[cfg(test)]
    const KIND: Kind = Kind::Timestamp;

    fn parse(text: &str) -> Result<Option<Self>, Malformed> {
        match read_date(text) {
            (_, Some(_)) => Err(Malformed),
            (time, None) => Ok(time),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        to_iso8601(*self).into()
    }

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self {
        Self::UNIX_EPOCH + std::time::Duration::from_millis(u64::from(source.next()) * 500)
    }
}

macro_rules! integers {
    ($($integer:ty)+) => {
        $(impl Scalar for $integer {
            #[cfg(test)]
            const KIND: Kind = Kind::Integer;

            fn parse(text: &str) -> Result<Option<Self>, Malformed> {
                let digits = text.trim_ascii();
                if digits.is_empty() { Ok(None) } else { digits.parse().map(Some).map_err(|_| Malformed) }
            }

            fn text(&self) -> Cow<'_, str> {
                self.to_string().into()
            }

            #[cfg(test)]
            fn sample(source: &mut Source) -> Self {
                source.next().into()
            }
        })+
    };
}

integers! { u32 u64 }
