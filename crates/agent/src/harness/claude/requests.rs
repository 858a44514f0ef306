//! Requests in both directions: what the program asks and is answered, and what it is ordered.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::wire::{ControlRequest, ControlResponse, Questions, Request};
use crate::{
    harness::{
        HarnessEvent, NoiseKind, OWN_SERVER, Permission, PlanAnswer, Question, Refused,
        own_tools::{self, Served},
    },
    policy::{Decision, ToolCall},
};

/// The one hook: it is called before every tool call, whatever the mode.
const HOOK: &str = "before-tool";

/// How long the program waits for the hook's answer, in seconds. The policy answers at once; this is for a
/// platform that is busy.
const HOOK_SECONDS: u32 = 3600;

/// A request of the program that waits for an answer.
#[derive(Debug)]
enum Open {
    Hook { call: String },
    Permission { input: Value },
    Question { input: Value },
    Plan { input: Value },
    OwnTool { id: Value },
}

#[derive(Debug)]
pub(super) struct Requests {
    open: BTreeMap<String, Open>,
    /// What was ordered, by its request's id.
    ordered: BTreeMap<String, String>,
    orders: u64,
    /// Calls that the policy has allowed: the program may ask again by rules of its own.
    allowed: BTreeSet<String>,
    outbox: Vec<u8>,
}

impl Requests {
    pub(super) fn new() -> Self {
        let mut requests = Self {
            open: BTreeMap::new(),
            ordered: BTreeMap::new(),
            orders: 0,
            allowed: BTreeSet::new(),
            outbox: Vec::new(),
        };
        let hook = json!({ "matcher": ".*", "hookCallbackIds": [HOOK], "timeout": HOOK_SECONDS });
        let settings = json!({ "hooks": { "PreToolUse": [hook] }, "sdkMcpServers": [OWN_SERVER] });
        requests.order("initialize", settings);
        requests
    }

    pub(super) fn write(&mut self, message: &Value) {
        self.outbox.extend_from_slice(message.to_string().as_bytes());
        self.outbox.push(b'\n');
    }

    /// Forgets what was allowed in a turn that has ended.
    pub(super) fn end_turn(&mut self) {
        self.allowed.clear();
    }

    pub(super) fn take_outbox(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outbox)
    }

    pub(super) fn order(&mut self, subtype: &str, mut request: Value) {
        self.orders += 1;
        let id = format!("order-{}", self.orders);
        request["subtype"] = json!(subtype);
        self.write(&json!({ "type": "control_request", "request_id": id, "request": request }));
        self.ordered.insert(id, subtype.to_owned());
    }

    /// The answer to an order. The program repeats our own answers too, which mean nothing.
    pub(super) fn response(&mut self, response: ControlResponse) -> Option<HarnessEvent> {
        let command = self.ordered.remove(&response.request_id)?;
        let why = response.error.unwrap_or_default();
        (response.subtype == "error").then_some(HarnessEvent::CommandFailed { command, why })
    }

    pub(super) fn withdraw(&mut self, request: &str) -> Option<HarnessEvent> {
        self.open.remove(request)?;
        Some(HarnessEvent::RequestWithdrawn { request: request.to_owned() })
    }

    /// Takes a request. One that is not understood is refused, for nothing may hang on it.
    pub(super) fn receive(
        &mut self,
        incoming: ControlRequest,
        events: &mut Vec<HarnessEvent>,
    ) -> Result<(), NoiseKind> {
        let id = incoming.request_id;
        let request = match Request::deserialize(incoming.request) {
            Ok(request) => request,
            Err(_) => return self.refuse(&id, "it is malformed", NoiseKind::Malformed),
        };
        match request {
            Request::HookCallback { callback_id, input }
                if callback_id == HOOK && input.hook_event_name == "PreToolUse" =>
            {
                let (name, call) = (input.tool_name, input.tool_use_id);
                let call = ToolCall { id: call, name, input: input.tool_input };
                self.open.insert(id.clone(), Open::Hook { call: call.id.clone() });
                events.push(HarnessEvent::ToolProposed { request: id, call });
            }
            Request::HookCallback { .. } => {
                return self.refuse(&id, "there is no such hook", NoiseKind::Unknown);
            }
            Request::CanUseTool { tool_name, input, tool_use_id } => {
                let call = tool_use_id.unwrap_or_default();
                events.extend(self.asked(id, ToolCall { id: call, name: tool_name, input }));
            }
            Request::McpMessage { server_name, message } if server_name == OWN_SERVER => {
                events.extend(self.own_server(id, &message));
            }
            Request::McpMessage { .. } => {
                return self.refuse(&id, "there is no such server", NoiseKind::Unknown);
            }
            Request::Unknown => {
                return self.refuse(&id, "it is not supported", NoiseKind::Unknown);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, id: &str, why: &str, kind: NoiseKind) -> Result<(), NoiseKind> {
        let response = json!({ "subtype": "error", "request_id": id, "error": why });
        self.write(&json!({ "type": "control_response", "response": response }));
        Err(kind)
    }

    fn asked(&mut self, request: String, call: ToolCall) -> Option<HarnessEvent> {
        let input = call.input.clone();
        let needs_answer = matches!(call.name.as_str(), "AskUserQuestion" | "ExitPlanMode");
        if self.allowed.remove(&call.id) && !needs_answer {
            self.respond(&request, &allow(&input));
            return None;
        }
        let (open, event) = match call.name.as_str() {
            "AskUserQuestion" => {
                let questions = questions(&input);
                let event = HarnessEvent::QuestionAsked { request: request.clone(), questions };
                (Open::Question { input }, event)
            }
            "ExitPlanMode" => {
                let plan = input["plan"].as_str().map(str::to_owned);
                let event = HarnessEvent::PlanProposed { request: request.clone(), plan };
                (Open::Plan { input }, event)
            }
            _ => {
                let event = HarnessEvent::PermissionAsked { request: request.clone(), call };
                (Open::Permission { input }, event)
            }
        };
        self.open.insert(request, open);
        Some(event)
    }

    fn own_server(&mut self, request: String, message: &Value) -> Option<HarnessEvent> {
        match own_tools::serve(message) {
            Served::Reply(reply) => {
                self.respond(&request, &json!({ "mcp_response": reply }));
                None
            }
            Served::Call { id, tool, input } => {
                self.open.insert(request.clone(), Open::OwnTool { id });
                Some(HarnessEvent::OwnToolCalled { request, tool, input })
            }
        }
    }

    fn respond(&mut self, request: &str, response: &Value) {
        let response = json!({ "subtype": "success", "request_id": request, "response": response });
        self.write(&json!({ "type": "control_response", "response": response }));
    }

    /// Denies whatever is open.
    pub(super) fn refuse_all(&mut self, why: &str) {
        for (request, open) in std::mem::take(&mut self.open) {
            let response = match open {
                Open::Hook { .. } => hook_answer("deny", why),
                Open::Permission { .. } | Open::Question { .. } | Open::Plan { .. } => {
                    json!({ "behavior": "deny", "message": why, "interrupt": true })
                }
                Open::OwnTool { id } => {
                    json!({ "mcp_response": own_tools::reply(&id, &Err(why.to_owned())) })
                }
            };
            self.respond(&request, &response);
        }
        self.order("interrupt", json!({}));
    }

    /// Takes an open request, if it is of this kind.
    fn take<T>(
        &mut self,
        request: &str,
        of_kind: impl FnOnce(&Open) -> Option<T>,
    ) -> Result<T, Refused> {
        let taken = self.open.get(request).and_then(of_kind);
        let taken = taken.ok_or_else(|| Refused::NotOpen { request: request.to_owned() })?;
        self.open.remove(request);
        Ok(taken)
    }

    pub(super) fn judge(&mut self, request: String, decision: &Decision) -> Result<(), Refused> {
        let call = self.take(&request, |it| match it {
            Open::Hook { call } => Some(call.clone()),
            Open::Permission { .. }
            | Open::Question { .. }
            | Open::Plan { .. }
            | Open::OwnTool { .. } => None,
        })?;
        if matches!(decision, Decision::Allow { .. }) {
            self.allowed.insert(call);
        }
        let answer = match decision {
            Decision::Allow { .. } => hook_answer("allow", "the policy allows it"),
            Decision::Deny { why, .. } => hook_answer("deny", why),
            Decision::Ask { why, .. } => hook_answer("ask", why),
        };
        self.respond(&request, &answer);
        Ok(())
    }

    pub(super) fn permit(
        &mut self,
        request: String,
        permission: Permission,
    ) -> Result<(), Refused> {
        let input = self.take(&request, |it| match it {
            Open::Permission { input } => Some(input.clone()),
            Open::Hook { .. }
            | Open::Question { .. }
            | Open::Plan { .. }
            | Open::OwnTool { .. } => None,
        })?;
        let answer = match permission {
            Permission::Allow => allow(&input),
            Permission::AllowChanged(input) => allow(&input),
            Permission::Deny { why } => json!({ "behavior": "deny", "message": why }),
            Permission::DenyAndStop { why } => {
                json!({ "behavior": "deny", "message": why, "interrupt": true })
            }
        };
        self.respond(&request, &answer);
        Ok(())
    }

    pub(super) fn answer(
        &mut self,
        request: String,
        answers: &BTreeMap<String, String>,
    ) -> Result<(), Refused> {
        let mut input = self.take(&request, |it| match it {
            Open::Question { input } => Some(input.clone()),
            Open::Hook { .. }
            | Open::Permission { .. }
            | Open::Plan { .. }
            | Open::OwnTool { .. } => None,
        })?;
        input["answers"] = json!(answers);
        self.respond(&request, &allow(&input));
        Ok(())
    }

    /// Says whether the agent goes on by executing.
    pub(super) fn decide_plan(
        &mut self,
        request: String,
        answer: &PlanAnswer,
    ) -> Result<bool, Refused> {
        let input = self.take(&request, |it| match it {
            Open::Plan { input } => Some(input.clone()),
            Open::Hook { .. }
            | Open::Permission { .. }
            | Open::Question { .. }
            | Open::OwnTool { .. } => None,
        })?;
        let response = match answer {
            PlanAnswer::Execute => {
                let mut response = allow(&input);
                response["updatedPermissions"] =
                    json!([{ "type": "setMode", "mode": "default", "destination": "session" }]);
                response
            }
            PlanAnswer::Revise { feedback } => json!({ "behavior": "deny", "message": feedback }),
            PlanAnswer::Recorded => {
                let message = "The plan is recorded. Its steps are carried out one by one, later.";
                json!({ "behavior": "deny", "message": message, "interrupt": true })
            }
        };
        self.respond(&request, &response);
        Ok(*answer == PlanAnswer::Execute)
    }

    pub(super) fn reply(
        &mut self,
        request: String,
        reply: &Result<String, String>,
    ) -> Result<(), Refused> {
        let id = self.take(&request, |it| match it {
            Open::OwnTool { id } => Some(id.clone()),
            Open::Hook { .. }
            | Open::Permission { .. }
            | Open::Question { .. }
            | Open::Plan { .. } => None,
        })?;
        self.respond(&request, &json!({ "mcp_response": own_tools::reply(&id, reply) }));
        Ok(())
    }
}

fn hook_answer(decision: &str, why: &str) -> Value {
    json!({ "hookSpecificOutput": {
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": why,
    } })
}

fn allow(input: &Value) -> Value {
    json!({ "behavior": "allow", "updatedInput": input })
}

fn questions(input: &Value) -> Vec<Question> {
    let asked = Questions::deserialize(input).map(|it| it.questions).unwrap_or_default();
    let question = |it: super::wire::AskedQuestion| Question {
        text: it.question,
        choices: it.options.into_iter().map(|it| it.label).collect(),
        several: it.multi_select,
    };
    asked.into_iter().map(question).collect()
}
