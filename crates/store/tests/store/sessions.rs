use model::{
    id::{RunbookId, SessionId, UserId},
    session::{EndReason, Session, State},
};
use store::{InsertSessionError, Liveness, Store};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, session, with_runbook, with_session},
};

#[tokio::test]
async fn a_session_reads_back_in_every_state() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        assert_eq!(store.session(session.id).await.unwrap().as_ref(), Some(&session));
        let reasons = [
            EndReason::Terminated,
            EndReason::Expired,
            EndReason::Shutdown,
            EndReason::Lost,
            EndReason::Failed,
        ];
        let mut states = vec![State::Ready];
        states.extend(reasons.map(State::Ending));
        for (millis, state) in (1..).zip(states) {
            let expires_at = Some(at(millis + 9));
            assert!(
                store
                    .update_session_state(session.id, state, at(millis), expires_at)
                    .await
                    .unwrap()
            );
            let last_activity_at = at(millis);
            let expected = Session { state, last_activity_at, expires_at, ..session.clone() };
            assert_eq!(store.session(session.id).await.unwrap(), Some(expected));
        }
        for (n, reason) in (2..).zip(reasons) {
            let (id, state) = (SessionId::from_random(n), State::Ended(reason));
            let ended = Session { id, state, expires_at: None, ..session.clone() };
            store.insert_session(&ended).await.unwrap();
            assert_eq!(store.session(id).await.unwrap(), Some(ended));
        }
        assert_eq!(store.session(SessionId::from_random(99)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_ended_session_stays_as_it_ended() {
    on_each_database(async |store| {
        let id = with_session(&store).await.id;
        let ended = State::Ended(EndReason::Expired);
        assert!(store.update_session_state(id, ended, at(1), None).await.unwrap());
        assert!(!store.update_session_state(id, State::Ready, at(2), None).await.unwrap());
        assert!(!store.touch_session(id, at(3), Some(at(4))).await.unwrap());
        let found = store.session(id).await.unwrap().unwrap();
        assert_eq!((found.state, found.last_activity_at, found.expires_at), (ended, at(1), None));
    })
    .await;
}

#[tokio::test]
async fn touching_a_session_moves_its_end() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        assert!(store.touch_session(session.id, at(7), Some(at(8))).await.unwrap());
        let (last_activity_at, expires_at) = (at(7), Some(at(8)));
        let expected = Session { last_activity_at, expires_at, ..session };
        assert_eq!(store.session(expected.id).await.unwrap(), Some(expected));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sessions_that_start_at_once_one_is_stored() {
    on_each_database(async |store: Store| {
        let runbook = with_runbook(&store).await;
        let [a, b, c, d] = [1, 2, 3, 4].map(|n| session(n, runbook.owner, runbook.id));
        let results = tokio::join!(
            store.insert_session(&a),
            store.insert_session(&b),
            store.insert_session(&c),
            store.insert_session(&d)
        );
        let results = [results.0, results.1, results.2, results.3];
        assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
        for error in results.into_iter().filter_map(Result::err) {
            assert!(matches!(error, InsertSessionError::AlreadyLive { .. }), "{error:?}");
        }
        let live = store.live_session(runbook.owner, runbook.id).await.unwrap();
        assert!(live.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_session_can_start_after_the_last_one_ended() {
    on_each_database(async |store| {
        let first = with_session(&store).await;
        let second = session(2, first.user, first.runbook);
        let ending = State::Ending(EndReason::Terminated);
        store.update_session_state(first.id, ending, at(1), None).await.unwrap();
        assert!(store.insert_session(&second).await.is_err());
        let ended = State::Ended(EndReason::Terminated);
        store.update_session_state(first.id, ended, at(2), None).await.unwrap();
        store.insert_session(&second).await.unwrap();
        assert_eq!(store.live_session(first.user, first.runbook).await.unwrap(), Some(second));
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_used_twice_is_not_taken_for_a_second_session() {
    on_each_database(async |store| {
        let first = with_session(&store).await;
        let ended = State::Ended(EndReason::Terminated);
        store.update_session_state(first.id, ended, at(2), None).await.unwrap();
        let refused = store.insert_session(&first).await;
        assert!(matches!(refused, Err(InsertSessionError::Store(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_by_user_and_runbook() {
    on_each_database(async |store| {
        let first = with_session(&store).await;
        let ended = State::Ended(EndReason::Lost);
        store.update_session_state(first.id, ended, at(1), None).await.unwrap();
        let second = Session { created_at: at(5), ..session(2, first.user, first.runbook) };
        store.insert_session(&second).await.unwrap();
        let other = store.create_user(new_user(2)).await.unwrap();
        store.insert_session(&session(3, other.id, first.runbook)).await.unwrap();

        let numbers = async |user: UserId, runbook: Option<RunbookId>, liveness| {
            let found = store.sessions_of(user, runbook, liveness).await.unwrap();
            found.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        let (user, runbook) = (first.user, Some(first.runbook));
        assert_eq!(numbers(user, None, Liveness::Any).await, [second.id, first.id]);
        assert_eq!(numbers(user, runbook, Liveness::Live).await, [second.id]);
        let elsewhere = Some(RunbookId::from_random(9));
        assert_eq!(numbers(user, elsewhere, Liveness::Any).await, []);
        assert_eq!(store.live_sessions().await.unwrap().len(), 2);
    })
    .await;
}
