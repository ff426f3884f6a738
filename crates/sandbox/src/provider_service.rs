//! The plugin protocol: each call is read, handed to the simulated provider, and answered.

use std::sync::{Arc, Mutex, PoisonError};

use formwork_schema::Kind;
use tonic::{Request, Response, Status, async_trait};

use crate::configuration::Configuration;
use crate::constraints::Planned;
use crate::functions;
use crate::provider::Provider;
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::schema;
use crate::value::{Object, Value};
use crate::wire::{self, DynamicValue};

type Answer<T> = Result<Response<T>, Status>;

/// One connection: terraform makes one for every configured provider and every walk through the graph.
#[derive(Debug)]
pub(crate) struct ProviderService {
    provider: Arc<Provider>,
    configuration: Mutex<Configuration>,
    walk: Mutex<Planned>,
}

impl ProviderService {
    pub(crate) fn new(provider: Arc<Provider>) -> Self {
        Self { provider, configuration: Mutex::default(), walk: Mutex::default() }
    }

    fn configuration(&self) -> Configuration {
        self.configuration.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl wire::provider_server::Provider for ProviderService {
    async fn get_provider_schema(
        &self,
        _: Request<wire::get_provider_schema::Request>,
    ) -> Answer<wire::get_provider_schema::Response> {
        let answer = schema::provider(&self.provider.catalogue, &self.provider.types);
        Ok(Response::new(answer.unwrap_or_else(|error| wire::get_provider_schema::Response {
            diagnostics: to_wire([error]),
            ..Default::default()
        })))
    }

    async fn get_functions(
        &self,
        _: Request<wire::get_functions::Request>,
    ) -> Answer<wire::get_functions::Response> {
        let (functions, diagnostics) = match schema::functions(&self.provider.catalogue) {
            Ok(functions) => (functions, Vec::new()),
            Err(error) => (Default::default(), to_wire([error])),
        };
        Ok(Response::new(wire::get_functions::Response { functions, diagnostics }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        Ok(Response::new(wire::get_resource_identity_schemas::Response::default()))
    }

    async fn validate_provider_config(
        &self,
        _: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        Ok(Response::new(wire::validate_provider_config::Response::default()))
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answer<wire::configure_provider::Response> {
        let diagnostics = match read(request.into_inner().config) {
            Ok(config) => {
                let mut configuration = self.configuration.lock().unwrap_or_else(PoisonError::into_inner);
                *configuration = Configuration::read(&config);
                Vec::new()
            }
            Err(diagnostic) => to_wire([diagnostic]),
        };
        Ok(Response::new(wire::configure_provider::Response { diagnostics }))
    }

    async fn stop_provider(
        &self,
        _: Request<wire::stop_provider::Request>,
    ) -> Answer<wire::stop_provider::Response> {
        // Nothing takes long enough here to be stopped.
        Ok(Response::new(wire::stop_provider::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        let request = request.into_inner();
        let diagnostics = match read(request.config) {
            Ok(config) => self.provider.validate(&request.type_name, &config),
            Err(diagnostic) => vec![diagnostic],
        };
        Ok(Response::new(wire::validate_resource_config::Response { diagnostics: to_wire(diagnostics) }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let state = request.raw_state.map(|state| state.json).unwrap_or_default();
        let (upgraded_state, diagnostic) = split(self.upgrade(&request.type_name, &state));
        Ok(Response::new(wire::upgrade_resource_state::Response {
            upgraded_state,
            diagnostics: to_wire(diagnostic),
        }))
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answer<wire::read_resource::Response> {
        let request = request.into_inner();
        let current = request.current_state.clone();
        let answer = read(request.current_state).and_then(|state| {
            let found = self.provider.read(&self.configuration(), &request.type_name, state.clone())?;
            Ok((found == state, found))
        });
        let (new_state, diagnostic) = match answer {
            // Terraform compares states down to how numbers are held: what is as it was is given back as it came.
            Ok((true, _)) => (current, None),
            Ok((false, found)) => (Some(write(&found)), None),
            Err(diagnostic) => (None, Some(diagnostic)),
        };
        Ok(Response::new(wire::read_resource::Response {
            new_state,
            diagnostics: to_wire(diagnostic),
            private: request.private,
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        let request = request.into_inner();
        let (kind, private) = (request.type_name, request.prior_private);
        let values = read(request.prior_state)
            .and_then(|prior| Ok((prior, read(request.proposed_new_state)?, read(request.config)?)));
        let change = values.map_err(|diagnostic| vec![diagnostic]).and_then(|(prior, proposed, config)| {
            self.provider.plan(&self.configuration(), &self.walk, &kind, &prior, proposed, &config)
        });
        Ok(Response::new(match change {
            Ok(change) => wire::plan_resource_change::Response {
                planned_state: Some(write(&change.planned)),
                requires_replace: change.replace.into_iter().map(path).collect(),
                planned_private: private,
                diagnostics: Vec::new(),
            },
            Err(diagnostics) => wire::plan_resource_change::Response {
                diagnostics: to_wire(diagnostics),
                ..Default::default()
            },
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        let request = request.into_inner();
        let (kind, private) = (request.type_name, request.planned_private);
        let before = request.prior_state.clone();
        let values = read(request.prior_state)
            .and_then(|prior| Ok((prior, read(request.planned_state)?, read(request.config)?)));
        let applied = values.map_err(|diagnostic| vec![diagnostic]).and_then(|(prior, planned, config)| {
            self.provider.apply(&self.configuration(), &kind, &prior, planned, &config)
        });
        let (new_state, is_whole, diagnostics) = match applied {
            Ok(applied) => (Some(write(&applied.state)), applied.is_whole, Vec::new()),
            // What was there before is still there.
            Err(diagnostics) => (before, true, diagnostics),
        };
        Ok(Response::new(wire::apply_resource_change::Response {
            new_state,
            private,
            diagnostics: to_wire(diagnostics),
            // Terraform takes a state that differs from the plan from providers only that were made with the old library,
            // as those are whose services let changes wait.
            legacy_type_system: !is_whole,
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        let request = request.into_inner();
        let (state, diagnostic) =
            split(self.provider.import(&self.configuration(), &request.type_name, &request.id));
        let imported = state.map(|state| wire::import_resource_state::ImportedResource {
            type_name: request.type_name,
            state: Some(state),
            private: Vec::new(),
        });
        Ok(Response::new(wire::import_resource_state::Response {
            imported_resources: imported.into_iter().collect(),
            diagnostics: to_wire(diagnostic),
        }))
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answer<wire::move_resource_state::Response> {
        let request = request.into_inner();
        let answer = if request.source_type_name == request.target_type_name {
            let state = request.source_state.map(|state| state.json).unwrap_or_default();
            self.upgrade(&request.target_type_name, &state)
        } else {
            let (from, to) = (&request.source_type_name, &request.target_type_name);
            Err(ProviderDiagnostic::new(format!("the sandbox cannot move a {from} to a {to}"), ""))
        };
        let (target_state, diagnostic) = split(answer);
        Ok(Response::new(wire::move_resource_state::Response {
            target_state,
            diagnostics: to_wire(diagnostic),
            target_private: Vec::new(),
        }))
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        Ok(Response::new(wire::validate_data_resource_config::Response::default()))
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answer<wire::read_data_source::Response> {
        let request = request.into_inner();
        let answer = read(request.config)
            .and_then(|config| self.provider.read_data(&self.configuration(), &request.type_name, &config));
        let (state, diagnostic) = split(answer);
        Ok(Response::new(wire::read_data_source::Response { state, diagnostics: to_wire(diagnostic) }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        _: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        Ok(Response::new(wire::validate_ephemeral_resource_config::Response::default()))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let answer = read(request.config)
            .and_then(|config| self.provider.open(&self.configuration(), &request.type_name, &config));
        let (result, diagnostic) = split(answer);
        Ok(Response::new(wire::open_ephemeral_resource::Response {
            result,
            diagnostics: to_wire(diagnostic),
        }))
    }

    async fn renew_ephemeral_resource(
        &self,
        _: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        Ok(Response::new(wire::renew_ephemeral_resource::Response::default()))
    }

    async fn close_ephemeral_resource(
        &self,
        _: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        Ok(Response::new(wire::close_ephemeral_resource::Response::default()))
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answer<wire::call_function::Response> {
        let request = request.into_inner();
        let arguments: Result<Vec<Value>, ProviderDiagnostic> =
            request.arguments.into_iter().map(|argument| read(Some(argument))).collect();
        let source = self.provider.catalogue.source();
        let result = arguments
            .map_err(|diagnostic| (diagnostic, None))
            .and_then(|arguments| functions::call(source, &request.name, &arguments));
        Ok(Response::new(match result {
            Ok(value) => wire::call_function::Response { result: Some(write(&value)), error: None },
            Err((diagnostic, function_argument)) => wire::call_function::Response {
                result: None,
                error: Some(wire::FunctionError { text: diagnostic.summary, function_argument }),
            },
        }))
    }
}

impl ProviderService {
    /// Brings a state of any version into the shape of this one.
    fn upgrade(&self, kind: &str, state: &[u8]) -> Result<Value, ProviderDiagnostic> {
        let block = self.provider.block(Kind::Resource, kind)?;
        let damaged = |error: serde_json::Error| {
            ProviderDiagnostic::new(format!("the state of {kind} cannot be read"), error.to_string())
        };
        let state = Value::from_json(serde_json::from_slice(state).map_err(damaged)?);
        let object = match state {
            Value::Object(object) => object,
            _ => Object::new(),
        };
        Ok(Value::Object(schema::conform(&self.provider.catalogue, &block, object)?))
    }
}

fn read(value: Option<DynamicValue>) -> Result<Value, ProviderDiagnostic> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    if !value.msgpack.is_empty() {
        return Ok(Value::decode(&value.msgpack)?);
    }
    if value.json.is_empty() {
        return Ok(Value::Null);
    }
    let damaged = |error: serde_json::Error| {
        ProviderDiagnostic::new("the sandbox did not understand terraform", error.to_string())
    };
    Ok(Value::from_json(serde_json::from_slice(&value.json).map_err(damaged)?))
}

fn write(value: &Value) -> DynamicValue {
    DynamicValue { msgpack: value.encode(), json: Vec::new() }
}

fn path(name: String) -> wire::AttributePath {
    let selector = Some(wire::attribute_path::step::Selector::AttributeName(name));
    wire::AttributePath { steps: vec![wire::attribute_path::Step { selector }] }
}

fn split(answer: Result<Value, ProviderDiagnostic>) -> (Option<DynamicValue>, Option<ProviderDiagnostic>) {
    match answer {
        Ok(value) => (Some(write(&value)), None),
        Err(diagnostic) => (None, Some(diagnostic)),
    }
}

fn to_wire<R: Into<ProviderDiagnostic>>(diagnostics: impl IntoIterator<Item = R>) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(|diagnostic| diagnostic.into().into()).collect()
}
