"""What carries wake-ups. An engine promises little: at least once, maybe never, maybe twice; the tables know the truth.

Its seam has two methods: `wake(issue, lane, at)` says that an issue of a lane (an account) may be looked at, and
`run()` does the looking, one wake-up per lane at a time, until it is stopped. A sweep over the due rows mends every
lost wake-up.
"""
