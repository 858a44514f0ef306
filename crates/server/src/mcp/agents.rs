//! Agent sessions. All of them is GraphQL's.

use std::fmt::Write as _;

use mcp::{Answer, EditPlan, NamedAgentSession, StartAgentSession, clean_line};
use serde_json::{Value, json};

use super::{
    STRING,
    own_routes::{Asking, Refusal},
    runbooks::{list_of, text},
};

const REPOSITORIES: &str = "query { repositories { id name } }";

const OPEN: &str =
    "mutation ($input: NewAgentSession!) { openAgentSession(input: $input) { id title } }";

const SHOW: &str = "query ($session: ID!) { agentSession(id: $session) { id title lifecycle pauseReason phase \
    plan { version text approved steps { number title state failure } } \
    questions { asked { text options } } branches { name state pullRequest { url } } } }";

const SAVE: &str = "mutation ($session: ID!, $version: Int!, $text: String!) { \
    savePlan(session: $session, expectedVersion: $version, text: $text) { id plan { version } } }";

pub(super) async fn start(asking: &Asking, call: StartAgentSession) -> Result<Answer, Refusal> {
    let repository = repository(asking, &call.repository).await?;
    let input = json!({
        "repository": repository,
        "prompt": call.prompt,
        "title": call.title,
        "settings": { "oneShot": call.oneshot },
    });
    let opened = asking.graphql(OPEN, json!({ "input": input }), "openAgentSession").await?;
    let id = text(&opened["id"]);
    Ok(Answer::text(&format!("{id} is begun; look at it with get_agent_session")))
}

async fn repository(asking: &Asking, name: &str) -> Result<String, Refusal> {
    let all = asking.graphql(REPOSITORIES, Value::Null, "repositories").await?;
    let found = list_of(&all).find(|it| text(&it["name"]).eq_ignore_ascii_case(name));
    found.map(|it| text(&it["id"]).to_owned()).ok_or_else(|| {
        let all: Vec<String> = list_of(&all).map(|it| clean_line(text(&it["name"]))).collect();
        let all = all.join(", ");
        Refusal::new(format_args!("there is no repository {name:?}; there are: {all}"))
    })
}

pub(super) async fn show(asking: &Asking, call: &NamedAgentSession) -> Result<Answer, Refusal> {
    let variables = json!({ "session": call.session });
    let session = asking.graphql(SHOW, variables, "agentSession").await?;
    if session.is_null() {
        return Err(Refusal::new("there is no such session"));
    }
    let plan = text(&session["plan"]["text"]);
    Ok(Answer::parts([about(&session).as_str(), plan].into_iter().filter(|it| !it.is_empty())))
}

fn about(session: &Value) -> String {
    let word = |it: &Value| text(it).to_lowercase();
    let mut told = format!(
        "{} {:?} is {}, {}",
        text(&session["id"]),
        clean_line(text(&session["title"])),
        word(&session["lifecycle"]),
        word(&session["phase"])
    );
    if session["pauseReason"].is_string() {
        write!(told, ", paused: {}", word(&session["pauseReason"])).expect(STRING);
    }
    told.push('\n');
    let plan = &session["plan"];
    if plan.is_object() {
        let approved = if plan["approved"] == true { "approved" } else { "not approved yet" };
        writeln!(told, "plan: version {}, {approved}; its text follows", plan["version"])
            .expect(STRING);
    }
    for step in list_of(&plan["steps"]) {
        let failure = step["failure"].as_str();
        let failure = failure.map_or_else(String::new, |it| format!(": {}", clean_line(it)));
        let (number, title) = (text(&step["number"]), clean_line(text(&step["title"])));
        writeln!(told, "- step {number} {title:?}: {}{failure}", word(&step["state"]))
            .expect(STRING);
    }
    let asked = list_of(&session["questions"]).flat_map(|it| list_of(&it["asked"]));
    for question in asked {
        let words = clean_line(text(&question["text"]));
        writeln!(told, "- it asks people: {words}").expect(STRING);
    }
    for branch in list_of(&session["branches"]) {
        let (name, state) = (clean_line(text(&branch["name"])), word(&branch["state"]));
        let url = clean_line(text(&branch["pullRequest"]["url"]));
        writeln!(told, "- branch {name}, {state} {url}").expect(STRING);
    }
    told
}

pub(super) async fn edit_plan(asking: &Asking, call: EditPlan) -> Result<Answer, Refusal> {
    let variables =
        json!({ "session": call.session, "version": call.expected_version, "text": call.text });
    let saved = asking.graphql(SAVE, variables, "savePlan").await?;
    Ok(Answer::text(&format!("saved as version {}", saved["plan"]["version"])))
}
