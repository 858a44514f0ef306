//! GraphQL over HTTP.

use async_graphql::{Request, Response, Variables};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::graphql::Operation;

/// An operation of a document, with its variables.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GraphQlRequest {
    /// Of the schema in `schema.graphql`.
    pub(crate) query: String,
    /// Which operation is meant, where the document has several.
    pub(crate) operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
}

/// `data` and `errors` as GraphQL has them. Each error has `extensions` with `code` and `status`: those of a problem.
#[derive(Serialize, ToSchema)]
pub(crate) struct GraphQlResponse {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(crate) answered: Response,
}

impl GraphQlRequest {
    /// The request, once its document was read.
    pub(crate) fn read(self, operation: Operation) -> Request {
        let variables = Value::Object(self.variables.unwrap_or_default());
        let mut request = Request::new(self.query).variables(Variables::from_json(variables));
        if let Some(name) = self.operation_name {
            request = request.operation_name(name);
        }
        request.set_parsed_query(operation.document);
        request
    }
}
