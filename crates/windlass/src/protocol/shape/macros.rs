//! The macro `shape!`.

/// Declares nested data of S3, one member per line:
///
/// - `id (with_id): Option<String> = "ID"`: an optional element, and the name of its setter;
/// - `status (with_status): ExpirationStatus = "Status"`: a required element, and an argument of `new`;
/// - `rules (with_rules): Vec<Rule> = "Rule"`: repeated elements; `= required "Rule"` for a list that must
///   not be empty, which is an argument of `new`, too;
/// - `tags (with_tags): Vec<Tag> = "TagSet" / "Tag"`: a list within an element;
/// - `size (with_size): Option<Size> = header "x-amz-size"`: a header, in a shape that is a whole document.
///
/// `struct Name = "Root"` declares a whole document. `choice Name` declares an enum for an element with one
/// of several members; its first variant means that there is none.
/// several members; its first variant stands for none of them.
macro_rules! shape {
    (
        $(#[$meta:meta])*
        struct $name:ident $(= $root:literal)? {
            $(
                $(#[$doc:meta])*
                $field:ident ($setter:ident): $kind:ident $(<$of:ident>)? = $($word:ident)? $wire:literal $(/ $item:literal)?,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nOn the wire: `", $wire, "`.")]
                pub $field: $kind $(<$of>)?,
            )+
        }

        shape!(@new $name [] [] $($field: $kind $(<$of>)? = $($word)?;)+);

        impl $name {
            $(shape!(@setter [$(#[$doc])*] $field $setter: $kind $(<$of>)?);)+
        }

        impl $crate::protocol::shape::Shape for $name {
            #[cfg(test)]
            const DECLARATION: $crate::protocol::shape::Declaration = $crate::protocol::shape::Declaration {
                name: stringify!($name),
                members: &[$(
                    $crate::protocol::shape::DeclaredMember {
                        field: stringify!($field),
                        setter: stringify!($setter),
                        outer: stringify!($kind),
                        word: stringify!($($word)?),
                        wire: $wire,
                        item: stringify!($($item)?),
                        kind: <$kind $(<$of>)? as $crate::protocol::shape::Member>::KIND,
                    },
                )+],
            };

            fn read(element: &$crate::protocol::xml::Element) -> $crate::Result<Self> {
                Ok(Self {
                    $($field: shape!(@read element, $($word)? $wire $(/ $item)?),)+
                })
            }

            #[allow(unused_variables, reason = "few shapes have headers")]
            fn read_headers(&mut self, response: &$crate::protocol::Response) -> $crate::Result<()> {
                $(shape!(@read_header self, response, $field, $($word)? $wire);)+
                Ok(())
            }

            fn write(&self, xml: &mut $crate::protocol::xml::XmlWriter) {
                $(shape!(@write self, xml, $field, $($word)? $wire $(/ $item)?);)+
            }

            #[allow(unused_variables, reason = "few shapes have headers")]
            fn write_headers(&self, draft: &mut $crate::protocol::Draft<'_>) {
                $(shape!(@write_header self, draft, $field, $($word)? $wire);)+
            }

            fn check(&self, name: &str) -> $crate::Result<()> {
                $(shape!(@check self, name, $field, $($word)? $wire $(/ $item)?);)+
                Ok(())
            }

            #[cfg(test)]
            fn sample(source: &mut $crate::protocol::shape::Source) -> Self {
                Self {
                    $($field: $crate::protocol::shape::Member::sample(
                        source,
                        shape!(@place $($word)? $wire $(/ $item)?),
                    ),)+
                }
            }
        }

        impl $crate::protocol::shape::Value for $name {
            #[cfg(test)]
            const KIND: $crate::protocol::shape::Kind =
                $crate::protocol::shape::Kind::Shape(&<Self as $crate::protocol::shape::Shape>::DECLARATION);

            fn read(
                element: &$crate::protocol::xml::Element,
                _parent: &$crate::protocol::xml::Element,
            ) -> $crate::Result<Option<Self>> {
                $crate::protocol::shape::Shape::read(element).map(Some)
            }

            fn write(&self, name: &'static str, xml: &mut $crate::protocol::xml::XmlWriter) {
                xml.open(name);
                $crate::protocol::shape::Shape::write(self, xml);
                xml.close(name);
            }

            fn check(&self, name: &str) -> $crate::Result<()> {
                $crate::protocol::shape::Shape::check(self, name)
            }

            #[cfg(test)]
            fn sample(source: &mut $crate::protocol::shape::Source) -> Self {
                $crate::protocol::shape::Shape::sample(source)
            }
        }

        $(
            impl $crate::protocol::Document for $name {
                const ROOT: &'static str = $root;

                fn read(response: &$crate::protocol::Response) -> $crate::Result<Self> {
                    $crate::protocol::shape::read_document(Self::ROOT, response)
                }

                fn write(
                    &self,
                    draft: &mut $crate::protocol::Draft<'_>,
                    integrity: $crate::protocol::Integrity,
                ) {
                    $crate::protocol::shape::write_document(Self::ROOT, self, draft, integrity);
                }
            }
        )?
    };

    (
        $(#[$meta:meta])*
        choice $name:ident {
            $(#[$none_doc:meta])*
            $none:ident,
            $(
                $(#[$doc:meta])*
                $variant:ident($of:ty) = $wire:literal,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[$none_doc])*
            $none,
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nOn the wire: `", $wire, "`.")]
                $variant($of),
            )+
            /// A member that this version of windlass does not know, by its name. It can be read but not
            /// written.
            Other(Box<str>),
        }

        impl $crate::protocol::shape::Value for $name {
            #[cfg(test)]
            const KIND: $crate::protocol::shape::Kind =
                $crate::protocol::shape::Kind::Shape(&$crate::protocol::shape::Declaration {
                    name: stringify!($name),
                    members: &[$(
                        $crate::protocol::shape::DeclaredMember {
                            field: stringify!($variant),
                            setter: "",
                            outer: "Option",
                            word: "",
                            wire: $wire,
                            item: "",
                            kind: <$of as $crate::protocol::shape::Value>::KIND,
                        },
                    )+],
                });

            fn read(
                element: &$crate::protocol::xml::Element,
                _parent: &$crate::protocol::xml::Element,
            ) -> $crate::Result<Option<Self>> {
                let mut chosen = Self::$none;
                let mut by: Option<&str> = None;
                for child in element.elements() {
                    let found = match child.name() {
                        $($wire => <$of as $crate::protocol::shape::Value>::read(child, element)?.map(Self::$variant),)+
                        other => Some(Self::Other(other.into())),
                    };
                    let Some(found) = found else { continue };
                    if let Some(first) = by {
                        return Err($crate::protocol::shape::two_choices(element.name(), first, child.name()));
                    }
                    (chosen, by) = (found, Some(child.name()));
                }
                Ok(Some(chosen))
            }

            fn write(&self, name: &'static str, xml: &mut $crate::protocol::xml::XmlWriter) {
                xml.open(name);
                match self {
                    Self::$none | Self::Other(_) => {}
                    $(Self::$variant(value) => $crate::protocol::shape::Value::write(value, $wire, xml),)+
                }
                xml.close(name);
            }

            fn check(&self, name: &str) -> $crate::Result<()> {
                match self {
                    Self::$none => Ok(()),
                    $(Self::$variant(value) => $crate::protocol::shape::Value::check(value, $wire),)+
                    Self::Other(other) => Err($crate::protocol::shape::unknown_choice(name, other)),
                }
            }

            #[cfg(test)]
            fn sample(source: &mut $crate::protocol::shape::Source) -> Self {
                let chosen = source.next();
                let mut number = 0;
                $(
                    number += 1;
                    if chosen % 8 == number {
                        return Self::$variant($crate::protocol::shape::Value::sample(source));
                    }
                )+
                Self::$none
            }
        }
    };

    // `new` takes the members that are neither optional nor lists, and lists that must not be empty.
    (@new $name:ident [$($given:tt)*] [$($set:tt)*] $field:ident: Option<$of:ident> = $($word:ident)?; $($rest:tt)*) => {
        shape!(@new $name [$($given)*] [$($set)* $field: None,] $($rest)*);
    };
    (@new $name:ident [$($given:tt)*] [$($set:tt)*] $field:ident: Vec<$of:ident> = required; $($rest:tt)*) => {
        shape!(
            @new $name
            [$($given)* $field: impl IntoIterator<Item = impl Into<$of>>,]
            [$($set)* $field: $field.into_iter().map(Into::into).collect(),]
            $($rest)*
        );
    };
    (@new $name:ident [$($given:tt)*] [$($set:tt)*] $field:ident: Vec<$of:ident> = ; $($rest:tt)*) => {
        shape!(@new $name [$($given)*] [$($set)* $field: Vec::new(),] $($rest)*);
    };
    (@new $name:ident [$($given:tt)*] [$($set:tt)*] $field:ident: $of:ident = ; $($rest:tt)*) => {
        shape!(@new $name [$($given)* $field: shape!(@takes $of),] [$($set)* $field: $field.into(),] $($rest)*);
    };
    (@new $name:ident [] [$($set:tt)*]) => {
        impl $name {
            /// Creates a value without any member set.
            pub fn new() -> Self {
                Self { $($set)* }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@new $name:ident [$($given:tt)+] [$($set:tt)*]) => {
        impl $name {
            /// Creates a value with the required members.
            pub fn new($($given)+) -> Self {
                Self { $($set)* }
            }
        }
    };

    (@setter [$(#[$doc:meta])*] $field:ident $setter:ident: Option<$of:ident>) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $field: shape!(@takes $of)) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $field:ident $setter:ident: Vec<$of:ident>) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $field: impl IntoIterator<Item = impl Into<$of>>) -> Self {
            self.$field = $field.into_iter().map(Into::into).collect();
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $field:ident $setter:ident: $of:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $setter(mut self, $field: shape!(@takes $of)) -> Self {
            self.$field = $field.into();
            self
        }
    };

    // `impl Into<u32>` does not determine the type of a literal.
    (@takes u32) => { u32 };
    (@takes u64) => { u64 };
    (@takes $of:ident) => { impl Into<$of> };

    (@place required $name:literal) => {
        $crate::protocol::shape::Place { name: $name, wrapper: None, required: true }
    };
    (@place header $name:literal) => {
        shape!(@place $name)
    };
    (@place $name:literal) => {
        $crate::protocol::shape::Place { name: $name, wrapper: None, required: false }
    };
    (@place $wrapper:literal / $name:literal) => {
        $crate::protocol::shape::Place { name: $name, wrapper: Some($wrapper), required: false }
    };

    // Headers and elements are processed separately.
    (@read $element:ident, header $name:literal) => { None };
    (@read $element:ident, $($place:tt)+) => {
        $crate::protocol::shape::Member::read($element, shape!(@place $($place)+))?
    };
    (@write $self:ident, $xml:ident, $field:ident, header $name:literal) => {};
    (@write $self:ident, $xml:ident, $field:ident, $($place:tt)+) => {
        $crate::protocol::shape::Member::write(&$self.$field, shape!(@place $($place)+), $xml)
    };
    (@check $self:ident, $parent:ident, $field:ident, header $name:literal) => {};
    (@check $self:ident, $parent:ident, $field:ident, $($place:tt)+) => {
        $crate::protocol::shape::Member::check(&$self.$field, $parent, shape!(@place $($place)+))?
    };
    (@read_header $self:ident, $response:ident, $field:ident, header $name:literal) => {
        $self.$field = $crate::protocol::shape::read_header($response, $name)?
    };
    (@read_header $self:ident, $response:ident, $field:ident, $($place:tt)+) => {};
    (@write_header $self:ident, $draft:ident, $field:ident, header $name:literal) => {
        $crate::protocol::shape::write_header($draft, $name, $self.$field.as_ref())
    };
    (@write_header $self:ident, $draft:ident, $field:ident, $($place:tt)+) => {};
}

pub(crate) use shape;
