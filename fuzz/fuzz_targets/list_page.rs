//! Pages of lists: if both the scanner and the tree accept a page, their results are equal.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| windlass::fuzzing::list_page(document));
