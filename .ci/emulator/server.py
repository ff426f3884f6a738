"""Serves moto with our extensions on loopback, on a free port that is written to the file named on the command line."""

import importlib
import os
import pathlib
import pkgutil
import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

import extensions

port_file = pathlib.Path(sys.argv[1])
for module in pkgutil.iter_modules(extensions.__path__):
    importlib.import_module(f"extensions.{module.name}")
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
partial = port_file.with_suffix(".partial")
partial.write_text(str(server.port))
os.replace(partial, port_file)
server.serve_forever()
