//! Enums that S3 can extend at any time. Unknown values are preserved.

/// Declares an enum of S3's values with a variant `Other` for unknown ones.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $word, "`")] $variant,)+
            /// A value that this version of windlass does not know, as the service wrote it.
            Other(Box<str>),
        }

        impl $name {
            /// Returns the value as S3 writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.into()),
                }
            }
        }

        impl $crate::protocol::shape::Scalar for $name {
            #[cfg(test)]
            const KIND: $crate::protocol::shape::Kind = $crate::protocol::shape::Kind::Word(&[$($word),+]);

            fn parse(text: &str) -> Result<Option<Self>, $crate::protocol::shape::Malformed> {
                let word = text.trim_ascii();
                Ok((!word.is_empty()).then(|| Self::from(word)))
            }

            fn text(&self) -> std::borrow::Cow<'_, str> {
                self.as_str().into()
            }

            #[cfg(test)]
            fn sample(source: &mut $crate::protocol::shape::Source) -> Self {
                source.pick(&[$($word,)+ "something new"]).into()
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use open_enum;
