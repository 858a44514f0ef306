//! Deliveries: who may make them, and what is read of them.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Fake, Kind, fake, new, notes, pull_requests::push};
use crate::{
    Access, CommentId, PullRequestState, Readiness, Resolution, ThreadId,
    fake::{Act, Line, Outcome, SECRET},
    webhook::{Command, Covers, Delivery, Event, Place, Secret, Undeliverable, receive},
};

fn secret() -> Secret {
    Secret::new(SECRET.as_bytes().to_vec()).unwrap()
}

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    all.iter().map(header).collect()
}

fn github(event: &str, body: &[u8]) -> Result<Delivery, Undeliverable> {
    let signature = secret().signature(body);
    let headers = headers(&[
        ("x-github-event", event),
        ("x-github-delivery", "1-2-3"),
        ("x-hub-signature-256", &signature),
    ]);
    receive(Kind::GitHub, &secret(), &headers, body)
}

fn gitlab(event: &str, body: &Value) -> Result<Delivery, Undeliverable> {
    let headers = headers(&[
        ("x-gitlab-event", event),
        ("x-gitlab-event-uuid", "of-several"),
        ("idempotency-key", "1-2-3"),
        ("x-gitlab-token", SECRET),
    ]);
    receive(Kind::GitLab, &secret(), &headers, body.to_string().as_bytes())
}

/// GitHub's own examples.
fn examples() -> Vec<(String, Value)> {
    let lines = include_str!("fixtures/webhooks.jsonl").lines();
    let parsed = lines.map(|it| serde_json::from_str::<Value>(it).unwrap());
    parsed.map(|it| (it["event"].as_str().unwrap().to_owned(), it["payload"].clone())).collect()
}

fn example(event: &str, action: &str) -> Value {
    let found = examples().into_iter().find(|it| it.0 == event && it.1["action"] == action);
    found.unwrap_or_else(|| panic!("an example of {event} {action}")).1
}

fn event(name: &str, payload: &Value) -> Event {
    github(name, payload.to_string().as_bytes()).unwrap().event
}

#[test]
fn a_signature_is_checked_as_github_documents_it() {
    // From GitHub's page "Validating webhook deliveries".
    let secret = Secret::new(b"It's a Secret to Everybody".to_vec()).unwrap();
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let received = |signature: &str, body: &[u8]| {
        let headers = headers(&[
            ("x-github-event", "ping"),
            ("x-github-delivery", "1"),
            ("x-hub-signature-256", signature),
        ]);
        receive(Kind::GitHub, &secret, &headers, body)
    };
    let unreadable = received(signature, b"Hello, World!").unwrap_err();
    assert!(matches!(unreadable, Undeliverable::Unreadable { .. }), "it was signed: {unreadable}");
    let wrong = signature.replace("sha256=7", "sha256=8");
    for (signature, body) in [
        (signature, &b"Hello, World"[..]),
        (&wrong, b"Hello, World!"),
        (&signature[..signature.len() - 2], b"Hello, World!"),
        (&signature[..signature.len() - 1], b"Hello, World!"),
        (&signature.replace("sha256", "sha1"), b"Hello, World!"),
        ("sha256=", b"Hello, World!"),
        ("sha256=zz", b"Hello, World!"),
        ("x", b"Hello, World!"),
    ] {
        let refused = received(signature, body).unwrap_err();
        assert_eq!(refused, Undeliverable::Unsigned, "{signature}");
    }
}

#[test]
fn what_nobody_signed_is_not_read() {
    for (kind, all) in [
        (Kind::GitHub, vec![("x-github-event", "push"), ("x-github-delivery", "1")]),
        (Kind::GitLab, vec![("x-gitlab-event", "Push Hook"), ("x-gitlab-event-uuid", "1")]),
        (Kind::GitLab, vec![("x-gitlab-event", "Push Hook"), ("x-gitlab-token", "guess")]),
        (Kind::GitLab, vec![("x-gitlab-event", "Push Hook"), ("x-gitlab-token", "")]),
    ] {
        let refused = receive(kind, &secret(), &headers(&all), b"{").unwrap_err();
        assert_eq!(refused, Undeliverable::Unsigned, "{all:?}");
    }
    assert_eq!(format!("{:?}", secret()), "Secret");
    assert!(Secret::new(Vec::new()).is_none(), "everybody knows that one");
}

#[test]
fn what_is_signed_and_makes_no_sense_is_named() {
    let said = github("push", b"payload=%7B%7D").unwrap_err().to_string();
    assert!(said.contains("deliver it as application/json"), "{said}");
    let said = github("push", b"{\"ref\": 7}").unwrap_err().to_string();
    assert!(said.contains("cannot be read"), "{said}");
    let signature = secret().signature(b"{}");
    let bare = headers(&[("x-hub-signature-256", &signature)]);
    let said = receive(Kind::GitHub, &secret(), &bare, b"{}").unwrap_err().to_string();
    assert!(said.contains("no usable x-github-delivery"), "{said}");
}

#[test]
fn every_example_of_github_is_read() {
    for (name, payload) in examples() {
        let delivery = github(&name, payload.to_string().as_bytes()).unwrap();
        assert_eq!(delivery.id, "1-2-3");
        let full_name = payload["repository"]["full_name"].as_str();
        assert_eq!(delivery.repository.map(|it| it.to_string()).as_deref(), full_name, "{name}");
    }
}

#[test]
fn what_people_say_is_read_with_where_it_stands() {
    let mut payload = example("issue_comment", "created");
    assert_eq!(event("issue_comment", &payload), Event::Ignored, "of an issue");
    payload["issue"]["pull_request"] = json!({ "url": "https://api.github.com/…" });
    let Event::Commented { number: 1, place: Place::PullRequest, comment } =
        event("issue_comment", &payload)
    else {
        panic!("{payload}")
    };
    assert_eq!(comment.id, CommentId::PullRequest(492_700_400));
    assert_eq!(
        (comment.author.login.as_str(), comment.author.access),
        ("Codertocat", Access::Write)
    );

    let mut payload = example("pull_request_review_comment", "created");
    let place = |payload: &Value| {
        let event = event("pull_request_review_comment", payload);
        let Event::Commented { number: 2, place, comment } = event else { panic!("{event:?}") };
        (place, comment.id)
    };
    let thread = |id: &str| Place::Thread(ThreadId(id.to_owned()));
    assert_eq!(place(&payload), (thread("284312630"), CommentId::Thread(284_312_630)));
    payload["comment"]["in_reply_to_id"] = json!(7);
    assert_eq!(place(&payload), (thread("7"), CommentId::Thread(284_312_630)));

    let payload = example("pull_request_review", "submitted");
    let Event::Commented { number: 2, place: Place::Review, comment } =
        event("pull_request_review", &payload)
    else {
        panic!("{payload}")
    };
    let node = "MDE3OlB1bGxSZXF1ZXN0UmV2aWV3MjM3ODk1Njcx".to_owned();
    assert_eq!(comment.id, CommentId::Review { id: 237_895_671, node });
    assert_eq!(comment.body, "");
}

#[test]
fn what_becomes_of_pull_requests_threads_checks_and_branches_is_read() {
    let settled = |action: &str| {
        event("pull_request_review_thread", &example("pull_request_review_thread", action))
    };
    let thread = ThreadId("820867280".to_owned());
    let resolution = Resolution::Resolved;
    assert_eq!(settled("resolved"), Event::ThreadSettled { number: 118, thread, resolution });
    let thread = ThreadId("284312630".to_owned());
    let resolution = Resolution::Unresolved;
    assert_eq!(settled("unresolved"), Event::ThreadSettled { number: 2, thread, resolution });

    let changed = |payload: &Value| {
        let event = event("pull_request", payload);
        let Event::PullRequestChanged { state, readiness, .. } = event else { panic!("{event:?}") };
        (state, readiness)
    };
    let mut closed = example("pull_request", "closed");
    assert_eq!(changed(&closed), (PullRequestState::Closed, Readiness::Ready));
    closed["pull_request"]["merged"] = json!(true);
    assert_eq!(changed(&closed), (PullRequestState::Merged, Readiness::Ready));
    let draft = example("pull_request", "converted_to_draft");
    assert_eq!(changed(&draft), (PullRequestState::Open, Readiness::Draft));

    let head = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";
    for name in ["check_run", "check_suite"] {
        let ended = event(name, &example(name, "completed"));
        assert_eq!(ended, Event::CheckEnded { commit: head.to_owned() });
    }
    let run = event("workflow_run", &example("workflow_run", "completed"));
    assert!(matches!(run, Event::CheckEnded { .. }), "{run:?}");
    assert_eq!(event("check_run", &example("check_run", "created")), Event::Ignored);

    let pushes: Vec<_> =
        examples().into_iter().filter(|it| it.0 == "push").map(|it| it.1).collect();
    let Event::Pushed { branch, head: Some(_), by } = event("push", &pushes[0]) else { panic!() };
    assert_eq!((branch.as_str(), by.as_str()), ("master", "Codertocat"));
    assert_eq!(event("push", &pushes[1]), Event::Ignored, "a tag");
    let mut gone = pushes[0].clone();
    gone["deleted"] = json!(true);
    let Event::Pushed { head: None, .. } = event("push", &gone) else { panic!() };
}

#[test]
fn an_order_is_the_first_line_of_a_comment_and_nothing_else() {
    let parsed = |body: &str| Command::parse(body).map(|Command::Revise { text }| text);
    for (body, expected) in [
        ("/runbook revise", Some("")),
        ("/aviator revise", Some("")),
        ("  /runbook   revise   shorter names  ", Some("shorter names")),
        ("\r\n/runbook revise all\r\nand more\r\n", Some("all\nand more")),
        ("/runbook revise\n\nin detail", Some("in detail")),
        ("/runbook", None),
        ("/runbook reviser", None),
        ("/runbook merge", None),
        ("/runbooks revise", None),
        ("runbook revise", None),
        ("> /runbook revise", None),
        ("`/runbook revise`", None),
        ("please\n/runbook revise", None),
        ("/RUNBOOK revise", None),
        ("", None),
    ] {
        assert_eq!(parsed(body).as_deref(), expected, "{body:?}");
    }
}

/// What a webhook of the fake is to whoever receives it.
fn received(fake: &Fake, act: Act) -> Vec<Delivery> {
    let read = |it: crate::fake::Webhook| {
        receive(Kind::GitHub, &fake.secret(), &it.header_map(), it.body.as_bytes()).unwrap()
    };
    fake.act(act).into_iter().map(read).collect()
}

#[tokio::test]
async fn the_fake_delivers_what_is_done_there_and_orders_cover_what_they_stand_at() {
    let (fake, forge) = fake(Kind::GitHub).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let order = "/runbook revise it".to_owned();
    let line = Line { path: "a".into(), line: 1, body: "Why?".into() };
    let by = "lin".to_owned();
    let (body, lines) = (order.clone(), vec![line]);
    let reviewed = received(&fake, Act::Review { number: 1, by: by.clone(), body, lines });
    let [review, at_line] = &reviewed[..] else { panic!("{reviewed:?}") };
    let revise = Command::Revise { text: "it".to_owned() };
    assert_eq!(review.event.command(), Some((revise.clone(), Covers::Unresolved)));
    assert_ne!(review.id, at_line.id);
    let thread = forge.discussion(&notes(), 1).await.unwrap().threads.remove(0);
    let Event::Commented { place, comment, .. } = &at_line.event else { panic!("{at_line:?}") };
    assert_eq!((place, comment), (&Place::Thread(thread.id.clone()), &thread.comments[0]));
    assert_eq!(at_line.event.command(), None);

    let number = thread.id.0.parse().unwrap();
    let reply = Act::Reply { number: 1, thread: number, by: by.clone(), body: order.clone() };
    let [replied] = &received(&fake, reply)[..] else { panic!() };
    let covers = Covers::Thread(thread.id.clone());
    assert_eq!(replied.event.command(), Some((revise.clone(), covers)));
    let [said] = &received(&fake, Act::Comment { number: 1, by, body: order })[..] else {
        panic!()
    };
    assert_eq!(said.event.command(), Some((revise, Covers::Unresolved)));
    assert_eq!(said.repository, Some(notes()));
}

#[tokio::test]
async fn the_fake_delivers_the_lives_of_pull_requests_and_checks() {
    let (fake, forge) = fake(Kind::GitHub).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let events = |act| received(&fake, act).into_iter().map(|it| it.event).collect::<Vec<_>>();
    let head = "c".repeat(40);
    let changed = |state| Event::PullRequestChanged {
        number: 1,
        branch: "b".into(),
        state,
        readiness: Readiness::Ready,
        head: head.clone(),
    };
    let pushed = Event::Pushed { branch: "b".into(), head: Some(head.clone()), by: "ada".into() };
    assert_eq!(events(push("b", 'c')), [pushed, changed(PullRequestState::Open)]);
    assert_eq!(events(Act::Merge { number: 1 }), [changed(PullRequestState::Merged)]);
    assert_eq!(events(Act::Reopen { number: 1 }), [changed(PullRequestState::Open)]);
    assert_eq!(events(Act::Close { number: 1 }), [changed(PullRequestState::Closed)]);
    let check =
        |outcome| Act::Check { commit: head.clone(), name: "build".into(), outcome, log: None };
    assert_eq!(events(check(Outcome::Pending)), [Event::Ignored]);
    assert_eq!(events(check(Outcome::Failure)), [Event::CheckEnded { commit: head.clone() }]);
}

#[test]
fn gitlab_is_read_the_same_way() {
    let project = json!({ "path_with_namespace": "group/sub/notes" });
    let note = |kind: Value, extra: Value| {
        let mut note = json!({
            "id": 9, "note": "/runbook revise", "discussion_id": "abc", "type": kind,
            "created_at": "2015-05-17 18:08:09 UTC", "system": false, "action": "create",
        });
        note.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({
            "project": project, "user": { "username": "lin" }, "object_attributes": note,
            "merge_request": { "iid": 3 },
        })
    };
    let delivery = gitlab("Note Hook", &note(json!("DiffNote"), json!({}))).unwrap();
    assert_eq!(delivery.id, "1-2-3");
    assert_eq!(delivery.repository.unwrap().to_string(), "group/sub/notes");
    let covers = Covers::Thread(ThreadId("abc".to_owned()));
    let revise = Command::Revise { text: String::new() };
    assert_eq!(delivery.event.command(), Some((revise.clone(), covers)));
    let Event::Commented { number: 3, comment, .. } = delivery.event else { panic!() };
    assert_eq!(comment.author.access, Access::Read, "GitLab does not tell");
    let alone = gitlab("Note Hook", &note(Value::Null, json!({}))).unwrap().event;
    assert_eq!(alone.command(), Some((revise, Covers::Unresolved)));
    for extra in [json!({ "system": true }), json!({ "action": "update" })] {
        let event = gitlab("Note Hook", &note(Value::Null, extra)).unwrap().event;
        assert_eq!(event, Event::Ignored);
    }
    let mut of_issue = note(Value::Null, json!({}));
    of_issue["merge_request"] = Value::Null;
    assert_eq!(gitlab("Note Hook", &of_issue).unwrap().event, Event::Ignored);

    let merged = json!({ "project": project, "object_attributes": {
        "iid": 3, "state": "merged", "source_branch": "b", "draft": false,
        "last_commit": { "id": "c0ffee" },
    } });
    let expected = Event::PullRequestChanged {
        number: 3,
        branch: "b".into(),
        state: PullRequestState::Merged,
        readiness: Readiness::Ready,
        head: "c0ffee".into(),
    };
    assert_eq!(gitlab("Merge Request Hook", &merged).unwrap().event, expected);
    for (status, expected) in
        [("failed", Event::CheckEnded { commit: "c0ffee".into() }), ("running", Event::Ignored)]
    {
        let pipeline = json!({ "object_attributes": { "sha": "c0ffee", "status": status } });
        assert_eq!(gitlab("Pipeline Hook", &pipeline).unwrap().event, expected);
    }
    let push = |after: &str| {
        let body = json!({ "ref": "refs/heads/b", "after": after, "user_username": "lin" });
        gitlab("Push Hook", &body).unwrap().event
    };
    let pushed = |head: Option<&str>| Event::Pushed {
        branch: "b".into(),
        head: head.map(str::to_owned),
        by: "lin".into(),
    };
    assert_eq!(push("c0ffee"), pushed(Some("c0ffee")));
    assert_eq!(push(&"0".repeat(40)), pushed(None));
    assert_eq!(gitlab("Emoji Hook", &json!({})).unwrap().event, Event::Ignored);
}
