//! Every backend of this machine, each to be attacked in the same way.
//!
//! A verdict per attack and backend goes to standard error, where `make isolation` reads it:
//! `held: namespaces`, `weaker: namespaces: memory is …` or `skipped: docker: why`.

use std::{ops::Deref, sync::Arc};

use sandbox::{
    Backend, ExitStatus, Namespaces, ProcessEvent, Readiness, Sandbox, Spec, StartError,
};

use super::{
    harness::{self, Cage, has_python, script},
    waiting::{self, Language},
};
use crate::ready;

/// A backend under attack.
#[derive(Clone)]
pub(super) struct Target {
    /// As the table of verdicts has it.
    pub(super) name: &'static str,
    pub(super) backend: Arc<dyn Backend>,
    origin: Origin,
    /// In which the attack is written.
    language: Language,
}

/// Where its sandboxes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Started for the attack.
    Fresh,
    /// Ready on the shelf of a pool, with the attack's interpreter booted.
    Pool,
    /// Cloned from another with a booted Python.
    Clone,
}

impl Deref for Target {
    type Target = dyn Backend;

    fn deref(&self) -> &Self::Target {
        &*self.backend
    }
}

/// Why a backend is not attacked on this machine.
struct Absent {
    name: &'static str,
    why: String,
}

/// Names the targets of a run, between commas; without it all of them are.
const VARIABLE: &str = "RUNBOOK_TEST_TARGETS";

/// Whether the run is to attack it.
#[expect(clippy::disallowed_methods, reason = "only whoever starts the tests knows")]
fn is_wanted(name: &str) -> bool {
    std::env::var(VARIABLE).map_or(true, |wanted| wanted.split(',').any(|it| it == name))
}

async fn targets(language: Language) -> Vec<Result<Target, Absent>> {
    let namespaces: Arc<dyn Backend> = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    let copies: Arc<dyn Backend> = Arc::new(Namespaces::new(Readiness::Spares(1)).unwrap());
    let target = |name, backend: &Arc<dyn Backend>, origin| {
        Ok(Target { name, backend: Arc::clone(backend), origin, language })
    };
    let mut targets = if rustix::process::geteuid().is_root() {
        let bare = Namespaces::without_cgroups(Readiness::OnDemand).unwrap();
        let bare: Arc<dyn Backend> = Arc::new(bare);
        vec![
            target("namespaces", &namespaces, Origin::Fresh),
            target("namespaces, copied", &copies, Origin::Fresh),
            target("namespaces without cgroups", &bare, Origin::Fresh),
            target("namespaces from a pool", &namespaces, Origin::Pool),
            target("namespaces cloned", &namespaces, Origin::Clone),
        ]
    } else {
        vec![
            target("namespaces as a user", &namespaces, Origin::Fresh),
            target("namespaces as a user, copied", &copies, Origin::Fresh),
            target("namespaces from a pool as a user", &namespaces, Origin::Pool),
            target("namespaces cloned as a user", &namespaces, Origin::Clone),
        ]
    };
    targets.retain(|it: &Result<Target, Absent>| it.as_ref().is_ok_and(|it| is_wanted(it.name)));
    targets.extend(containers(language).await);
    targets
}

/// Containers with the daemon's own runtime, and with gVisor's.
async fn containers(language: Language) -> Vec<Result<Target, Absent>> {
    let mut found = Vec::new();
    let all = [("docker", None), ("docker:runsc", Some("runsc"))];
    for (name, runtime) in all.into_iter().filter(|(name, _)| is_wanted(name)) {
        found.push(match ready::docker(runtime).await {
            Ok(docker) => {
                let (backend, origin) = (Arc::new(docker) as Arc<dyn Backend>, Origin::Fresh);
                Ok(Target { name, backend, origin, language })
            }
            Err(why) => Err(Absent { name, why }),
        });
    }
    found
}

/// Runs an attack in a fresh sandbox of each backend, one after the other.
pub(super) async fn on_each(spec: Spec, attack: impl AsyncFn(Cage<Target>)) {
    attack_each(spec, Language::Bash, attack).await;
}

/// The same for attacks that are written in Python.
pub(super) async fn on_each_with_python(spec: Spec, attack: impl AsyncFn(Cage<Target>)) {
    if has_python() {
        attack_each(spec, Language::Python, attack).await;
    }
}

async fn attack_each(spec: Spec, language: Language, attack: impl AsyncFn(Cage<Target>)) {
    for target in targets(language).await {
        let target = match target {
            Ok(target) => target,
            Err(Absent { name, why }) => {
                eprintln!("skipped: {name}: {why}");
                continue;
            }
        };
        let name = target.name;
        // The last such line of a failed test says where it failed.
        eprintln!("on {name}");
        if let Some(cage) = Cage::on(target, spec.clone()).await {
            attack(cage).await;
            eprintln!("held: {name}");
        }
    }
}

impl Target {
    async fn start(&self, spec: Spec) -> Result<Cage<Self>, StartError> {
        let (sandbox, waiting) = match self.origin {
            Origin::Fresh => (Sandbox::start(&**self, spec).await?, None),
            Origin::Pool => {
                let backend = Arc::clone(&self.backend);
                let (sandbox, waiting) = waiting::from_a_pool(backend, spec, self.language).await?;
                (sandbox, Some(waiting))
            }
            Origin::Clone => {
                let (sandbox, waiting) = waiting::cloned(&**self, spec).await?;
                (sandbox, Some(waiting))
            }
        };
        Ok(Cage::around(self.clone(), sandbox, waiting))
    }
}

impl Cage<Target> {
    /// `None`, with a word about it, where this machine allows no such sandboxes.
    pub(super) async fn on(target: Target, spec: Spec) -> Option<Self> {
        if target.origin == Origin::Clone && !has_python() {
            return None;
        }
        match target.start(spec).await {
            Ok(cage) => Some(cage),
            Err(error @ StartError::NotPermitted { .. }) => {
                eprintln!("skipped: {}: {error}", target.name);
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Whether its programs begin with what those of no other sandbox do.
    pub(super) fn shares_no_beginning(&self) -> bool {
        // A busy pool holds clones too.
        let shares = self.backend.origin != Origin::Fresh;
        if shares {
            let name = self.backend.name;
            eprintln!("weaker: {name}: clones share the seed of hashes and the layout of memory");
        }
        !shares
    }

    /// Another sandbox of the same backend.
    pub(super) async fn neighbour(&self) -> Self {
        Self::on(self.backend.clone(), Spec::default()).await.unwrap()
    }

    /// Whether a promise holds here. A sandbox that does not hold it must say so itself: `holds` and
    /// `missing` are parts of the sentences of its isolation.
    pub(super) fn promises(&self, holds: &str, missing: &str) -> bool {
        let isolation = self.sandbox.isolation();
        if isolation.holds.iter().any(|it| it.contains(holds)) {
            return true;
        }
        let admitted = isolation.missing.iter().find(|it| it.contains(missing));
        let Some(admitted) = admitted else {
            panic!("neither holds {holds:?} nor says {missing:?}: {isolation:?}")
        };
        eprintln!("weaker: {}: {admitted}", self.backend.name);
        false
    }

    /// Whether calls of programs go to the kernel of the machine. Where they do not, says so.
    pub(super) fn shares_the_kernel(&self) -> bool {
        let own = self.kernel_of_its_own();
        if let Some(own) = own {
            eprintln!("skipped: {}: {own}", self.backend.name);
        }
        own.is_none()
    }

    /// What the sandbox says of its kernel, if that is not the machine's. Its answers are its own, and
    /// what counts is that they are not the machine's.
    pub(super) fn kernel_of_its_own(&self) -> Option<&str> {
        let holds = &self.sandbox.isolation().holds;
        holds.iter().find(|it| it.contains("kernel of its own")).map(String::as_str)
    }

    /// Whether its system is an image, with directories and users of its own.
    pub(super) fn is_of_an_image(&self) -> bool {
        self.sandbox.isolation().holds.iter().any(|it| it.contains("the system is an image"))
    }

    /// Whether running out of something is refused to programs. Where it may end the sandbox instead,
    /// which must then say so, starts the program that takes too much, and sees that the program ends or
    /// the sandbox with it, and that another sandbox does not.
    async fn refuses(&self, weakness: &str, argv: &[&str]) -> bool {
        if self.is_not_admitted(weakness) {
            return true;
        }
        let neighbour = self.neighbour().await;
        let mut process = self.start(argv).await;
        let mut last = None;
        while let Some(event) = process.next().await {
            last = Some(event);
        }
        match last {
            Some(ProcessEvent::Lost) => drop(self.sandbox.ended().await),
            Some(ProcessEvent::Exit(exit)) => assert!(!exit.timed_out, "{exit:?}"),
            other => panic!("{other:?}"),
        }
        neighbour.still_works().await;
        false
    }

    /// Whether more processes than the limit allows are refused.
    pub(super) async fn refuses_processes(&self, argv: &[&str]) -> bool {
        self.refuses("reaching it ends the sandbox", argv).await
    }

    /// Whether only the program that takes too much memory ends.
    pub(super) async fn outlives_its_memory(&self, code: &str) -> bool {
        let argv = ["python3", "-c", &script(code)];
        self.refuses("out of memory ends the whole sandbox", &argv).await
    }

    /// Whether its system has these programs; says so if not.
    pub(super) async fn has(&self, programs: &[&str]) -> bool {
        for program in programs {
            let there = self.sandbox.run(harness::program(&["/usr/bin/test", "-e", program])).await;
            if harness::collect(there.unwrap()).await.exit.status != ExitStatus::Code(0) {
                eprintln!("skipped: {}: its system has no {program}", self.backend.name);
                return false;
            }
        }
        true
    }

    /// Whether the number of files in the workspace is limited.
    pub(super) fn limits_files(&self) -> bool {
        self.is_not_admitted("number of files")
    }

    /// Whether keys and sizes of a terminal become signals.
    pub(super) fn has_signals_of_terminals(&self) -> bool {
        self.is_not_admitted("a terminal sends no signals")
    }

    /// Whether the number of terminals is limited.
    pub(super) fn limits_terminals(&self) -> bool {
        self.kernel_of_its_own().is_none() && self.is_not_admitted("number of terminals")
    }

    /// Whether a weakness is not among those the sandbox admits; if it is, says so.
    pub(super) fn is_not_admitted(&self, weakness: &str) -> bool {
        let missing = &self.sandbox.isolation().missing;
        let admitted = missing.iter().find(|it| it.contains(weakness));
        if let Some(admitted) = admitted {
            eprintln!("weaker: {}: {admitted}", self.backend.name);
        }
        admitted.is_none()
    }

    /// Whether programs cannot touch the guest.
    pub(super) fn guards_its_guest(&self) -> bool {
        self.is_not_admitted("end its guest")
    }

    /// Whether what the machine is called stays outside.
    pub(super) fn hides_names(&self) -> bool {
        self.is_not_admitted("of the machine can be read")
    }

    /// Whether the memory of all programs together is limited.
    pub(super) fn limits_memory(&self) -> bool {
        self.promises("memory limited", "not for the whole sandbox")
    }
}
