"""Serves moto with our extensions on loopback, on a free port that is written to the file named on the command line.

It ends when its standard input does, so that it does not outlive whoever started it.
"""

import importlib
import os
import pathlib
import pkgutil
import sys
import threading

import waitress
from moto.server import DomainDispatcherApplication, create_backend_app

import extensions

port_file = pathlib.Path(sys.argv[1])
for module in pkgutil.iter_modules(extensions.__path__):
    importlib.import_module(f"extensions.{module.name}")
# Not moto's own server, which ends the connection after each answer.
server = waitress.create_server(DomainDispatcherApplication(create_backend_app), host="127.0.0.1", port=0, threads=16)
partial = port_file.with_suffix(".partial")
partial.write_text(str(server.effective_port))
os.replace(partial, port_file)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
server.run()
