"""Serves moto with our extensions on loopback, on a free port that is written to the file named on the command line.

It ends when its standard input does, so that it does not outlive whoever started it.
"""

import importlib
import os
import pathlib
import pkgutil
import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

import extensions
from calls import NoteCalls


class AnswerOnce:
    """Does what a call asks for once, however often it is sent.

    A client of AWS that loses an answer on a busy machine sends its call again, and would be told that a record or a
    lock that it has just made is there already. All attempts of one call carry the same id.
    """

    def __init__(self, application):
        self.application = application
        self.answers = {}

    def __call__(self, request, start_response):
        call = request.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not call or request["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.application(request, start_response)
        if call not in self.answers:
            begun = []
            body = b"".join(self.application(request, lambda status, headers, _=None: begun.append((status, headers))))
            # What failed for the emulator's own reasons may be tried anew.
            if begun[0][0].startswith("5"):
                start_response(*begun[0])
                return [body]
            self.answers[call] = (*begun[0], body)
        status, headers, body = self.answers[call]
        start_response(status, headers)
        return [body]


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def main():
    port_file = pathlib.Path(sys.argv[1])
    for module in pkgutil.iter_modules(extensions.__path__):
        importlib.import_module(f"extensions.{module.name}")
    application = NoteCalls(AnswerOnce(DomainDispatcherApplication(create_backend_app)), port_file.with_name("calls"))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    partial = port_file.with_suffix(".partial")
    partial.write_text(str(server.port))
    os.replace(partial, port_file)
    threading.Thread(target=end_with_input, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
