//! The three things that GitHub is asked in GraphQL. Which one it is, is seen by the field that is asked for.

use serde_json::{Value, json};

use super::{
    Answer,
    github::{association, react, text},
    state::{PullRequest, Remark, State, Thread},
};

pub(super) fn answer(state: &mut State, body: &Value) -> Answer {
    let (query, variables) = (text(&body["query"]), &body["variables"]);
    let data = if query.contains("reviewThreads") {
        threads(state, variables)
    } else if query.contains("markPullRequestReadyForReview") {
        mark_ready(state, &text(&variables["id"]))
    } else if query.contains("addReaction") {
        add_reaction(state, variables)
    } else {
        None
    };
    let missing = json!([{ "type": "NOT_FOUND", "message": "Could not resolve to a node." }]);
    match data {
        Some(data) => Answer::json(200, &json!({ "data": data })),
        None => Answer::json(200, &json!({ "data": null, "errors": missing })),
    }
}

fn threads(state: &mut State, variables: &Value) -> Option<Value> {
    let [owner, name] = ["owner", "name"].map(|it| text(&variables[it]));
    let number = variables["number"].as_u64()?;
    let threads = &state.pull_request(&format!("{owner}/{name}"), number)?.threads;
    // Pages of two, so that there are several.
    let from: usize = text(&variables["after"]).parse().unwrap_or_default();
    let nodes: Vec<Value> = threads.iter().skip(from).take(2).map(thread).collect();
    let page = json!({
        "hasNextPage": from + 2 < threads.len(), "endCursor": (from + nodes.len()).to_string(),
    });
    let found = json!({ "pageInfo": page, "nodes": nodes });
    Some(json!({ "repository": { "pullRequest": { "reviewThreads": found } } }))
}

fn thread(it: &Thread) -> Value {
    let nodes: Vec<Value> = it.comments.iter().map(comment).collect();
    let comments = json!({ "pageInfo": { "hasNextPage": false }, "nodes": nodes });
    json!({ "isResolved": it.resolved, "path": it.path, "line": it.line, "comments": comments })
}

fn comment(it: &Remark) -> Value {
    let is_bot = it.by.ends_with("[bot]");
    // GraphQL names a bot without what REST adds.
    let login = it.by.trim_end_matches("[bot]");
    json!({
        "fullDatabaseId": it.id.to_string(),
        "body": it.body,
        "createdAt": it.created_at(),
        "authorAssociation": association(&it.by),
        "author": { "__typename": if is_bot { "Bot" } else { "User" }, "login": login },
    })
}

fn mark_ready(state: &mut State, node: &str) -> Option<Value> {
    let mut all = state.repositories.iter_mut().flat_map(|(name, held)| {
        held.pull_requests.iter_mut().map(move |it| (format!("PR-{name}-{}", it.number), it))
    });
    let found: &mut PullRequest = all.find(|it| it.0 == node)?.1;
    found.draft = false;
    let marked = json!({ "pullRequest": { "isDraft": false } });
    Some(json!({ "markPullRequestReadyForReview": marked }))
}

fn add_reaction(state: &mut State, variables: &Value) -> Option<Value> {
    let id = text(&variables["id"]).strip_prefix("node-")?.parse().ok()?;
    let content = match variables["content"].as_str()? {
        "EYES" => "eyes",
        "THUMBS_UP" => "+1",
        _ => return None,
    };
    let names: Vec<String> = state.repositories.keys().cloned().collect();
    names.iter().find_map(|it| react(state, it, id, content))?;
    Some(json!({ "addReaction": { "reaction": { "content": variables["content"] } } }))
}
