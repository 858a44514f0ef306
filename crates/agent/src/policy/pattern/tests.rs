use super::*;

#[test]
fn patterns_of_each_form_are_read_and_written_the_same() {
    for text in [
        "Read",
        "Bash",
        "Bash(npm run build)",
        "Bash(npm run test:*)",
        "Bash(grep 'a*b' x)",
        "Bash(echo ')')",
        "mcp__server",
        "mcp__my-server__tool_1",
        "Edit(/repo/a (copy).rs)",
        "mcp__a__b({\"x\":\"*\"})",
    ] {
        assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
    }
}

#[test]
fn a_text_that_is_no_pattern_is_told_where_and_why() {
    use PatternProblem as P;
    for (text, position, problem) in [
        ("", 1, P::Name),
        ("1x", 1, P::Name),
        ("(ls)", 1, P::Name),
        ("Re ad", 3, P::Name),
        ("mcp__x__*", 9, P::Wildcard),
        ("mcp__", 6, P::McpServer),
        ("mcp____tool", 6, P::McpServer),
        ("mcp__a__b(x)", 11, P::McpArgument),
        ("Bash(", 6, P::Unclosed),
        ("Bash(ls", 8, P::Unclosed),
        ("Bash()", 6, P::Empty),
        ("Bash(ls) x", 9, P::Trailing),
        ("Bash(:*)", 6, P::NotOneCommand),
        ("Bash(ls | wc:*)", 6, P::NotOneCommand),
        ("Bash($X:*)", 6, P::NotOneCommand),
        ("Bash(A=b ls:*)", 6, P::NotOneCommand),
        ("Bash(npm * test)", 10, P::Wildcard),
        ("Read(/repo/*)", 12, P::Wildcard),
        ("Böse(x)", 2, P::Name),
    ] {
        let error = text.parse::<Pattern>().unwrap_err();
        assert_eq!((error.position, error.problem), (position, problem), "{text}");
    }
    let error = "Bash(ls".parse::<Pattern>().unwrap_err();
    let expected =
        "pattern \"Bash(ls\" is wrong at character 8: the closing parenthesis is missing";
    assert_eq!(error.to_string(), expected);
}
