"""What carries wake-ups. An engine promises little: at least once, maybe never, maybe twice; the tables know the truth.

Its seam has two methods: `wake(lane)` says that a lane (an account) has something due, and `run(stop)` does the
looking, one issue of a lane at a time, until it is stopped. What is due later needs no carrier: its row says when, and
the sweep over the due rows finds it, as it mends every lost wake-up.
"""
