#!/usr/bin/env python3
"""Random search as a program, standard library only.

    hwnas run --strategy 'exec:python3 random_search.py' ...

Samples come from the suite, so the trace is that of the built-in `random`.
"""

import json
import sys


def write(message):
  print(json.dumps(message), flush=True)


def read():
  line = sys.stdin.readline()
  return json.loads(line) if line else {"type": "stop"}


def call(name, **fields):
  write({"type": "call", "call": name, **fields})
  return read()["result"]


def main():
  proposed = 0
  while True:
    message = read()
    if message["type"] == "start":
      write({"type": "ready", "name": "random search in Python"})
    elif message["type"] == "ask":
      proposals = []
      for _ in range(message["limit"]):
        proposals.append({"id": proposed, "architecture": call("sample")})
        proposed += 1
      write({"type": "proposals", "proposals": proposals})
    elif message["type"] == "tell":
      write({"type": "ok"})
    elif message["type"] == "recommend":
      write({"type": "recommendation", "architectures": None})
    else:
      return


if __name__ == "__main__":
  main()
