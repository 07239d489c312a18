"""Makes the database with two administrators in it, serves the project on a free port, and prints the port."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

from django.contrib.auth import get_user_model
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

call_command("migrate", run_syncdb=True, verbosity=0)
for name, password in [("alice", "wonderland"), ("bob", "builder")]:
    get_user_model().objects.create_superuser(name, f"{name}@example.test", password)

server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
server.daemon_threads = True
server.set_app(StaticFilesHandler(get_wsgi_application()))
print(f"Django {django.get_version()} listens on port {server.server_port}", flush=True)
server.serve_forever()
