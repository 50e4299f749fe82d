#!/usr/bin/env python3
"""Regularized evolution in forty lines (Real et al., AAAI 2019).

    hwnas run --strategy random --strategy 'exec:python3 evolution.py'
    hwnas plugin check 'exec:python3 evolution.py'
"""

import collections

import hwnas_client


class Evolution(hwnas_client.Strategy):
  """The oldest of a population dies; the best of a sample has a child."""

  def __init__(self, problem, wire):
    super().__init__(problem, wire)
    options = problem["options"]
    self.population_size = int(options.get("population_size", 20))
    self.sample_size = int(options.get("sample_size", 5))
    self.population = collections.deque(maxlen=self.population_size)

  def ask(self, limit):
    return [self.propose() for _ in range(limit)]

  def propose(self):
    if len(self.population) < self.population_size:
      return self.sample()
    sample = [self.population[self.below(len(self.population))]
              for _ in range(self.sample_size)]
    parent = min(sample, key=lambda member: member[0])[1]
    return self.mutate(parent) or self.sample()

  def tell(self, trials):
    for trial in trials:
      if trial["status"] != "invalid":
        self.population.append((self.cost(trial), trial["architecture"]))


if __name__ == "__main__":
  hwnas_client.serve(
      Evolution, name="evolution-in-python", beats_random=True,
      summary="the oldest of a population dies",
      source="Real et al., AAAI 2019; first objective, highest fidelity only",
      options=[
          {"name": "population_size", "default": "20", "about": "members"},
          {"name": "sample_size", "default": "5", "about": "parents drawn"}])
