//! Every route about jobs once: artifacts, a job to its end, one cancelled, a schedule, and what
//! administrators see. The token is an administrator's.

use runbook_client::{Client, event::EventKind, types};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    Ok(serde_json::from_value(value)?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::var("RUNBOOK_URL").unwrap_or("http://127.0.0.1:8000".to_owned());
    let client = Client::new(&url, &std::env::var("RUNBOOK_TOKEN")?);
    let reference = upload(&client).await?;
    let job = run(&client, &reference).await?;
    cancel(&client, &job).await?;
    schedule(&client).await?;
    administer(&client).await
}

/// Keeps a file that comes at once and one that comes in parts; the second one's reference.
async fn upload(client: &Client) -> Result<String, Failure> {
    let kept = client.artifacts_create(Some("note.txt"), None, None, "at once").await?;
    let shown = client.artifacts_show(&kept.id, Some(60)).await?;
    let content = client.artifacts_content(&shown.reference).await?;
    println!("kept {:?}", String::from_utf8(content)?);
    client.artifacts_delete(&kept.id).await?;

    let new = read(json!({ "name": "numbers.txt", "size": 6 }))?;
    let begun = client.artifacts_begin_upload(&new).await?;
    client.artifacts_send_part(&begun.id, Some(0), "1\n2").await?;
    let so_far = client.artifacts_show_upload(&begun.id).await?;
    let done = client.artifacts_send_part(&begun.id, Some(so_far.received as u64), "\n39").await?;
    let given_up = client.artifacts_begin_upload(&new).await?;
    client.artifacts_abandon_upload(&given_up.id).await?;
    println!("{} artifact", client.artifacts_list(None, None).await?.items.len());
    Ok(done.artifact.ok_or("the upload is whole")?.reference)
}

/// Runs a job with that file to its end, and gives its id.
async fn run(client: &Client, reference: &str) -> Result<String, Failure> {
    let order: types::NewJob = read(json!({
        "name": "sum",
        "payload": { "command": "awk '{ n += $1 } END { print n }' numbers.txt | tee sum.txt" },
        "artifacts_in": [{ "artifact": reference, "path": "numbers.txt" }],
        "artifacts_out": ["sum.txt"]
    }))?;
    let job = client.jobs_submit(&order).await?.job_id.to_string();
    let mut events = client.jobs_events(&job, None).await?;
    while let Some(event) = events.next().await? {
        if let EventKind::Stdout(chunk) = event.kind {
            print!("the sum is {}", String::from_utf8_lossy(&chunk.bytes()));
        }
    }
    let shown = client.jobs_show(&job).await?;
    let left = client.jobs_kept(&job).await?.items;
    println!("{:?} with {} file", shown.status.to_string(), left.len());
    let listed =
        client.jobs_list(Some("finished"), Some("sum"), None, None, None, Some(10)).await?;
    println!("{} of that name", listed.items.len());
    Ok(job)
}

/// Does it again, later, and cancels that; then deletes both.
async fn cancel(client: &Client, job: &str) -> Result<(), Failure> {
    let again = client.jobs_retry(job).await?.job_id.to_string();
    client.jobs_events(&again, None).await?.result().await?;
    let later = json!({ "payload": { "command": "true" }, "run_at": "2999-01-01T00:00:00Z" });
    let later = client.jobs_submit(&read(later)?).await?.job_id.to_string();
    let cancelled = client.jobs_cancel(&later).await?;
    println!("{:?}", cancelled.status.to_string());
    for job in [job, &again, &later] {
        client.jobs_delete(job).await?;
    }
    let secret = client.jobs_webhook_secret().await?.secret;
    println!("webhooks are signed with {}…", &secret[..6]);
    Ok(())
}

async fn schedule(client: &Client) -> Result<(), Failure> {
    let mut nightly: types::NewSchedule = read(json!({
        "name": "nightly", "cron": "30 2 * * *", "job": { "payload": { "command": ["true"] } }
    }))?;
    let made = client.schedules_create(&nightly).await?;
    nightly.paused = Some(true);
    client.schedules_update(&made.id, &nightly).await?;
    let shown = client.schedules_show(&made.id).await?;
    let all = client.schedules_list(None, None).await?.items.len();
    println!("{all} schedule, paused: {}", shown.paused);
    client.schedules_delete(&made.id).await?;
    Ok(())
}

async fn administer(client: &Client) -> Result<(), Failure> {
    let mine = client.queue_my_limits().await?;
    let users = client.users_list(Some("ada"), None, None).await?.items;
    let ada = &users.first().ok_or("there is ada")?.id;
    client.queue_set_limits(ada, &read(json!({ "running": 2 }))?).await?;
    let limits = client.queue_limits(ada).await?.limits;
    println!("{} jobs run, at most {:?}", mine.usage.running, limits.running);
    let policy = client.queue_policy().await?;
    client.queue_set_policy(&policy).await?;
    println!("{} worker", client.queue_show().await?.workers.len());
    let set = client.audit_list(None, Some("queue_*"), None, None, None).await?.items.len();
    let mut log = client.audit_export(None).await?;
    let first = log.next().await?.ok_or("something was done")?;
    println!("{set} acts on the queue; the log begins with {}", first.seq);
    Ok(())
}
