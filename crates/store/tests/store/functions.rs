use std::time::Duration;

use model::{
    event::Usage,
    execution::Outcome,
    function::{
        Build, BuildFailure, BuildState, Command, Demands, Function, Head, Invocation, State,
        Version, apply,
    },
    id::{FunctionId, InvocationId, UserId},
};
use store::{Changed, CreateFunctionError, Store, StoreError, VersionChange};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

fn function(n: u128, owner: UserId, name: &str) -> (Function, Version) {
    let id = FunctionId::from_random(n);
    let function = Function {
        id,
        owner,
        name: name.parse().unwrap(),
        runtime: "python".to_owned(),
        state: State::first(),
        change: 0,
        created_at: at(0),
        updated_at: at(0),
    };
    (function, version(id, 0))
}

fn version(function: FunctionId, number: i64) -> Version {
    Version {
        function,
        number,
        code: format!("def run(input): return {number}"),
        description: Some("Says \"hi\" to \u{1f980}".to_owned()),
        dependencies: vec!["numpy>=1,<3".to_owned(), "a \"b\"".to_owned()],
        demands: Demands {
            timeout: Some(Duration::from_secs(5)),
            memory_bytes: Some(64 << 20),
            cpu_millis: Some(500),
            keep_warm: Some(Duration::ZERO),
            secrets: vec!["API_KEY".parse().unwrap()],
            network: vec!["api.example.com:443".to_owned()],
        },
        build: BuildState::Building,
        logs: String::new(),
        created_at: at(0),
        built_at: None,
    }
}

async fn with_function(store: &Store) -> Function {
    let owner = with_user(store).await.id;
    let (function, first) = function(1, owner, "greet");
    store.create_function(&function, &first).await.unwrap();
    function
}

fn end(number: i64, build: BuildState) -> VersionChange {
    VersionChange::End { number, build, logs: "it said so".to_owned() }
}

#[tokio::test]
async fn a_function_reads_back_as_stored() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let (function, first) = function(1, owner, "greet");
        store.create_function(&function, &first).await.unwrap();
        assert_eq!(store.function(function.id).await.unwrap(), Some(function.clone()));
        assert_eq!(store.function_of(owner, &function.name).await.unwrap(), Some(function.clone()));
        let stranger = UserId::from_random(9);
        assert_eq!(store.function_of(stranger, &function.name).await.unwrap(), None);
        assert_eq!(store.version(function.id, 0).await.unwrap(), Some(first));
        assert_eq!(store.version(function.id, 1).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_for_its_owner_only() {
    on_each_database(async |store| {
        let taken = with_function(&store).await;
        let (again, first) = function(2, taken.owner, "greet");
        let refused = store.create_function(&again, &first).await;
        assert!(matches!(refused, Err(CreateFunctionError::NameTaken { .. })), "{refused:?}");
        assert_eq!(store.version(again.id, 0).await.unwrap(), None);
        let other = store.create_user(new_user(2)).await.unwrap().id;
        let (theirs, first) = function(2, other, "greet");
        store.create_function(&theirs, &first).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_decided_on_an_old_state_is_not_stored() {
    on_each_database(async |store| {
        let seen = with_function(&store).await;
        let (ready, _) = apply(seen.state, Command::Succeed { version: 0 }).unwrap();
        let changes = [end(0, BuildState::Ready)];
        let changed = store.change_function(&seen, ready, &changes, at(1)).await.unwrap();
        assert_eq!(changed, Changed::Yes);
        let stale = store.change_function(&seen, ready, &changes, at(2)).await.unwrap();
        assert_eq!(stale, Changed::No);

        let now = store.function(seen.id).await.unwrap().unwrap();
        assert_eq!(now, Function { state: ready, change: 1, updated_at: at(1), ..seen.clone() });
        let version = store.version(seen.id, 0).await.unwrap().unwrap();
        assert_eq!((version.build, version.built_at), (BuildState::Ready, Some(at(1))));
        assert_eq!(version.logs, "it said so");
    })
    .await;
}

#[tokio::test]
async fn a_new_version_leaves_the_one_before_as_it_was_and_a_build_ends_once() {
    on_each_database(async |store| {
        let function = with_function(&store).await;
        let (ready, _) = apply(function.state, Command::Succeed { version: 0 }).unwrap();
        let changes = [end(0, BuildState::Ready)];
        assert_eq!(
            store.change_function(&function, ready, &changes, at(1)).await.unwrap(),
            Changed::Yes
        );
        let before = store.version(function.id, 0).await.unwrap();
        let function = store.function(function.id).await.unwrap().unwrap();
        let (building, _) = apply(function.state, Command::Add).unwrap();
        let plain = Version {
            description: None,
            dependencies: Vec::new(),
            demands: Demands::default(),
            ..version(function.id, 1)
        };
        let failure = BuildFailure { error: "build_failed".to_owned(), message: "no".to_owned() };
        let changes = [
            VersionChange::Add(Box::new(plain.clone())),
            end(0, BuildState::Failed(failure.clone())),
        ];
        assert_eq!(
            store.change_function(&function, building, &changes, at(2)).await.unwrap(),
            Changed::Yes
        );
        assert_eq!(store.version(function.id, 0).await.unwrap(), before);
        assert_eq!(store.version(function.id, 1).await.unwrap(), Some(plain));
        let numbers = async |cursor| {
            let page = store.versions(function.id, cursor, 1).await.unwrap();
            (page.items.iter().map(|it| it.number).collect::<Vec<_>>(), page.next)
        };
        let (first, next) = numbers(None).await;
        let (second, last) = numbers(next.as_ref()).await;
        assert_eq!((first, second, last), (vec![1], vec![0], None));
    })
    .await;
}

#[tokio::test]
async fn functions_are_listed_for_their_owner_with_the_current_version() {
    on_each_database(async |store| {
        let owner = with_function(&store).await.owner;
        for n in 2..=5_i64 {
            let (mut other, first) = function(n.unsigned_abs().into(), owner, &format!("f-{n}"));
            other.updated_at = at(n / 2);
            store.create_function(&other, &first).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = store.list_functions(owner, cursor.as_ref(), 2).await.unwrap();
            seen.extend(page.items.into_iter().map(|(it, current)| {
                assert_eq!((current.function, current.number), (it.id, 0));
                it.name.to_string()
            }));
            let Some(next) = page.next else { break };
            cursor = Some(next);
        }
        assert_eq!(seen, ["f-5", "f-4", "f-3", "f-2", "greet"]);
        let none = store.list_functions(UserId::from_random(9), None, 9).await.unwrap();
        assert!(none.items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_being_built_is_found_at_the_start() {
    on_each_database(async |store| {
        let function = with_function(&store).await;
        assert_eq!(store.building_functions().await.unwrap(), std::slice::from_ref(&function));
        let failed = State { build: Build::Failed, ..function.state };
        let changed = store.change_function(&function, failed, &[], at(1)).await.unwrap();
        assert_eq!(changed, Changed::Yes);
        assert!(store.building_functions().await.unwrap().is_empty());
    })
    .await;
}

fn invocation(n: u128, function: FunctionId) -> Invocation {
    Invocation {
        id: InvocationId::from_random(n),
        function,
        version: 3,
        outcome: Outcome::TimedOut { limit: Duration::from_secs(2) },
        usage: Usage {
            duration_ms: 1,
            cpu_ms: 2,
            peak_memory_bytes: 3,
            truncated: true,
            ..Usage::default()
        },
        warm: true,
        input: Head::from("{\"a\":1}"),
        stdout: Head::from("x".repeat(9000).as_str()),
        stderr: Head::from("a\0b"),
        value: Head::default(),
        created_at: at(i64::try_from(n).unwrap() / 2),
    }
}

#[tokio::test]
async fn calls_are_listed_latest_first_and_read_back_as_stored() {
    on_each_database(async |store| {
        let function = with_function(&store).await.id;
        for n in 1..=5 {
            assert!(store.insert_invocation(&invocation(n, function)).await.unwrap());
        }
        let first = store.invocations(function, None, 3).await.unwrap();
        let rest = store.invocations(function, first.next.as_ref(), 3).await.unwrap();
        let all: Vec<_> = first.items.into_iter().chain(rest.items).collect();
        let expected: Vec<_> = [5, 4, 3, 2, 1].map(|n| invocation(n, function)).into();
        assert_eq!((all, rest.next), (expected, None));
        let one = store.invocation(function, InvocationId::from_random(2)).await.unwrap();
        assert_eq!(one, Some(invocation(2, function)));
        let elsewhere = FunctionId::from_random(9);
        assert_eq!(store.invocation(elsewhere, InvocationId::from_random(2)).await.unwrap(), None);
        assert_eq!(store.forget_invocations(at(1)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_function_leaves_nothing_and_its_name_is_free() {
    on_each_database(async |store| {
        let gone = with_function(&store).await;
        store.insert_invocation(&invocation(1, gone.id)).await.unwrap();
        assert!(store.delete_function(gone.id).await.unwrap());
        assert!(!store.delete_function(gone.id).await.unwrap());
        assert_eq!(store.function(gone.id).await.unwrap(), None);
        assert_eq!(store.version(gone.id, 0).await.unwrap(), None);
        assert!(store.invocations(gone.id, None, 9).await.unwrap().items.is_empty());
        assert!(!store.insert_invocation(&invocation(2, gone.id)).await.unwrap());
        let changed = store.change_function(&gone, gone.state, &[], at(1)).await.unwrap();
        assert_eq!(changed, Changed::No);
        let (again, first) = function(2, gone.owner, "greet");
        store.create_function(&again, &first).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn code_with_a_nul_is_refused_and_nothing_is_stored() {
    on_each_database(async |store| {
        let (function, mut first) = function(1, with_user(&store).await.id, "greet");
        first.code = "a\0b".to_owned();
        let refused = store.create_function(&function, &first).await;
        let nul = StoreError::Nul { field: "code" }.to_string();
        assert_eq!(refused.unwrap_err().to_string(), nul);
        assert_eq!(store.function(function.id).await.unwrap(), None);
    })
    .await;
}
