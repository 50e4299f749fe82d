"""A browser under a test's control: chromium over its debugging pipe.

Page(chromium, width, height) starts one; close() ends it. Messages are JSON,
each ended by a zero byte (Chrome DevTools Protocol).
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def find_chromium():
  """The path of a chromium, or None."""
  for name in ("chromium", "chromium-browser", "google-chrome"):
    path = shutil.which(name)
    if path:
      return path
  return None


class Page:
  """One page, its console and what it asked of the network."""

  def __init__(self, chromium, width=1400, height=900, seconds=60):
    self.deadline = time.monotonic() + seconds
    self.folder = tempfile.mkdtemp(prefix="hwnas-browser-")
    to_child, self.to = os.pipe()
    self.back, from_child = os.pipe()
    options = [
        "--headless=new", "--remote-debugging-pipe", "--disable-gpu",
        "--no-first-run", "--disable-extensions",
        "--disable-background-networking", "--disable-dev-shm-usage",
        "--hide-scrollbars", f"--user-data-dir={self.folder}",
        f"--window-size={width},{height}"]
    if os.geteuid() == 0:
      options.append("--no-sandbox")

    def place():
      # The browser reads from 3 and writes to 4.
      spare = os.dup(from_child)
      os.dup2(to_child, 3)
      os.dup2(spare, 4)
      os.set_inheritable(3, True)
      os.set_inheritable(4, True)

    self.process = subprocess.Popen(
        [chromium, *options, "about:blank"], close_fds=False,
        preexec_fn=place, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(to_child)
    os.close(from_child)
    self.buffer = b""
    self.number = 0
    self.session = None
    self.errors = []
    self.requests = []
    self.loaded = False
    target = self.call("Target.createTarget", url="about:blank")["targetId"]
    self.session = self.call("Target.attachToTarget", targetId=target,
                             flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
      self.call(f"{domain}.enable")
    self.resize(width, height)

  def close(self):
    self.process.kill()
    self.process.wait()
    os.close(self.to)
    os.close(self.back)
    shutil.rmtree(self.folder, ignore_errors=True)

  def call(self, method, **params):
    """Sends a command and returns its result."""
    self.number += 1
    message = {"id": self.number, "method": method, "params": params}
    if self.session:
      message["sessionId"] = self.session
    os.write(self.to, json.dumps(message).encode() + b"\0")
    while True:
      answer = self._receive()
      if answer.get("id") == self.number:
        if "error" in answer:
          raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]
      self._note(answer)

  def open(self, path):
    self.loaded = False
    self.requests.clear()
    self.call("Page.navigate", url="file://" + os.path.abspath(path))
    while not self.loaded:
      self._note(self._receive())

  def resize(self, width, height):
    self.call("Emulation.setDeviceMetricsOverride", width=width,
              height=height, deviceScaleFactor=1, mobile=False)

  def dark(self, on):
    self.call("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

  def run(self, expression):
    """The value of a JavaScript expression; a promise is awaited."""
    answer = self.call("Runtime.evaluate", expression=expression,
                       returnByValue=True, awaitPromise=True)
    if "exceptionDetails" in answer:
      raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
    return answer["result"].get("value")

  def mouse(self, x, y):
    self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

  def key(self, key, code):
    for kind in ("keyDown", "keyUp"):
      extra = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
      self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code, **extra)

  def _receive(self):
    while b"\0" not in self.buffer:
      left = self.deadline - time.monotonic()
      if left <= 0 or not select.select([self.back], [], [], left)[0]:
        raise TimeoutError("the browser does not answer")
      part = os.read(self.back, 1 << 20)
      if not part:
        raise RuntimeError("the browser has ended")
      self.buffer += part
    line, self.buffer = self.buffer.split(b"\0", 1)
    return json.loads(line)

  def _note(self, event):
    method, params = event.get("method"), event.get("params", {})
    if method == "Page.loadEventFired":
      self.loaded = True
    elif method == "Network.requestWillBeSent":
      self.requests.append(params["request"]["url"])
    elif method == "Runtime.exceptionThrown":
      self.errors.append(json.dumps(params["exceptionDetails"]))
    elif method == "Runtime.consoleAPICalled":
      if params["type"] in ("error", "warning", "assert"):
        self.errors.append(json.dumps(params["args"]))
    elif method == "Log.entryAdded":
      if params["entry"]["level"] in ("error", "warning"):
        self.errors.append(params["entry"]["text"])
