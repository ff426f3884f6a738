//! The backends of Terraform, each with its arguments.
//!
//! Names, types and what is required are those of the schemas that Terraform 1.11.4 has for its backends, in
//! `internal/backend`; what they mean is in the Terraform language documentation, "Backend block".

use serde_json::Value as Plain;

use crate::{Backend, Block, Json, nearest};

/// Declares a backend. Its arguments are of the types text, flag, number, texts (a list) and object.
macro_rules! backend {
    (
        $(#[$documentation:meta])+
        $name:ident $kind:literal
        required ($($required:ident)*)
        text ($($text:ident)*)
        flag ($($flag:ident)*)
        number ($($number:ident)*)
        texts ($($texts:ident)*)
        object ($($object:ident)*)
    ) => {
        $(#[$documentation])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            backend: Backend,
        }

        impl $name {
            /// Takes what is required.
            #[must_use]
            #[track_caller]
            #[allow(clippy::new_without_default, reason = "only backends that require nothing could have one")]
            pub fn new($($required: impl Into<String>),*) -> Self {
                let backend = Self { backend: Backend::new($kind) };
                $(let backend = backend.set(stringify!($required), $required.into());)*
                backend
            }

            $(
                #[doc = concat!("Argument `", stringify!($text), "`: text.")]
                #[must_use]
                #[track_caller]
                pub fn $text(self, value: impl Into<String>) -> Self {
                    self.set(stringify!($text), value.into())
                }
            )*

            $(
                #[doc = concat!("Argument `", stringify!($flag), "`: bool.")]
                #[must_use]
                #[track_caller]
                pub fn $flag(self, value: bool) -> Self {
                    self.set(stringify!($flag), value)
                }
            )*

            $(
                #[doc = concat!("Argument `", stringify!($number), "`: number.")]
                #[must_use]
                #[track_caller]
                pub fn $number(self, value: u32) -> Self {
                    self.set(stringify!($number), value)
                }
            )*

            $(
                #[doc = concat!("Argument `", stringify!($texts), "`: list of text.")]
                #[must_use]
                #[track_caller]
                pub fn $texts<S: Into<String>>(self, values: impl IntoIterator<Item = S>) -> Self {
                    let values: Vec<String> = values.into_iter().map(Into::into).collect();
                    self.set(stringify!($texts), values)
                }
            )*

            $(
                #[doc = concat!("Argument `", stringify!($object), "`: keys and values.")]
                #[must_use]
                #[track_caller]
                pub fn $object<S: Into<String>>(
                    self,
                    values: impl IntoIterator<Item = (S, impl Into<Plain>)>,
                ) -> Self {
                    let values: serde_json::Map<String, Plain> =
                        values.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
                    self.set(stringify!($object), values)
                }
            )*

            /// Any other argument.
            #[must_use]
            #[track_caller]
            pub fn set(
                mut self,
                argument: impl Into<std::borrow::Cow<'static, str>>,
                value: impl Into<Plain>,
            ) -> Self {
                self.backend = self.backend.set(argument, value);
                self
            }
        }

        impl From<$name> for Backend {
            fn from(backend: $name) -> Self {
                backend.backend
            }
        }
    };
}

/// Declares all backends: a type for each, and the list of them.
macro_rules! backends {
    ($(
        $(#[$documentation:meta])+
        $name:ident $kind:literal
        required ($($required:ident)*)
        $($list:ident ($($argument:ident)*))*
    )+) => {
        $(backend! {
            $(#[$documentation])+
            $name $kind
            required ($($required)*)
            $($list ($($argument)*))*
        })+

        /// Every backend of Terraform, and the `cloud` block.
        pub const KINDS: &[Kind] = &[$(Kind {
            name: $kind,
            type_name: stringify!($name),
            required: &[$(stringify!($required)),*],
            optional: &[$($(stringify!($argument),)*)*],
        }),+];
    };
}

/// What a backend is called and requires, for whoever writes Rust that makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Terraform's name, such as `s3`; `cloud` for the `cloud` block.
    pub name: &'static str,
    /// The type here, such as `S3`.
    pub type_name: &'static str,
    /// The arguments that its `new` takes, in their order.
    pub required: &'static [&'static str],
    /// The other arguments.
    pub optional: &'static [&'static str],
}

/// Blocks of backends, and arguments that only OpenTofu has (OpenTofu 1.10 documentation, "Backend Configuration").
const OTHERS: [&str; 7] =
    ["assume_role", "exec", "index_name", "lock_tags", "state_tags", "table_name", "workspaces"];

/// The argument of a kind of backend that is nearest to one that it does not have.
pub(crate) fn nearest_argument(kind: &str, argument: &str) -> Option<&'static str> {
    let kind = KINDS.iter().find(|it| it.name == kind)?;
    let known = || kind.required.iter().chain(kind.optional).copied();
    let is_known = known().any(|it| it == argument) || OTHERS.contains(&argument);
    if is_known { None } else { nearest(argument, known()) }
}

backends! {
    /// State in a file of the machine that Terraform runs on.
    Local "local"
    required ()
    text (path workspace_dir)
    flag ()
    number ()
    texts ()
    object ()

    /// State in an S3 bucket.
    S3 "s3"
    required (bucket key)
    text (
        region acl access_key custom_ca_bundle dynamodb_endpoint dynamodb_table
        ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode endpoint http_proxy https_proxy
        iam_endpoint kms_key_id no_proxy profile retry_mode secret_key shared_credentials_file
        sse_customer_key sts_endpoint sts_region token workspace_key_prefix
    )
    flag (
        encrypt force_path_style insecure skip_credentials_validation skip_metadata_api_check
        skip_region_validation skip_requesting_account_id skip_s3_checksum use_dualstack_endpoint
        use_fips_endpoint use_lockfile use_path_style
    )
    number (max_retries)
    texts (allowed_account_ids forbidden_account_ids shared_config_files shared_credentials_files)
    object (assume_role assume_role_with_web_identity endpoints)

    /// State in a blob of an Azure storage account.
    Azurerm "azurerm"
    required (storage_account_name container_name key)
    text (
        access_key ado_pipeline_service_connection_id client_certificate client_certificate_password
        client_certificate_path client_id client_id_file_path client_secret client_secret_file_path endpoint
        environment metadata_host msi_endpoint oidc_request_token oidc_request_url oidc_token
        oidc_token_file_path resource_group_name sas_token subscription_id tenant_id
    )
    flag (lookup_blob_endpoint snapshot use_aks_workload_identity use_azuread_auth use_cli use_msi use_oidc)
    number ()
    texts ()
    object ()

    /// State in a bucket of Google Cloud Storage.
    Gcs "gcs"
    required (bucket)
    text (
        access_token credentials encryption_key impersonate_service_account kms_encryption_key prefix
        storage_custom_endpoint
    )
    flag ()
    number ()
    texts (impersonate_service_account_delegates)
    object ()

    /// State behind a REST interface.
    Http "http"
    required (address)
    text (
        client_ca_certificate_pem client_certificate_pem client_private_key_pem lock_address lock_method
        password unlock_address unlock_method update_method username
    )
    flag (skip_cert_verification)
    number (retry_max retry_wait_max retry_wait_min)
    texts ()
    object ()

    /// State under a key of Consul.
    Consul "consul"
    required (path)
    text (access_token address ca_file cert_file datacenter http_auth key_file scheme)
    flag (gzip lock)
    number ()
    texts ()
    object ()

    /// State in a PostgreSQL database.
    Pg "pg"
    required ()
    text (conn_str schema_name)
    flag (skip_index_creation skip_schema_creation skip_table_creation)
    number ()
    texts ()
    object ()

    /// State in a secret of Kubernetes.
    Kubernetes "kubernetes"
    required (secret_suffix)
    text (
        client_certificate client_key cluster_ca_certificate config_context config_context_auth_info
        config_context_cluster config_path host namespace password proxy_url token username
    )
    flag (in_cluster_config insecure load_config_file)
    number ()
    texts (config_paths)
    object (labels)

    /// State in a bucket of Tencent Cloud.
    Cos "cos"
    required (bucket region)
    text (
        acl cam_role_name domain endpoint key prefix profile secret_id secret_key security_token
        shared_credentials_dir
    )
    flag (accelerate encrypt)
    number ()
    texts ()
    object ()

    /// State in a bucket of Alibaba Cloud.
    Oss "oss"
    required (bucket)
    text (
        access_key acl assume_role_policy assume_role_role_arn assume_role_session_name ecs_role_name
        endpoint key prefix profile region secret_key security_token shared_credentials_file sts_endpoint
        tablestore_endpoint tablestore_instance_name tablestore_table
    )
    flag (encrypt)
    number (assume_role_session_expiration)
    texts ()
    object ()

    /// State in a workspace of HCP Terraform or Terraform Enterprise, in the way that the `cloud` block replaces.
    Remote "remote"
    required (organization)
    text (hostname token)
    flag ()
    number ()
    texts ()
    object ()

    /// The `cloud` block: state and runs in HCP Terraform or Terraform Enterprise (Terraform 1.1).
    Cloud "cloud"
    required (organization)
    text (hostname token)
    flag ()
    number ()
    texts ()
    object ()
}

impl Kubernetes {
    /// Gets credentials from a command: block `exec`.
    #[must_use]
    #[track_caller]
    pub fn exec<S: Into<String>>(
        mut self,
        api_version: &str,
        command: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut exec = Block::new();
        exec.set("api_version", Json::literal(api_version));
        exec.set("command", Json::literal(command));
        let arguments = arguments.into_iter().map(|argument| Json::literal(argument.into()));
        exec.set("args", Json::Array(arguments.collect()));
        self.backend.block_mut().nest("exec", exec);
        self
    }
}

impl Cos {
    /// Takes on a role, for a number of seconds: block `assume_role`.
    #[must_use]
    #[track_caller]
    pub fn assume_role(mut self, role_arn: &str, session_name: &str, session_duration: u32) -> Self {
        let mut role = Block::new();
        role.set("role_arn", Json::literal(role_arn));
        role.set("session_name", Json::literal(session_name));
        role.set("session_duration", i64::from(session_duration));
        self.backend.block_mut().push("assume_role", role);
        self
    }
}

impl Remote {
    /// The one workspace that has the state.
    #[must_use]
    #[track_caller]
    pub fn workspace(mut self, name: &str) -> Self {
        self.backend.block_mut().set_within("workspaces", "name", Json::literal(name));
        self
    }

    /// What the names of all workspaces of the stack begin with.
    #[must_use]
    #[track_caller]
    pub fn workspace_prefix(mut self, prefix: &str) -> Self {
        self.backend.block_mut().set_within("workspaces", "prefix", Json::literal(prefix));
        self
    }
}

impl Cloud {
    /// The one workspace that has the state.
    #[must_use]
    #[track_caller]
    pub fn workspace(mut self, name: &str) -> Self {
        self.backend.block_mut().set_within("workspaces", "name", Json::literal(name));
        self
    }

    /// The tags of all workspaces of the stack.
    #[must_use]
    #[track_caller]
    pub fn workspace_tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        let tags = Json::Array(tags.into_iter().map(Json::literal).collect());
        self.backend.block_mut().set_within("workspaces", "tags", tags);
        self
    }

    /// The project that the workspaces are in.
    #[must_use]
    #[track_caller]
    pub fn project(mut self, project: &str) -> Self {
        self.backend.block_mut().set_within("workspaces", "project", Json::literal(project));
        self
    }
}
