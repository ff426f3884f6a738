//! AWS, as far as releases call it: the fake of Lambda and CloudWatch that the crate of releases is tested with, and
//! a fake of the services other than functions.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::runtime::Runtime;

use crate::cloud::{Cloud, answer};
use crate::fake_aws::http::{Server as Lambda, Shared};
use crate::fake_aws::model::Model;
use crate::support::http::Server;

pub(crate) struct Aws {
    lambda: Lambda,
    others: Server,
    cloud: Arc<Mutex<Cloud>>,
    /// Serves until the test ends.
    _runtime: Runtime,
}

impl Aws {
    /// Functions with version 1 behind both of their aliases, and a cloud.
    pub(crate) fn start(functions: &[&str], aliases: &[&str], cloud: Cloud) -> Self {
        let model = functions.iter().fold(Model::default(), |model, name| model.with_function(name, aliases));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let lambda = runtime.block_on(Lambda::start(model));
        let cloud = Arc::new(Mutex::new(cloud));
        let kept = Arc::clone(&cloud);
        let others = Server::start(move |asked| answer(&mut kept.lock().unwrap(), asked));
        Self { lambda, others, cloud, _runtime: runtime }
    }

    /// Where the clients of the SDK find it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("AWS_ENDPOINT_URL", self.others.url.clone()),
            ("AWS_ENDPOINT_URL_LAMBDA", self.lambda.url()),
            ("AWS_ENDPOINT_URL_CLOUDWATCH", self.lambda.url()),
        ]
    }

    pub(crate) fn functions(&self) -> MutexGuard<'_, Shared> {
        self.lambda.shared()
    }

    pub(crate) fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap()
    }

    /// The version that an alias gives all calls.
    pub(crate) fn serving(&self, function: &str, alias: &str) -> String {
        let state = self.functions().model.alias(function, alias).unwrap();
        assert!(state.weights.is_empty(), "{state:?}");
        state.version
    }
}
