// SPDX-License-Identifier: Apache-2.0
//! The London household's file, read and priced by a few lines of their own.

use std::path::PathBuf;

/// Readings of the file.
pub const COUNT: u64 = 38_784;

pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../data/lcl-MAC000060-halfhourly.csv")
}

/// Day of the month, half-hour of the day and Wh of each line of January 2012.
pub fn january() -> Vec<(u64, u64, u64)> {
    let text = std::fs::read_to_string(path()).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("2012-01-"));
    lines
        .map(|line| {
            let day = line[8..10].parse().unwrap();
            let half_hour = line[11..13].parse::<u64>().unwrap() * 2 + u64::from(&line[14..16] == "30");
            let kilowatt_hours: f64 = line[20..].trim().parse().unwrap();
            (day, half_hour, (kilowatt_hours * 1000.0).round() as u64)
        })
        .collect()
}

/// Pence of Wh at a price in thousandths of a penny a kWh.
pub fn pence(watt_hours: u64, price: u64) -> u64 {
    (watt_hours * price + 500_000) / 1_000_000
}

/// Wh of January 2012 in the bands high, normal and low of our weekly pattern of `lcl-tou`.
pub fn january_by_band() -> [u64; 3] {
    let mut bands = [0; 3];
    for (day, half_hour, watt_hours) in january() {
        // The first was a Sunday.
        let weekend = matches!(day % 7, 0 | 1);
        let band = match half_hour {
            0..=11 | 46..=47 => 2,
            34..=39 if !weekend => 0,
            _ => 1,
        };
        bands[band] += watt_hours;
    }
    bands
}
