"""An optimiser of a framework's kind, which knows nothing of hwnas.

`Optimizer(dimensions, random_state)`, `ask()` and `tell(x, y)` as in
scikit-optimize, and in much that is built like it: `dimensions` are (low,
high) pairs of whole numbers, both included; y is minimised.
"""

import random


class Optimizer:
  """The (1+1) evolution strategy: keeps the better of parent and child."""

  def __init__(self, dimensions, random_state=None):
    self.dimensions = dimensions
    self.random = random.Random(random_state)
    self.best = None

  def ask(self):
    if self.best is None:
      return [self.random.randint(low, high) for low, high in self.dimensions]
    x = list(self.best[1])
    i = self.random.randrange(len(x))
    x[i] = self.random.randint(*self.dimensions[i])
    return x

  def tell(self, x, y):
    if self.best is None or y <= self.best[0]:
      self.best = (y, list(x))
