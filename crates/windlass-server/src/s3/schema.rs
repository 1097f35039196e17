//! Schemas of documents: elements, their number and content.

use super::document::{Document, Element};
use crate::date;
use crate::refusal::{Code, Refusal};

/// A rule for a child element.
#[derive(Debug)]
pub(super) struct Rule {
    name: &'static str,
    is_required: bool,
    is_list: bool,
    content: Content,
}

/// The content of an element.
#[derive(Debug)]
pub(super) enum Content {
    Date,
    Elements(&'static [Rule]),
    Flag,
    /// A non-negative number.
    Number,
    Text,
    Word(&'static [&'static str]),
}

/// An optional element.
pub(super) const fn optional(name: &'static str, content: Content) -> Rule {
    Rule { name, is_required: false, is_list: false, content }
}

/// An element that occurs once.
pub(super) const fn one(name: &'static str, content: Content) -> Rule {
    Rule { name, is_required: true, is_list: false, content }
}

/// An element that occurs any number of times.
pub(super) const fn any(name: &'static str, content: Content) -> Rule {
    Rule { name, is_required: false, is_list: true, content }
}

/// An element that occurs at least once.
pub(super) const fn some(name: &'static str, content: Content) -> Rule {
    Rule { name, is_required: true, is_list: true, content }
}

/// Checks that an element matches the rules.
///
/// # Errors
///
/// `MalformedXML` if it does not.
pub(super) fn check(element: &Element, rules: &[Rule]) -> Result<(), Refusal> {
    if element.children.iter().any(|child| rules.iter().all(|rule| rule.name != child.name)) {
        return Err(Code::MalformedXML.into());
    }
    for rule in rules {
        let mut count = 0;
        for child in element.children.iter().filter(|child| child.name == rule.name) {
            count += 1;
            rule.content.check(child)?;
        }
        if count == 0 && rule.is_required || count > 1 && !rule.is_list {
            return Err(Code::MalformedXML.into());
        }
    }
    Ok(())
}

/// Writes the content of an element.
pub(super) fn write(element: &Element, document: &mut Document) {
    for child in &element.children {
        if child.children.is_empty() {
            document.put(&child.name, &child.text);
        } else {
            document.within(&child.name, |document| write(child, document));
        }
    }
}

impl Rule {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

impl Content {
    fn check(&self, element: &Element) -> Result<(), Refusal> {
        let text = element.text.trim();
        let holds = match self {
            Self::Elements(rules) => return check(element, rules),
            Self::Date => date::parse_iso(text).is_some(),
            Self::Flag => matches!(text, "true" | "false"),
            Self::Number => text.parse::<u64>().is_ok(),
            Self::Text => true,
            Self::Word(words) => words.contains(&text),
        };
        if holds && element.children.is_empty() { Ok(()) } else { Err(Code::MalformedXML.into()) }
    }
}
