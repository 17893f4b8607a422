// SPDX-License-Identifier: Apache-2.0
//! What a node answers about anchors.

use dmsm_primitives::{records::Inclusion, MemberId, Record};

sp_api::decl_runtime_apis! {
    /// Questions about anchored meter-days.
    pub trait RecordsApi {
        /// Whether a processor anchored this record, in this version of its day.
        fn verify(processor: MemberId, version: u16, record: Record, inclusion: Inclusion) -> bool;
    }
}
