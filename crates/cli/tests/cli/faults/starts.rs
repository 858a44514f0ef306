//! What the programs of jobs say themselves: each asks here before it prints anything, through the network that
//! its sandbox has.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
};

use crate::processes::eventually;

/// Counts starts by name, and keeps programs waiting.
pub(super) struct Starts {
    /// The one address that programs may reach.
    pub(super) rule: String,
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    counts: BTreeMap<String, u64>,
    held: BTreeSet<String>,
    over: bool,
}

impl Starts {
    pub(super) fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let rule = listener.local_addr().unwrap().to_string();
        let inner = Arc::new(Inner::default());
        let shared = Arc::clone(&inner);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.state.lock().unwrap().over {
                    return;
                }
                let (shared, stream) = (Arc::clone(&shared), stream.unwrap());
                // Ends with its connection.
                drop(std::thread::spawn(move || shared.answer(&stream)));
            }
        });
        Self { rule, inner, thread: Some(thread) }
    }

    /// Programs of these names wait once they have started.
    pub(super) fn hold(&self, names: &[&str]) {
        let names = names.iter().map(|it| (*it).to_owned());
        self.inner.state.lock().unwrap().held.extend(names);
    }

    /// Those go on, and the later ones do not wait.
    pub(super) fn release(&self, names: &[&str]) {
        self.inner.state.lock().unwrap().held.retain(|it| !names.contains(&it.as_str()));
        self.inner.changed.notify_all();
    }

    pub(super) fn of(&self, name: &str) -> u64 {
        self.inner.state.lock().unwrap().counts.get(name).copied().unwrap_or(0)
    }

    pub(super) fn all(&self) -> u64 {
        self.inner.state.lock().unwrap().counts.values().sum()
    }

    /// Waits until each has started so many times.
    pub(super) fn until(&self, names: &[&str], count: u64) {
        eventually(&format!("{names:?} have started {count} times"), || {
            names.iter().all(|it| self.of(it) >= count)
        });
    }

    /// A line for the shell after which the start has been counted.
    pub(super) fn line(&self, name: &str) -> String {
        let rule = &self.rule;
        format!(
            "exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'GET http://{rule}/{name} HTTP/1.0\\r\\nHost: {rule}\\r\\n\\r\\n' >&3 && \
             read -r said <&3 && [[ $said == *200* ]] || exit 99\n"
        )
    }
}

impl Inner {
    fn answer(&self, stream: &TcpStream) {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let Some(name) = lines.next().and_then(|it| it.split(' ').nth(1).map(str::to_owned)) else {
            return;
        };
        let name = name.trim_start_matches('/');
        if lines.all(|it| !it.is_empty()) {
            return;
        }
        let mut state = self.state.lock().unwrap();
        *state.counts.entry(name.to_owned()).or_default() += 1;
        while state.held.contains(name) && !state.over {
            state = self.changed.wait(state).unwrap();
        }
        drop(state);
        // Whoever asked may have been killed.
        drop((&mut &*stream).write_all(b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"));
    }
}

impl Drop for Starts {
    fn drop(&mut self) {
        if let Ok(mut state) = self.inner.state.lock() {
            state.over = true;
        }
        self.inner.changed.notify_all();
        drop(TcpStream::connect(&self.rule));
        drop(self.thread.take().map(JoinHandle::join));
    }
}
