//! The owners in a list. Nearly all entries have the same owner, which is parsed once and shared.

use std::sync::Arc;

use crate::Result;
use crate::protocol::scanner::{Scanner, Tag};
use crate::types::Owner;

/// The last owner, with its text in the document.
#[derive(Debug, Default)]
pub(crate) struct ListedOwners<'a> {
    last: Option<(Tag<'a>, &'a str, Arc<Owner>)>,
}

impl<'a> ListedOwners<'a> {
    /// Reads the owner whose element `tag` opens.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'a>, tag: Tag<'a>) -> Result<Arc<Owner>> {
        let before = scanner.rest();
        if let Some((opened, text, owner)) = &self.last
            && *opened == tag
            && let Some(rest) = before.strip_prefix(text)
        {
            scanner.go_to(rest);
            return Ok(owner.clone());
        }
        let mut owner = Owner::default();
        scanner.children(tag, |scanner, tag| {
            match tag.local() {
                "ID" => owner.id = scanner.owned(tag)?,
                "DisplayName" => owner.display_name = scanner.owned(tag)?,
                _ => scanner.skip(tag)?,
            }
            Ok(())
        })?;
        let owner = Arc::new(owner);
        self.last = Some((tag, scanner.read_since(before), owner.clone()));
        Ok(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::list_root::ListRoot;
    use crate::protocol::scanner::scan;

    fn owners(inside: &str) -> Result<Vec<Arc<Owner>>> {
        let (mut all, mut owners) = (Vec::new(), ListedOwners::default());
        scan(
            format!("<ListBucketResult>{inside}</ListBucketResult>").as_bytes(),
            ListRoot::OBJECTS,
            |scanner, tag| {
                all.push(owners.read(scanner, tag)?);
                Ok(())
            },
        )?;
        Ok(all)
    }

    #[test]
    fn a_repeated_owner_is_parsed_once() {
        let ann = "<Owner><ID>a1</ID><DisplayName>Ann &amp; co</DisplayName></Owner>";
        let bob = "<Owner><ID>b</ID></Owner>";
        let read = owners(&[ann, ann, "\n", ann, bob, "<Owner/>", ann, "<Owner><ID>a</ID></Owner>"].concat())
            .unwrap();
        let ids: Vec<_> = read.iter().map(|owner| owner.id.as_deref()).collect();
        assert_eq!(ids, [Some("a1"), Some("a1"), Some("a1"), Some("b"), None, Some("a1"), Some("a")]);
        assert_eq!(read[2].display_name.as_deref(), Some("Ann & co"));
        assert!(Arc::ptr_eq(&read[0], &read[2]));
    }

    #[test]
    fn an_owner_with_a_different_end_tag_is_malformed() {
        let owner = "<Owner><ID>a</ID></Owner>";
        assert!(owners(&format!("{owner}<x:Owner><ID>a</ID></Owner>")).is_err());
        assert!(owners(&format!("{owner}<Owner><ID>a</ID></x:Owner>")).is_err());
        assert!(owners(&format!("{owner}<Owner><ID>a</ID>")).is_err());
    }
}
