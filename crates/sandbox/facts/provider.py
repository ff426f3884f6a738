"""A provider's process, spoken to over terraform's plugin protocol 5."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc
import msgpack
from grpc_tools import protoc

HERE = Path(__file__).parent
MESSAGE_LIMIT = 512 * 1024 * 1024
CALL_SECONDS = 8
# Nothing listens here: what wants the network fails at once.
CLOSED_PORT = "http://127.0.0.1:9"


def compile_protocol():
    """Compiles plugin5.proto for this run and returns its two modules."""
    out = tempfile.mkdtemp(prefix="formwork-facts-")
    code = protoc.main(
        ["protoc", f"-I{HERE}", f"--python_out={out}", f"--grpc_python_out={out}", "plugin5.proto"]
    )
    if code != 0:
        raise SystemExit("plugin5.proto does not compile")
    sys.path.insert(0, out)
    import plugin5_pb2
    import plugin5_pb2_grpc

    return plugin5_pb2, plugin5_pb2_grpc


messages, services = compile_protocol()


def packed(value):
    """Encodes a value as MessagePack."""
    return messages.Value(msgpack=msgpack.packb(value, use_bin_type=True))


def unpacked(value):
    """Decodes a value; what is unknown stays a `msgpack.ExtType`."""
    return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False)


class Failed(Exception):
    """A call that timed out, or ended the provider."""


class Provider:
    """Starts the provider, configures it with test keys, and starts it again when it dies."""

    def __init__(self, binary):
        self.binary = binary
        self.restarts = 0
        self.calls = 0
        self.process = None
        self.start()
        self.schema = self.stub.GetSchema(messages.Empty(), timeout=120)
        self.configure()

    def start(self):
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": tempfile.gettempdir(),
            "TMPDIR": tempfile.gettempdir(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
            "PLUGIN_PROTOCOL_VERSIONS": "5",
            "TF_LOG": "",
        }
        self.process = subprocess.Popen(
            [self.binary], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        fields = self.process.stdout.readline().strip().split("|")
        if len(fields) < 5 or fields[1] != "5":
            raise SystemExit(f"the provider's handshake was {fields}")
        address = f"unix://{fields[3]}" if fields[2] == "unix" else fields[3]
        self.channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.max_receive_message_length", MESSAGE_LIMIT),
                ("grpc.max_send_message_length", MESSAGE_LIMIT),
                ("grpc.default_authority", "localhost"),
            ],
        )
        self.stub = services.ProviderStub(self.channel)

    def configure(self):
        block = self.schema.provider.block
        config = {attribute.name: None for attribute in block.attributes}
        config.update(
            access_key="test",
            secret_key="test",
            region="us-east-1",
            max_retries=1,
            skip_credentials_validation=True,
            skip_requesting_account_id=True,
            skip_metadata_api_check="true",
            skip_region_validation=True,
        )
        for nested in block.block_types:
            config[nested.type_name] = []
            if nested.type_name == "endpoints":
                config["endpoints"] = [{a.name: CLOSED_PORT for a in nested.block.attributes}]
        prepared = self.stub.PrepareProviderConfig(
            messages.PrepareRequest(config=packed(config)), timeout=60
        )
        answer = self.stub.Configure(
            messages.ConfigureRequest(terraform_version="1.11.4", config=prepared.prepared_config), timeout=60
        )
        for diagnostic in answer.diagnostics:
            if diagnostic.severity == 1:
                raise SystemExit(f"configure: {diagnostic.summary}: {diagnostic.detail}")

    def validate(self, type_name, config):
        """Returns the errors that a configuration gets."""
        request = messages.ValidateRequest(
            type_name=type_name,
            config=packed(config),
            client_capabilities=messages.Capabilities(write_only_attributes_allowed=True),
        )
        answer = self.guarded(self.stub.ValidateResourceTypeConfig, request)
        return [diagnostic for diagnostic in answer.diagnostics if diagnostic.severity == 1]

    def plan(self, type_name, prior, proposed, config):
        """Returns a plan's errors, the paths that force replacement, and the planned state."""
        request = messages.PlanRequest(
            type_name=type_name,
            prior_state=packed(prior),
            proposed_new_state=packed(proposed),
            config=packed(config),
            client_capabilities=messages.Capabilities(write_only_attributes_allowed=True),
        )
        answer = self.guarded(self.stub.PlanResourceChange, request)
        errors = [diagnostic for diagnostic in answer.diagnostics if diagnostic.severity == 1]
        planned = unpacked(answer.planned_state) if answer.planned_state.msgpack else None
        return errors, [names(path) for path in answer.requires_replace], planned

    def guarded(self, call, request):
        self.calls += 1
        try:
            return call(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            # A call that hangs is left alone: the provider answers others meanwhile.
            if error.code() == grpc.StatusCode.UNAVAILABLE or self.process.poll() is not None:
                self.stop()
                self.restarts += 1
                self.start()
                self.configure()
            raise Failed(f"{error.code().name}: {(error.details() or '')[:200]}") from None

    def stop(self):
        self.channel.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def names(path):
    """A path's attribute names, without indexes and keys."""
    return tuple(step.attribute_name for step in path.steps if step.WhichOneof("selector") == "attribute_name")
