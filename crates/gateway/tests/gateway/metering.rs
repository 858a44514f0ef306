//! What requests cost.

use gateway::{Count, Prices, RequestKind, Usage};

use crate::{
    provider::{MESSAGE, Provider, Reply, say, stream},
    session::{Session, Setup, message},
};

#[tokio::test]
async fn streams_and_messages_are_counted_alike() {
    for reply in [stream(), Reply::json(200, MESSAGE)] {
        let provider = Provider::saying(reply).await;
        let mut session = Session::with(&provider);
        session.ask(message("claude-opus-5")).await;
        let metered = session.metered().await;
        let usage = Usage { input_tokens: 11, output_tokens: 7, ..Usage::default() };
        assert_eq!((metered.usage, metered.count), (usage, Count::Exact));
        assert_eq!(metered.cost, 11 * 5 + 7 * 25);
        assert_eq!((metered.kind, metered.status), (RequestKind::Messages, Some(200)));
        assert_eq!((metered.trouble, metered.record), (None, None));
        assert_eq!(session.budget.spent(), 11 * 5 + 7 * 25);
    }
}

#[tokio::test]
async fn each_kind_of_token_is_counted() {
    let body = r#"{"content":[],"usage":{"input_tokens":1,"cache_creation_input_tokens":30,"cache_read_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":100,"server_tool_use":{"web_search_requests":2}}}"#;
    let provider = Provider::saying(Reply::json(200, body)).await;
    let mut session = Session::with(&provider);
    session.ask(message("claude-opus-5")).await;
    let metered = session.metered().await;
    let usage = Usage {
        input_tokens: 1,
        cache_written_5m_tokens: 10,
        cache_written_1h_tokens: 20,
        cache_read_tokens: 1000,
        output_tokens: 100,
        web_searches: 2,
        ..Usage::default()
    };
    assert_eq!((metered.usage, metered.count), (usage, Count::Exact));
    // 5 + 62.5 + 200 + 500 + 2500, rounded up, and two searches.
    assert_eq!(metered.cost, 3268 + 20_000);
}

#[tokio::test]
async fn the_last_word_of_a_stream_counts() {
    let steps = [
        r#"{"type":"message_start","message":{"usage":{"input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":4},"output_tokens":1}}}"#,
        r#"{"type":"message_delta","usage":{"output_tokens":50}}"#,
        r#"{"type":"message_delta","usage":{"input_tokens":9,"cache_creation_input_tokens":7,"cache_read_input_tokens":3,"output_tokens":80}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let events = steps.map(|it| say(&format!("data: {it}\n\n"))).to_vec();
    let provider = Provider::saying(Reply::events(events)).await;
    let mut session = Session::with(&provider);
    session.ask(message("claude-opus-5")).await;
    let usage = Usage {
        input_tokens: 9,
        cache_written_5m_tokens: 3,
        cache_written_1h_tokens: 4,
        cache_read_tokens: 3,
        output_tokens: 80,
        ..Usage::default()
    };
    assert_eq!(session.metered().await.usage, usage);
}

#[tokio::test]
async fn an_operators_prices_come_before_the_public_ones() {
    let provider = Provider::saying(stream()).await;
    let mut setup = Setup::of(&provider);
    setup.config.prices =
        toml::from_str("[claude-opus-5]\ninput = 100\noutput = 1000.0\n").unwrap();
    let mut session = setup.begin();
    session.ask(message("claude-opus-5")).await;
    session.ask(message("sonnet")).await;
    assert_eq!(session.metered().await.cost, 11 * 100 + 7 * 1000);
    assert_eq!(session.metered().await.cost, 11 * 2 + 7 * 10);
}

#[test]
fn public_prices_are_by_model_and_unknown_models_are_the_dearest() {
    let prices = Prices::default();
    let input = Usage { input_tokens: 1_000_000, ..Usage::default() };
    let read = Usage { cache_read_tokens: 1_000_000, ..Usage::default() };
    for (model, dollars, cents_for_reading) in [
        ("claude-opus-4-1-20250805", 15, 150),
        ("claude-opus-4-8", 5, 50),
        ("claude-opus-5-5", 4, 20),
        ("claude-sonnet-4-5-20250929", 3, 30),
        ("claude-fable-5-1", 10, 25),
        ("claude-haiku-4-5-20251001", 1, 10),
        ("gpt-4", 15, 150),
        ("", 15, 150),
    ] {
        assert_eq!(prices.cost(model, &input), dollars * 1_000_000, "{model}");
        assert_eq!(prices.cost(model, &read), cents_for_reading * 10_000, "{model}");
    }
}

#[test]
fn a_long_prompt_may_cost_more() {
    let prices = Prices::default();
    let with = |input_tokens, cache_read_tokens| Usage {
        input_tokens,
        cache_read_tokens,
        output_tokens: 1_000_000,
        ..Usage::default()
    };
    assert_eq!(prices.cost("claude-haiku-5-5", &with(0, 100_000)), 1_000 + 500_000);
    assert_eq!(prices.cost("claude-haiku-5-5", &with(1, 100_000)), 5_001 + 2_500_000);
}

#[test]
fn costs_are_rounded_up_and_never_overflow() {
    let prices = Prices::default();
    let one = Usage { cache_read_tokens: 1, ..Usage::default() };
    assert_eq!(prices.cost("claude-haiku-5-5", &one), 1);
    assert_eq!(prices.cost("claude-haiku-5-5", &Usage::default()), 0);
    let all = Usage {
        input_tokens: u64::MAX,
        cache_written_5m_tokens: u64::MAX,
        cache_written_1h_tokens: u64::MAX,
        cache_read_tokens: u64::MAX,
        output_tokens: u64::MAX,
        web_searches: u64::MAX,
        region: gateway::Region::UnitedStates,
    };
    assert_eq!(prices.cost("claude-opus-4", &all), u64::MAX);
}

#[test]
fn prices_are_read_from_toml_and_slips_are_refused() {
    let read = |text: &str| toml::from_str::<Prices>(text);
    let prices = read(
        "[local]\ninput = 0\noutput = 0\n[local-big]\ninput = 1\noutput = 2\ncache_read = 0.5\nlong_prompt = { above = 10, input = 3, output = 4 }\n",
    )
    .unwrap();
    let usage = Usage { input_tokens: 10, output_tokens: 1, ..Usage::default() };
    assert_eq!(prices.cost("local-7b", &usage), 0);
    assert_eq!(prices.cost("local-big-2", &usage), 12);
    assert_eq!(prices.cost("local-big-2", &Usage { input_tokens: 11, ..usage }), 37);
    for slip in [
        "[m]\ninput = -1\noutput = 1\n",
        "[m]\ninput = nan\noutput = 1\n",
        "[m]\ninput = 1\noutput = 1e9\n",
        "[m]\ninput = 1\n",
        "[m]\ninput = 1\noutput = 1\ncache = 1\n",
    ] {
        assert!(read(slip).is_err(), "{slip}");
    }
}
