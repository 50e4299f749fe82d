#!/usr/bin/env python3
"""Random search as a program: the smallest strategy, standard library only.

    hwnas run --strategy 'exec:python3 random_search.py'

Every message is one line of JSON (strategies/PROTOCOL.md). Architectures are
sampled by the suite, so the trace is that of the built-in `random`.
"""

import json
import sys


def write(**message):
  print(json.dumps(message), flush=True)


def read():
  line = sys.stdin.readline()
  return json.loads(line) if line else {"type": "stop"}


def call(name, **fields):
  write(type="call", call=name, **fields)
  return read()["result"]


def main():
  proposed = 0
  while True:
    message = read()
    if message["type"] == "hello":
      write(type="strategy", protocol=1, name="random-search-in-python",
            summary="uniform sampling of the space", options=[])
    elif message["type"] == "start":
      write(type="ready")
    elif message["type"] == "ask":
      proposals = []
      for _ in range(message["limit"]):
        proposals.append({"id": proposed, "architecture": call("sample")})
        proposed += 1
      write(type="proposals", proposals=proposals)
    elif message["type"] == "tell":
      write(type="ok")
    elif message["type"] == "recommend":
      write(type="recommendation", architectures=None)
    elif message["type"] == "stop":
      return


if __name__ == "__main__":
  main()
