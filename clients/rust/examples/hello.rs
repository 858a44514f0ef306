//! The README's example.

use runbook_client::{Client, event::EventKind, types::CodeRun};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("RUNBOOK_URL").unwrap_or("http://127.0.0.1:8000".to_owned());
    let client = Client::new(&url, &std::env::var("RUNBOOK_TOKEN")?);

    let order = CodeRun::new("python", "print('hello')")?;
    let mut events = client.code_run(&order).await?;
    while let Some(event) = events.next().await? {
        if let EventKind::Stdout(chunk) = event.kind {
            print!("{}", String::from_utf8_lossy(&chunk.bytes()));
        }
    }

    let order = CodeRun::new("bash", "exit 3")?;
    let summary = client.code_run(&order).await?.result().await?;
    println!("bash ended with {}", summary.exit_code.unwrap_or_default());
    Ok(())
}
