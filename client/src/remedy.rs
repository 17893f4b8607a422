// SPDX-License-Identifier: Apache-2.0
//! What to do about the errors of our contracts.

/// What to do about an error, `Pallet::Name`; empty if its meaning says enough.
pub(crate) fn of(name: &str) -> &'static str {
    match name {
        "BadOrigin" => "sign as the council (`--council`) or with the account that may do this",
        "Members::AlreadyMember" => "nothing is left to do",
        "Members::AlreadyInvited" => "let the account apply (`dmsm member apply`)",
        "Members::NotInvited" => {
            "ask your region's processor or the council to invite the account (`dmsm member invite`)"
        }
        "Members::TooManyInvitations" => "approve or withdraw some of the open ones",
        "Members::IdTaken" => "make new keys with another salt (`dmsm keys generate`)",
        "Members::PaillierKeyRefused" | "Members::PossessionNotProved" => {
            "make new keys (`dmsm keys generate`)"
        }
        "Members::ModulusTooLong" => "make keys of 2048 or 3072 bits (`dmsm keys generate --bits 3072`)",
        "Members::NotApplied" => "let the account apply first (`dmsm member apply`)",
        "Members::ApplicationChanged" => "look at the application again, then approve",
        "Members::NotRegistrar" => {
            "users are approved by their region's processor, all others by the council (`--council`)"
        }
        "Members::UnknownMember" => "look at `dmsm member list`",
        "Members::HasOpenBusiness" => {
            "unbind your devices (`dmsm device unbind`) and let your requests end (`dmsm request list`) first"
        }
        "Members::NoSessionKeys" => {
            "let the member call session.set_keys first (its account needs money for it), then set the list"
        }
        "Members::RotatedRecently" => "wait a day after the last rotation",
        "Members::IsAuthority" => "let the council take the member off its list of authorities",
        "Devices::NotUser" => {
            "devices belong to active members with the role user: look at `dmsm member show`"
        }
        "Devices::AlreadyRegistered" => "connect it (`dmsm device connect`), or use a new key",
        "Devices::TooManyDevices" => "unbind one that is no longer used (`dmsm device unbind`)",
        "Devices::InconsistentRule" => "choose other thresholds",
        "Devices::UnknownDevice" => "look at `dmsm device list`, or register it (`dmsm device register`)",
        "Devices::NotOwner" => "use the vault of the device's owner (`--vault`)",
        "Devices::AlreadyUnbound" => "register it under a new key (`dmsm device register`)",
        "Devices::BadProof" => "use the key file with which the device was registered (`--key`)",
        "Devices::RuleInThePast" => "give a higher block (`--from-block`)",
        "Notifications::NotOwner" => "use the vault of the device's owner (`--vault`)",
        "Notifications::RuleForgotten" => "the notice is too old to be disputed",
        "Prepaid::NotMember" => "ask with the account of a member (`dmsm member show`)",
        "Prepaid::Suspended" => "ask your registrar to reinstate you (`dmsm member reinstate`)",
        "Prepaid::UnknownProcessor" | "Prepaid::ProcessorSuspended" | "Prepaid::NotLocalProcessor" => {
            "ask again: the processor of your region has changed (`dmsm member list --role processor`)"
        }
        "Prepaid::UnknownType" => "look at `dmsm request types`",
        "Prepaid::RoleNotAllowed" => "look at `dmsm request types` for who may ask",
        "Prepaid::PriceChanged" | "Prepaid::TimeLimitChanged" => {
            "look at the new terms (`dmsm request types`) and ask again"
        }
        "Prepaid::StaleTimestamp" => "ask again; if it stays so, set this computer's clock right",
        "Prepaid::FutureTimestamp" => "set this computer's clock right and ask again",
        "Prepaid::RepeatedTimestamp" => "ask again: another request of yours was faster",
        "Prepaid::BadLetter" => "ask again: the processor may have changed its keys",
        "Prepaid::BadSignature" => "give the vault with the member's present keys (`--vault`)",
        "Prepaid::CannotPay" => {
            "look at `dmsm account balance`: have money paid in, or wait until open requests end"
        }
        "Prepaid::UnknownRequest" => "look at `dmsm request list`",
        "Prepaid::NotItsRequester" => "use the vault of the member who asked (`--vault`)",
        "Prepaid::AlreadyAccepted" => {
            "wait: it is answered in time, or the money comes back by itself (`dmsm request show`)"
        }
        "Prepaid::DeadlinePassed" => "nothing is left to do: the money comes back by itself",
        "Prepaid::BadTerms" => {
            "give a price of at least 1, a time limit of 1 s to 30 days, and one role or more"
        }
        "Balances::InsufficientBalance" | "Balances::Expendability" | "Token::FundsUnavailable" => {
            "look at `dmsm account balance` and pay less; what is held cannot be spent"
        }
        "Token::NotExpendable" => "leave at least 1 in the account",
        "Token::BelowMinimum" => "pay at least 1",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use subxt::Metadata;

    /// Names of the table that the chain does not have, or has no more.
    #[test]
    fn every_remedy_is_for_an_error_of_the_chain() {
        let metadata = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/metadata.scale")).unwrap();
        let metadata = Metadata::decode_from(&metadata).unwrap();
        let source = include_str!("remedy.rs");
        let names = source.split('"').filter(|text| {
            text.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains("::") && !text.contains(' ')
        });
        let mut count = 0;
        for name in names {
            let (pallet, error) = name.split_once("::").unwrap();
            // Of every chain.
            if pallet == "Token" {
                continue;
            }
            let pallet = metadata.pallet_by_name(pallet).unwrap();
            let variants = pallet.error_variants().unwrap();
            assert!(variants.iter().any(|variant| variant.name == error), "{name}");
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
}
