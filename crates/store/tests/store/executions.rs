use std::time::Duration;

use model::{
    event::Usage,
    execution::{Execution, Outcome, State},
    id::{ExecutionId, UserId},
};
use store::StoreError;

use crate::{
    databases::on_each_database,
    samples::{at, events, execution, origin, with_execution, with_session},
};

const USAGE: Usage = Usage {
    duration_ms: 12,
    cpu_ms: 9,
    peak_memory_bytes: 9_437_184,
    truncated: true,
    queue_ms: None,
};

#[tokio::test]
async fn an_execution_reads_back_in_every_state() {
    on_each_database(async |store| {
        let queued = with_execution(&store).await;
        let states = [
            State::Queued,
            State::Running,
            State::Stopping,
            State::Finished(Outcome::Exited { code: -1 }),
            State::Finished(Outcome::Killed { signal: 9 }),
            State::Finished(Outcome::TimedOut { limit: Duration::from_millis(1500) }),
            State::Finished(Outcome::OutOfMemory { limit_bytes: 1 << 40 }),
            State::Finished(Outcome::Cancelled),
            State::Finished(Outcome::Lost),
        ];
        for (n, state) in (10..).zip(states) {
            let stored = Execution {
                id: ExecutionId::from_random(n),
                state,
                started_at: Some(at(1)),
                finished_at: Some(at(2)),
                usage: USAGE,
                ..queued.clone()
            };
            store.insert_execution(&stored, &origin("echo")).await.unwrap();
            assert_eq!(store.execution(stored.id).await.unwrap(), Some(stored));
        }
        let one_off = Execution {
            id: ExecutionId::from_random(2),
            session: None,
            runbook: None,
            block: None,
            ..queued
        };
        store.insert_execution(&one_off, &origin("echo")).await.unwrap();
        assert_eq!(store.execution(one_off.id).await.unwrap(), Some(one_off));
        assert_eq!(store.execution(ExecutionId::from_random(99)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_execution_remembers_when_it_started_and_finished() {
    on_each_database(async |store| {
        let queued = with_execution(&store).await;
        assert!(store.update_execution(queued.id, State::Running, at(3)).await.unwrap());
        assert!(store.update_execution(queued.id, State::Stopping, at(4)).await.unwrap());
        let outcome = Outcome::TimedOut { limit: Duration::from_secs(2) };
        let last = events(1..=2);
        let finished = store.finish_execution(queued.id, outcome, USAGE, at(5), &last).await;
        assert!(finished.unwrap());
        let expected = Execution {
            state: State::Finished(outcome),
            started_at: Some(at(3)),
            finished_at: Some(at(5)),
            usage: USAGE,
            ..queued
        };
        assert_eq!(store.execution(expected.id).await.unwrap().as_ref(), Some(&expected));
        assert_eq!(store.last_seq(expected.id).await.unwrap(), Some(2));
    })
    .await;
}

#[tokio::test]
async fn an_execution_finishes_once() {
    on_each_database(async |store| {
        let id = with_execution(&store).await.id;
        let finish = async |outcome, seqs| {
            store.finish_execution(id, outcome, USAGE, at(5), &events(seqs)).await.unwrap()
        };
        assert!(finish(Outcome::Cancelled, 1..=1).await);
        assert!(!finish(Outcome::Lost, 2..=2).await);
        assert!(!store.update_execution(id, State::Running, at(9)).await.unwrap());
        let found = store.execution(id).await.unwrap().unwrap();
        assert_eq!(found.state, State::Finished(Outcome::Cancelled));
        assert_eq!(store.last_seq(id).await.unwrap(), Some(1));
    })
    .await;
}

#[tokio::test]
async fn an_execution_whose_last_events_cannot_be_stored_is_not_finished() {
    on_each_database(async |store| {
        let id = with_execution(&store).await.id;
        store.append_events(id, &events(1..=3)).await.unwrap();
        let taken = events(3..=4);
        let failed = store.finish_execution(id, Outcome::Lost, USAGE, at(5), &taken).await;
        assert!(matches!(failed, Err(StoreError::Internal { .. })), "{failed:?}");
        assert_eq!(store.execution(id).await.unwrap().unwrap().state, State::Queued);
        assert_eq!(store.last_seq(id).await.unwrap(), Some(3));
    })
    .await;
}

#[tokio::test]
async fn the_latest_execution_of_each_block_is_found() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        for (n, block, millis) in [(1, "a", 1), (2, "b", 2), (3, "a", 3), (4, "b", 1), (5, "c", 0)]
        {
            let stored = Execution { created_at: at(millis), ..execution(n, &session, block) };
            store.insert_execution(&stored, &origin("echo")).await.unwrap();
        }
        let one_off = Execution { block: None, ..execution(6, &session, "") };
        store.insert_execution(&one_off, &origin("echo")).await.unwrap();

        let found = store.latest_executions(session.user, session.runbook).await.unwrap();
        let expected = [5, 2, 3].map(ExecutionId::from_random);
        assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), expected);
        let stranger = UserId::from_random(9);
        assert_eq!(store.latest_executions(stranger, session.runbook).await.unwrap(), []);

        let ids = |found: Vec<Execution>| found.into_iter().map(|it| it.id).collect::<Vec<_>>();
        let expected = [5, 6, 1, 4, 2, 3].map(ExecutionId::from_random);
        assert_eq!(ids(store.executions_of_session(session.id).await.unwrap()), expected);
    })
    .await;
}

#[tokio::test]
async fn unfinished_executions_are_found_again() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        for (n, state) in [
            (1, State::Queued),
            (2, State::Running),
            (3, State::Stopping),
            (4, State::Finished(Outcome::Lost)),
        ] {
            let stored = Execution { state, ..execution(n, &session, "a") };
            store.insert_execution(&stored, &origin("echo")).await.unwrap();
        }
        let found = store.unfinished_executions().await.unwrap();
        let expected = [1, 2, 3].map(ExecutionId::from_random);
        assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), expected);
    })
    .await;
}
