//! The package indexes that this machine is configured for, read where its own tools read them.
//!
//! Flags come first, then the tools' variables, then their files. What cannot be read is left out: the
//! tools would not use it either.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use engine::{AptIndex, IndexUrl, Indexes, NpmIndex, Secret};

use crate::args::CacheFlags;

pub(crate) fn read(flags: &CacheFlags) -> Indexes {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = cargo(&home);
    let go = go_variables(&home);
    Indexes {
        python: python(flags, &home),
        npm: npm(flags, &home),
        go: flags.go_proxy.clone().map_or_else(|| go_proxies(&go("GOPROXY")), |it| vec![it]),
        go_sums: Some(go("GOSUMDB")).filter(|it| !it.is_empty()),
        cargo: flags.cargo_index.clone().or(cargo.0),
        cargo_token: cargo.1,
        apt: apt(Path::new("/etc/apt")),
        certificates: certificates(),
        hosts: flags.index_host.clone(),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name)?.into_string().ok().filter(|it| !it.is_empty())
}

fn python(flags: &CacheFlags, home: &Path) -> Vec<IndexUrl> {
    let files = match variable("PIP_CONFIG_FILE") {
        Some(file) => vec![PathBuf::from(file)],
        None => vec![
            home.join(".config/pip/pip.conf"),
            home.join(".pip/pip.conf"),
            PathBuf::from("/etc/pip.conf"),
        ],
    };
    let texts: Vec<_> = files.iter().filter_map(|it| fs::read_to_string(it).ok()).collect();
    let setting = |name: &str, variable_name: &str| {
        let from_file = || texts.iter().find_map(|it| ini(it, &["global", "install"], name));
        variable(variable_name).or_else(from_file).unwrap_or_default()
    };
    let index = flags.python_index.clone();
    let index = index.or_else(|| setting("index-url", "PIP_INDEX_URL").parse().ok());
    let more = setting("extra-index-url", "PIP_EXTRA_INDEX_URL");
    let more: Vec<IndexUrl> = more.split_whitespace().filter_map(|it| it.parse().ok()).collect();
    // Extra indexes stand beside the usual one.
    let usual = (!more.is_empty()).then(|| "https://pypi.org/simple".parse().ok()).flatten();
    index.or(usual).into_iter().chain(more).collect()
}

/// A value of an ini file, of the first section that has it. Further lines of a value are indented.
fn ini(text: &str, sections: &[&str], name: &str) -> Option<String> {
    let (mut inside, mut found) = (false, None::<String>);
    for line in text.lines() {
        let trimmed = line.trim();
        if let (Some(value), true) = (&mut found, line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(trimmed);
        } else if found.is_some() {
            break;
        } else if let Some(section) = trimmed.strip_prefix('[') {
            inside = sections.contains(&section.trim_end_matches(']'));
        } else if let Some((key, value)) = trimmed.split_once('=').filter(|_| inside)
            && key.trim().replace('_', "-") == name
        {
            found = Some(value.trim().to_owned());
        }
    }
    found
}

fn npm(flags: &CacheFlags, home: &Path) -> NpmIndex {
    let own = variable("NPM_CONFIG_USERCONFIG").map_or_else(|| home.join(".npmrc"), PathBuf::from);
    let files = [own, PathBuf::from("/usr/etc/npmrc"), PathBuf::from("/etc/npmrc")];
    let texts: Vec<_> = files.iter().filter_map(|it| fs::read_to_string(it).ok()).collect();
    let mut index = npmrc(&texts.concat(), &|name| variable(name).unwrap_or_default());
    let named = variable("npm_config_registry").or_else(|| variable("NPM_CONFIG_REGISTRY"));
    let named = named.and_then(|it| it.parse().ok());
    index.registry = flags.npm_registry.clone().or(named).or(index.registry);
    index
}

fn npmrc(text: &str, variable: &dyn Fn(&str) -> String) -> NpmIndex {
    let mut index = NpmIndex::default();
    for line in text.lines().map(str::trim).filter(|it| !it.starts_with(['#', ';'])) {
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), expanded(value.trim().trim_matches('"'), variable));
        if name == "registry" {
            index.registry = index.registry.or_else(|| value.parse().ok());
        } else if let Some(scope) = name.strip_suffix(":registry") {
            index.scopes.extend(value.parse().ok().map(|it| (scope.to_owned(), it)));
        } else if name.starts_with("//") {
            index.credentials.push((name.to_owned(), Secret::new(value)));
        }
    }
    index
}

/// Replaces `${NAME}`, as npm does.
fn expanded(text: &str, variable: &dyn Fn(&str) -> String) -> String {
    let mut parts = text.split("${");
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                done.push_str(&variable(name));
                done.push_str(rest);
            }
            None => done.push_str(part),
        }
    }
    done
}

/// The variables of Go, which has a file for those that are not set.
fn go_variables(home: &Path) -> impl Fn(&str) -> String {
    let file = variable("GOENV").map_or_else(|| home.join(".config/go/env"), PathBuf::from);
    let text = fs::read_to_string(file).unwrap_or_default();
    move |name: &str| {
        let line = |it: &str| Some(it.strip_prefix(name)?.strip_prefix('=')?.to_owned());
        variable(name).or_else(|| text.lines().find_map(line)).unwrap_or_default()
    }
}

fn go_proxies(text: &str) -> Vec<IndexUrl> {
    text.split([',', '|']).filter_map(|it| it.parse().ok()).collect()
}

/// The sparse registry that stands in the place of crates.io, and its token.
fn cargo(home: &Path) -> (Option<IndexUrl>, Option<Secret>) {
    let home = variable("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let table = |names: &[&str]| {
        let texts = names.iter().filter_map(|it| fs::read_to_string(home.join(it)).ok());
        texts.into_iter().find_map(|it| it.parse::<toml::Table>().ok()).unwrap_or_default()
    };
    let config = table(&["config.toml", "config"]);
    let credentials = table(&["credentials.toml", "credentials"]);
    let Some(name) = text(&config, &["source", "crates-io", "replace-with"]) else {
        return (None, None);
    };
    let source = text(&config, &["source", name, "registry"])
        .or_else(|| text(&config, &["registries", name, "index"]));
    let url = source.and_then(|it| it.strip_prefix("sparse+")).and_then(|it| it.parse().ok());
    let token = text(&credentials, &["registries", name, "token"]).map(Secret::new);
    (url, token)
}

fn text<'a>(table: &'a toml::Table, path: &[&str]) -> Option<&'a str> {
    let (last, tables) = path.split_last()?;
    let mut at = table;
    for name in tables {
        at = at.get(*name)?.as_table()?;
    }
    at.get(*last)?.as_str()
}

fn apt(etc: &Path) -> AptIndex {
    let files = |directory: &str, extensions: &[&str]| {
        let listed = fs::read_dir(etc.join(directory)).into_iter().flatten().flatten();
        let mut paths: Vec<_> = listed.map(|it| it.path()).collect();
        paths.retain(|it| it.extension().is_some_and(|it| extensions.iter().any(|ext| it == *ext)));
        paths.sort();
        paths
    };
    let name = |it: &Path| it.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut sources = vec![etc.join("sources.list")];
    sources.extend(files("sources.list.d", &["list", "sources"]));
    let mut keys = files("trusted.gpg.d", &["gpg", "asc"]);
    keys.extend(files("keyrings", &["gpg", "asc"]));
    let mut credentials = vec![etc.join("auth.conf")];
    credentials.extend(files("auth.conf.d", &["conf"]));
    let credentials: String =
        credentials.iter().filter_map(|it| fs::read_to_string(it).ok()).collect();
    let read = |it: &PathBuf| Some((name(it), fs::read_to_string(it).ok()?));
    AptIndex {
        sources: sources.iter().filter_map(read).collect(),
        keyrings: keys.iter().filter_map(|it| Some((name(it), fs::read(it).ok()?))).collect(),
        status: Some(PathBuf::from("/var/lib/dpkg/status")).filter(|it| it.is_file()),
        credentials: Some(credentials).filter(|it| !it.is_empty()).map(Secret::new),
    }
}

/// Where this machine's tools are told of certificates. One file serves all of them.
fn certificates() -> Option<PathBuf> {
    let names = [
        "SSL_CERT_FILE",
        "PIP_CERT",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "CURL_CA_BUNDLE",
    ];
    let named = names.iter().filter_map(|it| variable(it)).map(PathBuf::from);
    // Node has certificates of its own, and would not know those that an operator added.
    let system = PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
    named.chain([system]).find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pips_file_may_have_values_of_several_lines() {
        let text = "[list]\nindex-url = https://no.example\n[global]\ntimeout = 1\n\
                    extra-index-url =\n    https://a.example/simple\n    https://b.example/simple\n\
                    [install]\nindex_url=https://c.example/simple\n";
        let get = |name| ini(text, &["global", "install"], name);
        let more = get("extra-index-url").unwrap();
        assert_eq!(
            more.split_whitespace().collect::<Vec<_>>(),
            ["https://a.example/simple", "https://b.example/simple"]
        );
        assert_eq!(get("index-url").as_deref(), Some("https://c.example/simple"));
        assert_eq!(get("proxy"), None);
    }

    #[test]
    fn npms_file_names_registries_scopes_and_credentials() {
        let text = "# registry=https://no.example\nregistry = https://npm.example/\n\
                    @ada:registry=https://ada.example\n//npm.example/:_authToken=${TOKEN}\n";
        let index = npmrc(text, &|name| format!("<{name}>"));
        assert_eq!(index.registry.unwrap().to_string(), "https://npm.example/");
        assert_eq!(index.scopes[0].0, "@ada");
        let [(name, token)] = index.credentials.as_slice() else { panic!() };
        assert_eq!((name.as_str(), token), ("//npm.example/:_authToken", &Secret::new("<TOKEN>")));
    }

    #[test]
    fn go_asks_its_proxies_and_nobody_directly() {
        let proxies = go_proxies("https://go.example/a,https://proxy.golang.org|direct");
        let proxies: Vec<_> = proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["https://go.example/a", "https://proxy.golang.org"]);
        assert!(go_proxies("off").is_empty());
    }

    #[test]
    fn apts_files_are_read_where_they_stand() {
        let etc = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = etc.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("sources.list.d/b.sources", "Types: deb");
        put("sources.list.d/a.list", "deb http://a.example ./");
        put("sources.list.d/c.list.disabled", "deb http://c.example ./");
        put("keyrings/a.gpg", "key");
        let apt = apt(etc.path());
        let names: Vec<_> = apt.sources.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.list", "b.sources"]);
        assert_eq!(apt.keyrings, [("a.gpg".to_owned(), b"key".to_vec())]);
        assert_eq!(apt.credentials, None);
    }
}
