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
        "Members::HasOpenBusiness" => "unbind your devices first (`dmsm device unbind`)",
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
            let pallet = metadata.pallet_by_name(pallet).unwrap();
            let variants = pallet.error_variants().unwrap();
            assert!(variants.iter().any(|variant| variant.name == error), "{name}");
            count += 1;
        }
        assert!(count > 20, "{count}");
    }
}
