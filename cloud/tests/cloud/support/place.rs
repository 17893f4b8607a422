// SPDX-License-Identifier: Apache-2.0
//! Where a service keeps what it keeps.

use super::{postgres, s3};
use dmsm_cloud::blobs::{self, Blobs};
use std::{path::PathBuf, sync::Arc};
use tempfile::TempDir;

pub struct Place {
    pub store: String,
    pub database: String,
    /// Settings of S3, `AWS_*`.
    pub variables: Vec<(String, String)>,
    folder: TempDir,
}

impl Place {
    pub async fn folder_and_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("file://{}", folder.path().join("blobs").display());
        Self { store, database: sqlite(&folder), variables: Vec::new(), folder }
    }

    pub async fn folder_and_postgresql() -> Self {
        Self { database: postgres::database().await, ..Self::folder_and_sqlite().await }
    }

    pub async fn s3_and_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server keeps the objects of a bucket in a folder of its name.
        std::fs::create_dir(folder.path().join("bucket")).unwrap();
        let variables = s3::serve(folder.path()).await;
        Self { store: "s3://bucket/blobs".into(), database: sqlite(&folder), variables, folder }
    }

    pub async fn s3_and_postgresql() -> Self {
        Self { database: postgres::database().await, ..Self::s3_and_sqlite().await }
    }

    pub fn blobs(&self) -> Arc<dyn Blobs> {
        blobs::open_with(&self.store, self.variables.clone()).unwrap()
    }

    /// A file beside the store.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file that a blob lies in.
    pub fn file(&self, digest: &[u8; 32]) -> PathBuf {
        let digits = hex::encode(digest);
        let root = if self.variables.is_empty() { "blobs" } else { "bucket/blobs" };
        self.folder.path().join(root).join(&digits[..2]).join(&digits[2..])
    }
}

fn sqlite(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("cloud.db").display())
}
