use orchestrator::{McpServer, McpTestError, Tool, Whose};
use sandbox::scripted::{Script, Scripted};
use serde_json::{Value, json};

use crate::stage::{Stage, principal};

fn server(name: &str, config: Value) -> McpServer {
    McpServer::parse(name, config, true).unwrap()
}

fn with_key(name: &str) -> McpServer {
    server(name, json!({ "command": "npx", "env": { "KEY": "${KEY}" } }))
}

#[tokio::test]
async fn a_server_s_secrets_are_there_and_are_put_in_for_the_sandbox_alone() {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    let it = &stage.equipment;
    let refused = it.put_mcp_server(ada, (None, Whose::Mine), with_key("a")).await.unwrap_err();
    assert!(refused.to_string().contains("KEY"), "{refused}");
    stage.secret(ada, "KEY", "hunter22").await;
    let kept = it.put_mcp_server(ada, (None, Whose::Mine), with_key("a")).await.unwrap();
    assert_eq!(kept.content.transport.config()["env"]["KEY"], "${KEY}");
    let resolved = it.resolve_mcp_servers(ada.user).await.unwrap();
    assert_eq!(resolved.reveal()["a"]["env"]["KEY"], "hunter22");
    assert_eq!(resolved.secrets().hide("it is hunter22!"), "it is ***!");
    assert!(!format!("{resolved:?}").contains("hunter22"));
    stage.engine.delete_secret(ada.user, &"KEY".parse().unwrap()).await.unwrap();
    let refused = it.resolve_mcp_servers(ada.user).await.unwrap_err();
    assert!(refused.to_string().contains("KEY"), "{refused}");
}

#[tokio::test]
async fn one_s_own_server_hides_the_hub_s_and_what_is_not_enabled_is_left_out() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    for (name, command) in [("both", "hubs"), ("hub", "hubs"), ("off", "hubs")] {
        let config = json!({ "command": command });
        it.put_mcp_server(root, (None, Whose::Hub), server(name, config)).await.unwrap();
    }
    // The keys that it needs are each user's.
    it.put_mcp_server(root, (None, Whose::Hub), with_key("keyed")).await.unwrap();
    let own = server("both", json!({ "command": "mine" }));
    it.put_mcp_server(ada, (None, Whose::Mine), own).await.unwrap();
    let off = McpServer { enabled: false, ..server("off", json!({ "command": "mine" })) };
    it.put_mcp_server(ada, (None, Whose::Mine), off).await.unwrap();
    let commands = async || {
        let resolved = it.resolve_mcp_servers(ada.user).await.unwrap();
        let command = |(name, it): (&String, &Value)| {
            (name.clone(), it["command"].as_str().unwrap().to_owned())
        };
        resolved.reveal().iter().map(command).collect::<Vec<_>>()
    };
    let pair = |name: &str, command: &str| (name.to_owned(), command.to_owned());
    assert_eq!(commands().await, [pair("both", "mine"), pair("hub", "hubs")]);
    stage.secret(ada, "KEY", "hunter22").await;
    let expected = [pair("both", "mine"), pair("hub", "hubs"), pair("keyed", "npx")];
    assert_eq!(commands().await, expected);
}

/// What a server answers, line by line.
fn speaking(answers: &[Value]) -> Script {
    let script = Script::new().stdout("\n").read_line().stdout(format!("{}\n", answers[0]));
    // It is told that it is initialized before it is asked.
    let rest = answers[1..].iter();
    rest.fold(script.read_line(), |script, it| script.read_line().stdout(format!("{it}\n")))
}

async fn tried(script: Script) -> Result<Vec<Tool>, McpTestError> {
    let stage = Stage::with(Scripted::new().on("main.", script)).await;
    let ada = stage.user("ada").await;
    stage.secret(ada, "KEY", "hunter22").await;
    let kept = stage.equipment.put_mcp_server(ada, (None, Whose::Mine), with_key("a")).await;
    stage.equipment.test_mcp_server(principal(ada), kept.unwrap().id, &[]).await
}

#[tokio::test]
async fn a_server_that_is_tried_lists_its_tools_and_shows_no_secret() {
    let tool = |name: &str| json!({ "name": name, "description": "with hunter22" });
    let answers = [
        json!({ "jsonrpc": "2.0", "id": 0, "result": { "capabilities": {} } }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": [tool("one")], "nextCursor": "x" } }),
        json!({ "jsonrpc": "2.0", "id": 2, "result": { "tools": [{ "name": "two" }] } }),
    ];
    let tools = tried(speaking(&answers)).await.unwrap();
    let tool = |name: &str, description: &str| Tool {
        name: name.to_owned(),
        description: description.to_owned(),
    };
    assert_eq!(tools, [tool("one", "with ***"), tool("two", "")]);
}

#[tokio::test]
async fn whatever_else_a_server_does_ends_the_trial_with_why() {
    let ended = tried(Script::new().exit(127)).await.unwrap_err();
    assert!(ended.to_string().contains("code 127"), "{ended}");
    let odd = tried(Script::new().stdout("hello\n").hang()).await.unwrap_err();
    assert!(matches!(odd, McpTestError::Odd { .. }), "{odd:?}");
    let refusal = json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": 1, "message": "no key" } });
    let refused = tried(speaking(&[refusal]).hang()).await.unwrap_err();
    assert!(refused.to_string().contains("no key"), "{refused}");
    let line = format!("{}\n", json!({ "method": "noise", "params": "x".repeat(60_000) }));
    let loud = (0..5).fold(Script::new(), |script, _| script.stdout(line.clone()));
    let much = tried(loud.hang()).await.unwrap_err();
    assert!(matches!(much, McpTestError::TooMuch), "{much:?}");
}
