//! GitHub's REST, as far as it is asked here.

use serde_json::{Value, json};

use super::{
    Answer, TOKEN, WRITERS, graphql,
    state::{Check, PullRequest, Remark, Request, Stage, State},
};

/// Who the app is where it says something.
const BOT: &str = "runbook[bot]";

/// Answers after looking at what the client shows.
pub(super) fn answer(state: &mut State, request: &Request, shown: Option<&str>) -> Answer {
    let path: Vec<String> = request.path.split('/').skip(1).map(decoded).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let ["_blobs", job] = path[..] {
        return blob(state, job, shown);
    }
    let token = shown.and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default();
    let bad = Answer::json(401, &json!({ "message": "Bad credentials" }));
    match (request.method.as_str(), &path[..]) {
        (_, ["api", "v3", "repos", owner, name, "installation"]) => {
            let is_there = state.repositories.contains_key(&format!("{owner}/{name}"));
            match state.keys().checked(token) {
                Some(_) if is_there => Answer::json(200, &json!({ "id": 1 })),
                Some(_) => Answer::missing(),
                None => bad,
            }
        }
        ("POST", ["api", "v3", "app", "installations", "1", "access_tokens"]) => {
            match state.keys().checked(token) {
                Some(made) => issue(state, made, &request.body),
                None => bad,
            }
        }
        ("GET", ["api", "v3", "app", "installations"]) => match state.keys().checked(token) {
            Some(_) => Answer::json(200, &json!([{ "id": 1, "suspended_at": null }])),
            None => bad,
        },
        (_, ["api", "v3" | "graphql", ..]) => {
            let repository = state.issued.get(token).cloned();
            if token != TOKEN && repository.is_none() {
                return bad;
            }
            if path[1] == "graphql" {
                return graphql::answer(state, &request.body);
            }
            match path[2..] {
                ["installation", "repositories"] if repository.as_deref() == Some(ALL) => {
                    installed(state, request)
                }
                ["user"] if repository.is_some() => {
                    let words = "Resource not accessible by integration";
                    Answer::json(403, &json!({ "message": words }))
                }
                ["user"] => {
                    Answer::json(200, &json!({ "id": 7, "login": "ada", "name": "Ada Lovelace" }))
                }
                ["repos", owner, name, ref inside @ ..] => {
                    let asked = format!("{owner}/{name}");
                    let by = if repository.is_some() { BOT } else { "ada" };
                    if repository.is_some_and(|it| it != asked) {
                        return Answer::missing();
                    }
                    in_repository(state, &asked, by, request, inside)
                        .unwrap_or_else(Answer::missing)
                }
                _ => Answer::missing(),
            }
        }
        _ => Answer::missing(),
    }
}

/// What a token is for that names no repository.
const ALL: &str = "*";

fn installed(state: &State, request: &Request) -> Answer {
    let address = &state.address;
    let shown = |it: &String| json!({ "full_name": it, "html_url": format!("{address}/{it}") });
    let all = request.page(state.repositories.keys().map(shown).collect());
    let count = state.repositories.len();
    Answer::json(200, &json!({ "total_count": count, "repositories": all }))
}

/// A token for one repository, or to see the names of all, for an hour.
fn issue(state: &mut State, made: i64, body: &Value) -> Answer {
    let wanted = body["repositories"][0].as_str();
    let named = wanted.map(|it| format!("/{it}"));
    let known = match named {
        Some(named) => state.repositories.keys().find(|it| it.ends_with(&named)).cloned(),
        None => (body["permissions"] == json!({ "metadata": "read" })).then(|| ALL.to_owned()),
    };
    let Some(repository) = known.filter(|_| body["permissions"].is_object()) else {
        let words = "There is at least one repository that does not exist";
        return Answer::json(422, &json!({ "message": words }));
    };
    let token = format!("ghs_{}", state.id());
    state.issued.insert(token.clone(), repository);
    let expires_at = jiff::Timestamp::from_second(made + 3660).expect("an hour later");
    let body = json!({ "token": token, "expires_at": expires_at.to_string() });
    Answer::json(201, &body)
}

/// A store of blobs: signed addresses, and no other credentials.
fn blob(state: &State, job: &str, shown: Option<&str>) -> Answer {
    let checks = state.repositories.values().flat_map(|it| &it.checks);
    let log = checks.filter(|it| it.id.to_string() == job).find_map(|it| it.log.clone());
    match log {
        Some(_) if shown.is_some() => Answer::json(400, &json!({ "message": "two credentials" })),
        Some(log) => Answer { status: 200, headers: Vec::new(), body: log.into_bytes() },
        None => Answer::missing(),
    }
}

fn in_repository(
    state: &mut State,
    repository: &str,
    by: &str,
    request: &Request,
    inside: &[&str],
) -> Option<Answer> {
    let address = state.address.clone();
    let body = &request.body;
    let shown = |it: &PullRequest| pull_request(&address, repository, it);
    let list = |all: Vec<Value>| Answer::json(200, &request.page(all).into());
    let held = state.repositories.get(repository)?;
    Some(match (request.method.as_str(), inside) {
        ("GET", []) => {
            let url = format!("{address}/{repository}");
            Answer::json(200, &json!({ "html_url": url, "default_branch": "main" }))
        }
        ("GET", ["collaborators", login, "permission"]) => {
            let permission = if WRITERS.contains(login) { "write" } else { "read" };
            Answer::json(200, &json!({ "permission": permission, "user": user(login) }))
        }
        ("GET", ["pulls"]) => {
            let branch = request.query("head").split_once(':')?.1.to_owned();
            list(state.open_for(repository, &branch).map(shown).into_iter().collect())
        }
        ("POST", ["pulls"]) => open(state, repository, body)?,
        ("GET", ["pulls", number]) => {
            Answer::json(200, &shown(state.pull_request(repository, number.parse().ok()?)?))
        }
        ("PATCH", ["pulls", number]) => {
            let found = state.pull_request(repository, number.parse().ok()?)?;
            edit(found, body);
            Answer::json(200, &shown(found))
        }
        ("GET", ["pulls", number, "reviews"]) => {
            let found = state.pull_request(repository, number.parse().ok()?)?;
            list(found.reviews.iter().map(review).collect())
        }
        ("POST", ["pulls", number, "comments", thread, "replies"]) => {
            let remark = Remark::new(state.id(), by.to_owned(), text(&body["body"]));
            let found = state.pull_request(repository, number.parse().ok()?)?;
            found.thread(thread.parse().ok()?)?.comments.push(remark.clone());
            Answer::json(201, &associated(&remark))
        }
        ("GET", ["issues", number, "comments"]) => {
            let found = state.pull_request(repository, number.parse().ok()?)?;
            list(found.comments.iter().map(associated).collect())
        }
        ("POST", ["issues", number, "comments"]) => {
            let remark = Remark::new(state.id(), by.to_owned(), text(&body["body"]));
            let found = state.pull_request(repository, number.parse().ok()?)?;
            found.comments.push(remark.clone());
            Answer::json(201, &associated(&remark))
        }
        ("POST", ["issues", number, "labels"]) => {
            let found = state.pull_request(repository, number.parse().ok()?)?;
            let added = body["labels"].as_array()?.iter().map(text);
            found.labels.extend(added);
            let labels = found.labels.iter().map(|it| json!({ "name": it })).collect();
            Answer::json(200, &Value::Array(labels))
        }
        ("POST", ["issues" | "pulls", "comments", id, "reactions"]) => {
            react(state, repository, id.parse().ok()?, &text(&body["content"]))?
        }
        ("GET", ["commits", commit, "check-runs"]) => {
            let runs = held.checks.iter().filter(|it| it.commit == *commit && it.log.is_some());
            let runs = request.page(runs.map(|it| run(&address, repository, it)).collect());
            Answer::json(200, &json!({ "total_count": runs.len(), "check_runs": runs }))
        }
        ("GET", ["commits", commit, "status"]) => {
            let all = held.checks.iter().filter(|it| it.commit == *commit && it.log.is_none());
            let all = request.page(all.map(status).collect());
            Answer::json(200, &json!({ "state": "pending", "statuses": all }))
        }
        ("GET", ["actions", "jobs", job, "logs"]) => {
            held.checks.iter().find(|it| it.id.to_string() == *job)?;
            Answer::json(302, &Value::Null)
                .with("location", format!("{address}/_blobs/{job}?sig=1"))
        }
        _ => return None,
    })
}

fn open(state: &mut State, repository: &str, body: &Value) -> Option<Answer> {
    if let Some(error) = refusal(state, repository, body) {
        let body = json!({ "message": "Validation Failed", "errors": [error] });
        return Some(Answer::json(422, &body));
    }
    let address = state.address.clone();
    let fields = ["head", "base", "title", "body"].map(|it| &body[it]);
    let opened = state.open(repository, fields, &body["draft"])?;
    Some(Answer::json(201, &pull_request(&address, repository, opened)))
}

/// Why there can be no such pull request, as one of GitHub's errors.
fn refusal(state: &mut State, repository: &str, body: &Value) -> Option<Value> {
    let [head, base] = ["head", "base"].map(|it| text(&body[it]));
    let custom = |message: String| json!({ "resource": "PullRequest", "code": "custom", "message": message });
    if state.open_for(repository, &head).is_some() {
        let owner = repository.split('/').next()?;
        return Some(custom(format!("A pull request already exists for {owner}:{head}.")));
    }
    if !state.has_git() {
        return None;
    }
    let is_missing = |it: &(&str, &String)| state.head(repository, it.1).is_none();
    let missing = [("head", &head), ("base", &base)].into_iter().find(is_missing);
    if let Some((field, _)) = missing {
        return Some(json!({ "resource": "PullRequest", "code": "invalid", "field": field }));
    }
    let is_same = state.head(repository, &head) == state.head(repository, &base);
    is_same.then(|| custom(format!("No commits between {base} and {head}")))
}

fn edit(found: &mut PullRequest, body: &Value) {
    if let Some(title) = body["title"].as_str() {
        title.clone_into(&mut found.title);
    }
    if let Some(description) = body["body"].as_str() {
        description.clone_into(&mut found.description);
    }
    if body["state"] == "closed" && found.state == Stage::Open {
        found.state = Stage::Closed;
    }
}

/// Adds a reaction to whatever has this number.
pub(super) fn react(state: &mut State, repository: &str, id: u64, content: &str) -> Option<Answer> {
    let held = state.repositories.get_mut(repository)?;
    let mut remarks = held.pull_requests.iter_mut().flat_map(PullRequest::remarks);
    let is_new = remarks.find(|it| it.id == id)?.reactions.insert(content.to_owned());
    Some(Answer::json(if is_new { 201 } else { 200 }, &json!({ "id": 1, "content": content })))
}

pub(super) fn pull_request(address: &str, repository: &str, it: &PullRequest) -> Value {
    let is_open = it.state == Stage::Open;
    json!({
        "number": it.number,
        "node_id": format!("PR-{repository}-{}", it.number),
        "html_url": it.url,
        "title": it.title,
        "body": it.description,
        "state": if is_open { "open" } else { "closed" },
        "merged": it.state == Stage::Merged,
        "draft": it.draft,
        "user": user("ada"),
        "updated_at": it.changed_at(),
        "head": { "ref": it.branch, "sha": it.head, "label": format!("{}:{}", repository.split('/').next().unwrap_or_default(), it.branch) },
        "base": { "ref": it.base, "sha": "0".repeat(40), "repo": { "full_name": repository, "html_url": format!("{address}/{repository}") } },
    })
}

pub(super) fn user(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    json!({ "login": login, "id": login.len(), "type": kind })
}

pub(super) fn association(login: &str) -> &'static str {
    match login {
        "ada" => "OWNER",
        it if WRITERS.contains(&it) || it.ends_with("[bot]") => "COLLABORATOR",
        _ => "NONE",
    }
}

pub(super) fn associated(it: &Remark) -> Value {
    json!({
        "id": it.id, "body": it.body, "user": user(&it.by),
        "author_association": association(&it.by), "created_at": it.created_at(),
    })
}

fn review(it: &Remark) -> Value {
    let mut review = associated(it);
    review["node_id"] = json!(format!("node-{}", it.id));
    review["submitted_at"] = review["created_at"].take();
    review
}

fn run(address: &str, repository: &str, it: &Check) -> Value {
    let conclusion = it.outcome.conclusion();
    json!({
        "id": it.id, "name": it.name, "head_sha": it.commit, "conclusion": conclusion,
        "status": if conclusion.is_some() { "completed" } else { "in_progress" },
        "html_url": format!("{address}/{repository}/actions/runs/1/job/{}", it.id),
        "app": { "slug": "github-actions" },
    })
}

fn status(it: &Check) -> Value {
    let state = it.outcome.conclusion().unwrap_or("pending");
    json!({ "context": it.name, "state": state, "target_url": null })
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A part of a path, as it was before it was put into an address.
pub(super) fn decoded(part: &str) -> String {
    super::state::pairs(&format!("x={}", part.replace('+', "%2B"))).remove(0).1
}
