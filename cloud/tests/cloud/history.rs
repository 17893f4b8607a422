// SPDX-License-Identifier: Apache-2.0
//! History queries: who may ask, and what reaches the index. What it answers is tested beside it.

use crate::support::{http::Answer, suite, Cloud};

suite! {
    any_active_member_may_ask_and_learns_up_to_which_block_the_answer_is_complete
    filters_and_pages_reach_the_index
    what_is_no_filter_or_page_is_refused
}

const PATHS: [&str; 4] = ["/v1/notices", "/v1/requests", "/v1/records", "/v1/credit"];

async fn any_active_member_may_ask_and_learns_up_to_which_block_the_answer_is_complete(cloud: Cloud) {
    for path in PATHS {
        for member in [&cloud.processor, &cloud.user] {
            let answer: Answer = member.get(cloud.address, path).await;
            let json: serde_json::Value = answer.json();
            assert_eq!(json["finalized"]["number"], 42, "{path}");
            assert_eq!((&json["items"], &json["next"]), (&serde_json::json!([]), &serde_json::Value::Null));
        }
    }
}

async fn filters_and_pages_reach_the_index(cloud: Cloud) {
    let id = cloud.processor.id;
    for path in PATHS {
        let asked = format!("{path}?processor={id}&from=2012-01-01&to=2012-01-31&limit=7");
        assert_eq!(cloud.user.get(cloud.address, &asked).await.status, 200, "{asked}");
        let asked = cloud.index.asked.lock().unwrap().pop().unwrap();
        assert!(asked.contains(&id.to_string()) && asked.contains("limit: 7"), "{asked}");
    }
}

async fn what_is_no_filter_or_page_is_refused(cloud: Cloud) {
    for path in PATHS {
        for query in ["limit=0", "limit=1001", "limit=x", "after=%20", "processor=0x12", "from=2012-13-01"] {
            cloud.user.get(cloud.address, &format!("{path}?{query}")).await.refused(400, "unparsable");
        }
    }
    assert!(cloud.index.asked.lock().unwrap().is_empty());
}
