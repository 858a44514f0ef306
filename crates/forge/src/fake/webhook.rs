//! What GitHub delivers, signed: as many fields of its payloads as anybody here reads, and some more.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    SECRET,
    github::{associated, pull_request, user},
    state::{Check, PullRequest, Remark, State},
};
use crate::webhook::Secret;

/// A delivery that nobody has made yet.
#[derive(Clone, Debug, Serialize)]
pub struct Webhook {
    pub event: &'static str,
    pub delivery: String,
    pub signature: String,
    pub body: String,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Told {
    Commented(PullRequest, Remark),
    Reviewed(PullRequest, Remark),
    CommentedAtLine(PullRequest, u64, Remark),
    Settled(PullRequest, u64, &'static str),
    Changed(PullRequest, &'static str),
    Checked(Check),
    Pushed { branch: String, head: Option<String>, by: String },
}

impl Webhook {
    /// What is sent beside the body.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, &str); 4] {
        [
            ("content-type", "application/json"),
            ("x-github-event", self.event),
            ("x-github-delivery", &self.delivery),
            ("x-hub-signature-256", &self.signature),
        ]
    }

    /// The same, as servers have it.
    ///
    /// # Panics
    ///
    /// Never: these are headers.
    #[must_use]
    pub fn header_map(&self) -> HeaderMap {
        let header = |(name, value): (&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("plain text"))
        };
        self.headers().into_iter().map(header).collect()
    }
}

impl State {
    pub(super) fn webhook(&mut self, repository: &str, told: Told) -> Webhook {
        let (event, mut body) = self.payload(repository, told);
        body["repository"] = json!({ "full_name": repository });
        body["installation"] = json!({ "id": 1 });
        let body = body.to_string();
        let secret = Secret::new(SECRET.as_bytes().to_vec()).expect("some bytes");
        let signature = secret.signature(body.as_bytes());
        Webhook { event, delivery: format!("delivery-{}", self.id()), signature, body }
    }

    fn payload(&self, repository: &str, told: Told) -> (&'static str, Value) {
        let shown = |it: &PullRequest| pull_request(&self.address, repository, it);
        match told {
            Told::Commented(it, remark) => {
                let issue = json!({ "number": it.number, "pull_request": { "html_url": it.url } });
                let comment = associated(&remark);
                (
                    "issue_comment",
                    json!({ "action": "created", "issue": issue, "comment": comment }),
                )
            }
            Told::Reviewed(it, remark) => {
                let mut review = associated(&remark);
                review["node_id"] = json!(format!("node-{}", remark.id));
                review["submitted_at"] = review["created_at"].take();
                let body =
                    json!({ "action": "submitted", "pull_request": shown(&it), "review": review });
                ("pull_request_review", body)
            }
            Told::CommentedAtLine(it, thread, remark) => {
                let mut comment = associated(&remark);
                if thread != remark.id {
                    comment["in_reply_to_id"] = json!(thread);
                }
                let body =
                    json!({ "action": "created", "pull_request": shown(&it), "comment": comment });
                ("pull_request_review_comment", body)
            }
            Told::Settled(it, thread, action) => {
                let thread = json!({ "comments": [{ "id": thread }] });
                let body =
                    json!({ "action": action, "pull_request": shown(&it), "thread": thread });
                ("pull_request_review_thread", body)
            }
            Told::Changed(it, action) => {
                let body =
                    json!({ "action": action, "number": it.number, "pull_request": shown(&it) });
                ("pull_request", body)
            }
            Told::Checked(it) => {
                let conclusion = it.outcome.conclusion();
                let action = if conclusion.is_some() { "completed" } else { "created" };
                let run = json!({
                    "id": it.id, "name": it.name, "head_sha": it.commit, "conclusion": conclusion,
                });
                ("check_run", json!({ "action": action, "check_run": run }))
            }
            Told::Pushed { branch, head, by } => {
                let body = json!({
                    "ref": format!("refs/heads/{branch}"),
                    "deleted": head.is_none(),
                    "after": head.unwrap_or_else(|| "0".repeat(40)),
                    "pusher": { "name": by },
                    "sender": user(&by),
                });
                ("push", body)
            }
        }
    }
}
