// SPDX-License-Identifier: Apache-2.0
//! An S3 server in this process that checks signatures.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use std::path::Path;
use tokio::net::TcpListener;

const ACCESS_KEY: &str = "dmsm";
const SECRET_KEY: &str = "a secret of tests";

/// Serves a folder until the test ends; returns the settings `AWS_*` of a client.
pub async fn serve(folder: &Path) -> Vec<(String, String)> {
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build().into_shared();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let server = Builder::new(TokioExecutor::new());
        while let Ok((stream, _)) = listener.accept().await {
            let connection = server.serve_connection(TokioIo::new(stream), service.clone()).into_owned();
            tokio::spawn(async move {
                let _ = connection.await;
            });
        }
    });
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        setting("AWS_ENDPOINT", &endpoint),
        setting("AWS_ALLOW_HTTP", "true"),
        setting("AWS_REGION", "us-east-1"),
        setting("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        setting("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
    ]
}
