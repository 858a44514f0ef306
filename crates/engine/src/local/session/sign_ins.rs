//! Signing in, in a session: who is signed in, and the pages of providers that are waited for.
//!
//! ```text
//!   begin ──▶ its task shows states ──▶ signed in
//!                └─ begun again, signed in otherwise, signed out, cancelled, closed: it ends and shows nothing more
//! ```

use std::{collections::BTreeMap, path::Path, sync::Arc};

use sandbox::StartError;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{Inner, LocalSession, PATH, State};
use crate::local::{
    AwsProfiles, Checked, Choice, FlowState, Found, Place, SignIn, SignInError, SignInMethod,
    SignedIn, SignedInProgram,
    sign_in::{Act, Flow, Runner, Surroundings},
};

/// Choices that wait for a flow. A reader makes them one by one.
const MOST_CHOICES: usize = 4;

/// A flow whose task may still run.
#[derive(Debug)]
pub(super) struct RunningFlow {
    state: FlowState,
    /// Once it is cancelled the flow is another one's, or nobody's.
    pub(super) stop: CancellationToken,
    choices: mpsc::Sender<Choice>,
}

/// How it stands with a component that signs in.
#[derive(Clone, Debug)]
pub struct Standing {
    pub place: SignIn,
    pub found: Found,
    /// Whether somebody can sign in on a page of the provider's.
    pub has_flow: bool,
    pub signed_in: Option<SignedIn>,
    pub flow: Option<FlowState>,
}

impl LocalSession {
    /// How it stands with a component. Looking changes nothing, runs nothing and asks nobody.
    ///
    /// # Errors
    ///
    /// When the component signs nobody in.
    pub fn standing(&self, component: &str) -> Result<Standing, SignInError> {
        let place = self.0.place(component)?;
        let found = self.0.surrounded(|surroundings| surroundings.find(&place));
        let has_flow = place.has_flow(&self.0.config.carried.env);
        let state = self.0.state();
        let signed_in = state.signed_in.get(component).cloned();
        let flow = state.flows.get(component).map(|it| it.state.clone());
        Ok(Standing { place, found, has_flow, signed_in, flow })
    }

    /// The program that is signed in to where the component signs in. It is run for that; nothing is taken.
    ///
    /// # Errors
    ///
    /// When the component signs nobody in, or no program can be started.
    pub async fn find_program(
        &self,
        component: &str,
    ) -> Result<Option<SignedInProgram>, SignInError> {
        let place = self.0.place(component)?;
        if !place.places.contains(&Place::CommandLine) {
            return Ok(None);
        }
        let runner = self.0.runner().await;
        let runner = runner.map_err(|it| SignInError::Unavailable { reason: it.to_string() })?;
        Ok(runner.find(&place).await)
    }

    /// Signs in, for the scripts that name the component. Gives whose account that is, as far as it is known.
    ///
    /// # Errors
    ///
    /// When the component signs nobody in, or not in this way, what it takes is not there, or the provider
    /// refuses it. A provider that cannot be asked is no error.
    pub async fn sign_in(
        &self,
        component: &str,
        method: &SignInMethod,
    ) -> Result<String, SignInError> {
        let place = self.0.place(component)?;
        let outputs = self.outputs();
        let env = &self.0.config.carried.env;
        let profiles = self.0.profiles();
        let surroundings = Surroundings { env, profiles: &profiles, outputs: &outputs };
        let signed_in = surroundings.sign_in(&place, method, self.0.runner()).await?;
        let signed_in = self.0.checked(&place, signed_in).await?;
        let account = signed_in.account.clone();
        let mut state = self.0.state();
        if state.registry.sign_ins().get(component) != Some(&place) {
            // Approved meanwhile, it may name another host, which these are not for.
            return Err(SignInError::NoComponent { component: component.to_owned() });
        }
        state.end_flow(component);
        state.signed_in.insert(component.to_owned(), signed_in);
        Ok(account)
    }

    /// Signs in with variables that somebody has for it, wherever the document says to look.
    pub(in crate::local) fn sign_in_with(
        &self,
        component: &str,
        prefix: &str,
        env: &BTreeMap<String, String>,
    ) -> Result<(), SignInError> {
        let mut place = self.0.place(component)?;
        place.places = vec![Place::Environment { prefix: prefix.to_owned() }];
        let (profiles, outputs) = (AwsProfiles::default(), BTreeMap::new());
        let surroundings = Surroundings { env, profiles: &profiles, outputs: &outputs };
        let signed_in = surroundings.of_environment(&place)?;
        self.0.state().signed_in.insert(component.to_owned(), signed_in);
        Ok(())
    }

    /// Asks the provider whether what a component signed in with counts. The answer is part of its standing.
    ///
    /// # Errors
    ///
    /// When nobody is signed in with it.
    pub async fn check_sign_in(&self, component: &str) -> Result<(), SignInError> {
        let place = self.0.place(component)?;
        let nobody = || SignInError::Nobody { component: component.to_owned() };
        let before = self.0.state().signed_in.get(component).cloned().ok_or_else(nobody)?;
        let mut after = before.clone();
        after.check(&self.0.config.providers, &place, self.0.engine.0.clock.now()).await;
        let mut state = self.0.state();
        // Meanwhile somebody may have signed out, or in otherwise.
        if let Some(it) = state.signed_in.get_mut(component).filter(|it| **it == before) {
            *it = after;
        }
        Ok(())
    }

    /// Begins to sign in on a page of the provider's, in place of what was begun before. `profile` is one of AWS
    /// that names where.
    ///
    /// # Errors
    ///
    /// When the component signs nobody in, or not in this way.
    pub fn begin_flow(&self, component: &str, profile: Option<&str>) -> Result<(), SignInError> {
        let place = self.0.place(component)?;
        let profiles = self.0.profiles();
        let (env, clock) = (&self.0.config.carried.env, &self.0.engine.0.clock);
        let world = (&self.0.config.providers, clock);
        let flow = Flow::new(&place, profile, (env, &profiles), world)?;
        let stop = self.0.engine.0.shutdown.child_token();
        let (sender, choices) = mpsc::channel(MOST_CHOICES);
        let running =
            RunningFlow { state: FlowState::Starting, stop: stop.clone(), choices: sender };
        let mut state = self.0.state();
        state.end_flow(component);
        state.flows.insert(component.to_owned(), running);
        drop(state);
        let task = Arc::clone(&self.0).follow(component.to_owned(), place, flow, (stop, choices));
        self.0.engine.0.tasks.spawn(task.instrument(tracing::Span::current()));
        Ok(())
    }

    /// Tells a flow what its reader has chosen.
    ///
    /// # Errors
    ///
    /// When that is not what it offers now.
    pub fn choose(&self, component: &str, choice: Choice) -> Result<(), SignInError> {
        let mut state = self.0.state();
        let flow = state.flows.get_mut(component).filter(|it| it.state.offers(&choice));
        let no_choice = || SignInError::NoChoice { component: component.to_owned() };
        let flow = flow.ok_or_else(no_choice)?;
        flow.choices.try_send(choice).map_err(|_| no_choice())?;
        flow.state = FlowState::Starting;
        Ok(())
    }

    /// Ends a flow. Who is signed in stays so.
    pub fn cancel_flow(&self, component: &str) {
        self.0.state().end_flow(component);
    }

    /// Forgets what a component signed in with. What runs keeps it.
    pub fn sign_out(&self, component: &str) {
        let mut state = self.0.state();
        state.end_flow(component);
        state.signed_in.remove(component);
    }
}

impl State {
    fn end_flow(&mut self, component: &str) {
        if let Some(flow) = self.flows.remove(component) {
            flow.stop.cancel();
        }
    }

    /// What scripts have given, and what is known of who is signed in.
    pub(super) fn all_outputs(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut outputs = self.outputs.clone();
        outputs.extend(self.signed_in.iter().map(|(id, it)| (id.clone(), it.outputs())));
        outputs
    }

    /// Forgets who signed in with components that are not as they were: credentials are for the host that they
    /// were given for.
    pub(super) fn keep_sign_ins(&mut self, now: &BTreeMap<String, SignIn>) {
        let before = Arc::clone(&self.registry);
        let is_same = |id: &str| before.sign_ins().get(id) == now.get(id);
        let flows: Vec<_> = self.flows.keys().filter(|it| !is_same(it)).cloned().collect();
        flows.iter().for_each(|it| self.end_flow(it));
        self.signed_in.retain(|id, _| is_same(id));
    }
}

impl Inner {
    fn place(&self, component: &str) -> Result<SignIn, SignInError> {
        let registry = Arc::clone(&self.state().registry);
        let no_component = || SignInError::NoComponent { component: component.to_owned() };
        registry.sign_ins().get(component).cloned().ok_or_else(no_component)
    }

    fn profiles(&self) -> AwsProfiles {
        let home = self.config.carried.env.get("HOME");
        home.map(|it| AwsProfiles::read(Path::new(it))).unwrap_or_default()
    }

    fn surrounded<T>(&self, look: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let (profiles, outputs) = (self.profiles(), self.state().all_outputs());
        let env = &self.config.carried.env;
        look(&Surroundings { env, profiles: &profiles, outputs: &outputs })
    }

    /// Runs programs where scripts run, with the variables that the next one would find.
    async fn runner(&self) -> Result<Runner, StartError> {
        let sandbox = self.sandbox().await?;
        let carried = self.state().carried.clone();
        let (mut env, cwd) = (carried.env, carried.cwd);
        env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
        Ok(Runner { sandbox, env, cwd, providers: self.config.providers.clone() })
    }

    /// With what the provider says of them; an error if it refuses them.
    async fn checked(
        &self,
        place: &SignIn,
        mut signed_in: SignedIn,
    ) -> Result<SignedIn, SignInError> {
        signed_in.check(&self.config.providers, place, self.engine.0.clock.now()).await;
        match &signed_in.checked {
            Some(Checked::Refused { reason }) => {
                Err(SignInError::Refused { reason: reason.clone() })
            }
            Some(Checked::Valid { .. } | Checked::Unknown { .. }) | None => Ok(signed_in),
        }
    }

    /// Runs a flow to its end, as long as it is the component's.
    async fn follow(
        self: Arc<Self>,
        component: String,
        place: SignIn,
        flow: Flow,
        (stop, choices): (CancellationToken, mpsc::Receiver<Choice>),
    ) {
        let show = |state: FlowState| self.show(&component, &stop, state);
        let mut act = Act { show, choices };
        let signed_in = async {
            let signed_in = flow.run(&mut act).await?;
            self.checked(&place, signed_in).await
        };
        let ended = tokio::select! {
            ended = signed_in => ended,
            () = stop.cancelled() => return,
        };
        match ended {
            Ok(signed_in) => {
                let mut state = self.state();
                if !stop.is_cancelled() {
                    state.end_flow(&component);
                    state.signed_in.insert(component.clone(), signed_in);
                }
            }
            Err(error) => {
                self.show(&component, &stop, FlowState::Failed { reason: error.to_string() });
            }
        }
    }

    /// Flows are ended under the lock that is held here, so that one of before shows nothing.
    fn show(&self, component: &str, stop: &CancellationToken, shown: FlowState) {
        let mut state = self.state();
        if !stop.is_cancelled()
            && let Some(flow) = state.flows.get_mut(component)
        {
            flow.state = shown;
        }
    }
}
