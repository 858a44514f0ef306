//! Who may ask what.

use bytes::Bytes;
use gateway::{Count, TroubleKind};
use http_body_util::Full;
use hyper::Request;

use crate::{
    provider::{Provider, stream},
    session::{Session, TOKEN, asking, message, post},
};

fn request(method: &str, target: &str) -> Request<Full<Bytes>> {
    let token = format!("Bearer {TOKEN}");
    let request = Request::builder().method(method).uri(target).header("authorization", token);
    request.header("host", "gateway").body(Full::default()).unwrap()
}

#[tokio::test]
async fn without_the_sessions_token_nothing_is_asked() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let other = &TOKEN.replace('t', "T");
    for (name, value) in [
        ("authorization", format!("Bearer {other}")),
        ("authorization", format!("Bearer {}", &TOKEN[1..])),
        ("authorization", format!("Bearer {TOKEN}x")),
        ("authorization", TOKEN.to_owned()),
        ("authorization", "Bearer ".to_owned()),
        ("x-api-key", other.clone()),
        ("x-api-key", String::new()),
        ("x-other", TOKEN.to_owned()),
    ] {
        let mut request = message("claude-opus-5");
        request.headers_mut().remove("authorization");
        request.headers_mut().insert(name, value.parse().unwrap());
        let told = session.ask(request).await;
        assert_eq!((told.status, &*told.error().0), (401, "authentication_error"), "{value}");
        assert_eq!(told.headers["x-should-retry"], "false");
    }
    let mut models = request("GET", "/v1/models");
    models.headers_mut().remove("authorization");
    assert_eq!(session.ask(models).await.status, 401);
    assert!(provider.asked().is_empty());
    session.nothing_more_metered();
}

#[tokio::test]
async fn the_token_may_be_shown_either_way() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let mut by_key = message("claude-opus-5");
    by_key.headers_mut().remove("authorization");
    by_key.headers_mut().insert("x-api-key", TOKEN.parse().unwrap());
    assert_eq!(session.ask(by_key).await.status, 200);
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 200);
}

#[tokio::test]
async fn what_is_not_known_is_not_there() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/v1/messages"),
        ("DELETE", "/v1/messages"),
        ("POST", "/v1/messages/"),
        ("POST", "//v1/messages"),
        ("POST", "/v1/messages/../complete"),
        ("POST", "/v1/messages/batches"),
        ("POST", "/v1/complete"),
        ("POST", "/v1/files"),
        ("GET", "/v1/models/claude-opus-5"),
        ("GET", "/api/hello"),
        ("POST", "/api/event_logging/batch"),
    ] {
        let told = session.ask(request(method, target)).await;
        assert_eq!((told.status, &*told.error().0), (404, "not_found_error"), "{method} {target}");
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn a_client_that_looks_whether_anybody_is_here_is_answered() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    assert_eq!(session.ask(request("HEAD", "/api/hello")).await.status, 200);
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn the_list_of_models_is_what_the_session_may_ask() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let told = session.ask(request("GET", "/v1/models?limit=1000")).await;
    let list: serde_json::Value = serde_json::from_str(told.text()).unwrap();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, ["claude-opus-5", "claude-sonnet-5", "sonnet"]);
    assert_eq!(list["has_more"], false);
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn a_model_that_is_not_allowed_is_refused_with_those_that_are() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    for name in ["claude-opus-5-5", "CLAUDE-OPUS-5", "claude-opus", "", " ", "claude-opus-5 "] {
        let told = session.ask(message(name)).await;
        let (kind, words) = told.error();
        assert_eq!((told.status, &*kind), (403, "permission_error"), "{name}");
        assert!(words.ends_with("it may ask claude-opus-5, claude-sonnet-5, sonnet"), "{words}");
        let metered = session.metered().await;
        assert_eq!(metered.trouble.unwrap().kind, TroubleKind::ModelRefused);
        assert_eq!((metered.cost, metered.count, metered.model), (0, Count::Exact, None));
    }
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn models_that_answer_instead_must_be_allowed_too() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let with = |fallbacks: &str| {
        asking(format!(r#"{{"model":"claude-opus-5","fallbacks":{fallbacks},"messages":[]}}"#))
    };
    for refused in
        [r#""default""#, r#"[{"model":"claude-fable-5"}]"#, r#"[{"model":"sonnet"}]"#, r#"[{}]"#]
    {
        assert_eq!(session.ask(with(refused)).await.status, 403, "{refused}");
    }
    for allowed in ["[]", r#"[{"model":"claude-sonnet-5","max_tokens":5}]"#] {
        assert_eq!(session.ask(with(allowed)).await.status, 200, "{allowed}");
    }
    assert_eq!(provider.asked().len(), 2);
}

#[tokio::test]
async fn the_provider_acts_nowhere_else_for_a_sandbox() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let with = |rest: &str| asking(format!(r#"{{"model":"claude-opus-5",{rest}}}"#));
    let url = r#"{"type":"image","source":{"type":"url","url":"https://example.org/?secret"}}"#;
    let result = format!(r#"{{"type":"tool_result","tool_use_id":"t","content":[{url}]}}"#);
    for refused in [
        r#""tools":[{"type":"web_fetch_20250910","name":"web_fetch"}]"#,
        r#""tools":[{"name":"fine","input_schema":{}},{"type":"web_search_20250305"}]"#,
        r#""tools":[{"type":"code_execution_20250825"}]"#,
        r#""tools":[{"type":"advisor_20260301","model":"claude-fable-5"}]"#,
        r#""tools":[{"type":"web_\u0066etch_20250910"}]"#,
        r#""mcp_servers":[{"type":"url","url":"https://example.org"}]"#,
        &format!(r#""messages":[{{"role":"user","content":[{url}]}}]"#),
        &format!(r#""messages":[{{"role":"user","content":[{result}]}}]"#),
        &format!(
            r#""messages":[{{"role":"user","content":[{}]}}]"#,
            url.replace("source", "sourc\\u0065")
        ),
        &format!(r#""system":[{url}]"#),
    ] {
        let told = session.ask(with(refused)).await;
        assert_eq!((told.status, &*told.error().0), (403, "permission_error"), "{refused}");
        assert_eq!(session.metered().await.trouble.unwrap().kind, TroubleKind::ToolRefused);
    }
    assert!(provider.asked().is_empty());
    for allowed in [
        r#""tools":[{"name":"Bash","input_schema":{}},{"type":"custom","name":"Read"}]"#,
        r#""tools":[{"type":"bash_20250124","name":"bash"},{"type":"tool_search_tool_regex_20251119"}]"#,
        r#""messages":[{"role":"system","content":"url"},{"role":"user","content":"source"}]"#,
        r#""messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"aQ=="}}]}]"#,
        &format!(
            r#""messages":[{{"content":[{{"type":"tool_use","name":"t","input":{{"a":{url}}}}}]}}]"#
        ),
        r#""mcp_servers":[],"tools":[]"#,
    ] {
        assert_eq!(session.ask(with(allowed)).await.status, 200, "{allowed}");
        assert_eq!(session.metered().await.trouble, None);
    }
}

#[tokio::test]
async fn a_speed_with_another_price_is_refused() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    let with = |speed: &str| asking(format!(r#"{{"model":"claude-opus-5","speed":"{speed}"}}"#));
    assert_eq!(session.ask(with("fast")).await.status, 400);
    assert!(provider.asked().is_empty());
    assert_eq!(session.ask(with("standard")).await.status, 200);
}

#[tokio::test]
async fn when_nobody_listens_any_more_nothing_is_asked() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    session.close();
    let told = session.ask(message("claude-opus-5")).await;
    assert_eq!((told.status, &*told.error().0), (403, "permission_error"));
    assert!(provider.asked().is_empty());
}

#[tokio::test]
async fn tokens_are_counted_for_the_asking() {
    let provider =
        Provider::saying(crate::provider::Reply::json(200, r#"{"input_tokens":100}"#)).await;
    let mut session = Session::with(&provider);
    let told =
        session.ask(post("/v1/messages/count_tokens?beta=true", r#"{"model":"sonnet"}"#)).await;
    assert_eq!((told.status, told.text()), (200, r#"{"input_tokens":100}"#));
    assert_eq!(provider.only().target, "/v1/messages/count_tokens?beta=true");
    let metered = session.metered().await;
    assert_eq!((metered.kind, metered.cost), (gateway::RequestKind::CountTokens, 0));
    assert_eq!(session.budget.spent(), 0);
}
