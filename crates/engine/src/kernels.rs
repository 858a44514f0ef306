//! Where the blocks of one sandbox run: with the variables of those before them, or each by itself.
//!
//! Python and node keep a process, bash keeps its state in files, and compiled languages keep nothing but
//! what they write; see [`sandbox::kernel`]. The text of a block decides, or its document:
//! `kernel=keep` (as where nobody says anything), `kernel=fresh`, or a name.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use document::{Block, Document, Kernel as Choice};
use model::event::EventKind;
use sandbox::{
    Process, ProcessHandle, Program, Sandbox, SandboxError, Standby,
    kernel::{Keeping, Kernel, KernelPlan, bash_files, finds_state},
    runtime::Installed,
};
use tokio::sync::OnceCell;

use crate::given::Given;

/// What a block finds of those before it.
#[must_use]
pub(crate) fn choice(document: &Document, block: &Block) -> Choice {
    let document = document.front_matter.as_ref().and_then(|it| it.kernel.as_ref());
    block.options.kernel.as_ref().or(document).cloned().unwrap_or_default()
}

/// The kernels of one sandbox. Dropping them ends them.
#[derive(Debug, Default)]
pub(crate) struct Kernels {
    /// By language and name.
    kept: HashMap<(&'static str, String), Arc<Slot>>,
    /// Of bash, by name.
    bash: HashMap<String, Arc<BashSlot>>,
}

/// A kernel from its first use on, and whether a program has run in it.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    kernel: OnceCell<Kernel>,
    /// Whether a program has run in it. One that was only booted ahead knows nothing.
    has_run: AtomicBool,
    /// The one before has ended, and its variables with it, which no reader was told.
    is_another: AtomicBool,
}

/// What programs of bash have left in their workspace.
#[derive(Debug, Default)]
pub(crate) struct BashSlot {
    is_ready: OnceCell<()>,
    /// Programs that may have left others running.
    lingering: Mutex<Vec<ProcessHandle>>,
}

/// Where a program runs.
#[derive(Debug)]
pub(crate) enum Seat {
    /// In a process of its own, or as a standby.
    Alone(Option<Standby>),
    Kernel {
        slot: Arc<Slot>,
        plan: KernelPlan,
    },
    /// With the state that earlier programs of bash left.
    Bash {
        slot: Arc<BashSlot>,
        name: String,
        /// Variables that it is given, and those of them that are secret; it leaves none to the next one.
        given: Vec<String>,
        secret: Vec<String>,
        /// It leaves nothing at all, since others run beside it.
        only_reads: bool,
    },
}

impl Kernels {
    /// Where a program runs, as its block chose.
    pub(crate) fn seat(&mut self, choice: &Choice, installed: &Installed, workspace: &str) -> Seat {
        let name = match choice {
            Choice::Fresh => return Seat::Alone(None),
            Choice::Keep => String::new(),
            Choice::Named(name) | Choice::Jupyter(name) => name.clone(),
        };
        let runtime = installed.runtime.name;
        if runtime == "bash" {
            let slot = Arc::clone(self.bash.entry(name.clone()).or_default());
            return Seat::Bash {
                slot,
                name,
                given: Vec::new(),
                secret: Vec::new(),
                only_reads: false,
            };
        }
        let plan = match choice {
            Choice::Jupyter(name) => Some(KernelPlan::jupyter(name, installed, workspace)),
            Choice::Keep | Choice::Named(_) | Choice::Fresh => {
                KernelPlan::new(installed, workspace)
            }
        };
        let Some(plan) = plan else { return Seat::Alone(None) };
        let slot = self.kept.entry((runtime, name)).or_default();
        if slot.has_ended() {
            *slot = Arc::new(Slot { is_another: AtomicBool::new(true), ..Slot::default() });
        }
        Seat::Kernel { slot: Arc::clone(slot), plan }
    }

    /// Where a program runs beside others: by itself, though one of bash finds what those before it left.
    pub(crate) fn seat_beside(&mut self, choice: &Choice, installed: &Installed) -> Seat {
        let name = match choice {
            Choice::Keep if installed.runtime.name == "bash" => String::new(),
            Choice::Named(name) if installed.runtime.name == "bash" => name.clone(),
            Choice::Keep | Choice::Named(_) | Choice::Jupyter(_) | Choice::Fresh => {
                return Seat::Alone(None);
            }
        };
        let slot = Arc::clone(self.bash.entry(name.clone()).or_default());
        Seat::Bash { slot, name, given: Vec::new(), secret: Vec::new(), only_reads: true }
    }

    /// The kernel that programs with this choice would find, if it lives.
    pub(crate) fn live(&self, choice: &Choice, runtime: &'static str) -> Option<Arc<Slot>> {
        let name = match choice {
            Choice::Fresh => return None,
            Choice::Keep => String::new(),
            Choice::Named(name) | Choice::Jupyter(name) => name.clone(),
        };
        let slot = self.kept.get(&(runtime, name))?;
        slot.booted().is_some_and(|it| !it.has_ended()).then(|| Arc::clone(slot))
    }

    /// Whether something lives between two programs that a file cannot keep. A kernel that was only booted
    /// ahead knows nothing.
    pub(crate) fn is_in_use(&self) -> bool {
        let knows = |it: &Arc<Slot>| {
            it.has_run.load(Ordering::Relaxed) && it.kernel.get().is_some() && !it.has_ended()
        };
        self.kept.values().any(knows)
    }

    /// Ends all kernels and what they and programs of bash have left running. The next block begins anew.
    pub(crate) async fn restart(&mut self) {
        self.kept.clear();
        for slot in std::mem::take(&mut self.bash).into_values() {
            for program in slot.take() {
                // One whose sandbox is gone is gone too.
                drop(program.kill().await);
            }
        }
    }
}

impl Slot {
    /// The kernel, if it was ever asked for.
    pub(crate) fn booted(&self) -> Option<&Kernel> {
        self.kernel.get()
    }

    /// Whether it has ended, and with it what programs left in it.
    pub(crate) fn has_ended(&self) -> bool {
        self.kernel.get().is_some_and(Kernel::has_ended)
    }

    /// Boots the kernel unless it is, or says why it does not.
    pub(crate) async fn kernel(
        &self,
        sandbox: &Sandbox,
        plan: &KernelPlan,
    ) -> Result<&Kernel, SandboxError> {
        self.kernel.get_or_try_init(|| sandbox.start_kernel(plan)).await
    }
}

impl BashSlot {
    /// Writes what its programs need, the first time.
    async fn make_ready(&self, sandbox: &Sandbox, name: &str) -> Result<(), SandboxError> {
        let write = || async {
            for file in bash_files(name) {
                sandbox.write_file(&file.path, &file.bytes, file.mode).await?;
            }
            Ok(())
        };
        self.is_ready.get_or_try_init(write).await.copied()
    }

    fn note(&self, program: ProcessHandle) {
        self.lingering.lock().unwrap_or_else(PoisonError::into_inner).push(program);
    }

    fn take(&self) -> Vec<ProcessHandle> {
        std::mem::take(&mut *self.lingering.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Seat {
    /// Whether its programs are interrupted, and not ended, when they are asked to stop.
    pub(crate) fn is_kernel(&self) -> bool {
        matches!(self, Self::Kernel { .. })
    }

    /// Names variables that its program is given, and that are not to be there for the next one.
    pub(crate) fn give(&mut self, names: &Given) {
        if let Self::Bash { given, secret, .. } = self {
            *given = names.names().map(str::to_owned).collect();
            *secret = names.secrets.keys().cloned().collect();
        }
    }

    /// What the program's variables live in, if they live in a process.
    pub(crate) fn home(&self) -> Option<Arc<Slot>> {
        match self {
            Self::Kernel { slot, .. } => Some(Arc::clone(slot)),
            Self::Alone(_) | Self::Bash { .. } => None,
        }
    }

    /// What its reader should know before it starts, once: a kernel that was started ahead is not told of.
    pub(crate) fn remark(&self) -> Option<EventKind> {
        let Self::Kernel { slot, .. } = self else { return None };
        if !slot.is_another.swap(false, Ordering::Relaxed) {
            return None;
        }
        let data =
            "the kernel had ended: this is a new one, without the variables of earlier blocks";
        Some(EventKind::Info { data: data.to_owned() })
    }

    /// Starts a program there.
    pub(crate) async fn start(
        self,
        sandbox: &Sandbox,
        program: Program,
    ) -> Result<Process, SandboxError> {
        match self {
            Self::Alone(Some(standby)) => sandbox.run_prepared(standby, program).await,
            Self::Alone(None) => sandbox.run(program).await,
            Self::Kernel { slot, plan } => {
                slot.has_run.store(true, Ordering::Relaxed);
                sandbox.run_in(slot.kernel(sandbox, &plan).await?, program).await
            }
            Self::Bash { slot, name, given, secret, only_reads } => {
                slot.make_ready(sandbox, &name).await?;
                let keeping = match only_reads {
                    true => Keeping::Nothing,
                    false => Keeping::AllBut { given: &given, secret: &secret },
                };
                let process = sandbox.run(finds_state(program, &name, keeping)).await?;
                if !only_reads {
                    slot.note(process.handle());
                }
                Ok(process)
            }
        }
    }
}
