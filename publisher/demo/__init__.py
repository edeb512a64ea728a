"""The main job, shown from end to end against the sandbox: `python -m publisher.demo [--once]`."""
