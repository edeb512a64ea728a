"""The stand-in platform as a process of its own, with a delay before each answer: python -m tests.bench.stand_in 0.1

It prints its URL once it answers, and ends with SIGTERM.
"""

from __future__ import annotations

import sys

from publisher.sandbox import SandboxSettings, create_sandbox
from publisher.web.server import serve

app = create_sandbox(SandboxSettings(latency=float(sys.argv[1])))
serve(app, "127.0.0.1", 0, lambda url: print(url, flush=True))
