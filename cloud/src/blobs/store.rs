// SPDX-License-Identifier: Apache-2.0
//! A folder, or a bucket of S3 and its kin. A blob of SHA-256 abcdef… is the object `ab/cdef…`.

use super::{BlobError, Blobs, MAX_BLOB};
use async_trait::async_trait;
use object_store::{
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
    ObjectStore, ObjectStoreExt, RetryConfig,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::Url;

/// How long a request to S3 is tried again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `file://` nor `s3://`.
    #[error("cannot use store {url}: give file:///PATH or s3://BUCKET/PATH")]
    UnknownScheme {
        /// The URL, without password.
        url: String,
    },
    /// The folder cannot be made.
    #[error("cannot use the folder {}: may this user write there?", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The settings of the store are none.
    #[error("cannot use store {url}: are the variables AWS_* right?")]
    Settings {
        /// The URL, without password.
        url: String,
        /// What is wrong.
        source: object_store::Error,
    },
}

/// Opens the store that `url` names; the settings of S3 come from the variables `AWS_*`.
pub fn open(url: &str) -> Result<Arc<dyn Blobs>, OpenError> {
    let readable =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    open_with(url, std::env::vars_os().filter_map(readable))
}

/// Opens the store that `url` names with the settings of S3 among these variables.
pub fn open_with(
    url: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Arc<dyn Blobs>, OpenError> {
    let shown = || crate::database::redacted(url);
    let unknown = || OpenError::UnknownScheme { url: shown() };
    let parsed = Url::parse(url).map_err(|_| unknown())?;
    match parsed.scheme() {
        "file" => {
            let path = parsed.to_file_path().map_err(|()| unknown())?;
            Ok(Arc::new(StoredBlobs::new(folder(&path, &shown())?)))
        }
        "s3" => {
            let settings = |source| OpenError::Settings { url: shown(), source };
            let bucket = bucket(variables, parsed.host_str().ok_or_else(unknown)?);
            let prefix = Path::parse(parsed.path().trim_matches('/')).map_err(|_| unknown())?;
            Ok(Arc::new(StoredBlobs::new(PrefixStore::new(bucket.map_err(settings)?, prefix))))
        }
        _ => Err(unknown()),
    }
}

/// A folder, made if it is not there for this user's eyes alone. What is put there outlives a loss
/// of power.
fn folder(path: &FilePath, url: &str) -> Result<LocalFileSystem, OpenError> {
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
    let store = LocalFileSystem::new_with_prefix(path)
        .map_err(|source| OpenError::Settings { url: url.to_owned(), source })?;
    Ok(store.with_fsync(true))
}

fn bucket(
    variables: impl IntoIterator<Item = (String, String)>,
    name: &str,
) -> Result<AmazonS3, object_store::Error> {
    // TLS needs one engine for the whole program. It is set already if another store was opened.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let known = |(name, value): (String, String)| {
        let key = name.starts_with("AWS_").then(|| name.to_ascii_lowercase())?;
        Some((key.parse::<AmazonS3ConfigKey>().ok()?, value))
    };
    let settings = variables.into_iter().filter_map(known);
    let builder =
        settings.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
    let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
    builder.with_bucket_name(name).with_retry(retry).build()
}

/// Blobs in an object store.
#[derive(Debug)]
pub struct StoredBlobs<S>(S);

impl<S: ObjectStore> StoredBlobs<S> {
    /// Blobs in `store`.
    pub fn new(store: S) -> Self {
        Self(store)
    }
}

fn path(digest: &[u8; 32]) -> Path {
    let digits = hex::encode(digest);
    let (folder, name) = digits.split_at(2);
    Path::from_iter([folder, name])
}

#[async_trait]
impl<S: ObjectStore> Blobs for StoredBlobs<S> {
    async fn get(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError> {
        let found = match self.0.get(&path(digest)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found?,
        };
        if found.meta.size > MAX_BLOB as u64 {
            return Err(BlobError::Corrupt);
        }
        let bytes = found.bytes().await?;
        if Sha256::digest(&bytes)[..] != digest[..] {
            return Err(BlobError::Corrupt);
        }
        Ok(Some(bytes.into()))
    }

    async fn put(&self, digest: &[u8; 32], bytes: Vec<u8>) -> Result<(), BlobError> {
        self.0.put(&path(digest), bytes.into()).await?;
        Ok(())
    }

    async fn has(&self, digest: &[u8; 32]) -> Result<bool, BlobError> {
        match self.0.head(&path(digest)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            found => Ok(found.map(|_| true)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_no_store_is_refused_and_its_password_not_shown() {
        for url in
            ["", "/var/blobs", "gs://bucket", "http://user:secret@host/", "file://other/path", "s3:///"]
        {
            let Err(error) = open(url) else { panic!("{url}") };
            assert!(matches!(error, OpenError::UnknownScheme { .. }), "{url}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_path_of_a_blob_is_its_digest() {
        assert_eq!(path(&[0xab; 32]).to_string(), format!("ab/{}", "ab".repeat(31)));
    }
}
