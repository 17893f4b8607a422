// SPDX-License-Identifier: Apache-2.0
//! What a processing node serves.

use super::WorkerError;
use dmsm_primitives::RequestKind;
use std::{collections::BTreeSet, fs, path::Path};

/// The operator's policy, as its file has it:
///
/// ```json
/// { "serves": ["bill-details", "usage-details"] }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Kinds of requests that are answered; the others are rejected as not served.
    pub serves: BTreeSet<RequestKind>,
}

/// Without a file: all that a grid service can answer.
impl Default for Policy {
    fn default() -> Self {
        Self {
            serves: [RequestKind::BillDetails, RequestKind::UsageDetails, RequestKind::SavingAdvice].into(),
        }
    }
}

impl Policy {
    /// Reads a policy file.
    pub fn read(path: &Path) -> Result<Self, WorkerError> {
        let refused = |reason: String| WorkerError::Policy { path: path.to_owned(), reason };
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Policy, WorkerError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        fs::write(&path, text).unwrap();
        Policy::read(&path)
    }

    #[test]
    fn a_policy_names_kinds() {
        let policy = read(r#"{"serves": ["bill-details"]}"#).unwrap();
        assert_eq!(policy.serves, [RequestKind::BillDetails].into());
    }

    #[test]
    fn without_a_file_all_answers_are_served() {
        assert_eq!(Policy::default().serves.len(), 3);
        assert!(!Policy::default().serves.contains(&RequestKind::DataSharing));
    }

    #[test]
    fn a_policy_that_says_something_else_is_refused_by_its_path() {
        for wrong in ["", "{}", r#"{"serves": ["bills"]}"#, r#"{"serves": [], "server": 1}"#] {
            let message = read(wrong).err().unwrap().to_string();
            assert!(message.contains("policy.json"), "{message}");
        }
    }
}
