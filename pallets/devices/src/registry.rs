// SPDX-License-Identifier: Apache-2.0
//! Devices, as other pallets see them.

use crate::{Config, DeviceCount, DeviceStatus, Devices, Pallet};
use dmsm_primitives::{BlockNumber, DeviceId, DeviceInfo, DeviceRegistry, MemberId, OpenBusiness, Rule};

impl<T: Config> DeviceRegistry for Pallet<T> {
    fn device(id: &DeviceId) -> Option<DeviceInfo> {
        Devices::<T>::get(id).map(|device| DeviceInfo {
            owner: device.owner,
            key: device.key,
            region: device.region,
            connected: device.status == DeviceStatus::Connected,
        })
    }

    fn rule_at(id: &DeviceId, block: BlockNumber) -> Option<Rule> {
        Devices::<T>::get(id)?.rule_at(block)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn connect(
        owner: &MemberId,
        region: dmsm_primitives::RegionId,
        key: dmsm_primitives::DevicePublicKey,
        rule: Rule,
    ) -> DeviceId {
        let id = DeviceId::derive(owner, &key.0);
        let mut device = crate::Device::new(*owner, key, region, rule, 0);
        device.status = DeviceStatus::Connected;
        Devices::<T>::insert(id, device);
        crate::DevicesOf::<T>::insert(owner, id, ());
        DeviceCount::<T>::mutate(owner, |count| *count += 1);
        id
    }
}

/// An owner unbinds its devices before it leaves.
impl<T: Config> OpenBusiness for Pallet<T> {
    fn has_any(member: &MemberId) -> bool {
        DeviceCount::<T>::get(member) > 0
    }

    // A notice under keys of before is refused on chain, and made again.
    fn needs_keys(_: &MemberId) -> bool {
        false
    }
}
