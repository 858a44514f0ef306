//! Local runbooks: an operator's document, whose scripts run as its author wrote them and somebody approved.
//!
//! ```text
//!  document, Folder ─▶ Registry ─── Executable ─▶ values filled in ─▶ Interpreter, Prelude ─▶ program
//!  Reading (document, Registry, forms) ─▶ LocalRunbook: shown, approved, trusted, run
//!  program ends ─▶ variables, directory ─▶ Carried ─▶ the next script
//!             └──▶ $RUNBOOK_OUTPUT      ─▶ Outputs ─▶ templates of later blocks
//!  forms ─▶ values ─▶ Templates, $GENERATED_FILES  ─▶ Generated
//! ```
//!
//! A request names an executable and brings values; it brings no script. What programs left is hostile bytes.

mod abilities;
mod carried;
mod cloning;
mod directories;
mod fill;
mod folder;
mod generated;
mod interpreter;
mod outputs;
mod programs;
mod pull_request;
mod reading;
mod registry;
mod runbook;
mod sensitive;
mod session;
mod shell;
mod sign_in;
mod signature;
mod templates;
mod testing;
mod tf_module;
mod trust;
mod values;

pub use abilities::Abilities;
pub use carried::{Carried, Left};
pub use directories::{Directories, DirectoryError};
pub use folder::{Folder, NoScript};
pub use generated::{Generated, GeneratedError, GeneratedFile, GeneratedText, Listing};
pub use interpreter::{Interpreter, NoInterpreter, Shell};
pub use outputs::{Outputs, read_outputs};
pub use reading::Reading;
pub use registry::{Drift, Executable, Registry};
pub use runbook::{
    ApproveError, BackendName, Difference, LocalRunbook, Mode, Named, Opening, PickError, Preview,
    RunScriptError, Unreadable, View,
};
pub use sandbox::runtime::on_path;
pub use session::{LEFT_MEDIA_TYPE, LocalConfig, LocalError, LocalSession, Standing, Values};
pub use shell::Prelude;
pub use sign_in::{
    AwsProfiles, Checked, Choice, Details, FlowError, FlowState, Forge, Found, Google, Place,
    Profile, ProfileKind, Provider, Providers, SignIn, SignInError, SignInMethod, SignedIn,
    SignedInProgram, Sso, SsoAccount, Unanswered,
};
pub use signature::{InvalidSigner, Signature, Signers};
pub use template::{Form, Kind, Section, Variable};
pub use templates::{Rendered, Templates, TemplatesError};
pub use testing::{Ended, StepReport, TestError, TestReport, TestVerdict, Tester, TesterConfig};
pub use tf_module::{NoModule, OpenedModule, TfModule};
pub use trust::Trust;
pub use values::{FieldProblem, Given};
