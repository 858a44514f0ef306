//! What executions were made of, lists of them, and what of them stays.

use model::{
    event::Usage,
    execution::{Execution, Outcome, OutcomeKind, State},
    id::ExecutionId,
    session::Session,
};
use store::{HistoryBounds, HistoryFilter, Origin, OutcomeFilter, Store};

use crate::{
    databases::on_each_database,
    samples::{at, events, execution, origin, with_session},
};

async fn run(store: &Store, session: &Session, n: u32, block: &str, outcome: Outcome) -> Execution {
    let queued = Execution {
        created_at: at(i64::from(n) * 100),
        ..execution(u128::from(n), session, block)
    };
    store.insert_execution(&queued, &origin(&format!("code{block}"))).await.unwrap();
    let last = events(1..=2);
    store.finish_execution(queued.id, outcome, Usage::default(), at(0), &last).await.unwrap();
    store.execution(queued.id).await.unwrap().unwrap()
}

async fn numbers(store: &Store, session: &Session, filter: &HistoryFilter) -> Vec<ExecutionId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page =
            store.history(session.user, session.runbook, filter, after.as_ref(), 2).await.unwrap();
        found.extend(page.items.into_iter().map(|it| it.execution.id));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

fn ids(numbers: &[u128]) -> Vec<ExecutionId> {
    numbers.iter().map(|it| ExecutionId::from_random(*it)).collect()
}

const OK: Outcome = Outcome::Exited { code: 0 };

#[tokio::test]
async fn what_an_execution_was_made_of_reads_back() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        let it = run(&store, &session, 1, "a", OK).await;
        assert_eq!(store.origin(it.id).await.unwrap(), Some(origin("codea")));
        let bare = execution(2, &session, "b");
        let nothing = Origin {
            block_name: None,
            runtime_version: None,
            timeout: None,
            inputs: Vec::new(),
            ..origin("codea")
        };
        store.insert_execution(&bare, &nothing).await.unwrap();
        assert_eq!(store.origin(bare.id).await.unwrap(), Some(nothing));
        let nul = execution(4, &session, "d");
        assert!(store.insert_execution(&nul, &origin("\0")).await.is_err());
        assert_eq!(store.execution(nul.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_history_is_narrowed_by_block_and_outcome() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        run(&store, &session, 1, "a", OK).await;
        run(&store, &session, 2, "b", Outcome::Exited { code: 3 }).await;
        run(&store, &session, 3, "a", Outcome::Killed { signal: 9 }).await;
        run(&store, &session, 4, "a", OK).await;
        let waiting = Execution { created_at: at(900), ..execution(5, &session, "a") };
        store.insert_execution(&waiting, &origin("echo")).await.unwrap();
        let check = async |block: Option<&str>, outcome, expected: &[u128]| {
            let filter = HistoryFilter { block: block.map(str::to_owned), outcome };
            assert_eq!(numbers(&store, &session, &filter).await, ids(expected), "{filter:?}");
        };
        check(None, None, &[5, 4, 3, 2, 1]).await;
        check(Some("a"), None, &[5, 4, 3, 1]).await;
        check(Some("nowhere"), None, &[]).await;
        check(None, Some(OutcomeFilter::Succeeded), &[4, 1]).await;
        check(None, Some(OutcomeFilter::Failed), &[3, 2]).await;
        check(None, Some(OutcomeFilter::Kind(OutcomeKind::Exited)), &[4, 2, 1]).await;
        check(Some("a"), Some(OutcomeFilter::Kind(OutcomeKind::Killed)), &[3]).await;
        let all = HistoryFilter::default();
        let page = store.history(session.user, session.runbook, &all, None, 9).await.unwrap();
        let latest = &page.items[0];
        assert_eq!((latest.block_name.as_deref(), latest.line), (Some("load"), Some(12)));
    })
    .await;
}

#[tokio::test]
async fn the_latest_of_each_block_and_whatever_runs_stay_out_of_bounds_or_not() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        for n in 1..=4 {
            run(&store, &session, n, "a", OK).await;
        }
        run(&store, &session, 5, "b", OK).await;
        let running = Execution {
            state: State::Running,
            created_at: at(-100),
            ..execution(6, &session, "a")
        };
        store.insert_execution(&running, &origin("echo")).await.unwrap();
        let outdated = async |per_runbook, before: Option<i64>| {
            let bounds = HistoryBounds { per_runbook, before: before.map(at) };
            let mut found = store.outdated_executions(bounds, 99).await.unwrap();
            found.sort();
            found
        };
        assert_eq!(outdated(None, None).await, ids(&[]));
        assert_eq!(outdated(Some(3), None).await, ids(&[1, 2]));
        assert_eq!(outdated(Some(0), None).await, ids(&[1, 2, 3]));
        assert_eq!(outdated(None, Some(300)).await, ids(&[1, 2]));
        assert_eq!(outdated(None, Some(9000)).await, ids(&[1, 2, 3]));

        store.delete_executions(&ids(&[1, 2, 3])).await.unwrap();
        assert_eq!(numbers(&store, &session, &HistoryFilter::default()).await, ids(&[5, 4, 6]));
        assert_eq!(store.last_seq(ExecutionId::from_random(1)).await.unwrap(), None);
        assert_eq!(store.last_seq(ExecutionId::from_random(4)).await.unwrap(), Some(2));
    })
    .await;
}

#[tokio::test]
async fn code_goes_with_the_last_execution_that_ran_it() {
    on_each_database(async |store| {
        let session = with_session(&store).await;
        run(&store, &session, 1, "a", OK).await;
        run(&store, &session, 2, "a", OK).await;
        run(&store, &session, 3, "b", OK).await;
        let later = at(2 * 60 * 60 * 1000);
        store.delete_executions(&ids(&[1, 3])).await.unwrap();
        assert_eq!(store.delete_unused_code(at(1000)).await.unwrap(), 0, "it is too young");
        assert_eq!(store.delete_unused_code(later).await.unwrap(), 1);
        let kept = store.origin(ExecutionId::from_random(2)).await.unwrap().unwrap();
        assert_eq!(kept.code, "codea");
    })
    .await;
}
