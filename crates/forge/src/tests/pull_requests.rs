//! Pull requests while they live: drafts, readiness, ends.

use serde_json::json;

use super::{Answer, Edit, Fake, Forge, Kind, Readiness, fake, new, notes};
use crate::{
    Access, ForgeError, NewPullRequest, PullRequestState, PullRequestStatus,
    fake::{Act, REPOSITORY},
};

const BOTH: [Kind; 2] = [Kind::GitHub, Kind::GitLab];

async fn draft(kind: Kind) -> (Fake, Box<dyn Forge>) {
    let (fake, forge) = fake(kind).await;
    let new = NewPullRequest { readiness: Readiness::Draft, ..new("b") };
    forge.open_pull_request(&notes(), &new).await.unwrap();
    (fake, forge)
}

async fn status(forge: &dyn Forge) -> PullRequestStatus {
    forge.pull_request(&notes(), 1).await.unwrap()
}

#[tokio::test]
async fn a_draft_is_opened_and_made_ready_once() {
    for kind in BOTH {
        let (fake, forge) = draft(kind).await;
        assert_eq!(status(&*forge).await.readiness, Readiness::Draft, "{kind:?}");
        forge.mark_ready(&notes(), 1).await.unwrap();
        let ready = status(&*forge).await;
        assert_eq!((ready.readiness, ready.title.as_str()), (Readiness::Ready, "A title"));
        let asked = fake.asked().len();
        forge.mark_ready(&notes(), 1).await.unwrap();
        assert_eq!(fake.asked().len(), asked + 1, "it looked, and there was nothing to do");
    }
}

#[tokio::test]
async fn a_draft_stays_one_when_its_title_changes() {
    for kind in BOTH {
        let (_fake, forge) = draft(kind).await;
        let edit = Edit { title: Some("Another".to_owned()), description: None };
        forge.edit_pull_request(&notes(), 1, &edit).await.unwrap();
        let now = status(&*forge).await;
        assert_eq!((now.readiness, now.title.as_str()), (Readiness::Draft, "Another"), "{kind:?}");
    }
}

#[tokio::test]
async fn a_title_that_only_looks_like_a_draft_is_made_plain_at_gitlab() {
    let (fake, forge) = fake(Kind::GitLab).await;
    let new = NewPullRequest { title: "[Draft] draft: Ä title".to_owned(), ..new("b") };
    forge.open_pull_request(&notes(), &new).await.unwrap();
    assert_eq!(fake.pull_requests()[0]["title"], "Ä title");
}

#[tokio::test]
async fn where_it_stands_is_told_until_its_end() {
    for kind in BOTH {
        let (fake, forge) = fake(kind).await;
        let opened = forge.open_pull_request(&notes(), &new("b")).await.unwrap();
        fake.act(push("b", 'a'));
        let now = status(&*forge).await;
        assert_eq!((now.pull_request, now.state), (opened, PullRequestState::Open));
        assert_eq!((now.head, now.branch, now.base), ("a".repeat(40), "b".into(), "main".into()));
        forge.close_pull_request(&notes(), 1).await.unwrap();
        assert_eq!(status(&*forge).await.state, PullRequestState::Closed, "{kind:?}");
        assert_eq!(forge.find_pull_request(&notes(), "b").await.unwrap(), None);
        fake.act(Act::Reopen { number: 1 });
        fake.act(Act::Merge { number: 1 });
        assert_eq!(status(&*forge).await.state, PullRequestState::Merged, "{kind:?}");
    }
}

pub(super) fn push(branch: &str, digit: char) -> Act {
    let head = Some(digit.to_string().repeat(40));
    Act::Push { branch: branch.to_owned(), head, by: "ada".to_owned() }
}

#[tokio::test]
async fn what_graphql_refuses_with_a_success_is_refused() {
    let refusal = |kind: &str| json!([{ "type": kind, "message": "not you" }]);
    for (kind, words) in [
        ("NOT_FOUND", "shows this token no pull request 1 of ada/notes"),
        ("FORBIDDEN", "refused: not you; give the token the permission"),
        ("RATE_LIMITED", "takes no more requests for now"),
        ("UNPROCESSABLE", "refused: not you"),
    ] {
        let (fake, forge) = draft(Kind::GitHub).await;
        let body = json!({ "data": null, "errors": refusal(kind) });
        fake.answer_next("/api/graphql", Answer::json(200, &body));
        let said = forge.mark_ready(&notes(), 1).await.unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
        assert_eq!(fake.pull_requests()[0]["draft"], true);
    }
}

#[tokio::test]
async fn who_may_write_is_asked_of_the_forge() {
    for kind in BOTH {
        let (_fake, forge) = fake(kind).await;
        let (notes, access) = (notes(), [Access::Write, Access::Read, Access::Read]);
        for (login, expected) in ["lin", "eve", "nobody"].into_iter().zip(access) {
            assert_eq!(forge.access(&notes, login).await.unwrap(), expected, "{login}");
        }
    }
}

#[tokio::test]
async fn a_permission_that_is_not_known_is_none_to_write() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let asked = "/collaborators/lin/permission";
    fake.answer_next(asked, Answer::json(200, &json!({ "permission": "everything" })));
    assert_eq!(forge.access(&notes(), "lin").await.unwrap(), Access::Read);
    fake.answer_next(asked, Answer::json(404, &json!({})));
    let said = forge.access(&notes(), "lin").await.unwrap_err();
    assert!(matches!(said, ForgeError::NotFound { .. }), "{said}");
}

#[tokio::test]
async fn one_that_is_not_there_is_named() {
    for kind in BOTH {
        let (_fake, forge) = fake(kind).await;
        let said = forge.pull_request(&notes(), 7).await.unwrap_err().to_string();
        assert!(said.contains("request 7 of ada/notes"), "{said}");
        assert!(said.contains(REPOSITORY), "{said}");
    }
}
