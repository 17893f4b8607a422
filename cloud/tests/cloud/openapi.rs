// SPDX-License-Identifier: Apache-2.0
//! The API document against the router: every route is described, everything described is a route.

use crate::support::{
    http::get,
    member::{sha256, Call},
    place::Place,
    Cloud,
};
use axum::http::header;
use serde_json::Value;
use std::collections::BTreeSet;

async fn cloud() -> Cloud {
    Cloud::start(Place::folder_and_sqlite().await).await
}

async fn document(cloud: &Cloud) -> Value {
    get(cloud.address, "/openapi.json").await.json()
}

/// A path with something in the place of its parameters.
fn example(cloud: &Cloud, path: &str) -> String {
    let example = path
        .replace("{sha256}", &hex::encode(sha256(b"x")))
        .replace("{processor}", &cloud.processor.id.to_string())
        .replace("{region}", "1")
        .replace("{month}", "2012-01")
        .replace("{day}", "2012-01-01")
        .replace("{version}", "0");
    assert!(!example.contains('{'), "{example}");
    example
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation.clone()))
    });
    operations.collect()
}

#[tokio::test]
async fn every_route_is_described_and_the_reverse() {
    let cloud = cloud().await;
    let described: BTreeSet<_> = operations(&document(&cloud).await)
        .into_iter()
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    let mut routes = BTreeSet::new();
    for path in &cloud.paths {
        // A method that no path has: the answer names those that it has.
        let answer = Call::new("BREW", example(&cloud, path), []).send(cloud.address, "").await;
        answer.refused(405, "method-not-allowed");
        let methods = answer.headers[header::ALLOW].to_str().unwrap();
        // Each path that is read answers HEAD too.
        let methods = methods.split(',').filter(|method| *method != "HEAD");
        routes.extend(methods.map(|method| format!("{method} {path}")));
    }
    assert!(routes.len() > 10);
    assert_eq!(described, routes);
}

#[tokio::test]
async fn everything_described_answers() {
    let cloud = cloud().await;
    for (path, method, operation) in operations(&document(&cloud).await) {
        let example = example(&cloud, &path);
        let method: &'static str = method.leak();
        let signed = operation.get("security").is_some();
        let answer = Call::new(method, &example, *b"x").send(cloud.address, "").await;
        let expected = if signed { 401 } else { 200 };
        assert_eq!(answer.status, expected, "{method} {example}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("200") && signed == responses.contains_key("401"), "{path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_document_says_how_calls_are_signed_and_what_errors_look_like() {
    let document = document(&cloud().await).await;
    let scheme = &document["components"]["securitySchemes"]["member"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&"header".into(), &"Authorization".into()));
    for schema in ["ErrorBody", "Health", "Product", "ReceiptBody"] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema}");
    }
}
