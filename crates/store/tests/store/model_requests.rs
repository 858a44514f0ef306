use std::time::Duration;

use model::{
    id::{AgentSessionId, ModelRequestId, UserId},
    time::Timestamp,
};
use store::{
    AgentAppend, AgentStanding, ModelRequest, NewAgentEvent, NewAgentSession, Store, UsageFilter,
    UsageSum,
};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The first moment of the day that the samples begin in, in UTC.
fn day(n: i64) -> Timestamp {
    Timestamp::from_millis(at(0).as_millis() / DAY * DAY + n * DAY)
}

fn session(n: u128) -> AgentSessionId {
    AgentSessionId::from_random(n)
}

async fn with_session(store: &Store, n: u128, owner: UserId) {
    let new = NewAgentSession {
        id: session(n),
        owner,
        title: format!("Session {n}"),
        repository: "r".to_owned(),
        origin: "web".to_owned(),
        created_at: at(0),
    };
    let standing = AgentStanding {
        summary: "{}".to_owned(),
        seq: 1,
        archived: false,
        awake: false,
        last_at: at(0),
    };
    let events = vec![NewAgentEvent { seq: 1, at: at(0), body: "{}".to_owned() }];
    let append = AgentAppend { events, standing, joined: Vec::new() };
    store.insert_agent_session(&new, &append).await.unwrap();
}

/// One of a model that costs so much, on a day.
fn request(
    n: u128,
    (session, user): (AgentSessionId, UserId),
    model: &str,
    on: Timestamp,
) -> ModelRequest {
    let cost = u64::try_from(n).unwrap() * 1000;
    ModelRequest {
        id: ModelRequestId::from_random(n),
        session,
        user,
        model: model.to_owned(),
        at: on,
        duration: Duration::from_millis(1500),
        input_tokens: 1,
        cache_written_tokens: 20,
        cache_read_tokens: 300,
        output_tokens: 4,
        cost,
        status: Some(200),
        trouble: None,
    }
}

fn sum(requests: u64, cost: u64) -> UsageSum {
    UsageSum { requests, input_tokens: 321 * requests, output_tokens: 4 * requests, cost }
}

#[tokio::test]
async fn requests_add_up_by_day_model_session_and_person() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let lin = store.create_user(new_user(2)).await.unwrap().id;
        for (n, owner) in [(1, ada), (2, ada), (3, lin)] {
            with_session(&store, n, owner).await;
        }
        let last = Timestamp::from_millis(day(1).as_millis() - 1);
        let gone = ModelRequest {
            status: None,
            trouble: Some("interrupted".to_owned()),
            ..request(8, (session(3), lin), "opus", day(1))
        };
        let requests = [
            request(1, (session(1), ada), "opus", day(0)),
            request(2, (session(1), ada), "haiku", last),
            request(4, (session(2), ada), "haiku", day(1)),
            gone,
        ];
        store.insert_model_requests(&requests).await.unwrap();
        store.insert_model_requests(&[]).await.unwrap();
        let all = UsageFilter { since: day(0), user: None, most: 50 };
        let usage = store.model_usage(&all).await.unwrap();
        assert_eq!(usage.total, sum(4, 15_000));
        assert_eq!(usage.days, [(day(0), sum(2, 3000)), (day(1), sum(2, 12_000))]);
        let models = [("opus".to_owned(), sum(2, 9000)), ("haiku".to_owned(), sum(2, 6000))];
        assert_eq!(usage.models, models);
        let sessions: Vec<_> =
            usage.sessions.iter().map(|(id, title, sum)| (*id, title.as_str(), sum.cost)).collect();
        let expected = [
            (session(3), "Session 3", 8000),
            (session(2), "Session 2", 4000),
            (session(1), "Session 1", 3000),
        ];
        assert_eq!(sessions, expected);
        assert_eq!(usage.people, [(lin, sum(1, 8000)), (ada, sum(3, 7000))]);

        let first = store.model_usage(&UsageFilter { most: 1, ..all }).await.unwrap();
        assert_eq!((first.sessions.len(), first.people.len(), first.models.len()), (1, 1, 2));
        let hers = store.model_usage(&UsageFilter { user: Some(ada), ..all }).await.unwrap();
        assert_eq!((hers.total, hers.sessions.len()), (sum(3, 7000), 2));
        assert_eq!(hers.people, [(ada, sum(3, 7000))]);
        assert_eq!(store.model_cost(ada, day(1)).await.unwrap(), 4000);
        assert_eq!(store.model_cost(ada, day(2)).await.unwrap(), 0);
        let none = store.model_usage(&UsageFilter { since: day(2), ..all }).await.unwrap();
        assert_eq!(none, store::ModelUsage::default());
    })
    .await;
}

#[tokio::test]
async fn requests_are_stored_all_or_none_and_old_ones_are_forgotten() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        with_session(&store, 1, ada).await;
        let one = |n, on| request(n, (session(1), ada), "opus", on);
        let strange = one(2, day(0));
        let strange = ModelRequest { session: session(9), ..strange };
        assert!(store.insert_model_requests(&[one(1, day(0)), strange]).await.is_err());
        assert_eq!(store.model_cost(ada, day(0)).await.unwrap(), 0);
        // More than one statement has room for.
        let many: Vec<_> = (1..=1200).map(|n| one(n, day(i64::from(n > 600)))).collect();
        store.insert_model_requests(&many).await.unwrap();
        assert_eq!(store.forget_model_requests(day(1)).await.unwrap(), 600);
        let all = UsageFilter { since: day(0), user: None, most: 50 };
        assert_eq!(store.model_usage(&all).await.unwrap().total.requests, 600);
    })
    .await;
}
