//! What a fake forge knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use jiff::Timestamp;
use reqwest::Url;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Answer, REPOSITORY, TOKEN, git, keys::Keys};
use crate::Kind;

/// Beyond 32 bits, as GitHub's soon are.
const FIRST_ID: u64 = 5_000_000_000;

#[derive(Debug)]
pub(super) struct State {
    pub(super) kind: Kind,
    pub(super) address: String,
    pub(super) repositories: BTreeMap<String, Repository>,
    /// What it answers the next time that it is asked something.
    pub(super) next: Vec<(String, Answer)>,
    pub(super) requests: Vec<Request>,
    /// Tokens that the app was given, each for one repository.
    pub(super) issued: BTreeMap<String, String>,
    /// Where acts are told.
    pub(super) deliver_to: Option<String>,
    keys: Option<Keys>,
    git: Option<PathBuf>,
    last_id: u64,
}

/// What it was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
    /// What it answered, where that was JSON.
    pub status: u16,
    pub answer: Value,
}

#[derive(Debug, Default)]
pub(super) struct Repository {
    pub(super) pull_requests: Vec<PullRequest>,
    pub(super) checks: Vec<Check>,
    /// Where branches end that were pushed without git.
    pub(super) heads: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) branch: String,
    pub(super) base: String,
    pub(super) head: String,
    pub(super) state: Stage,
    pub(super) draft: bool,
    pub(super) labels: Vec<String>,
    pub(super) comments: Vec<Remark>,
    pub(super) reviews: Vec<Remark>,
    pub(super) threads: Vec<Thread>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    Open,
    Merged,
    Closed,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Remark {
    pub(super) id: u64,
    pub(super) by: String,
    pub(super) body: String,
    pub(super) reactions: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Thread {
    pub(super) path: String,
    pub(super) line: Option<u32>,
    pub(super) resolved: bool,
    /// The first one's id is the thread's.
    pub(super) comments: Vec<Remark>,
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) id: u64,
    pub(super) commit: String,
    pub(super) name: String,
    pub(super) outcome: super::Outcome,
    pub(super) log: Option<String>,
}

impl State {
    pub(super) fn new(kind: Kind, address: String, git: Option<PathBuf>) -> Self {
        let mut state = Self {
            kind,
            address,
            repositories: BTreeMap::new(),
            next: Vec::new(),
            requests: Vec::new(),
            issued: BTreeMap::new(),
            deliver_to: None,
            keys: None,
            git,
            last_id: 0,
        };
        state.add_repository(REPOSITORY);
        state
    }

    pub(super) fn add_repository(&mut self, name: &str) {
        if let Some(root) = &self.git {
            git::init(root, name);
        }
        self.repositories.entry(name.to_owned()).or_default();
    }

    /// Made when they are first asked for: it takes a while.
    pub(super) fn keys(&mut self) -> &Keys {
        self.keys.get_or_insert_with(Keys::generate)
    }

    pub(super) const fn id(&mut self) -> u64 {
        self.last_id += 1;
        FIRST_ID + self.last_id
    }

    pub(super) const fn has_git(&self) -> bool {
        self.git.is_some()
    }

    /// Directory and tokens, where a path is git's.
    pub(super) fn git_of(&self, path: &str) -> Option<(PathBuf, Vec<String>)> {
        let root = self.git.as_ref().filter(|_| path.contains(".git/"))?;
        let name = path.trim_start_matches('/').split(".git/").next()?;
        let issued = self.issued.iter().filter(|it| it.1 == name).map(|it| it.0.clone());
        Some((root.clone(), issued.chain([TOKEN.to_owned()]).collect()))
    }

    /// Where a branch ends now.
    pub(super) fn head(&self, repository: &str, branch: &str) -> Option<String> {
        let of_git = self.git.as_ref().and_then(|root| git::head(root, repository, branch));
        of_git.or_else(|| self.repositories.get(repository)?.heads.get(branch).cloned())
    }

    /// A pull request, which ends where its branch does.
    pub(super) fn pull_request(
        &mut self,
        repository: &str,
        number: u64,
    ) -> Option<&mut PullRequest> {
        let branch = self.find(repository, number)?.branch.clone();
        let head = self.head(repository, &branch);
        let found = self.find(repository, number)?;
        if let Some(head) = head.filter(|_| found.state == Stage::Open) {
            found.head = head;
        }
        Some(found)
    }

    fn find(&mut self, repository: &str, number: u64) -> Option<&mut PullRequest> {
        let held = self.repositories.get_mut(repository)?;
        held.pull_requests.iter_mut().find(|it| it.number == number)
    }

    /// The open one for a branch.
    pub(super) fn open_for(&mut self, repository: &str, branch: &str) -> Option<&PullRequest> {
        let held = &self.repositories.get(repository)?.pull_requests;
        let number = held.iter().find(|it| it.branch == branch && it.state == Stage::Open)?.number;
        self.pull_request(repository, number).map(|it| &*it)
    }

    pub(super) fn open(
        &mut self,
        repository: &str,
        [branch, base, title, description]: [&Value; 4],
        draft: &Value,
    ) -> Option<&PullRequest> {
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let held = self.repositories.get_mut(repository)?;
        let number = held.pull_requests.len() as u64 + 1;
        held.pull_requests.push(PullRequest {
            number,
            url: format!("{}/{repository}/pull/{number}", self.address),
            title: text(title),
            description: text(description),
            branch: text(branch),
            base: text(base),
            head: format!("{number:040x}"),
            state: Stage::Open,
            draft: draft.as_bool().unwrap_or_default(),
            labels: Vec::new(),
            comments: Vec::new(),
            reviews: Vec::new(),
            threads: Vec::new(),
        });
        self.pull_request(repository, number).map(|it| &*it)
    }

    /// As people are shown them.
    pub(super) fn shown(&mut self, repository: &str) -> Vec<Value> {
        let held = self.repositories.get(repository);
        let numbers: Vec<_> = held.into_iter().flat_map(|it| &it.pull_requests).collect();
        let numbers: Vec<u64> = numbers.into_iter().map(|it| it.number).collect();
        let show = |number| self.pull_request(repository, number).map(|it| json!(it));
        numbers.into_iter().filter_map(show).collect()
    }
}

impl PullRequest {
    /// When somebody last said something.
    pub(super) fn changed_at(&self) -> String {
        let in_threads = self.threads.iter().flat_map(|it| &it.comments);
        let said = self.comments.iter().chain(&self.reviews).chain(in_threads);
        let last = said.map(|it| it.id).max().unwrap_or(FIRST_ID);
        Remark::new(last, String::new(), String::new()).created_at()
    }

    pub(super) fn thread(&mut self, id: u64) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|it| it.id() == id)
    }

    /// All that was said, wherever it stands.
    pub(super) fn remarks(&mut self) -> impl Iterator<Item = &mut Remark> {
        let in_threads = self.threads.iter_mut().flat_map(|it| &mut it.comments);
        self.comments.iter_mut().chain(&mut self.reviews).chain(in_threads)
    }
}

impl Thread {
    pub(super) fn id(&self) -> u64 {
        self.comments.first().map_or(0, |it| it.id)
    }
}

impl Remark {
    pub(super) const fn new(id: u64, by: String, body: String) -> Self {
        Self { id, by, body, reactions: BTreeSet::new() }
    }

    /// One second after what was said before.
    pub(super) fn created_at(&self) -> String {
        let seconds = 1_767_225_600 + (self.id - FIRST_ID).cast_signed();
        Timestamp::from_second(seconds).expect("a time of this century").to_string()
    }
}

/// The pairs of a query.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let url = Url::parse(&format!("http://x/?{query}")).expect("what was sent in an address");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

impl Request {
    pub(super) fn query(&self, name: &str) -> &str {
        self.query.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str())
    }

    /// As much of a list as is asked for.
    pub(super) fn page(&self, all: Vec<Value>) -> Vec<Value> {
        let number = |name, default| self.query(name).parse().unwrap_or(default);
        let (per_page, page): (usize, usize) = (number("per_page", 30), number("page", 1));
        all.into_iter().skip((page - 1) * per_page).take(per_page).collect()
    }
}
