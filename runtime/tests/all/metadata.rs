// SPDX-License-Identifier: Apache-2.0
//! That the client's copy of the metadata is this runtime's.

use dmsm_runtime::Runtime;
use std::{fs, path::Path};

/// Set to write the copy anew.
const UPDATE: &str = "DMSM_UPDATE_METADATA";

#[test]
fn the_clients_metadata_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/metadata.scale");
    let current: Vec<u8> = sp_io::TestExternalities::default()
        .execute_with(|| (*Runtime::metadata_at_version(15).expect("version 15 is there")).clone());
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &current).expect("the client's folder can be written");
    }
    let copy = fs::read(&path).unwrap_or_default();
    assert!(copy == current, "run this test with {UPDATE}=1 and build the client again");
}
