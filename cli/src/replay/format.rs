// SPDX-License-Identifier: Apache-2.0
//! The formats of the files.
//!
//! Numbers become integers exactly; what is finer than a milliwatt or a thousandth of a degree is
//! rounded to the nearest, halves away from zero. Times are taken as UTC.

use super::{decimal::Decimal, time};
use clap::ValueEnum;
use dmsm_primitives::{MilliCelsius, Milliwatts, Moment};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// Longest line, bytes.
const MAX_LINE: u64 = 4096;

/// Which file it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// UCI household power, minutely: as published (semicolons), or as exported from R (spaces).
    Uci,
    /// Low Carbon London, half-hourly kWh.
    Lcl,
    /// Electricity transformer, hourly (ETDataset); OT is the temperature.
    Ett,
}

/// Which device of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Channel {
    /// uci: the main meter, Global_active_power (kW). lcl: the meter.
    Main,
    /// uci: Sub_metering_1, kitchen (Wh a minute).
    Sub1,
    /// uci: Sub_metering_2, laundry (Wh a minute).
    Sub2,
    /// uci: Sub_metering_3, water heater and air conditioning (Wh a minute).
    Sub3,
    /// uci: main meter less the three sub-meters; may be negative.
    Remainder,
    /// ett: high useful load (kW).
    #[value(name = "HUFL", alias = "hufl")]
    Hufl,
    /// ett: high useless load (kW).
    #[value(name = "HULL", alias = "hull")]
    Hull,
    /// ett: middle useful load (kW).
    #[value(name = "MUFL", alias = "mufl")]
    Mufl,
    /// ett: middle useless load (kW).
    #[value(name = "MULL", alias = "mull")]
    Mull,
    /// ett: low useful load (kW).
    #[value(name = "LUFL", alias = "lufl")]
    Lufl,
    /// ett: low useless load (kW).
    #[value(name = "LULL", alias = "lull")]
    Lull,
}

/// One measurement of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measurement {
    /// When, ms since the Unix epoch.
    pub taken_at: Moment,
    /// mW.
    pub power: Milliwatts,
    /// m°C, where the file has it.
    pub temperature: Option<MilliCelsius>,
}

/// One line of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A measurement.
    Measured(Measurement),
    /// A line whose value is missing.
    Missing,
}

/// Why a file is not read any further.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refuses.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file has another format.
    #[error("{}:1: not the heading of a file of format {format}: choose another --format", path.display())]
    Heading {
        /// The file.
        path: PathBuf,
        /// The format asked for.
        format: String,
    },
    /// The format has no such channel.
    #[error("format {format} has no channel {channel}: choose one of {choices}")]
    NoChannel {
        /// The format asked for.
        format: String,
        /// The channel asked for.
        channel: String,
        /// What there is.
        choices: String,
    },
    /// A line is malformed.
    #[error("{}:{line}: column {column} ({name}): {what}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Number of the column, from 1.
        column: usize,
        /// Its name.
        name: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A line is no line of text.
    #[error("{}:{line}: {what}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
}

/// What is wrong in a line: column from 1, its name, why.
type Fault = (usize, &'static str, String);

impl Format {
    /// The channels of this format, its default first.
    fn channels(self) -> &'static [Channel] {
        use Channel::*;
        match self {
            Self::Uci => &[Main, Sub1, Sub2, Sub3, Remainder],
            Self::Lcl => &[Main],
            Self::Ett => &[Hufl, Hull, Mufl, Mull, Lufl, Lull],
        }
    }
}

/// The name on the command line.
pub fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// How the columns of an open file lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Layout {
    UciPublished,
    UciExported,
    Lcl,
    Ett,
}

const UCI_NAMES: [&str; 9] = [
    "Date",
    "Time",
    "Global_active_power",
    "Global_reactive_power",
    "Voltage",
    "Global_intensity",
    "Sub_metering_1",
    "Sub_metering_2",
    "Sub_metering_3",
];
const UCI_EXPORTED_NAMES: [&str; 11] = [
    "row",
    "Date",
    "Date",
    "Time",
    "Global_active_power",
    "Global_reactive_power",
    "Voltage",
    "Global_intensity",
    "Sub_metering_1",
    "Sub_metering_2",
    "Sub_metering_3",
];
const LCL_NAMES: [&str; 2] = ["time", "KWH/hh"];
const ETT_NAMES: [&str; 8] = ["date", "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"];

impl Layout {
    fn of(format: Format, heading: &str) -> Option<Self> {
        let heading = heading.trim_start_matches('\u{feff}').trim_end();
        let unquoted: Vec<&str> = heading.split(' ').map(|name| name.trim_matches('"')).collect();
        match format {
            Format::Uci if heading.split(';').eq(UCI_NAMES) => Some(Self::UciPublished),
            Format::Uci if unquoted == UCI_NAMES => Some(Self::UciExported),
            Format::Lcl
                if heading.ends_with("KWH/hh (per half hour)") && heading.matches(',').count() == 1 =>
            {
                Some(Self::Lcl)
            }
            Format::Ett if heading.split(',').eq(ETT_NAMES) => Some(Self::Ett),
            _ => None,
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::UciPublished => &UCI_NAMES,
            Self::UciExported => &UCI_EXPORTED_NAMES,
            Self::Lcl => &LCL_NAMES,
            Self::Ett => &ETT_NAMES,
        }
    }

    fn separator(self) -> char {
        match self {
            Self::UciPublished => ';',
            Self::UciExported => ' ',
            Self::Lcl | Self::Ett => ',',
        }
    }

    fn read(self, line: &str, channel: Channel) -> Result<Item, Fault> {
        let names = self.names();
        let cells: Vec<&str> = line.split(self.separator()).map(str::trim_end).collect();
        if cells.len() != names.len() {
            let column = cells.len().min(names.len());
            let what = format!("{} columns where there must be {}", cells.len(), names.len());
            return Err((column, names.get(column - 1).copied().unwrap_or("line"), what));
        }
        let row = Row { names, cells: &cells };
        match self {
            Self::UciPublished => uci(&row, 0, channel, true),
            Self::UciExported => uci(&row, 2, channel, false),
            Self::Lcl => lcl(&row),
            Self::Ett => ett(&row, channel),
        }
    }
}

/// The cells of a line.
struct Row<'a> {
    names: &'static [&'static str],
    cells: &'a [&'a str],
}

impl Row<'_> {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).copied().unwrap_or_default()
    }

    fn fault(&self, column: usize, what: impl Into<String>) -> Fault {
        (column + 1, self.names.get(column).copied().unwrap_or("line"), what.into())
    }

    /// `None` where the value is missing.
    fn number(&self, column: usize) -> Result<Option<Decimal>, Fault> {
        match self.cell(column) {
            "?" | "" | "Null" => Ok(None),
            text => {
                let wrong =
                    |error: super::decimal::NotANumber| self.fault(column, format!("{error}: {text:?}"));
                Decimal::parse(text).map(Some).map_err(wrong)
            }
        }
    }

    fn rounded(&self, column: usize, number: Option<Decimal>) -> Result<i64, Fault> {
        let out_of_range = || self.fault(column, "out of range");
        number.and_then(Decimal::rounded).ok_or_else(out_of_range)
    }

    fn date(&self, column: usize, text: &str, day_first: bool) -> Result<Moment, Fault> {
        time::date(text, day_first).ok_or_else(|| self.fault(column, format!("not a date: {text:?}")))
    }

    fn clock(&self, column: usize, text: &str) -> Result<Moment, Fault> {
        time::clock(text).ok_or_else(|| self.fault(column, format!("not a time of day: {text:?}")))
    }

    /// `YYYY-MM-DD HH:MM:SS`.
    fn moment(&self, column: usize) -> Result<Moment, Fault> {
        let text = self.cell(column);
        let parts =
            text.split_once(' ').ok_or_else(|| self.fault(column, format!("not a time: {text:?}")))?;
        Ok(self.date(column, parts.0, false)? + self.clock(column, parts.1)?)
    }
}

/// mW of a kW.
const KILOWATT: i128 = 1_000_000;
/// mW of a Wh in a minute: 60 W.
const WATT_HOUR_A_MINUTE: i128 = 60_000;
/// mW of a kWh in half an hour: 2 kW.
const KILOWATT_HOUR_A_HALF_HOUR: i128 = 2_000_000;

/// `first` is the column of the date.
fn uci(row: &Row<'_>, first: usize, channel: Channel, day_first: bool) -> Result<Item, Fault> {
    let (clock, main, subs) = (first + 1, first + 2, first + 6);
    let taken_at = row.date(first, row.cell(first), day_first)? + row.clock(clock, row.cell(clock))?;
    let kilowatts = |column| Ok::<_, Fault>(row.number(column)?.map(|number| number.times(KILOWATT)));
    let watt_hours =
        |column| Ok::<_, Fault>(row.number(column)?.map(|number| number.times(WATT_HOUR_A_MINUTE)));
    let column = match channel {
        Channel::Sub1 => subs,
        Channel::Sub2 => subs + 1,
        Channel::Sub3 => subs + 2,
        _ => main,
    };
    let power = match channel {
        Channel::Remainder => {
            let parts = [watt_hours(subs)?, watt_hours(subs + 1)?, watt_hours(subs + 2)?];
            let mut rest = kilowatts(main)?;
            for part in parts {
                rest = match (rest, part) {
                    (Some(rest), Some(part)) => {
                        Some(rest.minus(part).ok_or_else(|| row.fault(main, "out of range"))?)
                    }
                    _ => None,
                };
            }
            rest
        }
        Channel::Sub1 | Channel::Sub2 | Channel::Sub3 => watt_hours(column)?,
        _ => kilowatts(column)?,
    };
    if power.is_none() {
        return Ok(Item::Missing);
    }
    let power = row.rounded(column, power)?;
    Ok(Item::Measured(Measurement { taken_at, power, temperature: None }))
}

fn lcl(row: &Row<'_>) -> Result<Item, Fault> {
    let taken_at = row.moment(0)?;
    let Some(energy) = row.number(1)? else { return Ok(Item::Missing) };
    let power = row.rounded(1, Some(energy.times(KILOWATT_HOUR_A_HALF_HOUR)))?;
    Ok(Item::Measured(Measurement { taken_at, power, temperature: None }))
}

fn ett(row: &Row<'_>, channel: Channel) -> Result<Item, Fault> {
    let taken_at = row.moment(0)?;
    let column = match channel {
        Channel::Hull => 2,
        Channel::Mufl => 3,
        Channel::Mull => 4,
        Channel::Lufl => 5,
        Channel::Lull => 6,
        _ => 1,
    };
    let (Some(load), Some(oil)) = (row.number(column)?, row.number(7)?) else { return Ok(Item::Missing) };
    let power = row.rounded(column, Some(load.times(KILOWATT)))?;
    let oil = row.rounded(7, Some(oil.times(1000)))?;
    let temperature = i32::try_from(oil).map_err(|_| row.fault(7, "out of range"))?;
    Ok(Item::Measured(Measurement { taken_at, power, temperature: Some(temperature) }))
}

/// A file, line by line.
pub struct Series {
    path: PathBuf,
    layout: Layout,
    channel: Channel,
    lines: BufReader<Box<dyn Read>>,
    line: u64,
    failed: bool,
}

impl Series {
    /// Opens a file and reads its heading.
    pub fn open(path: &Path, format: Format, channel: Option<Channel>) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Self::new(path, Box::new(file), format, channel)
    }

    fn new(
        path: &Path,
        content: Box<dyn Read>,
        format: Format,
        channel: Option<Channel>,
    ) -> Result<Self, Error> {
        let channels = format.channels();
        let channel = match channel {
            None => channels[0],
            Some(channel) if channels.contains(&channel) => channel,
            Some(channel) => {
                return Err(Error::NoChannel {
                    format: name(&format),
                    channel: name(&channel),
                    choices: channels.iter().map(name).collect::<Vec<_>>().join(", "),
                })
            }
        };
        let mut series = Self {
            path: path.to_owned(),
            layout: Layout::Lcl,
            channel,
            lines: BufReader::new(content),
            line: 0,
            failed: false,
        };
        let heading = series.next_line()?.unwrap_or_default();
        series.layout = Layout::of(format, &heading)
            .ok_or_else(|| Error::Heading { path: path.to_owned(), format: name(&format) })?;
        Ok(series)
    }

    /// The channel that is read.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    fn next_line(&mut self) -> Result<Option<String>, Error> {
        self.line += 1;
        let mut bytes = Vec::new();
        let read = (&mut self.lines).take(MAX_LINE + 1).read_until(b'\n', &mut bytes);
        let length = read.map_err(|source| Error::Io { path: self.path.clone(), source })?;
        let fault = |what| Error::Line { path: self.path.clone(), line: self.line, what };
        if length == 0 {
            return Ok(None);
        }
        if length as u64 > MAX_LINE {
            return Err(fault("a line of more than 4096 bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|_| fault("not UTF-8"))?;
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn next_item(&mut self) -> Result<Option<Item>, Error> {
        let Some(line) = self.next_line()? else { return Ok(None) };
        // An empty last line ends the file.
        if line.is_empty() && self.next_line()?.is_none() {
            return Ok(None);
        }
        let item = self.layout.read(&line, self.channel).map_err(|(column, name, what)| {
            Error::Malformed { path: self.path.clone(), line: self.line, column, name, what }
        })?;
        Ok(Some(item))
    }
}

impl Iterator for Series {
    type Item = Result<Item, Error>;

    /// Ends after an error.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_item().transpose();
        self.failed = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    const UCI: &str = "\"Date\" \"Time\" \"Global_active_power\" \"Global_reactive_power\" \"Voltage\" \
                       \"Global_intensity\" \"Sub_metering_1\" \"Sub_metering_2\" \"Sub_metering_3\"\n";
    const PUBLISHED: &str = "Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;\
                             Sub_metering_1;Sub_metering_2;Sub_metering_3\n";
    const LCL: &str = ",KWH/hh (per half hour) \n";
    const ETT: &str = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT\n";

    fn series(format: Format, channel: Option<Channel>, content: &[u8]) -> Result<Series, Error> {
        Series::new(Path::new("f"), Box::new(Cursor::new(content.to_vec())), format, channel)
    }

    fn read(format: Format, channel: Channel, content: &str) -> Vec<Result<Item, String>> {
        let items = series(format, Some(channel), content.as_bytes()).unwrap();
        items.map(|item| item.map_err(|error| error.to_string())).collect()
    }

    fn power(format: Format, channel: Channel, content: &str) -> i64 {
        match read(format, channel, content)[..] {
            [Ok(Item::Measured(measurement))] => measurement.power,
            ref other => panic!("{other:?}"),
        }
    }

    #[test]
    fn uci_channels_are_exact() {
        let line = "\"66637\" 2007-02-01 2007-02-01 00:00:00 0.326 0.128 243.15 1.4 1 2 18\n";
        let content = format!("{UCI}{line}");
        for (channel, expected) in [
            (Channel::Main, 326_000),
            (Channel::Sub1, 60_000),
            (Channel::Sub2, 120_000),
            (Channel::Sub3, 1_080_000),
            (Channel::Remainder, 326_000 - 1_260_000),
        ] {
            assert_eq!(power(Format::Uci, channel, &content), expected, "{channel:?}");
        }
        let item = read(Format::Uci, Channel::Main, &content)[0].clone().unwrap();
        let expected = Measurement { taken_at: 1_170_288_000_000, power: 326_000, temperature: None };
        assert_eq!(item, Item::Measured(expected));
    }

    #[test]
    fn uci_as_published_says_the_same() {
        let content =
            format!("{PUBLISHED}1/2/2007;00:00:00;0.326;0.128;243.150;1.400;1.000;2.000;18.000\r\n");
        assert_eq!(power(Format::Uci, Channel::Remainder, &content), -934_000);
    }

    #[test]
    fn missing_values_are_skipped_where_they_matter() {
        let content = format!("{PUBLISHED}1/2/2007;00:00:00;?;?;?;?;?;?;\n1/2/2007;00:01:00;1;?;?;?;0;0;?\n");
        assert_eq!(read(Format::Uci, Channel::Main, &content)[0], Ok(Item::Missing));
        assert!(matches!(read(Format::Uci, Channel::Main, &content)[1], Ok(Item::Measured(_))));
        assert_eq!(read(Format::Uci, Channel::Remainder, &content), [Ok(Item::Missing), Ok(Item::Missing)]);
    }

    #[test]
    fn lcl_energy_becomes_mean_power() {
        let content = format!("{LCL}2011-12-10 00:00:00,0.082\n");
        assert_eq!(power(Format::Lcl, Channel::Main, &content), 164_000);
    }

    #[test]
    fn ett_has_sign_and_temperature() {
        let line =
            "2016-07-01 00:00:00,5.827000141143799,-2.0,0,0,0,-0.035999998450279236,30.5310001373291\n";
        let content = format!("{ETT}{line}");
        let item = read(Format::Ett, Channel::Lull, &content)[0].clone().unwrap();
        let expected = Measurement { taken_at: 1_467_331_200_000, power: -36_000, temperature: Some(30_531) };
        assert_eq!(item, Item::Measured(expected));
    }

    #[test]
    fn a_malformed_line_is_named_with_its_column() {
        let good = "2011-12-10 00:00:00,0.082\n";
        for (line, expected) in [
            ("2011-12-10 00:00:00,abc", "f:3: column 2 (KWH/hh): not a decimal number: \"abc\""),
            ("2011-12-32 00:00:00,1", "f:3: column 1 (time): not a date: \"2011-12-32\""),
            ("2011-12-10 00:61:00,1", "f:3: column 1 (time): not a time of day: \"00:61:00\""),
            ("2011-12-10,1", "f:3: column 1 (time): not a time: \"2011-12-10\""),
            ("2011-12-10 00:00:00", "f:3: column 1 (time): 1 columns where there must be 2"),
            ("2011-12-10 00:00:00,1,2", "f:3: column 2 (KWH/hh): 3 columns where there must be 2"),
            ("2011-12-10 00:00:00,99999999999999999999", "f:3: column 2 (KWH/hh): out of range"),
        ] {
            let items = read(Format::Lcl, Channel::Main, &format!("{LCL}{good}{line}\n{good}"));
            assert_eq!(items[1], Err(expected.to_owned()));
            assert_eq!(items.len(), 2, "nothing after an error");
        }
    }

    #[test]
    fn hostile_lines_are_refused() {
        let long = [LCL.as_bytes(), &[b'1'; 10_000]].concat();
        let error = series(Format::Lcl, None, &long).unwrap().next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "f:2: a line of more than 4096 bytes");
        let binary = [LCL.as_bytes(), &[0xff, b'\n']].concat();
        let error = series(Format::Lcl, None, &binary).unwrap().next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "f:2: not UTF-8");
        let gap = format!("{LCL}\n2011-12-10 00:00:00,1\n");
        assert!(read(Format::Lcl, Channel::Main, &gap)[0].is_err());
    }

    #[test]
    fn an_empty_file_and_a_foreign_one_have_no_heading() {
        for content in ["", ETT, "a,b\n"] {
            let error = series(Format::Lcl, None, content.as_bytes()).err().unwrap();
            assert!(matches!(error, Error::Heading { .. }), "{error}");
        }
    }

    #[test]
    fn a_channel_of_another_format_is_refused() {
        let error = series(Format::Ett, Some(Channel::Sub1), ETT.as_bytes()).err().unwrap();
        assert_eq!(
            error.to_string(),
            "format ett has no channel sub1: choose one of HUFL, HULL, MUFL, MULL, LUFL, LULL"
        );
    }

    #[test]
    fn the_real_files_are_read_to_their_end() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
        for (file, format, lines) in [
            ("uci-household-2007-02-01-minutely.txt", Format::Uci, 2_880),
            ("lcl-MAC000060-halfhourly.csv", Format::Lcl, 38_784),
            ("ETTh1.csv", Format::Ett, 17_420),
        ] {
            for channel in format.channels() {
                let items = Series::open(&data.join(file), format, Some(*channel)).unwrap();
                let items: Result<Vec<Item>, Error> = items.collect();
                assert_eq!(items.unwrap().len(), lines, "{file} {channel:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_panic(content: Vec<u8>, index in 0usize..3) {
            let (format, heading) = [(Format::Uci, UCI), (Format::Lcl, LCL), (Format::Ett, ETT)][index];
            let content = [heading.as_bytes(), &content].concat();
            let _ = series(format, None, &content).unwrap().count();
        }

        #[test]
        fn any_line_is_read_or_refused_without_panic(line: String) {
            for layout in [Layout::UciPublished, Layout::UciExported, Layout::Lcl, Layout::Ett] {
                for channel in [Channel::Main, Channel::Remainder, Channel::Hufl] {
                    let _ = layout.read(&line, channel);
                }
            }
        }
    }
}
