//! What people say, and what is answered.

use serde_json::{Value, json};

use super::{Answer, Fake, Forge, Kind, fake, new, notes};
use crate::{
    Access, AuthorKind, CommentId, Discussion, ForgeError, Reaction, Resolution, ThreadId,
    fake::{Act, Line},
    webhook::{self, Command, Covers, Event},
};

const BOTH: [Kind; 2] = [Kind::GitHub, Kind::GitLab];

/// A pull request that was reviewed.
async fn reviewed(kind: Kind) -> (Fake, Box<dyn Forge>) {
    let (fake, forge) = fake(kind).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let said = |by: &str, body: &str| {
        fake.act(Act::Comment { number: 1, by: by.to_owned(), body: body.to_owned() });
    };
    said("lin", "Looks good");
    said("eve", "May I?");
    said("helper[bot]", "Coverage is 3 %");
    let line = |line: u32, body: &str| Line { path: "a b.txt".into(), line, body: body.into() };
    let lines = vec![line(3, "Rename it"), line(9, "Why?"), line(12, "Remove it")];
    let (by, body) = ("lin".to_owned(), "Some remarks".to_owned());
    fake.act(Act::Review { number: 1, by, body, lines });
    fake.act(Act::Review {
        number: 1,
        by: "ada".to_owned(),
        body: String::new(),
        lines: Vec::new(),
    });
    (fake, forge)
}

async fn discussion(forge: &dyn Forge) -> Discussion {
    forge.discussion(&notes(), 1).await.unwrap()
}

fn bodies(said: &[crate::Comment]) -> Vec<&str> {
    said.iter().map(|it| it.body.as_str()).collect()
}

#[tokio::test]
async fn all_that_was_said_is_read_in_its_order() {
    for kind in BOTH {
        let (_fake, forge) = reviewed(kind).await;
        let said = discussion(&*forge).await;
        let all = [&said.comments[..], &said.reviews].concat();
        let expected = ["Looks good", "May I?", "Coverage is 3 %", "Some remarks"];
        assert_eq!(bodies(&all), expected, "{kind:?}: no review without words, no note of GitLab");
        let threads: Vec<_> =
            said.threads.iter().map(|it| (it.line, bodies(&it.comments))).collect();
        let expected =
            [(Some(3), vec!["Rename it"]), (Some(9), vec!["Why?"]), (Some(12), vec!["Remove it"])];
        assert_eq!(threads, expected, "{kind:?}: several pages of them");
        assert_eq!(said.threads[0].path, "a b.txt");
        assert!(all.windows(2).all(|it| it[0].created_at < it[1].created_at));
    }
}

#[tokio::test]
async fn only_people_of_the_repository_may_write_as_far_as_a_comment_tells() {
    for kind in BOTH {
        let (_fake, forge) = reviewed(kind).await;
        let said = discussion(&*forge).await.comments;
        let access: Vec<_> = said[..3].iter().map(|it| it.author.access).collect();
        assert_eq!(access, [Access::Write, Access::Read, Access::Read], "{kind:?}");
    }
}

#[tokio::test]
async fn orders_are_found_wherever_they_stand_and_bots_are_known() {
    for kind in BOTH {
        let (fake, forge) = reviewed(kind).await;
        let order = "/runbook revise please".to_owned();
        for by in ["lin", "helper[bot]", "project_7_bot_c0ffee"] {
            let (number, by, body) = (1, by.to_owned(), order.clone());
            fake.act(Act::Comment { number, by, body });
        }
        let threads = discussion(&*forge).await.threads;
        let CommentId::Thread(thread) = threads[0].comments[0].id else { panic!("{threads:?}") };
        let (number, by, body) = (1, "ada".to_owned(), order.clone());
        fake.act(Act::Reply { number, thread, by, body });
        let said = discussion(&*forge).await;
        let Command::Revise { text } = said.orders().next().unwrap().1;
        assert_eq!(text, "please");
        let found: Vec<_> =
            said.orders().map(|(it, _, covers)| (it.author.login.as_str(), covers)).collect();
        let whole = Covers::Unresolved;
        let expected = [
            ("lin", whole.clone()),
            ("helper[bot]", whole.clone()),
            ("project_7_bot_c0ffee", whole),
            ("ada", Covers::Thread(threads[0].id.clone())),
        ];
        assert_eq!(found, expected, "{kind:?}");
        let is_program = |login: &str| {
            let mut all = said.orders().filter(|it| it.0.author.login == login);
            all.all(|it| it.0.author.kind == AuthorKind::Program)
        };
        assert!(!is_program("lin") && !is_program("ada"), "{kind:?}");
        let bot = if kind == Kind::GitHub { "helper[bot]" } else { "project_7_bot_c0ffee" };
        assert!(is_program(bot), "{kind:?}");
    }
}

#[tokio::test]
async fn a_comment_has_the_same_id_whoever_tells_of_it() {
    let (fake, forge) = reviewed(Kind::GitHub).await;
    let (by, body) = ("lin".to_owned(), "Once more".to_owned());
    let line = Line { path: "a".into(), line: 1, body: "Why?".into() };
    let told = [
        fake.act(Act::Comment { number: 1, by: by.clone(), body: body.clone() }),
        fake.act(Act::Review { number: 1, by, body, lines: vec![line] }),
    ];
    let told = told.concat().into_iter().map(|it| {
        let headers = it.header_map();
        let read = webhook::receive(Kind::GitHub, &fake.secret(), &headers, it.body.as_bytes());
        let Event::Commented { comment, .. } = read.unwrap().event else { panic!("{it:?}") };
        comment.id.to_string()
    });
    let said = discussion(&*forge).await;
    let in_threads = said.threads.iter().flat_map(|it| &it.comments);
    let all: Vec<_> = said.comments.iter().chain(&said.reviews).chain(in_threads).collect();
    for id in told {
        assert!(all.iter().any(|it| it.id.to_string() == id), "{id}");
    }
}

#[tokio::test]
async fn a_pull_request_tells_when_something_was_said() {
    for kind in BOTH {
        let (fake, forge) = reviewed(kind).await;
        let changed_at = async || forge.pull_request(&notes(), 1).await.unwrap().changed_at;
        let before = changed_at().await;
        assert_eq!(changed_at().await, before, "{kind:?}");
        fake.act(Act::Comment { number: 1, by: "lin".to_owned(), body: "Well".to_owned() });
        assert!(changed_at().await > before, "{kind:?}");
    }
}

#[tokio::test]
async fn a_thread_is_answered_and_is_resolved_or_not() {
    for kind in BOTH {
        let (fake, forge) = reviewed(kind).await;
        let threads = discussion(&*forge).await.threads;
        forge.reply(&notes(), 1, &threads[1].id, "Because").await.unwrap();
        let CommentId::Thread(thread) = threads[2].comments[0].id else { panic!("{threads:?}") };
        fake.act(Act::Resolve { number: 1, thread });
        let threads = discussion(&*forge).await.threads;
        assert_eq!(bodies(&threads[1].comments), ["Why?", "Because"], "{kind:?}");
        let resolution: Vec<_> = threads.iter().map(|it| it.resolution).collect();
        let expected = [Resolution::Unresolved, Resolution::Unresolved, Resolution::Resolved];
        assert_eq!(resolution, expected, "{kind:?}");
        fake.act(Act::Unresolve { number: 1, thread });
        let threads = discussion(&*forge).await.threads;
        assert_eq!(threads[2].resolution, Resolution::Unresolved);
        let gone = ThreadId("5".to_owned());
        let said = forge.reply(&notes(), 1, &gone, "Hello?").await.unwrap_err();
        assert!(matches!(said, ForgeError::NotFound { .. }), "{said}");
    }
}

#[tokio::test]
async fn reactions_are_left_where_they_belong_and_twice_is_once() {
    for (kind, thumb) in [(Kind::GitHub, "+1"), (Kind::GitLab, "thumbsup")] {
        let (fake, forge) = reviewed(kind).await;
        let said = discussion(&*forge).await;
        let commented = forge.comment(&notes(), 1, "On it").await.unwrap();
        let reviews = said.reviews.iter().map(|it| it.id.clone());
        let in_thread = said.threads[0].comments[0].id.clone();
        for id in reviews.chain([commented, in_thread]) {
            for reaction in [Reaction::Eyes, Reaction::ThumbsUp, Reaction::Eyes] {
                forge.react(&notes(), 1, &id, reaction).await.unwrap();
            }
        }
        let held = &fake.pull_requests()[0];
        let last = held["comments"].as_array().unwrap().last().unwrap();
        let mut expected = [json!(thumb), json!("eyes")];
        expected.sort_by_key(Value::to_string);
        for remark in [last, &held["threads"][0]["comments"][0]] {
            assert_eq!(remark["reactions"], json!(expected), "{kind:?}");
        }
        if kind == Kind::GitHub {
            assert_eq!(held["reviews"][0]["reactions"], json!(expected));
        }
        let gone = CommentId::PullRequest(5);
        let said = forge.react(&notes(), 1, &gone, Reaction::Eyes).await.unwrap_err();
        assert!(matches!(said, ForgeError::NotFound { .. }), "{said}");
    }
}

#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    for kind in BOTH {
        let (fake, forge) = fake(kind).await;
        forge.open_pull_request(&notes(), &new("b")).await.unwrap();
        for count in 0..250 {
            fake.act(Act::Comment { number: 1, by: "lin".into(), body: count.to_string() });
        }
        let said = discussion(&*forge).await.comments;
        assert_eq!((said.len(), said[249].body.as_str()), (250, "249"), "{kind:?}");
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let (fake, forge) = fake(Kind::GitHub).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let comment = json!({
        "id": 1, "body": "", "user": null, "author_association": "NONE",
        "created_at": "2026-01-01T00:00:00Z",
    });
    for _ in 0..20 {
        let page = Answer::json(200, &vec![comment.clone(); 100].into());
        fake.answer_next("/issues/1/comments", page);
    }
    let said = forge.discussion(&notes(), 1).await.unwrap_err().to_string();
    assert!(said.contains("more than 2000 entries of pull request 1"), "{said}");
}

#[tokio::test]
async fn who_is_gone_is_nobody_who_may_write() {
    let (fake, forge) = fake(Kind::GitHub).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let comment = |user: Value, association: &str| {
        json!({
            "id": 1, "body": null, "user": user, "author_association": association,
            "created_at": "2026-01-01T00:00:00Z",
        })
    };
    let typed = |kind: &str| json!({ "login": "x", "type": kind });
    let page = json!([
        comment(Value::Null, "OWNER"),
        comment(typed("Bot"), "OWNER"),
        comment(typed("User"), "CONTRIBUTOR"),
        comment(typed("User"), "FIRST_TIMER"),
        comment(typed("User"), "MEMBER"),
    ]);
    fake.answer_next("/issues/1/comments", Answer::json(200, &page));
    let said = discussion(&*forge).await.comments;
    let authors: Vec<_> =
        said.iter().map(|it| (it.author.login.as_str(), it.author.access)).collect();
    let none = ("x", Access::Read);
    assert_eq!(authors, [("ghost", Access::Read), none, none, none, ("x", Access::Write)]);
}

#[tokio::test]
async fn a_thread_is_read_whole_or_not_at_all() {
    let (fake, forge) = fake(Kind::GitHub).await;
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let comment = json!({
        "fullDatabaseId": "6000000000", "body": "Why?", "createdAt": "2026-01-01T00:00:00Z",
        "authorAssociation": "OWNER", "author": null,
    });
    let thread = |more: bool, comments: Vec<Value>| {
        let comments = json!({ "pageInfo": { "hasNextPage": more }, "nodes": comments });
        json!({ "isResolved": false, "path": "a", "line": null, "comments": comments })
    };
    let read = async |thread: Value| {
        let threads = json!({ "pageInfo": { "hasNextPage": false }, "nodes": [thread] });
        let data = json!({ "repository": { "pullRequest": { "reviewThreads": threads } } });
        fake.answer_next("/api/graphql", Answer::json(200, &json!({ "data": data })));
        forge.discussion(&notes(), 1).await
    };
    let said = read(thread(false, vec![comment.clone()])).await.unwrap().threads.remove(0);
    assert_eq!((said.id, said.line), (ThreadId("6000000000".to_owned()), None));
    assert_eq!(said.comments[0].author.login, "ghost");
    let said = read(thread(true, vec![comment])).await.unwrap_err().to_string();
    assert!(said.contains("more than 100 comments in one thread"), "{said}");
    let said = read(thread(false, Vec::new())).await.unwrap_err();
    assert!(matches!(said, ForgeError::Unreadable { .. }), "{said}");
}
