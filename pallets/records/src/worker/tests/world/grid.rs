// SPDX-License-Identifier: Apache-2.0
//! The grid service.

use super::*;

/// A row of the grid service.
#[derive(Clone)]
pub struct Row {
    pub meter: DeviceId,
    pub energy: [u32; SLOTS],
    pub sealed: Option<SealedRow>,
}

/// A batch of the grid service.
#[derive(Clone)]
pub struct Batch {
    pub day: Day,
    pub version: u16,
    pub rows: Vec<Row>,
    pub anchored: Option<[u8; 32]>,
}

impl Batch {
    fn open(&self) -> OpenBatch {
        let unsealed = self.rows.iter().filter(|row| row.sealed.is_none()).count() as u32;
        OpenBatch { day: self.day, version: self.version, count: self.rows.len() as u32, unsealed }
    }

    pub fn records(&self) -> Option<Vec<Record>> {
        let record = |row: &Row| {
            let SealedRow { meter, digest, ciphertext, .. } = row.sealed?;
            Some(Record { meter, day: self.day, present: ALL_PRESENT, digest, ciphertext })
        };
        self.rows.iter().map(record).collect()
    }
}

/// What it knows.
pub struct Grid {
    /// Most rows of a batch.
    pub batch_rows: usize,
    /// Closed meter-days that no batch has yet.
    pub pending: BTreeMap<(Day, DeviceId), [u32; SLOTS]>,
    pub batches: Vec<Batch>,
    /// Roots of anchors that are final.
    pub final_roots: BTreeMap<(Day, u16), [u8; 32]>,
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            batch_rows: MAX_BATCH as usize,
            pending: BTreeMap::new(),
            batches: Vec::new(),
            final_roots: BTreeMap::new(),
        }
    }
}

impl Grid {
    pub fn is_authorized(&self, request: &Request) -> bool {
        request.authorization == format!("Bearer {TOKEN}")
    }

    fn batch(&mut self, day: Day, version: u16) -> &mut Batch {
        let same = |batch: &&mut Batch| (batch.day, batch.version) == (day, version);
        self.batches.iter_mut().find(same).expect("the worker names a batch that there is")
    }

    pub fn open_batches(&mut self, now: Moment, wrong: Option<Wrong>) -> Vec<OpenBatch> {
        let closed: BTreeSet<_> =
            self.pending.keys().map(|(day, _)| *day).filter(|day| day.end() <= now).collect();
        for day in closed {
            let of_day = |(key, energy): (&(Day, DeviceId), &[u32; SLOTS])| {
                (key.0 == day).then_some(Row { meter: key.1, energy: *energy, sealed: None })
            };
            let rows: Vec<_> = self.pending.iter().filter_map(of_day).collect();
            self.pending.retain(|key, _| key.0 != day);
            for rows in rows.chunks(self.batch_rows) {
                let version = self.batches.iter().filter(|batch| batch.day == day).count() as u16;
                self.batches.push(Batch { day, version, rows: rows.to_vec(), anchored: None });
            }
        }
        let open = self.batches.iter().filter(|batch| batch.anchored.is_none()).map(Batch::open);
        let mut open: Vec<_> = open.take(MAX_OPEN_BATCHES as usize).collect();
        if let Some(first) = open.first_mut() {
            match wrong {
                Some(Wrong::EmptyBatch) => (first.count, first.unsealed) = (0, 0),
                Some(Wrong::LargeBatch) => first.count = MAX_BATCH + 1,
                Some(Wrong::TooManyUnsealed) => first.unsealed = first.count + 1,
                Some(Wrong::NoDay) => first.day = Day(u32::MAX),
                Some(Wrong::TooManyBatches) => {
                    let first = *first;
                    open.resize(MAX_OPEN_BATCHES as usize + 1, first);
                }
                _ => {}
            }
        }
        open
    }

    pub fn unsealed(&mut self, asked: (Day, u16, u32), wrong: Option<Wrong>) -> Vec<ToSealRow> {
        let (day, version, limit) = asked;
        assert!((1..=256).contains(&limit));
        let row = |row: &Row| ToSealRow {
            meter: row.meter,
            present: ALL_PRESENT,
            energy: row.energy.into_iter().map(Compact).collect(),
        };
        let unsealed = self.batch(day, version).rows.iter().filter(|row| row.sealed.is_none());
        let mut rows: Vec<_> = unsealed.take(limit as usize).map(row).collect();
        match wrong {
            Some(Wrong::NoRows) => rows.clear(),
            Some(Wrong::TooManyRows) => {
                let last = rows.last().cloned().expect("some");
                while rows.len() <= limit as usize {
                    let mut next = last.clone();
                    next.meter.0[..2].copy_from_slice(&[0xff, rows.len() as u8]);
                    rows.push(next);
                }
            }
            Some(Wrong::OutOfOrder) => rows.reverse(),
            Some(Wrong::Doubled) => rows.extend(rows.last().cloned()),
            Some(Wrong::ShortDay) => rows[0].energy.truncate(SLOTS - 1),
            Some(Wrong::LongDay) => rows[0].present |= 1 << SLOTS,
            _ => {}
        }
        rows
    }

    /// Refuses rows that differ from what is stored.
    pub fn seal(&mut self, cloud: &CloudService, told: (Day, u16, Vec<SealedRow>)) -> bool {
        let (day, version, sealed) = told;
        assert!((1..=256).contains(&sealed.len()));
        for row in sealed {
            assert!(cloud.blobs.contains_key(&row.ciphertext), "the cloud has no ciphertext of it");
            let known = self.batch(day, version).rows.iter_mut().find(|known| known.meter == row.meter);
            let known = known.expect("a row of the batch");
            if known.sealed.is_some_and(|known| known != row) {
                return false;
            }
            known.sealed = Some(row);
        }
        true
    }

    pub fn manifest(&mut self, asked: (Day, u16), wrong: Option<Wrong>) -> Option<Vec<Record>> {
        let mut records = self.batch(asked.0, asked.1).records();
        if let Some(records) = &mut records {
            match wrong {
                Some(Wrong::NoManifest) => return None,
                Some(Wrong::ShortManifest) => drop(records.pop()),
                Some(Wrong::OutOfOrder) => records.reverse(),
                Some(Wrong::OtherDay) => records[0].day.0 += 1,
                _ => {}
            }
        }
        records
    }

    pub fn anchored(&mut self, told: (Day, u16, [u8; 32])) -> bool {
        let (day, version, root) = told;
        assert_eq!(self.final_roots.get(&(day, version)), Some(&root), "it is not final");
        let known = &mut self.batch(day, version).anchored;
        assert!(known.is_none_or(|known| known == root), "told another root before");
        *known = Some(root);
        true
    }
}
