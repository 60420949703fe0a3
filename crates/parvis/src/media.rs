//! Where pictures and files are kept: a folder, or a bucket on an S3 server, which several nodes can share. Knows no
//! table; what is put there never changes.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use crate::app::sync_folder;
use crate::config::Config;

/// How long one request to a bucket may take, and all attempts of it together.
const PATIENCE: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(60)];

/// The place that the configuration names; a folder is made when missing.
///
/// # Errors
/// The folder can't be made, or the bucket's address or its keys can't be used; whether the bucket answers shows when
/// it is used, and `parvis doctor` asks it.
pub fn open(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match config.media.strip_prefix("s3://") {
        Some(_) => bucket(&config.media, std::env::vars()),
        None => folder(config),
    }
}

/// How the place is called in sentences.
pub fn name(config: &Config) -> String {
    if config.media.starts_with("s3://") {
        config.media.clone()
    } else {
        config.media_folder().display().to_string()
    }
}

fn folder(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let folder = config.media_folder();
    fs::create_dir_all(&folder).with_context(|| format!("the folder {} can't be made", folder.display()))?;
    // Its name too has to survive what the files in it survive.
    let above = folder.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(above).with_context(|| format!("the folder {} can't be synced", above.display()))?;
    // Synced: what an accepted answer carries survives a power cut as the answer does.
    let files = LocalFileSystem::new_with_prefix(&folder)?.with_automatic_cleanup(true).with_fsync(true);
    Ok(Arc::new(files))
}

/// A bucket, or the part of it below a prefix. Server, region and keys come from the variables that other tools read
/// too: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.
fn bucket(
    address: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let url = Url::parse(address).with_context(|| format!("media: “{address}” is no address"))?;
    let Some(name) = url.host_str() else {
        bail!("media: “{address}” names no bucket; write s3://BUCKET")
    };
    let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: 5, retry_timeout: PATIENCE[1] };
    let mut options = ClientOptions::new().with_timeout(PATIENCE[0]);
    let mut builder = AmazonS3Builder::new().with_bucket_name(name).with_retry(retry);
    for (key, value) in variables {
        if !key.starts_with("AWS_") {
            continue;
        }
        // A server of one's own in one's own network may have no certificate; who says http:// means it.
        if key.starts_with("AWS_ENDPOINT") && value.starts_with("http://") {
            options = options.with_allow_http(true);
        }
        if let Ok(known) = key.to_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(known, value);
        }
    }
    let store = builder.with_client_options(options).build().context("media: the bucket can't be used")?;
    let prefix = url.path().trim_matches('/');
    if prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

#[cfg(test)]
mod tests;
