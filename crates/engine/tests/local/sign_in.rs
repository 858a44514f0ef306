//! Signing in: on pages of providers, with programs of this machine, and what providers say of it.

use std::{fs, time::Duration};

use engine::local::{Checked, Choice, FlowState, ProfileKind, SignInError, SignInMethod, Standing};
use serde_json::{Value, json};

use crate::{
    providers::{Fake, Reply},
    stage::{Stage, exited},
};

/// A promise that takes longer than that is broken.
const LONGEST: Duration = Duration::from_secs(60);

const HUB: &str = "<GitHubAuth id=\"hub\" oauthClientId=\"client-1\" />\n\n\
    <Command id=\"asks\" gitAuthId=\"hub\" usePty={false} command=\"echo $GITHUB_USER ${#GITHUB_TOKEN} $GITHUB_TOKEN\" />\n\n\
    <Command id=\"others\" usePty={false} command=\"echo [${GITHUB_TOKEN-}] {{ .outputs.hub.GIT_PROVIDER }} {{ .outputs.hub.__AUTHENTICATED }}\" />\n";

const CODE: &str = "github.com/login/device/code";
const TOKEN: &str = "github.com/login/oauth/access_token";
const USER: &str = "api.github.com/user";

fn code() -> Reply {
    Reply::Json(
        200,
        json!({
            "device_code": "device-secret-1", "user_code": "WDJB-MJHT", "interval": 1, "expires_in": 3600,
            "verification_uri": "https://github.com/login/device",
        }),
    )
}

fn error(name: &str) -> Reply {
    Reply::Json(200, json!({ "error": name }))
}

fn granted() -> Reply {
    Reply::Json(200, json!({ "access_token": "gho_0123456789abcdef", "scope": "repo" }))
}

fn octocat() -> Reply {
    Reply::Header("x-oauth-scopes", "repo, gist".to_owned(), json!({ "login": "octocat" }))
}

async fn until(stage: &Stage, component: &str, is_so: impl Fn(&Standing) -> bool) -> Standing {
    let reached = async {
        loop {
            let standing = stage.session.standing(component).unwrap();
            if is_so(&standing) {
                return standing;
            }
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(LONGEST, reached).await;
    reached.unwrap_or_else(|_| panic!("{:?}", stage.session.standing(component)))
}

async fn failed(stage: &Stage, component: &str) -> String {
    let has_failed = |it: &Standing| matches!(it.flow, Some(FlowState::Failed { .. }));
    match until(stage, component, has_failed).await.flow {
        Some(FlowState::Failed { reason }) => reason,
        flow => panic!("{flow:?}"),
    }
}

fn verdict(standing: &Standing) -> &Checked {
    standing.signed_in.as_ref().unwrap().checked.as_ref().unwrap()
}

#[tokio::test]
async fn a_page_of_a_forge_signs_in_for_the_scripts_that_name_it() {
    let polls = [
        error("authorization_pending"),
        error("slow_down"),
        error("authorization_pending"),
        granted(),
    ];
    let fake = Fake::start(&[(CODE, &[code()]), (TOKEN, &polls[..1]), (USER, &[octocat()])]).await;
    let stage = Stage::with_providers(HUB, &[], &[], fake.providers()).await;
    assert!(stage.session.standing("hub").unwrap().has_flow);
    stage.session.begin_flow("hub", None).unwrap();
    let waiting = until(&stage, "hub", |it| matches!(it.flow, Some(FlowState::Waiting { .. })));
    let shown = format!("{:?}", waiting.await.flow);
    assert!(shown.contains("WDJB-MJHT") && shown.contains("https://github.com/login/device"));
    assert!(!shown.contains("device-secret"), "{shown}");
    fake.says(TOKEN, &polls);
    let standing = until(&stage, "hub", |it| it.signed_in.is_some()).await;
    assert_eq!(standing.flow, None);
    let scopes = vec!["repo".to_owned(), "gist".to_owned()];
    assert_eq!(*verdict(&standing), Checked::Valid { account: "octocat".to_owned(), scopes });
    let asked = fake.asked(CODE);
    assert_eq!(asked[0].body, "client_id=client-1&scope=repo");
    let poll = &fake.asked(TOKEN)[0];
    assert!(poll.body.contains("device_code=device-secret-1&grant_type=urn%3Aietf"), "{poll:?}");
    assert_eq!(fake.asked(USER)[0].header("authorization"), "Bearer gho_0123456789abcdef");
    assert_eq!(stage.run("asks").await.output, "octocat 20 ***\n");
    assert_eq!(stage.run("others").await.output, "[] github true\n");
}

#[tokio::test]
async fn gitlab_signs_in_on_its_page_at_the_host_that_the_document_names() {
    let document = "<GitAuth id=\"lab\" provider=\"gitlab\" instanceUrl=\"https://git.example.com/lab\" oauthClientId=\"c\" />\n\n\
        <Command id=\"asks\" gitAuthId=\"lab\" usePty={false} command=\"echo $GITLAB_USER $GITLAB_HOST\" />\n";
    let device = json!({
        "device_code": "d", "user_code": "ABCD", "interval": 1, "expires_in": 3600,
        "verification_uri": "https://git.example.com/lab/oauth/device",
        "verification_uri_complete": "https://git.example.com/lab/oauth/device?user_code=ABCD",
    });
    let token = json!({ "access_token": "lab-token-0123456", "expires_in": 7200 });
    let own = json!({ "scopes": ["api"], "expires_at": null });
    let fake = Fake::start(&[
        ("git.example.com/lab/oauth/authorize_device", &[Reply::Json(200, device)]),
        (
            "git.example.com/lab/oauth/token",
            &[
                Reply::Json(400, json!({ "error": "authorization_pending" })),
                Reply::Json(200, token),
            ],
        ),
        ("git.example.com/lab/api/v4/user", &[Reply::Json(200, json!({ "username": "ada" }))]),
        ("git.example.com/lab/api/v4/personal_access_tokens/self", &[Reply::Json(200, own)]),
    ])
    .await;
    let stage = Stage::with_providers(document, &[], &[], fake.providers()).await;
    stage.session.begin_flow("lab", None).unwrap();
    let standing = until(&stage, "lab", |it| it.signed_in.is_some()).await;
    let scopes = vec!["api".to_owned()];
    assert_eq!(*verdict(&standing), Checked::Valid { account: "ada".to_owned(), scopes });
    let asked = fake.asked("git.example.com/lab/oauth/authorize_device");
    assert_eq!(asked[0].body, "client_id=c&scope=api");
    assert_eq!(stage.run("asks").await.output, "ada git.example.com\n");
}

#[tokio::test]
async fn whoever_denies_or_waits_too_long_is_not_signed_in() {
    let fake = Fake::start(&[(CODE, &[code()]), (TOKEN, &[error("access_denied")])]).await;
    let stage = Stage::with_providers(HUB, &[], &[], fake.providers()).await;
    stage.session.begin_flow("hub", None).unwrap();
    assert!(failed(&stage, "hub").await.contains("the request was denied at 127.0.0.1"));
    fake.says(TOKEN, &[error("expired_token")]);
    stage.session.begin_flow("hub", None).unwrap();
    assert!(failed(&stage, "hub").await.contains("nobody agreed in time"));
    let Reply::Json(_, mut short) = code() else { unreachable!() };
    short["expires_in"] = json!(1);
    fake.says(CODE, &[Reply::Json(200, short)]);
    fake.says(TOKEN, &[error("authorization_pending")]);
    stage.session.begin_flow("hub", None).unwrap();
    assert!(failed(&stage, "hub").await.contains("nobody agreed in time"));
    assert!(stage.session.standing("hub").unwrap().signed_in.is_none());
}

#[tokio::test]
async fn a_provider_that_says_something_else_signs_nobody_in() {
    let fake = Fake::start(&[]).await;
    let stage = Stage::with_providers(HUB, &[], &[], fake.providers()).await;
    let code_with = |name: &str, value: Value| {
        let Reply::Json(_, mut said) = code() else { unreachable!() };
        said[name] = value;
        Reply::Json(200, said)
    };
    let elsewhere = || Reply::Header("location", "https://evil.example/".to_owned(), json!({}));
    let codes = [
        (Reply::Text(200, "<html>".to_owned()), "no JSON"),
        (Reply::Text(200, "x".repeat(600 << 10)), "too large"),
        (Reply::Json(200, json!([1])), "it gave no code"),
        (Reply::Json(401, json!({ "error": "invalid_client" })), "invalid_client"),
        (elsewhere(), "it leads elsewhere"),
        (code_with("verification_uri", json!("javascript:alert(1)")), "a link that is not opened"),
        (code_with("verification_uri", json!("http://evil.example/")), "a link that is not opened"),
        (
            code_with("verification_uri", json!("https://evil.example/")),
            "a link that is not opened",
        ),
        (code_with("user_code", json!("<img src=x>")), "it gave no code"),
        (code_with("device_code", json!(7)), "it gave no code"),
    ];
    for (said, wanted) in codes {
        fake.says(CODE, &[said]);
        stage.session.begin_flow("hub", None).unwrap();
        let reason = failed(&stage, "hub").await;
        assert!(reason.contains(wanted), "{reason}");
    }
    fake.says(CODE, &[code()]);
    let leak = json!({ "error": "x", "error_description": "no device-secret-1 here\u{1b}[31m" });
    let tokens = [
        (Reply::Text(500, "oops".to_owned()), "no JSON"),
        (Reply::Json(500, json!({})), "status 500"),
        (Reply::Json(200, json!({})), "it gave no token"),
        (elsewhere(), "it leads elsewhere"),
        (Reply::Json(400, leak), "no *** here [31m"),
    ];
    for (said, wanted) in tokens {
        fake.says(TOKEN, &[said]);
        stage.session.begin_flow("hub", None).unwrap();
        let reason = failed(&stage, "hub").await;
        assert!(reason.contains(wanted) && !reason.contains("device-secret"), "{reason}");
    }
    assert!(fake.asked("evil.example/").is_empty());
}

#[tokio::test]
async fn a_flow_that_was_begun_again_or_ended_says_nothing_more() {
    let fake = Fake::start(&[(CODE, &[Reply::Nothing])]).await;
    let stage = Stage::with_providers(HUB, &[], &[], fake.providers()).await;
    stage.session.begin_flow("hub", None).unwrap();
    while fake.asked(CODE).is_empty() {
        tokio::task::yield_now().await;
    }
    fake.says(CODE, &[code()]);
    fake.says(TOKEN, &[error("authorization_pending")]);
    stage.session.begin_flow("hub", None).unwrap();
    until(&stage, "hub", |it| matches!(it.flow, Some(FlowState::Waiting { .. }))).await;
    stage.session.cancel_flow("hub");
    assert_eq!(stage.session.standing("hub").unwrap().flow, None);
    let refused = stage.session.choose("hub", Choice::Account("1".to_owned())).unwrap_err();
    assert!(matches!(refused, SignInError::NoChoice { .. }), "{refused}");
    // With another host in the document, what was begun and what was given are for nobody.
    stage.session.begin_flow("hub", None).unwrap();
    let token = SignInMethod::Token { token: "typed-token-0123456".to_owned() };
    fake.says(USER, &[octocat()]);
    stage.session.sign_in("hub", &token).await.unwrap();
    assert_eq!(stage.session.standing("hub").unwrap().flow, None);
    stage
        .session
        .approve(stage.registry(&HUB.replace("id=\"hub\"", "id=\"hub\" host=\"evil.example\"")));
    assert!(stage.session.standing("hub").unwrap().signed_in.is_none());
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_is_no_failure_and_one_that_refuses_is() {
    let token = || SignInMethod::Token { token: "ghp_typed0123456789".to_owned() };
    let fake = Fake::start(&[(USER, &[Reply::Nothing])]).await;
    let hasty = fake.with_patience(Duration::from_millis(50));
    let stage = Stage::with_providers(HUB, &[], &[], hasty).await;
    stage.session.sign_in("hub", &token()).await.unwrap();
    let standing = stage.session.standing("hub").unwrap();
    let Checked::Unknown { reason } = verdict(&standing) else { panic!("{standing:?}") };
    assert!(reason.contains("could not be reached: it took longer than 50ms"), "{reason}");

    let stage = Stage::with_providers(HUB, &[], &[], fake.providers()).await;
    let leak = json!({ "message": "Bad credentials ghp_typed0123456789" });
    fake.says(USER, &[Reply::Json(401, leak.clone())]);
    let refused = stage.session.sign_in("hub", &token()).await.unwrap_err().to_string();
    assert!(refused.ends_with("refuses the token: Bad credentials ***"), "{refused}");
    assert!(stage.session.standing("hub").unwrap().signed_in.is_none());
    fake.says(USER, &[octocat(), Reply::Json(403, json!({})), Reply::Json(401, leak)]);
    stage.session.sign_in("hub", &token()).await.unwrap();
    stage.session.check_sign_in("hub").await.unwrap();
    let standing = stage.session.standing("hub").unwrap();
    assert!(matches!(verdict(&standing), Checked::Unknown { .. }), "{standing:?}");
    stage.session.check_sign_in("hub").await.unwrap();
    let standing = stage.session.standing("hub").unwrap();
    assert!(matches!(verdict(&standing), Checked::Refused { .. }), "{standing:?}");
    assert!(!format!("{standing:?}").contains("0123456789"), "{standing:?}");
    stage.session.sign_out("hub");
    assert!(stage.session.check_sign_in("hub").await.is_err());
}

const AWS: &str = "<AwsAuth id=\"aws\" defaultRegion=\"eu-west-1\" ssoStartUrl=\"https://acme.example/start\" \
    ssoRegion=\"eu-west-1\" />\n\n<Command id=\"asks\" awsAuthId=\"aws\" usePty={false} \
    command=\"echo $AWS_ACCESS_KEY_ID ${#AWS_SECRET_ACCESS_KEY} ${#AWS_SESSION_TOKEN} $AWS_REGION\" />\n";

const OIDC: &str = "oidc.eu-west-1.amazonaws.com";
const PORTAL: &str = "portal.sso.eu-west-1.amazonaws.com";
const STS: &str = "sts.eu-west-1.amazonaws.com/";

/// IAM Identity Center with two accounts, of which one has two roles.
async fn identity_center() -> Fake {
    let device = json!({
        "deviceCode": "d", "userCode": "QQQQ-WWWW", "interval": 1, "expiresIn": 600,
        "verificationUri": "https://device.example/", "verificationUriComplete": "https://device.example/?c=1",
    });
    let fake = Fake::start(&[]).await;
    let says =
        |host: &str, path: &str, replies: &[Reply]| fake.says(&format!("{host}/{path}"), replies);
    let client = json!({ "clientId": "c", "clientSecret": "client-secret-1" });
    says(OIDC, "client/register", &[Reply::Json(200, client)]);
    says(OIDC, "device_authorization", &[Reply::Json(200, device)]);
    says(
        OIDC,
        "token",
        &[
            Reply::Json(400, json!({ "error": "authorization_pending" })),
            Reply::Json(400, json!({ "error": "slow_down" })),
            Reply::Json(200, json!({ "accessToken": "sso-token-1" })),
        ],
    );
    let account = |id: &str| json!({ "accountId": id, "accountName": format!("account {id}") });
    says(
        PORTAL,
        "assignment/accounts",
        &[
            Reply::Json(200, json!({ "accountList": [account("111")], "nextToken": "2" })),
            Reply::Json(200, json!({ "accountList": [account("222")] })),
        ],
    );
    let roles = json!({ "roleList": [{ "roleName": "admin" }, { "roleName": "reader" }] });
    says(PORTAL, "assignment/roles", &[Reply::Json(200, roles)]);
    let keys = json!({ "roleCredentials": {
        "accessKeyId": "ASIA0123456789", "secretAccessKey": "role-secret", "sessionToken": "session-token",
        "expiration": 1_900_000_000_000_u64,
    } });
    says(PORTAL, "federation/credentials", &[Reply::Json(200, keys)]);
    let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::222:x</Arn>\
        <UserId>u</UserId><Account>222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    fake.says(STS, &[Reply::Text(200, identity.to_owned())]);
    fake
}

#[tokio::test]
async fn identity_center_gives_the_keys_of_the_role_that_was_chosen() {
    let fake = identity_center().await;
    let stage = Stage::with_providers(AWS, &[], &[], fake.providers()).await;
    stage.session.begin_flow("aws", None).unwrap();
    let choosing = until(&stage, "aws", |it| matches!(it.flow, Some(FlowState::Choosing { .. })));
    let Some(FlowState::Choosing { accounts, .. }) = choosing.await.flow else { panic!() };
    assert_eq!(accounts.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["111", "222"]);
    // What was not offered is not taken.
    stage.session.choose("aws", Choice::Account("999".to_owned())).unwrap_err();
    stage.session.choose("aws", Choice::Role("admin".to_owned())).unwrap_err();
    stage.session.choose("aws", Choice::Account("222".to_owned())).unwrap();
    let roles = |it: &Standing| matches!(&it.flow, Some(FlowState::Choosing { roles, .. }) if roles.len() == 2);
    until(&stage, "aws", roles).await;
    stage.session.choose("aws", Choice::Role("reader".to_owned())).unwrap();
    let standing = until(&stage, "aws", |it| it.signed_in.is_some()).await;
    let signed_in = standing.signed_in.as_ref().unwrap();
    assert_eq!(signed_in.account, "reader in 222");
    assert_eq!(signed_in.expires_at.unwrap().as_millis(), 1_900_000_000_000);
    let account = "222, arn:aws:sts::222:x".to_owned();
    assert_eq!(*verdict(&standing), Checked::Valid { account, scopes: Vec::new() });
    assert_eq!(stage.run("asks").await.output, "*** 11 13 eu-west-1\n");
    let asked = fake.asked(&format!("{PORTAL}/federation/credentials"));
    assert!(asked[0].to.ends_with("?account_id=222&role_name=reader"), "{asked:?}");
    assert_eq!(asked[0].header("x-amz-sso_bearer_token"), "sso-token-1");
    let signed = &fake.asked(STS)[0];
    let authorization = signed.header("authorization");
    assert!(
        authorization.contains("Credential=ASIA0123456789/")
            && authorization.contains("/eu-west-1/sts/")
    );
    assert!(
        authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token")
    );
    assert!(
        !format!("{:?}", fake.all_asked()).contains("role-secret"),
        "a signature tells no secret"
    );
}

#[tokio::test]
async fn a_profile_signs_in_with_what_amazons_tools_keep() {
    let fake = identity_center().await;
    let stage = Stage::with_home(AWS, fake.providers()).await;
    let home = stage.path("");
    let cache = home.join(".aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let config = "[profile sso]\nsso_session = s\nsso_account_id = 222\nsso_role_name = admin\nregion = eu-north-1\n\
        [profile away]\nsso_start_url = https://x.example\nsso_region = evil.example/\n\
        [sso-session s]\nsso_start_url = https://kept.example/start\nsso_region = eu-west-1\n";
    fs::write(home.join(".aws/config"), config).unwrap();
    let kept = |token: &str, ends: &str| {
        let kept = json!({ "startUrl": "https://kept.example/start", "accessToken": token, "expiresAt": ends });
        fs::write(cache.join(format!("{token}.json")), kept.to_string()).unwrap();
    };
    kept("old", "2020-01-01T00:00:00Z");
    kept("fresh", "2100-01-01T00:00:00Z");
    fs::write(cache.join("other.json"), "{").unwrap();
    fake.says("sts.eu-north-1.amazonaws.com/", &[Reply::Text(503, String::new())]);
    stage.session.begin_flow("aws", Some("sso")).unwrap();
    let standing = until(&stage, "aws", |it| it.signed_in.is_some()).await;
    assert_eq!(standing.signed_in.as_ref().unwrap().account, "admin in 222");
    assert!(matches!(verdict(&standing), Checked::Unknown { .. }), "{standing:?}");
    let asked = fake.asked(&format!("{PORTAL}/federation/credentials"));
    assert_eq!(asked[0].header("x-amz-sso_bearer_token"), "fresh");
    assert!(fake.asked(&format!("{OIDC}/client/register")).is_empty(), "nobody is asked again");
    assert_eq!(stage.run("asks").await.output, "*** 11 13 eu-north-1\n");
    stage.session.begin_flow("aws", Some("away")).unwrap();
    assert!(failed(&stage, "aws").await.contains("no region of AWS"));
    assert!(stage.session.begin_flow("aws", Some("none")).is_err());
}

#[tokio::test]
async fn a_program_that_keeps_keys_runs_once_somebody_agrees_and_no_shell_reads_it() {
    let fake = identity_center().await;
    let stage = Stage::with_home(AWS, fake.providers()).await;
    let home = stage.path("");
    stage.program("keeper", "echo ran >> ran; echo noise >&2\n\
        echo \"{\\\"Version\\\": 1, \\\"AccessKeyId\\\": \\\"AKIA-OF-$1\\\", \\\"SecretAccessKey\\\": \\\"s\\\", \
        \\\"Expiration\\\": \\\"2100-01-01T00:00:00Z\\\"}\"").await;
    fs::create_dir_all(home.join(".aws")).unwrap();
    let keeper = home.join("keeper").display().to_string();
    let config = format!(
        "[profile kept]\ncredential_process = {keeper} '$(touch evil)'\n\
         [profile broken]\ncredential_process = {keeper}-not\n"
    );
    fs::write(home.join(".aws/config"), config).unwrap();
    let profiles = stage.session.standing("aws").unwrap().found.profiles;
    assert_eq!(profiles[1].kind, ProfileKind::Process { program: keeper });
    let of = |name: &str| name.to_owned();
    let unasked = stage.session.sign_in("aws", &SignInMethod::Profile { name: of("kept") }).await;
    assert!(unasked.unwrap_err().to_string().contains("agree that it is run"));
    assert!(!home.join("ran").exists());
    stage.session.sign_in("aws", &SignInMethod::Process { name: of("kept") }).await.unwrap();
    assert!(home.join("ran").exists() && !home.join("evil").exists());
    let signed_in = stage.session.standing("aws").unwrap().signed_in.unwrap();
    assert!(signed_in.expires_at.is_some() && signed_in.account.starts_with("profile kept"));
    let broken = stage.session.sign_in("aws", &SignInMethod::Process { name: of("broken") }).await;
    assert!(broken.unwrap_err().to_string().contains("gave none in time"));
}

const FORGES: &str = "<GitHubAuth id=\"hub\" />\n\n<GitLabAuth id=\"lab\" host=\"git.example.com\" />\n\n\
    <GitHubAuth id=\"none\" detectCredentials={['env']} />\n\n\
    <GoogleAuth id=\"google\" project=\"p\" detectCredentials={['gcloud', 'adc']} gcloudConfiguration=\"work\" />\n\n\
    <Command id=\"asks\" gitAuthId=\"hub\" usePty={false} command=\"echo ${#GITHUB_TOKEN} $GITHUB_USER\" />\n";

#[tokio::test]
async fn a_program_that_is_signed_in_is_found_and_used_once_the_reader_says_so() {
    let fake = Fake::start(&[(USER, &[octocat()])]).await;
    let stage = Stage::with_home(FORGES, fake.providers()).await;
    assert_eq!(stage.session.find_program("hub").await.unwrap(), None, "nothing is there");
    let absent = stage.session.sign_in("hub", &SignInMethod::CommandLine).await.unwrap_err();
    assert!(absent.to_string().contains("gh is not signed in to github.com"), "{absent}");
    stage
        .program(
            "bin/gh",
            "[ -z \"$GH_TOKEN$GITHUB_TOKEN$GH_HOST\" ] || exit 1\n\
        echo \"$@\" >> $HOME/said\n\
        case \"$*\" in\n'auth token --hostname github.com') echo gho_cli0123456789;;\n\
        'config get user --host github.com') echo octocat;;\n*) exit 1;;\nesac",
        )
        .await;
    stage
        .program(
            "bin/glab",
            "case \"$*\" in\n\
        'config get token --host git.example.com') echo glpat-cli0123456;;\n*) exit 1;;\nesac",
        )
        .await;
    stage.program("bin/gcloud", "case \"$*\" in\n\
        'config list --format=json --configuration=work') echo '{\"core\": {\"account\": \"ada@example.com\", \"project\": \"q\"}}';;\n\
        'auth print-access-token --configuration=work') echo ya29.cli0123456789;;\n*) exit 1;;\nesac").await;
    let found = async |id: &str| {
        let found = stage.session.find_program(id).await.unwrap();
        found.map(|it| (it.program, it.account.unwrap_or_default()))
    };
    assert_eq!(found("hub").await, Some(("gh", "octocat".to_owned())));
    assert_eq!(found("lab").await, Some(("glab", String::new())));
    assert_eq!(found("google").await, Some(("gcloud", "ada@example.com".to_owned())));
    assert_eq!(found("none").await, None, "the document does not look there");
    assert!(stage.session.standing("hub").unwrap().signed_in.is_none(), "nothing is taken");
    stage.session.sign_in("hub", &SignInMethod::CommandLine).await.unwrap();
    assert_eq!(stage.run("asks").await.output, "17 octocat\n");
    assert_eq!(fake.asked(USER)[0].header("authorization"), "Bearer gho_cli0123456789");
    stage.session.sign_in("google", &SignInMethod::CommandLine).await.unwrap();
    let outputs = &stage.session.outputs()["google"];
    assert_eq!(
        (&*outputs["GOOGLE_CLOUD_PROJECT"], &*outputs["CLOUDSDK_CORE_ACCOUNT"]),
        ("p", "ada@example.com")
    );
    let none = stage.session.sign_in("none", &SignInMethod::CommandLine).await.unwrap_err();
    assert_eq!(none, SignInError::NoPlace);
}

#[tokio::test]
async fn googles_default_credentials_are_asked_about_at_google_only() {
    let fake = Fake::start(&[]).await;
    let stage = Stage::with_home(FORGES, fake.providers()).await;
    let gcloud = stage.path(".config/gcloud");
    fs::create_dir_all(&gcloud).unwrap();
    let document = json!({
        "type": "authorized_user", "client_id": "c", "client_secret": "client-secret", "refresh_token": "refresh-secret",
        "account": "ada@example.com", "token_uri": "https://evil.example/token",
    });
    fs::write(gcloud.join("application_default_credentials.json"), document.to_string()).unwrap();
    fake.says("oauth2.googleapis.com/token", &[
        Reply::Json(200, json!({ "access_token": "ya29.fresh" })),
        Reply::Json(400, json!({ "error": "invalid_grant", "error_description": "refresh-secret is revoked" })),
    ]);
    let info = json!({ "email": "ada@example.com", "scope": "openid email", "expires_in": "3599" });
    fake.says("oauth2.googleapis.com/tokeninfo", &[Reply::Json(200, info)]);
    let found = stage.session.standing("google").unwrap().found;
    assert_eq!(found.default_credentials.as_deref(), Some("ada@example.com"));
    stage.session.sign_in("google", &SignInMethod::DefaultCredentials).await.unwrap();
    let standing = stage.session.standing("google").unwrap();
    let scopes = vec!["openid".to_owned(), "email".to_owned()];
    let account = "ada@example.com".to_owned();
    assert_eq!(*verdict(&standing), Checked::Valid { account, scopes });
    assert_eq!(standing.signed_in.unwrap().expires_at, None, "whoever reads the file renews it");
    let refused = stage.session.sign_in("google", &SignInMethod::DefaultCredentials).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("*** is revoked"), "{refused}");
    assert!(fake.all_asked().iter().all(|it| it.to.starts_with("oauth2.googleapis.com/")));
}

#[tokio::test]
async fn google_signs_in_in_a_browser_that_comes_back_to_this_machine() {
    let document = "<GoogleAuth id=\"google\" oauthClientFile=\"~/client.json\" scopes={['a', 'b']} />\n\n\
        <Command id=\"asks\" googleAuthId=\"google\" usePty={false} command=\"echo ${#GOOGLE_OAUTH_ACCESS_TOKEN}\" />\n";
    let fake = Fake::start(&[]).await;
    let stage = Stage::with_home(document, fake.providers()).await;
    let client = json!({ "installed": { "client_id": "c-1", "client_secret": "client-secret" } });
    fs::write(stage.path("client.json"), client.to_string()).unwrap();
    fake.says(
        "oauth2.googleapis.com/token",
        &[Reply::Json(200, json!({ "access_token": "ya29.browser", "expires_in": 3599 }))],
    );
    stage.session.begin_flow("google", None).unwrap();
    let waiting = until(&stage, "google", |it| matches!(it.flow, Some(FlowState::Waiting { .. })));
    let Some(FlowState::Waiting { link, user_code, .. }) = waiting.await.flow else { panic!() };
    assert_eq!(user_code, None);
    let prefix = format!("{}accounts.google.com/o/oauth2/v2/auth?", fake.address());
    let query: Vec<_> = link.strip_prefix(&prefix).unwrap().split('&').collect();
    let field = |name: &str| {
        query.iter().find_map(|it| it.strip_prefix(&format!("{name}="))).unwrap().to_owned()
    };
    assert_eq!((field("client_id"), field("scope")), ("c-1".to_owned(), "a+b".to_owned()));
    assert!(!link.contains("client-secret"));
    let back = field("redirect_uri").replace("%3A", ":").replace("%2F", "/");
    let visit = async |query: String| {
        let shown = visited(&format!("{back}?{query}")).await;
        (shown.contains("You are signed in"), shown)
    };
    assert!(!visit("state=wrong&code=evil".to_owned()).await.0);
    assert!(fake.all_asked().is_empty(), "a code of another page is not traded");
    let (is_in, shown) = visit(format!("state={}&code=4%2Fcode", field("state"))).await;
    assert!(is_in, "{shown}");
    until(&stage, "google", |it| it.signed_in.is_some()).await;
    let traded = &fake.asked("oauth2.googleapis.com/token")[0].body;
    assert!(traded.contains("code=4%2Fcode") && traded.contains("code_verifier="), "{traded}");
    assert_eq!(stage.run("asks").await.output, "12\n");
}

/// As a browser asks, without what it sends beside that.
async fn visited(url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_outputs_of_a_script_sign_in_where_the_document_says_so() {
    let document = "<Command id=\"mint-keys\" command=\"echo AWS_ACCESS_KEY_ID=AKIA9 >> $RUNBOOK_OUTPUT; \
        echo AWS_SECRET_ACCESS_KEY=minted-secret >> $RUNBOOK_OUTPUT\" />\n\n\
        <AwsAuth id=\"aws\" detectCredentials={[{block: 'mint-keys'}]} />\n\n\
        <Command id=\"asks\" awsAuthId=\"aws\" usePty={false} command=\"echo ${#AWS_SECRET_ACCESS_KEY}\" />\n";
    let stage = Stage::open(document, &[]).await;
    let method = SignInMethod::Block { id: "mint-keys".to_owned() };
    let early = stage.session.sign_in("aws", &method).await.unwrap_err();
    assert!(early.to_string().contains("mint-keys has given no credentials"), "{early}");
    assert_eq!(stage.run("mint-keys").await.outcome, exited(0));
    assert_eq!(stage.session.standing("aws").unwrap().found.blocks, ["mint-keys"]);
    stage.session.sign_in("aws", &method).await.unwrap();
    assert_eq!(stage.run("asks").await.output, "13\n");
    let other = SignInMethod::Block { id: "asks".to_owned() };
    assert_eq!(stage.session.sign_in("aws", &other).await.unwrap_err(), SignInError::NoPlace);
}
