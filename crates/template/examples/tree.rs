//! How long a tree of 79 files takes: `cargo run --release -p template --example tree`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use serde_json::{Map, json};
use template::{File, Files, World, render_tree};

const FORM: &str = "
variables:
  - { name: Name, default: shop }
  - { name: Regions, type: list, default: [eu-1, eu-2, us-1, ap-1] }
  - { name: Tags, type: map, default: { team: core, cost: '42' } }
  - { name: Host, default: '{{ .inputs.Name }}.example.com' }
";

const MODULE: &str = r#"# {{ .inputs.Name | title }}
{{- range $nth, $region := .inputs.Regions }}
module "{{ $.inputs.Name | snakecase }}_{{ $nth }}" {
  source = "./modules/{{ $region }}"
  host   = {{ $.inputs.Host | quote }}
  {{- if hasPrefix "eu" $region }}
  law    = "gdpr"
  {{- end }}
  tags = {
    {{- range $key, $value := $.inputs.Tags }}
    {{ $key }} = {{ printf "%q" $value }}
    {{- end }}
  }
}
{{- end }}
"#;

fn main() {
    let mut files = Files::new();
    let file = |text: &str| File { bytes: text.as_bytes().to_vec(), mode: 0o644 };
    files.insert("app/boilerplate.yml".to_owned(), file(FORM));
    for nth in 0..79 {
        let name = format!("app/{{{{ .inputs.Name }}}}/part-{nth}/main.tf");
        files.insert(name, file(&MODULE.repeat(1 + nth % 5)));
    }
    let given: Map<_, _> = json!({"Name": "web shop"}).as_object().cloned().unwrap_or_default();
    for round in 0..5 {
        let start = Instant::now();
        match render_tree(&files, "app", &given, &Map::new(), &World::default()) {
            Ok(made) => {
                let bytes: usize = made.values().map(|it| it.bytes.len()).sum();
                println!(
                    "round {round}: {} files, {bytes} bytes, {:.1?}",
                    made.len(),
                    start.elapsed()
                );
            }
            Err(error) => println!("{error}"),
        }
    }
}
