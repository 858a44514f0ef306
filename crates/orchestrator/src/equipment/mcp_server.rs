//! MCP servers: programs and addresses that give agents tools, as `.mcp.json` has them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use engine::{OpenedSecrets, SecretError};
use forge::Remote;
use model::{
    function::SecretName,
    id::{EquipmentId, UserId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::EquipmentKind;

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Whose,
    error::{Invalid, bounded, few, text},
    placeholders,
};

/// What the platform's own tools are called by.
const OWN_SERVER: &str = "runbook";
const MOST_BYTES: usize = 16 * 1024;
const MOST_ENTRIES: usize = 100;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct McpServer {
    pub name: String,
    pub transport: Transport,
    pub enabled: bool,
}

/// How it is spoken to. Texts may name secrets as `${NAME}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Transport {
    Stdio {
        command: String,
        #[serde(default)]
        args: Vec<String>,
        #[serde(default)]
        env: BTreeMap<String, String>,
    },
    Sse {
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    Http {
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
}

impl McpServer {
    /// # Errors
    ///
    /// When the name is none or the configuration is not as described.
    pub fn parse(name: &str, config: Value, enabled: bool) -> Result<Self, Invalid> {
        let plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
        let fits = (1..=64).contains(&name.len()) && name.bytes().all(plain);
        if !fits || name.eq_ignore_ascii_case(OWN_SERVER) {
            return Err(Invalid::ServerName { name: name.chars().take(80).collect() });
        }
        let transport = Transport::parse(config)?;
        placeholders::named(&transport.config())?;
        Ok(Self { name: name.to_owned(), transport, enabled })
    }

    /// The secrets that it names.
    fn secrets(&self) -> BTreeSet<SecretName> {
        placeholders::named(&self.transport.config()).unwrap_or_default()
    }
}

impl Transport {
    fn parse(mut config: Value) -> Result<Self, Invalid> {
        let wrong = |why: String| Invalid::ServerConfig { why };
        let Some(fields) = config.as_object_mut() else {
            return Err(wrong("it is no object".to_owned()));
        };
        match fields.get("type").and_then(Value::as_str) {
            Some("sdk") => return Err(Invalid::SdkServer),
            // Where nothing is said it is a program, as agents take it.
            None if !fields.contains_key("type") && fields.contains_key("command") => {
                fields.insert("type".to_owned(), "stdio".into());
            }
            Some(_) | None => {}
        }
        bounded("configuration", &config.to_string(), MOST_BYTES)?;
        let transport: Self =
            serde_json::from_value(config).map_err(|error| wrong(error.to_string()))?;
        transport.check()?;
        Ok(transport)
    }

    fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Stdio { command, args, env } => {
                text("command", command, MOST_BYTES)?;
                few("arguments", args, MOST_ENTRIES)?;
                args.iter().try_for_each(|it| bounded("argument", it, MOST_BYTES))?;
                env.iter().try_for_each(|(name, value)| variable(name, value))
            }
            Self::Sse { url, headers } | Self::Http { url, headers } => {
                address(url)?;
                headers.iter().try_for_each(|(name, value)| header(name, value))
            }
        }
    }

    /// As `mcpServers` of a `.mcp.json` has it.
    #[must_use]
    pub fn config(&self) -> Value {
        serde_json::to_value(self).expect("a transport is made of texts")
    }
}

fn variable(name: &str, value: &str) -> Result<(), Invalid> {
    // What may name a secret may name a variable: letters, digits and _, and none that decides how programs start.
    let named: Result<SecretName, _> = name.parse();
    named.map_err(|_| Invalid::Variable { name: name.chars().take(80).collect() })?;
    bounded("value of a variable", value, MOST_BYTES)
}

fn header(name: &str, value: &str) -> Result<(), Invalid> {
    let token = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it);
    if name.is_empty() || name.len() > 200 || !name.bytes().all(token) {
        return Err(Invalid::Header { name: name.chars().take(80).collect() });
    }
    match value.chars().find(|it| it.is_control()) {
        Some(found) => Err(Invalid::Line { what: "value of a header", found }),
        None => Ok(()),
    }
}

fn address(url: &str) -> Result<(), Invalid> {
    // A secret may be part of a path; what it will be is not known here.
    let plain = url.replace("${", "").replace('}', "");
    match Remote::parse(&plain) {
        Remote::Web(_) if !plain.contains(char::is_whitespace) => Ok(()),
        Remote::Web(_) | Remote::Ssh { .. } | Remote::Other => {
            Err(Invalid::Address { what: "MCP server", address: url.chars().take(200).collect() })
        }
    }
}

impl Content for McpServer {
    const KIND: EquipmentKind = EquipmentKind::McpServer;
    const NOUN: &'static str = "MCP server";
    const MOST: u64 = 50;

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// The servers of a session with the values of secrets put in: for its sandbox and for nothing else.
#[derive(Clone)]
pub struct ResolvedServers {
    servers: BTreeMap<String, Value>,
    secrets: OpenedSecrets,
}

impl fmt::Debug for ResolvedServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.servers.keys()).finish()
    }
}

impl ResolvedServers {
    /// `mcpServers` of a `.mcp.json`, by name.
    #[must_use]
    pub const fn reveal(&self) -> &BTreeMap<String, Value> {
        &self.servers
    }

    /// Hides in what the sandbox says whatever was put in.
    #[must_use]
    pub const fn secrets(&self) -> &OpenedSecrets {
        &self.secrets
    }
}

impl Equipment {
    /// Keeps a server, or changes one. The secrets that one's own names must be there; those that the hub's name are
    /// each user's own.
    ///
    /// # Errors
    ///
    /// When there is none to change, its name is taken, a secret is not there, it is everybody's and the actor no
    /// administrator, or the store fails.
    pub async fn put_mcp_server(
        &self,
        actor: Actor,
        (id, whose): (Option<EquipmentId>, Whose),
        server: McpServer,
    ) -> Result<Item<McpServer>, EquipmentError> {
        if whose == Whose::Mine {
            let names: Vec<_> = server.secrets().into_iter().collect();
            self.expect_secrets(actor.user, &names).await?;
        }
        self.put(actor, (id, whose), server).await
    }

    /// The servers of a user's sessions: those that are enabled, their own before the hub's of the same name. One of
    /// the hub's whose secrets the user has not set is left out: it is not theirs to mend.
    ///
    /// # Errors
    ///
    /// When a secret that one of their own names is gone, or the store fails.
    pub async fn resolve_mcp_servers(
        &self,
        owner: UserId,
    ) -> Result<ResolvedServers, EquipmentError> {
        let there: BTreeSet<_> =
            self.engine.secrets(owner).await?.into_iter().map(|it| it.name).collect();
        let mut chosen = BTreeMap::new();
        for item in self.list::<McpServer>(owner).await? {
            let names = item.content.secrets();
            let is_usable = item.whose == Whose::Mine || names.is_subset(&there);
            if is_usable {
                chosen.insert(item.content.name.clone(), (item.content, names));
            }
        }
        chosen.retain(|_, (server, _)| server.enabled);
        let names: BTreeSet<_> = chosen.values().flat_map(|it| it.1.clone()).collect();
        let secrets = self.open(owner, names).await?;
        let resolved = chosen.into_iter().map(|(name, (server, _))| {
            let config = put_in(&server, &secrets)?;
            Ok((name, config))
        });
        let servers = resolved.collect::<Result<_, EquipmentError>>()?;
        Ok(ResolvedServers { servers, secrets })
    }

    /// One server with its values put in.
    pub(super) async fn resolve_mcp_server(
        &self,
        owner: UserId,
        server: &McpServer,
    ) -> Result<(Value, OpenedSecrets), EquipmentError> {
        let secrets = self.open(owner, server.secrets()).await?;
        Ok((put_in(server, &secrets)?, secrets))
    }

    async fn open(
        &self,
        owner: UserId,
        names: BTreeSet<SecretName>,
    ) -> Result<OpenedSecrets, SecretError> {
        let names: Vec<_> = names.into_iter().collect();
        self.engine.open_secrets(owner, &names).await
    }
}

fn put_in(server: &McpServer, secrets: &OpenedSecrets) -> Result<Value, Invalid> {
    let value_of = |name: &SecretName| secrets.reveal(name).unwrap_or_default().to_owned();
    placeholders::filled_in(server.transport.config(), &value_of)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(config: Value) -> Result<McpServer, Invalid> {
        McpServer::parse("files", config, true)
    }

    #[test]
    fn a_server_reads_back_as_an_agent_takes_it() {
        let rows = [
            json!({ "type": "stdio", "command": "npx", "args": ["x"], "env": { "KEY": "${KEY}" } }),
            json!({ "type": "http", "url": "https://x.example/${KEY}", "headers": { "X-Key": "a" } }),
            json!({ "type": "sse", "url": "http://x.example/sse", "headers": {} }),
        ];
        for config in rows {
            assert_eq!(parse(config.clone()).unwrap().transport.config(), config);
        }
        let untyped = parse(json!({ "command": "npx" })).unwrap();
        assert_eq!(untyped.transport.config()["type"], "stdio");
    }

    #[test]
    fn what_an_agent_would_misunderstand_is_refused() {
        let long = "x".repeat(MOST_BYTES);
        for config in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "type": "stdio" }),
            json!({ "type": "stdio", "command": " " }),
            json!({ "type": "stdio", "command": "npx", "cwd": "/" }),
            json!({ "type": "stdio", "command": "npx", "args": "x" }),
            json!({ "type": "stdio", "command": "a\u{0}b" }),
            json!({ "type": "stdio", "command": "npx", "args": ["${"] }),
            json!({ "type": "stdio", "command": "npx", "args": [long] }),
            json!({ "type": "stdio", "command": "npx", "env": { "A-B": "x" } }),
            json!({ "type": "stdio", "command": "npx", "env": { "LD_PRELOAD": "x" } }),
            json!({ "type": "http", "url": "file:///etc/passwd" }),
            json!({ "type": "http", "url": "https://x.example", "headers": { "A B": "x" } }),
            json!({ "type": "http", "url": "https://x.example", "headers": { "A": "x\r\nB: y" } }),
            json!({ "type": "ws", "url": "wss://x.example" }),
        ] {
            assert!(parse(config.clone()).is_err(), "{config}");
        }
        assert_eq!(parse(json!({ "type": "sdk", "name": "x" })), Err(Invalid::SdkServer));
    }

    #[test]
    fn a_name_is_one_that_tools_can_be_called_by() {
        for name in ["", "a b", "a.b", "runbook", "Runbook", "ä", &"x".repeat(65)] {
            let refused = McpServer::parse(name, json!({ "command": "npx" }), true);
            assert!(matches!(refused, Err(Invalid::ServerName { .. })), "{name:?}");
        }
    }
}
