"""Serves a strategy to hwnas: put this file beside yours; standard library only.

    class Mine(hwnas_client.Strategy):
      def ask(self, limit):
        return [self.sample()]

    hwnas_client.serve(Mine, name="mine")

It hides the messages of strategies/PROTOCOL.md, nothing else: an architecture
is a list of numbers, one a decision.
"""

import json
import sys


class Strategy:
  """Base of strategies: `ask` must be written, the others may be.

  `problem` is the `start` message: space, objectives, ladder, budget, options.
  """

  def __init__(self, problem, wire):
    self.problem = problem
    self._wire = wire

  def ask(self, limit):
    """1 to `limit` architectures, or dicts with `architecture` and, if it is
    not the highest, `rung`; [] to wait; None when done."""
    raise NotImplementedError

  def tell(self, trials):
    """Results in any order: dicts with `id` (the number of the proposal, from
    0), `architecture`, `status`, `values`, ..."""

  def recommend(self):
    """Architectures, or None: the best observed."""
    return None

  # What the suite does for a strategy. Random ones use the run's own stream.
  def sample(self):
    return self._wire.call("sample")

  def mutate(self, architecture, move=None):
    """None where the move has no result."""
    return self._wire.call("mutate", architecture=architecture, move=move)

  def crossover(self, a, b):
    return self._wire.call("crossover", a=a, b=b)

  def neighbors(self, architecture):
    return self._wire.call("neighbors", architecture=architecture)

  def canonical(self, architecture):
    return self._wire.call("canonical", architecture=architecture)

  def valid(self, architecture):
    return self._wire.call("valid", architecture=architecture)

  def features(self, architecture):
    return self._wire.call("features", architecture=architecture)

  def charge(self, seconds):
    return self._wire.call("charge", seconds=seconds)

  def below(self, bound):
    """A random number in [0, bound), from the run's own stream."""
    return int(self._wire.call("random")) * bound >> 64

  def cost(self, trial, worst=float("inf")):
    """The first objective, smaller is better; `worst` where there is none or
    a constraint is broken."""
    if trial["status"] != "ok":
      return worst
    maximize = self.problem["objectives"][0]["direction"] == "maximize"
    return -trial["values"][0] if maximize else trial["values"][0]


class _Wire:
  """Lines of JSON; what else is printed goes to standard error."""

  def __init__(self):
    self._input = sys.stdin
    self._output = sys.stdout
    sys.stdout = sys.stderr

  def read(self):
    line = self._input.readline()
    return json.loads(line) if line else {"type": "stop"}

  def write(self, **message):
    print(json.dumps(message), file=self._output, flush=True)

  def call(self, name, **fields):
    self.write(type="call", call=name, **fields)
    return self.read()["result"]


def serve(make, name, version=1, **facts):
  """Answers the suite until it says stop. `make(problem, wire)` gives the
  strategy; `facts`: summary, source, options, stochastic, ... as in the
  protocol's `strategy` message."""
  wire = _Wire()
  strategy = None
  proposed = 0
  while True:
    message = wire.read()
    kind = message["type"]
    if kind == "hello":
      wire.write(type="strategy", protocol=1, name=name, version=version,
                 **facts)
    elif kind == "start":
      strategy = make(message, wire)
      wire.write(type="ready")
    elif kind == "ask":
      answer = strategy.ask(message["limit"])
      if answer is None:
        wire.write(type="done")
      elif not answer:
        wire.write(type="wait")
      else:
        proposals = []
        for one in answer:
          fields = one if isinstance(one, dict) else {"architecture": one}
          proposals.append({"id": proposed, **fields})
          proposed += 1
        wire.write(type="proposals", proposals=proposals)
    elif kind == "tell":
      strategy.tell(message["trials"])
      wire.write(type="ok")
    elif kind == "recommend":
      wire.write(type="recommendation", architectures=strategy.recommend())
    elif kind == "stop":
      return
