//! What goes wrong with functions, code that is run at once, and the environments of both, as problems.

use axum::http::StatusCode;
use engine::{
    ChangeError, CodeError, EnvironmentError, InstanceError, InvokeError, RecipeError,
    SaveFunctionError,
};
use model::function::Rejected;

use super::{Code, Problem};

impl From<SaveFunctionError> for Problem {
    fn from(error: SaveFunctionError) -> Self {
        let detail = error.to_string();
        match error {
            SaveFunctionError::Invalid(detail) => Self::invalid(detail),
            SaveFunctionError::Dependency(_) => Self::invalid(detail),
            SaveFunctionError::NameTaken { .. } => Self::conflict(Code::NameTaken, detail),
            SaveFunctionError::Program(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RuntimeMissing, detail)
            }
            SaveFunctionError::NotOffered(_) => Self::conflict(Code::BackendNotOffered, detail),
            SaveFunctionError::Secret(error) => error.into(),
            SaveFunctionError::Network(error) => error.into(),
            SaveFunctionError::Change(error) => error.into(),
            SaveFunctionError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        let detail = error.to_string();
        match error {
            ChangeError::Gone => Self::not_found("function"),
            ChangeError::Rejected(Rejected::NoVersion { .. }) => Self::not_found("version"),
            ChangeError::Rejected(Rejected::AlreadyServing { .. }) => {
                Self::conflict(Code::VersionAnswersAlready, detail)
            }
            ChangeError::Rejected(Rejected::NotBuilding { .. }) | ChangeError::NotBuilt { .. } => {
                Self::conflict(Code::VersionNotBuilt, detail)
            }
            ChangeError::ShuttingDown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<InvokeError> for Problem {
    fn from(error: InvokeError) -> Self {
        let detail = error.to_string();
        let unavailable =
            |detail| Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail);
        match error {
            InvokeError::NotReady { .. } => Self::conflict(Code::FunctionNotReady, detail),
            InvokeError::QueueFull(error) => error.into(),
            InvokeError::Recipe(error) => error.into(),
            InvokeError::Store(error) | InvokeError::Instance(InstanceError::Store(error)) => {
                error.into()
            }
            InvokeError::Instance(InstanceError::Program(_)) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RuntimeMissing, detail)
            }
            InvokeError::Instance(InstanceError::NotOffered(_)) => {
                Self::conflict(Code::BackendNotOffered, detail)
            }
            InvokeError::Instance(InstanceError::NoPackages(_)) => Self::invalid(detail),
            InvokeError::Instance(
                InstanceError::Start(_) | InstanceError::Sandbox(_) | InstanceError::Environment(_),
            ) => {
                tracing::error!(error = %detail, "a function could not be started");
                unavailable(detail)
            }
            InvokeError::ShuttingDown => unavailable(detail),
        }
    }
}

impl From<RecipeError> for Problem {
    fn from(error: RecipeError) -> Self {
        let detail = error.to_string();
        match error {
            RecipeError::Secret(error) => error.into(),
            RecipeError::Network { .. } => Self::invalid(detail),
            RecipeError::NetworkNotOffered { .. } => {
                Self::new(StatusCode::FORBIDDEN, Code::NetworkNotOffered, detail)
            }
            RecipeError::Runtime { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RuntimeMissing, detail)
            }
        }
    }
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        let detail = error.to_string();
        match error {
            CodeError::Program(_) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, Code::RuntimeMissing, detail).at("/lang")
            }
            CodeError::NotOffered(_) => Self::conflict(Code::BackendNotOffered, detail),
            CodeError::NetworkNotOffered { .. } => {
                Self::new(StatusCode::FORBIDDEN, Code::NetworkNotOffered, detail).at("/network")
            }
            CodeError::NoPackages(_) => Self::invalid(detail).at("/dependencies"),
            CodeError::Environment(error) => {
                let of_request = matches!(
                    error,
                    EnvironmentError::Invalid(_) | EnvironmentError::BuildFailed { .. }
                );
                let problem = Self::from(error);
                if of_request { problem.at("/dependencies") } else { problem }
            }
            CodeError::QueueFull(error) => error.into(),
            CodeError::ShuttingDown | CodeError::Start(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            CodeError::Store(error) => error.into(),
        }
    }
}

impl From<EnvironmentError> for Problem {
    fn from(error: EnvironmentError) -> Self {
        let detail = error.to_string();
        match error {
            EnvironmentError::Invalid(_) => Self::invalid(detail),
            // The end of the log is what helps: it names the package that is not there.
            EnvironmentError::BuildFailed { log, .. } => {
                let detail = format!("{detail}\n{log}");
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BuildFailed, detail)
            }
            EnvironmentError::Unavailable { .. } | EnvironmentError::Stopped => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
            }
            EnvironmentError::Cache { .. } => Self::internal(&detail),
        }
    }
}
