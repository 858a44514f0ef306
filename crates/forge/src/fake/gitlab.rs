//! GitLab's REST, as far as it is asked here.

use serde_json::{Value, json};

use super::{
    Answer, TOKEN, WRITERS,
    github::{decoded, react, text},
    state::{Check, PullRequest, Remark, Request, Stage, State, Thread},
};

const DRAFT: &str = "Draft: ";

pub(super) fn answer(state: &mut State, request: &Request, shown: Option<&str>) -> Answer {
    if shown != Some(format!("Bearer {TOKEN}").as_str()) {
        return Answer::json(401, &json!({ "message": "401 Unauthorized" }));
    }
    let path: Vec<String> = request.path.split('/').skip(1).map(decoded).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path[..] {
        ["api", "v4", "user"] => {
            Answer::json(200, &json!({ "id": 7, "username": "ada", "name": "Ada Lovelace" }))
        }
        ["api", "v4", "projects", project, ref inside @ ..] => {
            in_project(state, project, request, inside).unwrap_or_else(Answer::missing)
        }
        _ => Answer::missing(),
    }
}

fn in_project(
    state: &mut State,
    project: &str,
    request: &Request,
    inside: &[&str],
) -> Option<Answer> {
    let address = state.address.clone();
    let body = &request.body;
    let list = |all: Vec<Value>| Answer::json(200, &request.page(all).into());
    let held = state.repositories.get(project)?;
    Some(match (request.method.as_str(), inside) {
        ("GET", []) => {
            let url = format!("{address}/{project}");
            Answer::json(200, &json!({ "web_url": url, "default_branch": "main" }))
        }
        ("GET", ["members", "all"]) => {
            let writers = WRITERS.map(|it| json!({ "username": it, "access_level": 30 }));
            let reader = json!({ "username": "eve", "access_level": 20 });
            let wanted = request.query("query");
            let is_found =
                |it: &Value| it["username"].as_str().is_some_and(|it| it.contains(wanted));
            list(writers.into_iter().chain([reader]).filter(is_found).collect())
        }
        ("GET", ["merge_requests"]) => {
            let branch = request.query("source_branch").to_owned();
            list(state.open_for(project, &branch).map(merge_request).into_iter().collect())
        }
        ("POST", ["merge_requests"]) => open(state, project, body)?,
        ("GET", ["merge_requests", number]) => {
            Answer::json(200, &merge_request(state.pull_request(project, number.parse().ok()?)?))
        }
        ("PUT", ["merge_requests", number]) => {
            let found = state.pull_request(project, number.parse().ok()?)?;
            edit(found, body);
            Answer::json(200, &merge_request(found))
        }
        ("GET", ["merge_requests", number, "discussions"]) => {
            list(discussions(state.pull_request(project, number.parse().ok()?)?))
        }
        ("POST", ["merge_requests", number, "notes"]) => {
            let remark = Remark::new(state.id(), "ada".to_owned(), text(&body["body"]));
            let found = state.pull_request(project, number.parse().ok()?)?;
            found.comments.push(remark.clone());
            Answer::json(201, &note(&remark))
        }
        ("POST", ["merge_requests", number, "discussions", thread, "notes"]) => {
            let remark = Remark::new(state.id(), "ada".to_owned(), text(&body["body"]));
            let found = state.pull_request(project, number.parse().ok()?)?;
            let thread = thread.strip_prefix("discussion-")?.parse().ok()?;
            found.thread(thread)?.comments.push(remark.clone());
            Answer::json(201, &note(&remark))
        }
        ("GET", ["merge_requests", number, "notes", id]) => {
            let found = state.pull_request(project, number.parse().ok()?)?;
            let id: u64 = id.parse().ok()?;
            Answer::json(200, &note(found.remarks().find(|it| it.id == id)?))
        }
        ("POST", ["merge_requests", _, "notes", id, "award_emoji"]) => {
            let awarded = react(state, project, id.parse().ok()?, &text(&body["name"]))?;
            match awarded.status {
                201 => awarded,
                _ => {
                    let words = "404 Award Emoji Name has already been taken Not Found";
                    Answer::json(404, &json!({ "message": words }))
                }
            }
        }
        ("GET", ["repository", "commits", commit, "statuses"]) => {
            let all = held.checks.iter().filter(|it| it.commit == *commit);
            list(all.map(|it| status(&address, project, it)).collect())
        }
        ("GET", ["jobs", job, "trace"]) => {
            let found = held.checks.iter().find(|it| it.id.to_string() == *job)?;
            let body = found.log.clone()?.into_bytes();
            Answer { status: 200, headers: Vec::new(), body }
        }
        _ => return None,
    })
}

fn open(state: &mut State, project: &str, body: &Value) -> Option<Answer> {
    let branch = text(&body["source_branch"]);
    if let Some(open) = state.open_for(project, &branch) {
        let words = format!(
            "Another open merge request already exists for this source branch: !{}",
            open.number
        );
        return Some(Answer::json(409, &json!({ "message": [words] })));
    }
    let draft = text(&body["title"]).starts_with(DRAFT).into();
    let fields = ["source_branch", "target_branch", "title", "description"].map(|it| &body[it]);
    Some(Answer::json(201, &merge_request(state.open(project, fields, &draft)?)))
}

fn edit(found: &mut PullRequest, body: &Value) {
    if let Some(title) = body["title"].as_str() {
        title.clone_into(&mut found.title);
        found.draft = title.starts_with(DRAFT);
    }
    if let Some(description) = body["description"].as_str() {
        description.clone_into(&mut found.description);
    }
    if let Some(labels) = body["add_labels"].as_str() {
        found.labels.extend(labels.split(',').map(str::to_owned));
    }
    if body["state_event"] == "close" && found.state == Stage::Open {
        found.state = Stage::Closed;
    }
}

fn merge_request(it: &PullRequest) -> Value {
    let state = match it.state {
        Stage::Open => "opened",
        Stage::Merged => "merged",
        Stage::Closed => "closed",
    };
    json!({
        "iid": it.number, "web_url": it.url, "title": it.title, "description": it.description,
        "state": state, "draft": it.draft, "sha": it.head,
        "source_branch": it.branch, "target_branch": it.base, "labels": it.labels,
        "updated_at": it.changed_at(),
    })
}

/// A review's summary is a note like others.
fn discussions(it: &PullRequest) -> Vec<Value> {
    let system = Remark::new(5_000_000_000, "ada".to_owned(), "changed the title".to_owned());
    let mut system = note(&system);
    system["system"] = true.into();
    let alone = |it: Value| json!({ "id": "alone", "individual_note": true, "notes": [it] });
    let said = it.comments.iter().chain(&it.reviews).filter(|it| !it.body.is_empty());
    let said = [system].into_iter().chain(said.map(note)).map(alone);
    said.chain(it.threads.iter().map(thread)).collect()
}

fn thread(it: &Thread) -> Value {
    let position = json!({ "new_path": it.path, "old_path": it.path, "new_line": it.line });
    let shown = |remark: &Remark| {
        let mut note = note(remark);
        note["position"] = position.clone();
        note["resolvable"] = true.into();
        note["resolved"] = it.resolved.into();
        note
    };
    let notes: Vec<Value> = it.comments.iter().map(shown).collect();
    json!({ "id": format!("discussion-{}", it.id()), "individual_note": false, "notes": notes })
}

fn note(it: &Remark) -> Value {
    json!({
        "id": it.id, "body": it.body, "author": { "username": it.by },
        "created_at": it.created_at(), "system": false, "resolvable": false,
    })
}

fn status(address: &str, project: &str, it: &Check) -> Value {
    let status = match it.outcome.conclusion() {
        None => "running",
        Some("success") => "success",
        Some("failure") => "failed",
        Some("cancelled") => "canceled",
        Some(_) => "skipped",
    };
    let page = match it.log {
        Some(_) => format!("{address}/{project}/-/jobs/{}", it.id),
        None => "https://elsewhere.example/1".to_owned(),
    };
    json!({
        "id": it.id, "name": it.name, "status": status, "allow_failure": false, "target_url": page,
    })
}
