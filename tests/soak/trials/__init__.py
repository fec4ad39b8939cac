"""What is tried: a module for each kind of input, with what must hold."""


class Trial:
    """Makes inputs and tries them, for a while at a time.

    `NAME` is what it is called; `until` goes on to a point of time, `told` tells what came of it.
    """

    def __init__(self, buckstop, seeds, failures, pick):
        self.buckstop = buckstop
        self.seeds = seeds
        self.failures = failures
        self.pick = pick
        self.passed = 0

    def finish(self):
        """Ends what goes on from turn to turn."""
