//! Pages of lists: where the scanner and the tree both read a page, they read the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| windlass::fuzzing::list_page(document));
