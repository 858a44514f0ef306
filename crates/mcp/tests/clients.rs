//! Clients of other people's making, at the other end of a pair of pipes.

use std::sync::Arc;

use mcp::{Answer, Tool, ToolName, Tools, Unread};
use rmcp::{
    ClientLifecycleMode, ClientServiceExt,
    model::{CallToolRequestParams, ProtocolVersion},
};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Repeats what it is told; `run_code` never ends by itself.
struct Parrot {
    begun: Arc<Notify>,
    ended: Arc<Notify>,
}

impl Tools for Parrot {
    fn instructions(&self) -> String {
        "Repeats.".to_owned()
    }

    fn offered(&self) -> Vec<Tool> {
        vec![ToolName::ListJobs.tool(), ToolName::RunCode.tool()]
    }

    async fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        stop: CancellationToken,
    ) -> Result<Answer, Unread> {
        if name == "run_code" {
            self.begun.notify_one();
            stop.cancelled().await;
            self.ended.notify_one();
            return Ok(Answer::refused("cancelled"));
        }
        mcp::Call::read(name, arguments.clone())?;
        Ok(Answer::text(&format!("{name} {}", Value::Object(arguments))))
    }
}

fn call(name: &'static str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else { panic!("{arguments}") };
    CallToolRequestParams::new(name).with_arguments(arguments)
}

#[tokio::test]
async fn a_client_is_served_with_a_handshake_and_without_one() {
    let discover =
        ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for lifecycle in [ClientLifecycleMode::Initialize, discover] {
        let (begun, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let parrot = Parrot { begun: Arc::clone(&begun), ended: Arc::clone(&ended) };
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let (read, write) = tokio::io::split(ours);
        let using = async {
            let client = ().serve_with_lifecycle(theirs, lifecycle).await.unwrap();
            let tools = client.list_all_tools().await.unwrap();
            assert_eq!(
                tools.iter().map(|it| &*it.name).collect::<Vec<_>>(),
                ["list_jobs", "run_code"]
            );
            let answer = client.call_tool(call("list_jobs", json!({ "status": "lost" }))).await;
            let answer = answer.unwrap();
            assert_eq!(
                answer.content[0].as_text().unwrap().text,
                "list_jobs {\"status\":\"lost\"}"
            );
            let answer = client.call_tool(call("list_jobs", json!({ "state": 1 }))).await.unwrap();
            assert_eq!(answer.is_error, Some(true), "{answer:?}");
            let error = client.call_tool(call("rm", json!({}))).await.unwrap_err().to_string();
            assert!(error.contains("there is no tool"), "{error}");
            let hanging = client.call_tool(call("run_code", json!({})));
            tokio::select! {
                answer = hanging => panic!("it hangs: {answer:?}"),
                () = begun.notified() => {}
            }
            client.cancel().await.unwrap();
        };
        let serving = mcp::serve(parrot, read, write, CancellationToken::new());
        let (served, ()) = tokio::join!(serving, using);
        served.unwrap();
        // What a client that goes leaves behind is told to end.
        ended.notified().await;
    }
}
