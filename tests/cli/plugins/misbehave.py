"""A strategy that does one thing wrong: misbehave.py WHAT.

`flood`, `illegal` and `duplicate` are no failures: their runs end well.
"""

import json
import os
import signal
import sys
import time

WHAT = sys.argv[1]


def write(**message):
  print(json.dumps(message), flush=True)


def ask(number):
  one = {"id": number, "architecture": [0, 1, 2, 3, 4, 0]}
  if WHAT == "illegal":
    one["architecture"] = [[9] * 6, [], [0] * 40, [65535] * 6][number % 4]
  elif number < 3:
    one["architecture"][0] = number  # a good start
  elif WHAT == "crash":
    raise RuntimeError("out of ideas")
  elif WHAT == "signal":
    os.kill(os.getpid(), signal.SIGKILL)
  elif WHAT == "quit":
    sys.exit(0)
  elif WHAT == "stall":
    time.sleep(1000)
  elif WHAT == "garbage":
    print("lorem ipsum", flush=True)
  elif WHAT == "flood":
    sys.stderr.write("flood " * 500000)
  elif WHAT == "twice":
    one["id"] = 1
  elif WHAT == "unknown-id":
    one["resumed_from"] = 77
  elif WHAT == "gigabyte":
    try:
      for _ in range(1000):
        sys.stdout.write(" " * 1000000)
    except BrokenPipeError:
      os._exit(1)
  elif WHAT == "wait":
    return write(type="wait")
  write(type="proposals", proposals=[one])


def main():
  asked = 0
  for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
      if WHAT == "mute":
        sys.exit(1)
      write(type="strategy", protocol=1, name=WHAT)
    elif message["type"] == "start":
      if WHAT == "unready":
        raise RuntimeError("no such space")
      write(type="ready")
    elif message["type"] == "ask":
      ask(asked)
      asked += 1
    elif message["type"] == "tell":
      write(type="ok")
    elif message["type"] == "recommend":
      write(type="recommendation", architectures=None)
    else:
      return


main()
