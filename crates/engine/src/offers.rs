//! Who gets which sandboxes. The operator offers backends and a network; accounts are bound to one
//! of them, and documents choose among them. Nobody gets what was not offered.

use std::{collections::HashMap, sync::Arc};

use document::{Document, NetworkOption, SandboxOptions};
use sandbox::{
    Backend, Kind, Network, Pool, PoolConfig, Rule, Spec, System, image::Reference,
    pool::PoolStatistics, runtime::Runtimes,
};

use crate::{Config, Environments, packages::Packages, program};

/// A backend, and the languages that its programs find.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The word that operators, accounts and documents choose it by.
    pub name: String,
    /// What its sandboxes are made from; `None` is what the backend brings along.
    pub image: Option<Reference>,
    pub backend: Arc<dyn Backend>,
    pub runtimes: Arc<Runtimes>,
}

/// What an operator offers.
#[derive(Clone, Debug)]
pub struct Offers {
    /// For whoever asks for nothing else.
    pub default: Offer,
    pub others: Vec<Offer>,
    /// The names of the offers that accounts are bound to, by username in lower case.
    pub accounts: HashMap<String, String>,
}

impl Offer {
    /// Whether packages and compiled programs fit its sandboxes: they are made for the languages of this
    /// machine, or of one image.
    pub(crate) fn is_served_by(&self, environments: &Environments) -> bool {
        environments.image() == self.image.as_ref() && environments.serves(self.backend.name())
    }

    /// Why a package is not installed into its sandboxes, where no environments serve it.
    pub(crate) fn no_packages(&self, dependency: &str) -> NoPackages {
        let dependency = dependency.to_owned();
        match (&self.image, self.backend.name()) {
            (Some(image), _) => NoPackages::Image { dependency, image: image.to_string() },
            (None, "namespaces" | "host") => NoPackages::NoCache { dependency },
            (None, backend) => NoPackages::Backend { dependency, backend },
        }
    }
}

/// Why a package is not installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPackages {
    #[error(
        "{dependency} is not installed into the image {image}; put it into the image, or run on the \
         namespaces backend without an image"
    )]
    Image { dependency: String, image: String },
    #[error(
        "{dependency} is not installed by the {backend} backend, whose programs are those of an image; \
         put it into the image, or run on the namespaces backend"
    )]
    Backend { dependency: String, backend: &'static str },
    #[error(
        "{dependency} is not installed here: there is no directory to keep packages in; leave it out, \
         or have one named with --cache-dir"
    )]
    NoCache { dependency: String },
}

impl Offers {
    /// One backend for everybody.
    #[must_use]
    pub fn one(backend: Arc<dyn Backend>, runtimes: Arc<Runtimes>) -> Self {
        let name = backend.name().to_owned();
        let default = Offer { name, image: None, backend, runtimes };
        Self { default, others: Vec::new(), accounts: HashMap::new() }
    }
}

/// A document or an account wants what is not there to be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{wanted} is not offered here, only {offered}; change the document's front matter, or ask the \
     operator of this server to offer it"
)]
pub struct NotOffered {
    wanted: String,
    offered: String,
}

/// The offers as the engine uses them.
#[derive(Debug)]
pub(crate) struct Stock {
    /// The first is for whoever asks for nothing else.
    shelves: Vec<Arc<Shelf>>,
    accounts: HashMap<String, String>,
}

/// One offer, with sandboxes that are ready.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) offer: Offer,
    pub(crate) pool: Pool,
}

/// A kind of sandbox that somebody may have.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) kind: Kind,
    /// The languages that its programs find.
    pub(crate) runtimes: Arc<Runtimes>,
    pub(crate) packages: Packages,
    /// What the document asks for and does not get, in words for people.
    pub(crate) refused: Option<String>,
}

impl Grant {
    /// Lets its sandbox show packages.
    pub(crate) fn show(&mut self, packages: Packages) {
        packages.show_in(&mut self.kind.spec);
        self.runtimes = packages.found_by(&self.runtimes);
        self.packages = packages;
    }
}

impl Stock {
    pub(crate) fn new(offers: Offers, pool: PoolConfig) -> Self {
        let Offers { default, others, accounts } = offers;
        let shelf = |offer: Offer| {
            let pool = Pool::new(Arc::clone(&offer.backend), pool);
            Arc::new(Shelf { offer, pool })
        };
        Self { shelves: [default].into_iter().chain(others).map(shelf).collect(), accounts }
    }

    /// What `username` gets for a document with these options. An account that is bound to an offer
    /// gets that, whatever the document says.
    pub(crate) fn grant(
        &self,
        username: &str,
        document: &Document,
        config: &Config,
    ) -> Result<Grant, NotOffered> {
        let nothing = SandboxOptions::default();
        let options = document.front_matter.as_ref().map_or(&nothing, |it| &it.sandbox);
        let bound = self.accounts.get(&username.to_lowercase()).map(String::as_str);
        let backend = bound.or(options.backend.as_deref().filter(|it| *it != "auto"));
        let image = options.image.as_deref();
        // What is no image is offered by nobody.
        let asked = image.map(|it| it.parse::<Reference>().ok());
        let fits = |it: &&Arc<Shelf>| {
            backend.is_none_or(|name| it.offer.name == name)
                && asked.as_ref().is_none_or(|it_is| it_is.is_some() && it.offer.image == *it_is)
        };
        let shelf =
            self.shelves.iter().find(fits).ok_or_else(|| self.not_offered(backend, image))?;
        let asked = options.network.as_ref();
        let (network, refused) = granted(&config.network, asked);
        Ok(Grant {
            shelf: Arc::clone(shelf),
            kind: shelf.kind(config, network),
            runtimes: Arc::clone(&shelf.offer.runtimes),
            packages: Packages::default(),
            refused,
        })
    }

    /// Whether some accounts get another offer than the default.
    pub(crate) fn binds_accounts(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// The offer for code of `username` that comes without a document.
    pub(crate) fn shelf_of(&self, username: &str) -> Result<Arc<Shelf>, NotOffered> {
        let Some(bound) = self.accounts.get(&username.to_lowercase()) else {
            return Ok(Arc::clone(&self.shelves[0]));
        };
        let found = self.shelves.iter().find(|it| it.offer.name == *bound);
        found.map(Arc::clone).ok_or_else(|| self.not_offered(Some(bound), None))
    }

    /// Starts keeping sandboxes ready for whoever asks for nothing special. Blocks while it looks for
    /// the languages, which nobody who connects has to do then.
    pub(crate) fn keep_ready(&self, config: &Config) {
        let shelf = &self.shelves[0];
        let kind = shelf.kind(config, config.network.clone());
        if config.keep_ready > 0 {
            shelf.pool.keep(&kind, config.keep_ready);
        }
    }

    pub(crate) fn default_backend(&self) -> &Arc<dyn Backend> {
        &self.shelves[0].offer.backend
    }

    pub(crate) fn default_runtimes(&self) -> &Arc<Runtimes> {
        &self.shelves[0].offer.runtimes
    }

    pub(crate) fn statistics(&self) -> Vec<(String, PoolStatistics)> {
        let of = |it: &Arc<Shelf>| (it.offer.name.clone(), it.pool.statistics());
        self.shelves.iter().map(of).collect()
    }

    pub(crate) async fn shut_down(&self) {
        for shelf in &self.shelves {
            shelf.pool.shut_down().await;
        }
    }

    fn not_offered(&self, backend: Option<&str>, image: Option<&str>) -> NotOffered {
        let wanted = match (backend, image) {
            (Some(backend), Some(image)) => format!("the backend {backend} with the image {image}"),
            (Some(backend), None) => format!("the backend {backend}"),
            (None, image) => format!("the image {}", image.unwrap_or_default()),
        };
        let name = |it: &Arc<Shelf>| match &it.offer.image {
            Some(image) => format!("{} with the image {image}", it.offer.name),
            None => it.offer.name.clone(),
        };
        let offered: Vec<_> = self.shelves.iter().map(name).collect();
        NotOffered { wanted, offered: offered.join(", ") }
    }
}

impl Shelf {
    pub(crate) fn kind(&self, config: &Config, network: Network) -> Kind {
        let Offer { name, image, runtimes, .. } = &self.offer;
        let spec = Spec {
            limits: config.sandbox.clone(),
            toolchains: program::toolchains(document::Runtime::ALL, runtimes),
            network,
            egress: config.egress.clone(),
            system: image.clone().map_or(System::Host, System::Image),
            ..Spec::default()
        };
        Kind { name: name.clone(), spec, plan: None }
    }
}

/// As much of the network that a document asks for as the operator offers, and what is refused.
fn granted(offered: &Network, asked: Option<&NetworkOption>) -> (Network, Option<String>) {
    let refuse = |what: &str| {
        Some(format!(
            "the document asks for {what}, which is not offered here; start runbook with \
             `--network {what}` to allow it"
        ))
    };
    match (asked, offered) {
        (None, offered) => (offered.clone(), None),
        (Some(NetworkOption::None), _) => (Network::None, None),
        (Some(NetworkOption::Host), Network::Full) => (Network::Full, None),
        (Some(NetworkOption::Host), offered) => (offered.clone(), refuse("host")),
        (Some(NetworkOption::Allow(rules)), offered) => {
            let (mut allowed, mut refused) = (Vec::new(), Vec::new());
            for text in rules {
                match text.parse::<Rule>() {
                    Ok(rule) if offers(offered, &rule) => allowed.push(rule),
                    Ok(_) | Err(_) => refused.push(text.as_str()),
                }
            }
            let network = if allowed.is_empty() { Network::None } else { Network::Allow(allowed) };
            let refused = (!refused.is_empty()).then(|| refused.join(","));
            (network, refused.and_then(|it| refuse(&it)))
        }
    }
}

/// What of a network that code asks for is not offered, in words.
pub(crate) fn first_not_offered(offered: &Network, asked: &Network) -> Option<String> {
    match asked {
        Network::None => None,
        Network::Allow(rules) => {
            rules.iter().find(|rule| !offers(offered, rule)).map(ToString::to_string)
        }
        Network::Full => (*offered != Network::Full).then(|| "host".to_owned()),
    }
}

fn offers(offered: &Network, rule: &Rule) -> bool {
    match offered {
        Network::None => false,
        Network::Allow(rules) => rules.iter().any(|it| it.covers(rule)),
        Network::Full => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(rules: &[&str]) -> Network {
        Network::Allow(rules.iter().map(|it| it.parse().unwrap()).collect())
    }

    fn asks(rules: &[&str]) -> NetworkOption {
        NetworkOption::Allow(rules.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn a_document_that_asks_for_nothing_gets_what_is_offered() {
        for offered in [Network::None, Network::Full, allow(&["pypi.org"])] {
            assert_eq!(granted(&offered, None), (offered, None));
        }
    }

    #[test]
    fn a_document_can_ask_for_less_and_gets_no_more_than_is_offered() {
        let asked = asks(&["pypi.org", "evil.example.com:443"]);
        let (network, refused) = granted(&allow(&["pypi.org", "*.example.org"]), Some(&asked));
        assert_eq!(network, allow(&["pypi.org"]));
        assert!(refused.unwrap().contains("`--network evil.example.com:443`"));
        assert_eq!(granted(&Network::None, Some(&asked)).0, Network::None);
        assert_eq!(granted(&Network::Full, Some(&NetworkOption::None)).0, Network::None);
        let (network, refused) = granted(&Network::None, Some(&NetworkOption::Host));
        assert!(network == Network::None && refused.is_some());
    }
}
