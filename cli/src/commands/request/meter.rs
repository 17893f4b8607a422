// SPDX-License-Identifier: Apache-2.0
//! Which meter is meant.

use crate::{device_key::DeviceKey, error::Error};
use dmsm_client::{Client, Device, DeviceStatus};
use dmsm_primitives::{DeviceId, MemberId};
use std::path::Path;

/// The meter of a name: an identifier, the beginning of one of the owner's, or the file of the
/// meter's key. Without a name: the owner's only connected device.
pub async fn choose(client: &Client, owner: &MemberId, name: Option<&str>) -> Result<DeviceId, Error> {
    if let Some(id) = name.and_then(whole) {
        return Ok(id);
    }
    match name {
        Some(file) if !file.starts_with("0x") => {
            let key = DeviceKey::read(Path::new(file))?;
            Ok(DeviceId::derive(owner, &key.public().0))
        }
        beginning => among(&client.devices(Some(owner)).await?, beginning),
    }
}

/// A whole identifier.
fn whole(name: &str) -> Option<DeviceId> {
    name.strip_prefix("0x")?.parse().ok()
}

fn among(devices: &[(DeviceId, Device)], beginning: Option<&str>) -> Result<DeviceId, Error> {
    let meant = |(id, device): &&(DeviceId, Device)| match beginning {
        Some(beginning) => id.to_string().starts_with(&beginning.to_ascii_lowercase()),
        None => device.status == DeviceStatus::Connected,
    };
    let mut meters: Vec<DeviceId> = devices.iter().filter(meant).map(|(id, _)| *id).collect();
    meters.sort();
    match (meters.as_slice(), beginning) {
        ([meter], _) => Ok(*meter),
        ([], None) => Err(Error::NoMeter),
        ([], Some(beginning)) => Err(Error::NotFound(format!(
            "none of your devices begins with {beginning}: look at `dmsm device list`"
        ))),
        (_, None) => Err(Error::WhichMeter { why: "you have several connected devices".into(), meters }),
        (_, Some(beginning)) => {
            Err(Error::WhichMeter { why: format!("several of your devices begin with {beginning}"), meters })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{DevicePublicKey, RegionId};

    fn device(first: u8, status: DeviceStatus) -> (DeviceId, Device) {
        let (owner, key) = (MemberId([1; 32]), DevicePublicKey([2; 32]));
        (DeviceId([first; 32]), Device { owner, key, region: RegionId(1), status, rules: Vec::new() })
    }

    #[test]
    fn the_only_connected_device_is_meant() {
        let devices = [device(0xaa, DeviceStatus::Registered), device(0xab, DeviceStatus::Connected)];
        assert_eq!(among(&devices, None).unwrap(), DeviceId([0xab; 32]));
        assert!(matches!(among(&devices[..1], None), Err(Error::NoMeter)));
        let two = [device(0xac, DeviceStatus::Connected), device(0xab, DeviceStatus::Connected)];
        let text = among(&two, None).unwrap_err().to_string();
        assert!(text.contains(&format!("--meter: {}, {}", two[1].0, two[0].0)), "{text}");
    }

    #[test]
    fn the_beginning_of_an_identifier_is_enough_if_it_is_one_device_s() {
        let devices = [device(0xaa, DeviceStatus::Registered), device(0xab, DeviceStatus::Connected)];
        assert_eq!(among(&devices, Some("0xAA")).unwrap(), DeviceId([0xaa; 32]));
        assert!(among(&devices, Some("0xa")).unwrap_err().to_string().contains("several"));
        assert!(among(&devices, Some("0xc")).unwrap_err().to_string().contains("dmsm device list"));
        assert_eq!(whole(&DeviceId([7; 32]).to_string()), Some(DeviceId([7; 32])));
        assert_eq!(whole("meter.key"), None);
    }
}
