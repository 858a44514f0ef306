use model::id::{AgentSessionId, UserId};
use store::{
    AgentAppend, AgentSessionFilter, AgentStanding, AppendAgentEventsError, NewAgentEvent,
    NewAgentSession, Store,
};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

fn id(n: u128) -> AgentSessionId {
    AgentSessionId::from_random(n)
}

fn new(n: u128, owner: UserId) -> NewAgentSession {
    NewAgentSession {
        id: id(n),
        owner,
        title: format!("Session {n}"),
        repository: "r".to_owned(),
        origin: "web".to_owned(),
        created_at: at(0),
    }
}

/// The events with these numbers, the last at that many milliseconds.
fn append(seqs: std::ops::RangeInclusive<u64>, millis: i64) -> AgentAppend {
    let standing = AgentStanding {
        summary: format!("{{\"at\":{millis}}}"),
        seq: *seqs.end(),
        archived: false,
        awake: true,
        last_at: at(millis),
    };
    let event = |seq| NewAgentEvent { seq, at: at(millis), body: format!("{{\"seq\":{seq}}}") };
    AgentAppend { events: seqs.map(event).collect(), standing, joined: Vec::new() }
}

async fn seqs(store: &Store, session: AgentSessionId, from: u64) -> Vec<u64> {
    let events = store.agent_events(session, from, 600).await.unwrap();
    events.iter().map(|it| it.seq).collect()
}

#[tokio::test]
async fn sessions_are_numbered_and_found_by_those_who_take_part() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let other = store.create_user(new_user(2)).await.unwrap().id;
        for n in 1..=3_i64 {
            let new = new(u128::try_from(n).unwrap(), owner);
            let number = store.insert_agent_session(&new, &append(1..=1, n)).await.unwrap();
            assert_eq!(number, u64::try_from(n).unwrap());
        }
        let shared = AgentAppend { joined: vec![other, owner], ..append(2..=2, 9) };
        store.append_agent_events(id(1), &shared).await.unwrap();
        let filter =
            |participant| AgentSessionFilter { participant, archived: false, search: None };
        let page = store.agent_sessions(&filter(owner), None, 2).await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|it| it.id).collect();
        assert_eq!(ids, [id(1), id(3)]);
        let rest = store.agent_sessions(&filter(owner), page.next.as_ref(), 2).await.unwrap();
        assert_eq!(rest.items.iter().map(|it| it.id).collect::<Vec<_>>(), [id(2)]);
        assert_eq!(rest.next, None);
        let theirs = store.agent_sessions(&filter(other), None, 9).await.unwrap();
        assert_eq!(theirs.items.iter().map(|it| it.number).collect::<Vec<_>>(), [1]);
        assert!(store.takes_part(other, id(1)).await.unwrap());
        assert!(!store.takes_part(other, id(2)).await.unwrap());
        let by_number = store.agent_session_by_number(2).await.unwrap().unwrap();
        assert_eq!(by_number.id, id(2));
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_part_of_a_title_and_nothing_by_wildcards() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        store.insert_agent_session(&new(1, owner), &append(1..=1, 1)).await.unwrap();
        store.rename_agent_session(id(1), "Rate LIMITS, 100% done").await.unwrap();
        let found = async |search: &str| {
            let search = Some(search.to_owned());
            let filter = AgentSessionFilter { participant: owner, archived: false, search };
            store.agent_sessions(&filter, None, 9).await.unwrap().items.len()
        };
        assert_eq!(found("limits").await, 1);
        assert_eq!(found("100%").await, 1);
        assert_eq!(found("1%0").await, 0);
        assert_eq!(found("r_te").await, 0);
    })
    .await;
}

#[tokio::test]
async fn events_are_added_once_and_only_after_those_that_were_known() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        store.insert_agent_session(&new(1, owner), &append(1..=600, 1)).await.unwrap();
        store.append_agent_events(id(1), &append(601..=602, 2)).await.unwrap();
        for stale in [append(601..=601, 3), append(604..=604, 3)] {
            let refused = store.append_agent_events(id(1), &stale).await.unwrap_err();
            assert!(matches!(refused, AppendAgentEventsError::Elsewhere { .. }), "{refused}");
        }
        assert_eq!(seqs(&store, id(1), 600).await, [600, 601, 602]);
        assert_eq!(seqs(&store, id(1), 1).await.len(), 600);
        let session = store.agent_session(id(1)).await.unwrap().unwrap();
        assert_eq!((session.standing.seq, session.standing.last_at), (602, at(2)));
    })
    .await;
}

#[tokio::test]
async fn only_sessions_that_are_awake_are_gone_on_with() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        for n in [1, 2] {
            store.insert_agent_session(&new(n, owner), &append(1..=1, 1)).await.unwrap();
        }
        let mut asleep = append(2..=2, 2);
        asleep.standing.awake = false;
        asleep.standing.archived = true;
        store.append_agent_events(id(2), &asleep).await.unwrap();
        let awake = store.awake_agent_sessions().await.unwrap();
        assert_eq!(awake.iter().map(|it| it.id).collect::<Vec<_>>(), [id(1)]);
        let filter = AgentSessionFilter { participant: owner, archived: true, search: None };
        let archived = store.agent_sessions(&filter, None, 9).await.unwrap().items;
        assert_eq!(archived.iter().map(|it| it.id).collect::<Vec<_>>(), [id(2)]);
    })
    .await;
}
