// SPDX-License-Identifier: Apache-2.0
//! `dmsm request`

mod advice;
mod answer;
mod ask;
mod bill;
mod cancel;
mod list;
mod meter;
mod question;
mod set_type;
mod show;
mod types;
mod unset_type;
mod usage;
mod wait;

super::group! {
    /// Ask for the bill of a month.
    Bill => bill,
    /// Ask for energy by half-hour.
    Usage => usage,
    /// Ask how to pay less.
    Advice => advice,
    /// List requests that are open, and the last ones that ended.
    List => list,
    /// Show a request, with its answer.
    Show => show,
    /// Take a request back that is not accepted yet.
    Cancel => cancel,
    /// List what can be asked for, and under which terms.
    Types => types,
    /// Put a kind of request on offer, or change its terms. By the council.
    SetType => set_type,
    /// Take a kind of request off the offer. By the council.
    UnsetType => unset_type,
}

use dmsm_primitives::RequestKind;

/// A kind of request by its name.
fn kind(text: &str) -> Result<RequestKind, String> {
    let known = RequestKind::ALL.into_iter().find(|kind| kind.name() == text);
    known.ok_or_else(|| format!("give one of {}", RequestKind::ALL.map(RequestKind::name).join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names() {
        for kind_ in RequestKind::ALL {
            assert_eq!(kind(kind_.name()), Ok(kind_));
        }
        assert!(kind("bill").unwrap_err().contains("bill-details"));
    }
}
