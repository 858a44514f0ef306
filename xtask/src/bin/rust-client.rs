//! Writes `clients/rust/src/generated.rs` from the OpenAPI document: its schemas as types, by typify,
//! and a method for each operation.
//!
//! ```text
//! rust-client DOCUMENT OUT
//! ```
//!
//! Generators that know OpenAPI 3.1, which is what our routes describe themselves in, there are none
//! for Rust yet; its schemas are JSON Schema, for which there is one.

use std::{env, fs};

use anyhow::{Context, Result, bail};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use typify::{TypeSpace, TypeSpaceSettings};

/// What `model` has better names for than a generator finds.
const EVENTS: [&str; 7] =
    ["Event", "EventKind", "Chunk", "Encoding", "Truncation", "Summary", "Failure"];

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [document, out] = arguments.as_slice() else { bail!("usage: rust-client DOCUMENT OUT") };
    let text = fs::read_to_string(document).with_context(|| format!("read {document}"))?;
    // Where JSON Schema keeps what it refers to.
    let text = text.replace("#/components/schemas/", "#/definitions/");
    let mut document: Value = serde_json::from_str(&text).context("the document is no JSON")?;
    loosen(&mut document);
    let types = types(&document)?;
    let methods = operations(&document)?;
    let file = syn::parse2(quote! {
        /// What the API takes and gives, by the names that its document has for them.
        pub mod types { #types }

        use crate::{Client, Error, Lines};

        impl Client { #(#methods)* }
    })?;
    let head = "// Written by `make clients` from the OpenAPI document.\n\n";
    fs::write(out, head.to_owned() + &prettyplease::unparse(&file))
        .with_context(|| format!("write {out}"))
}

/// Takes away what only the server checks: a client would need two more libraries for it, and could not
/// read what a newer server allows.
fn loosen(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("pattern");
            fields.retain(|key, value| key != "format" || *value != "date-time");
            fields.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn types(document: &Value) -> Result<TokenStream> {
    let schemas = document["components"]["schemas"].as_object().context("there are no schemas")?;
    let mut settings = TypeSpaceSettings::default();
    for name in EVENTS {
        settings.with_replacement(name, format!("model::event::{name}"), [].into_iter());
    }
    let mut space = TypeSpace::new(&settings);
    let schemas = schemas
        .iter()
        .map(|(name, schema)| Ok((name.clone(), serde_json::from_value(schema.clone())?)));
    space.add_ref_types(schemas.collect::<Result<Vec<_>>>()?)?;
    Ok(space.to_stream())
}

fn operations(document: &Value) -> Result<Vec<TokenStream>> {
    let paths = document["paths"].as_object().context("there are no paths")?;
    let all = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        // A WebSocket is no request with an answer; there are libraries for it.
        let answered = operations.filter(|it| it.1["responses"].get("101").is_none());
        answered.map(move |(method, operation)| method_of(path, method, operation))
    });
    all.collect()
}

fn method_of(path: &str, method: &str, operation: &Value) -> Result<TokenStream> {
    let text = |key: &str| operation[key].as_str().unwrap_or_default();
    let name = format_ident!("{}", text("operationId"));
    let summary = format!(" {}\n\n `{} {path}`", text("summary"), method.to_uppercase());
    let http = format_ident!("{}", method.to_uppercase());
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut arguments = Vec::new();
    let mut fill = Vec::new();
    let mut query = Vec::new();
    for parameter in parameters {
        let wire = parameter["name"].as_str().context("a parameter without a name")?;
        let argument = format_ident!("{}", wire.replace('-', "_"));
        match parameter["in"].as_str() {
            Some("path") => {
                arguments.push(quote!(#argument: &str));
                let place = format!("{{{wire}}}");
                fill.push(quote!(.replace(#place, &crate::escape(#argument))));
            }
            Some("query") => {
                let kind = scalar(&parameter["schema"])?;
                arguments.push(quote!(#argument: Option<#kind>));
                query.push(quote!((#wire, #argument.map(|it| it.to_string()))));
            }
            _ => {}
        }
    }
    let content = &operation["requestBody"]["content"];
    let json = &content["application/json"]["schema"];
    let json = (!json.is_null()).then(|| kind(json)).transpose()?;
    let send = if let Some(kind) = &json {
        arguments.push(quote!(body: &#kind));
        quote!(send(reqwest::Method::#http, &route, query, Some(body)))
    } else if content["application/octet-stream"].is_object() {
        arguments.push(quote!(body: impl Into<reqwest::Body>));
        quote!(send_bytes(reqwest::Method::#http, &route, query, body))
    } else {
        quote!(send(reqwest::Method::#http, &route, query, None::<&()>))
    };
    let (given, read) = answer(operation)?;
    Ok(quote! {
        #[doc = #summary]
        pub async fn #name(&self, #(#arguments),*) -> Result<#given, Error> {
            let route = #path.to_owned() #(#fill)*;
            let query: &[(&str, Option<String>)] = &[#(#query),*];
            let response = self.#send.await?;
            #read
        }
    })
}

/// What a successful answer becomes, and how it is read.
fn answer(operation: &Value) -> Result<(TokenStream, TokenStream)> {
    let responses = operation["responses"].as_object().context("no responses")?;
    let success = responses.iter().find(|it| it.0.starts_with('2')).context("no success")?.1;
    let content = &success["content"];
    let schema = |media: &str| content[media].get("schema");
    if let Some(schema) = schema("application/x-ndjson") {
        let kind = kind(schema)?;
        return Ok((quote!(Lines<#kind>), quote!(Ok(Lines::new(response)))));
    }
    if let Some(schema) = schema("application/json") {
        let kind = kind(schema)?;
        return Ok((kind, quote!(Ok(response.json().await?))));
    }
    match content.is_null() {
        true => Ok((quote!(()), quote!(drop(response); Ok(())))),
        false => Ok((quote!(Vec<u8>), quote!(Ok(response.bytes().await?.to_vec())))),
    }
}

fn kind(schema: &Value) -> Result<TokenStream> {
    let Some(reference) = schema["$ref"].as_str() else {
        return Ok(quote!(serde_json::Value));
    };
    let name = reference.rsplit('/').next().unwrap_or_default();
    if EVENTS.contains(&name) {
        let name = format_ident!("{name}");
        return Ok(quote!(model::event::#name));
    }
    // typify writes names the Rust way.
    let camel: String = name.split('_').map(|it| it[..1].to_uppercase() + &it[1..]).collect();
    let name = format_ident!("{camel}");
    Ok(quote!(types::#name))
}

fn scalar(schema: &Value) -> Result<TokenStream> {
    let named = schema["type"].as_str();
    Ok(match named.or_else(|| schema["type"].as_array()?.first()?.as_str()) {
        Some("integer") => quote!(u64),
        Some("boolean") => quote!(bool),
        _ => quote!(&str),
    })
}
