#!/usr/bin/env python3
"""Runs an ask/tell optimiser of another framework, unchanged.

    hwnas run --strategy '1+1=exec:python3 ask_tell.py one_plus_one:Optimizer'

`one_plus_one` stands for any module that Python finds.

The class is made as `Class(dimensions, random_state=seed)`, a (low, high) pair
of whole numbers for each decision that has a choice; it has `ask()` and
`tell(x, y)`, and minimises y: the first objective. What is missing, invalid or
breaks a constraint is told as the worst seen so far, once there is one. Points
that are no architecture cost nothing: they are told as that at once and another
is asked for; after 100 of them the space is sampled.
"""

import importlib
import sys

import hwnas_client


class AskTell(hwnas_client.Strategy):
  """Between a framework's optimiser and the suite."""

  def __init__(self, problem, wire, make):
    super().__init__(problem, wire)
    sizes = [len(d["choices"]) for d in problem["space"]["decisions"]]
    self.size = len(sizes)
    self.open = [i for i, size in enumerate(sizes) if size > 1]
    seed = int(problem["seed"]) % 2**32  # what generators commonly take
    self.optimizer = None
    if self.open:
      self.optimizer = make([(0, sizes[i] - 1) for i in self.open],
                            random_state=seed)
    self.points = {}  # by id, which counts proposals
    self.next_id = 0
    self.worst = None

  def ask(self, limit):
    return [self.propose() for _ in range(limit)]

  def propose(self):
    x, architecture = self.point()
    self.points[self.next_id] = x
    self.next_id += 1
    return architecture

  def point(self):
    if self.optimizer is None:
      return None, [0] * self.size
    for _ in range(100):
      x = self.optimizer.ask()
      architecture = [0] * self.size
      for i, choice in zip(self.open, x):
        architecture[i] = int(choice)
      if self.valid(architecture):
        return x, architecture
      self.tell_one(x, None)
    return None, self.sample()

  def tell(self, trials):
    for trial in trials:
      y = self.cost(trial, worst=None)
      if y is not None:
        self.worst = y if self.worst is None else max(self.worst, y)
      self.tell_one(self.points.pop(trial["id"]), y)

  def tell_one(self, x, y):
    y = self.worst if y is None else y
    if x is not None and y is not None:
      self.optimizer.tell(x, y)


def main():
  module, name = sys.argv[1].split(":")
  make = getattr(importlib.import_module(module), name)
  hwnas_client.serve(lambda problem, wire: AskTell(problem, wire, make),
                     name=f"{module}-{name}", options=[],
                     summary=f"{module}.{name} by ask and tell")


if __name__ == "__main__":
  main()
