//! The model gateway: between agents in sandboxes and a provider's Messages API.
//!
//! ```text
//!  agent ── session's token ──▶ Gateway::serve(stream, Pass) ── provider's key ──▶ provider
//!                                 │  token? model? tools? budget?                     │
//!                                 │◀──────── bytes as they come ──────────────────────┘
//!                                 └─ Metered: usage, cost, Trouble ──▶ the session's owner
//! ```
//!
//! It is the only holder of the provider's key. It refuses what the session's [`Pass`] does not allow, and gives one
//! [`Metered`] for each request that was sent on, or refused for a reason that people must know of. It stores
//! nothing, and opens connections to the one endpoint of its configuration only.

mod budget;
mod config;
mod exchange;
mod gateway;
mod model;
mod pass;
mod price;
mod provider;
mod redaction;
mod refusal;
mod relay;
mod request;
mod route;
mod stall;
mod tally;
mod trouble;
mod usage;

pub use budget::{Budget, BudgetSpent, Month};
pub use config::{
    GatewayConfig, GatewayError, InvalidKey, KeyHeader, Limits, Patience, ProviderKey,
};
pub use exchange::{Metered, Record};
pub use gateway::Gateway;
pub use model::{InvalidModelId, ModelId, Models};
pub use pass::{InvalidToken, Pass, Recording, SessionToken};
pub use price::{InvalidPrice, Price, Prices, Rates};
pub use reqwest::Url;
pub use route::RequestKind;
pub use trouble::{Trouble, TroubleKind};
pub use usage::{Count, Region, Usage};
