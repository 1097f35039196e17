//! Every operation on every server, the strict one of this workspace included, and docs/compatibility.md, which says what
//! these tests hold.
//!
//! A probe tries one thing and says what is not as on AWS. What is expected of a server that deviates stands in
//! `deviations.rs`: a server that gets better or worse fails the test until the table there is mended.

mod buckets;
mod checksums;
mod conditions;
mod configurations;
mod deviations;
mod encryption;
mod in_process;
mod keys;
mod lists;
mod multipart;
mod objects;
mod page;
mod payloads;
mod place;
mod presigned;
mod tagging;
mod transfers;
mod versions;

use std::pin::Pin;

use deviations::expected;
use place::{Outcome, Place, Way};

use crate::real_servers::RealServer;

/// What belongs together on the page.
struct Group {
    title: &'static str,
    /// In which ways its probes run.
    ways: &'static [Way],
    probes: &'static [Probe],
}

/// One thing to try.
struct Probe {
    /// The operation; behind a colon, what of it.
    title: &'static str,
    run: for<'a> fn(&'a Place) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>,
}

macro_rules! probes {
    ($($title:literal => $run:expr,)+) => {
        &[$(super::Probe { title: $title, run: |place| Box::pin($run(place)) }),+]
    };
}
use probes;

/// In the order of the page.
const GROUPS: [&Group; 14] = [
    &buckets::GROUP,
    &objects::GROUP,
    &lists::GROUP,
    &multipart::GROUP,
    &transfers::GROUP,
    &payloads::GROUP,
    &checksums::GROUP,
    &conditions::GROUP,
    &tagging::GROUP,
    &versions::GROUP,
    &configurations::GROUP,
    &encryption::GROUP,
    &presigned::GROUP,
    &keys::GROUP,
];

/// Tries all of a group in every way, and tells everything that is not as expected.
async fn run(server: &RealServer, group: &Group) {
    let mut unexpected = Vec::new();
    for &way in group.ways {
        let place = Place::new(server.clone(), way, "compatibility").await;
        for probe in group.probes {
            let (found, detail) = match (probe.run)(&place).await {
                Ok(()) => (None, None),
                Err(finding) => (Some(finding.text), finding.detail),
            };
            let expected = expected(server.name, probe.title, way).map(|row| row.found);
            if found.as_deref() != expected {
                unexpected.push(format!(
                    "{} {way:?} {:?}: {:?}, not {:?} ({})",
                    server.name,
                    probe.title,
                    found.as_deref().unwrap_or("as on AWS"),
                    expected.unwrap_or("as on AWS"),
                    detail.as_deref().unwrap_or("no error"),
                ));
            }
        }
    }
    assert!(
        unexpected.is_empty(),
        "not as deviations.rs says:\n{}\nmend it, and write the page anew with WINDLASS_UPDATE_DOCS=1 and the test `the_page`",
        unexpected.join("\n")
    );
}

macro_rules! tests {
    ($server:ident is $start:expr; $($group:ident)+) => {
        mod $server {
            $(#[tokio::test]
            async fn $group() {
                if let Some(server) = $start {
                    super::run(&server, &super::$group::GROUP).await;
                }
            })+
        }
    };
}

tests! { seaweedfs is crate::real_servers::seaweedfs(); buckets objects lists multipart payloads checksums conditions tagging transfers versions configurations encryption presigned keys }
tests! { swift is crate::real_servers::swift(); buckets objects lists multipart payloads checksums conditions tagging transfers versions configurations encryption presigned keys }
tests! { localstack is crate::real_servers::localstack(); buckets objects lists multipart payloads checksums conditions tagging transfers versions configurations encryption presigned keys }
tests! { windlass_server is Some(super::in_process::start().await); buckets objects lists multipart payloads checksums conditions tagging transfers versions configurations encryption presigned keys }

#[test]
fn the_page_says_what_the_tests_hold() {
    page::check();
}

#[test]
fn every_deviation_is_one_of_a_probe() {
    let titles: Vec<&str> = GROUPS.iter().flat_map(|group| group.probes).map(|probe| probe.title).collect();
    for row in deviations::DEVIATIONS {
        assert!(row.probes.iter().all(|probe| titles.contains(probe)), "{:?}", row.probes);
        assert_ne!(row.server, deviations::WINDLASS_SERVER, "the page says that it is as AWS");
    }
    for (index, title) in titles.iter().enumerate() {
        assert!(!titles[..index].contains(title), "{title} stands there twice");
    }
}

/// An operation that is added comes with something that tries it here.
#[test]
fn every_operation_is_tried() {
    let tried: Vec<&str> = GROUPS.iter().flat_map(|group| group.probes).flat_map(page::operations).collect();
    let names = crate::tidy::shipped_sources().into_iter().flat_map(|text| {
        // The last three are those of configurations.
        let names = ["NAME", "GET", "PUT", "DELETE"].into_iter().flat_map(|constant| {
            let declaration = format!("const {constant}: &'static str = \"");
            let rest =
                text.split(&declaration).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            rest.collect::<Vec<_>>()
        });
        names.collect::<Vec<_>>()
    });
    let untried: Vec<String> = names.filter(|name| !tried.contains(&name.as_str())).collect();
    assert!(untried.is_empty(), "{untried:?}");
}
