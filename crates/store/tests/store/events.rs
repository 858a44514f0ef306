use std::{future::Future, pin::pin, task::Context, task::Waker};

use model::{
    event::{Chunk, Event, EventKind},
    id::ExecutionId,
};
use store::{Store, StoredEvent};

use crate::{
    databases::on_each_database,
    samples::{at, events, execution, origin, with_execution, with_session},
};

fn seqs(found: &[StoredEvent]) -> Vec<u64> {
    found.iter().map(|it| it.seq).collect()
}

#[tokio::test]
async fn an_event_reads_back_exactly_as_it_is_sent() {
    on_each_database(async |store| {
        let id = with_execution(&store).await.id;
        let hostile = [b"\0\x1b[2J\"'\\".to_vec(), vec![0xff, 0], "\u{1f980}\u{fffe}".into()];
        let sent: Vec<Event> = (1..)
            .zip(hostile)
            .map(|(seq, bytes)| Event {
                seq,
                at: at(1),
                kind: EventKind::Stdout(Chunk::new(bytes)),
            })
            .collect();
        store.append_events(id, &sent).await.unwrap();
        let found = store.events(id, 1, 10).await.unwrap();
        let expected: Vec<StoredEvent> = sent
            .iter()
            .map(|it| StoredEvent { seq: it.seq, body: serde_json::to_string(it).unwrap() })
            .collect();
        assert_eq!(found, expected);
        let read: Vec<Event> =
            found.iter().map(|it| serde_json::from_str(&it.body).unwrap()).collect();
        assert_eq!(read, sent);
    })
    .await;
}

#[tokio::test]
async fn events_are_read_from_a_number_on() {
    on_each_database(async |store| {
        let id = with_execution(&store).await.id;
        assert_eq!(store.last_seq(id).await.unwrap(), None);
        store.append_events(id, &[]).await.unwrap();
        store.append_events(id, &events(1..=12)).await.unwrap();
        assert_eq!(seqs(&store.events(id, 0, 3).await.unwrap()), [1, 2, 3]);
        assert_eq!(seqs(&store.events(id, 9, 100).await.unwrap()), [9, 10, 11, 12]);
        assert_eq!(seqs(&store.events(id, 13, 100).await.unwrap()), [0; 0]);
        assert_eq!(seqs(&store.events(id, u64::MAX, 100).await.unwrap()), [0; 0]);
        assert_eq!(store.last_seq(id).await.unwrap(), Some(12));
    })
    .await;
}

#[tokio::test]
async fn events_are_stored_all_or_none() {
    on_each_database(async |store| {
        let id = with_execution(&store).await.id;
        store.append_events(id, &events(3..=3)).await.unwrap();
        assert!(store.append_events(id, &events(1..=3)).await.is_err());
        assert!(store.append_events(id, &events(4..=3000)).await.is_ok());
        // More than fit into one statement; the last one is taken.
        let mut many = events(3001..=6000);
        many.extend(events(3..=3));
        assert!(store.append_events(id, &many).await.is_err());
        assert_eq!(store.last_seq(id).await.unwrap(), Some(3000));
        assert_eq!(store.events(id, 0, 1).await.unwrap()[0].seq, 3);
    })
    .await;
}

#[tokio::test]
async fn events_of_an_unknown_execution_are_refused() {
    on_each_database(async |store| {
        let unknown = ExecutionId::from_random(99);
        assert!(store.append_events(unknown, &events(1..=1)).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_that_write_at_once_each_keep_their_order() {
    on_each_database(async |store: Store| {
        let session = with_session(&store).await;
        let write = async |n: u128| {
            let execution = execution(n, &session, "a");
            store.insert_execution(&execution, &origin("echo")).await.unwrap();
            for first in (1..=600).step_by(6) {
                store.append_events(execution.id, &events(first..=first + 5)).await.unwrap();
            }
        };
        tokio::join!(write(1), write(2), write(3), write(4));
        for n in 1..=4 {
            let found = store.events(ExecutionId::from_random(n), 1, 1000).await.unwrap();
            assert_eq!(seqs(&found), (1..=600).collect::<Vec<_>>());
            for stored in found {
                let event: Event = serde_json::from_str(&stored.body).unwrap();
                assert_eq!(event.seq, stored.seq);
            }
        }
    })
    .await;
}

/// A client that disconnects drops what its request was waiting for, at any point.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_given_up_halfway_leaves_the_store_usable() {
    on_each_database(async |store: Store| {
        let id = with_execution(&store).await.id;
        let many = events(101..=2100);
        for polls in 0..100 {
            {
                let mut writing = pin!(store.append_events(id, &many));
                for _ in 0..polls {
                    let waker = Waker::noop();
                    if writing.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            store.append_events(id, &events(polls + 1..=polls + 1)).await.unwrap();
        }
        let stored = seqs(&store.events(id, 1, 5000).await.unwrap());
        let all: Vec<_> = (1..=2100).collect();
        assert!(stored == all || stored == all[..100], "{} events: {stored:?}", stored.len());
    })
    .await;
}
