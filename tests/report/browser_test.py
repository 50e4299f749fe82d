#!/usr/bin/env python3
"""Opens a report in a browser: browser_test.py HWNAS EXPERIMENT.

Runs EXPERIMENT, writes its HTML report and looks at it in chromium as a
reader would: wide and narrow, light and dark, by mouse and by keyboard.
Exit code 77 where there is no browser, or the build has no figures.
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from browser import Page, find_chromium  # noqa: E402

failures = []


def expect(true, what):
  if not true:
    failures.append(what)
    print(f"FAILED: {what}")


SETTLE = ("new Promise(done => requestAnimationFrame(() => "
          "requestAnimationFrame(() => setTimeout(done, 150))))")

# Each text's contrast with the first background behind it (WCAG 2).
CONTRAST = """(() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = rgb => {
    const [r, g, b] = rgb.map(v => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const c = parse(getComputedStyle(node).backgroundColor);
      if (c.length === 3 || c[3] > 0.99) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const worst = {ratio: 99};
  const walk = document.createTreeWalker(document.querySelector('main'),
                                         NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const inSvg = node.parentElement.closest('svg');
    if (!node.textContent.trim()) continue;
    const style = getComputedStyle(node.parentElement);
    const rect = inSvg && node.parentElement.closest('.mark-text.role-mark');
    if (rect) continue;  // on coloured cells: chosen by the cell
    const colour = parse(inSvg ? style.fill : style.color).slice(0, 3);
    const a = light(colour);
    const b = light(behind(inSvg ? inSvg.parentElement : node.parentElement));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst.ratio) {
      worst.ratio = ratio;
      worst.text = node.textContent.slice(0, 60);
    }
  }
  return worst;
})()"""


def scroll_through(page):
  """Figures are drawn when they come near the screen."""
  height = page.run("document.documentElement.scrollHeight")
  for y in range(0, height, 900):
    page.run(f"window.scrollTo({{top: {y}, behavior: 'instant'}})")
    page.run(SETTLE)


def check_figures(page, width):
  drawn = page.run("""[...document.querySelectorAll('figure')].map(f => ({
    name: f.dataset.figure, hidden: f.hidden,
    marks: f.querySelectorAll('.plot svg .role-mark path,' +
        '.plot svg .role-mark line,.plot svg .role-mark text').length,
    wide: f.querySelector('.plot svg') ?
      f.querySelector('.plot svg').getBoundingClientRect().width : 0,
    room: f.clientWidth}))""")
  kinds = {figure["name"].split()[0] for figure in drawn}
  expect({"means", "anytime", "pairs", "front"} <= kinds,
         f"kinds of figures: {kinds}")
  for figure in drawn:
    name = f"{figure['name']} at {width} px"
    expect(not figure["hidden"], f"{name} is shown")
    expect(figure["marks"] > 2, f"{name} is drawn ({figure['marks']} marks)")
    expect(figure["wide"] <= figure["room"] + 1, f"{name} fits its place")
  over = page.run("document.documentElement.scrollWidth - innerWidth")
  expect(over <= 0, f"nothing is wider than {width} px ({over} px over)")


def check_tooltip(page):
  at = page.run("""(() => {
    const figure = [...document.querySelectorAll('figure')].find(
        f => f.dataset.figure.startsWith('front'));
    figure.scrollIntoView({block: 'center', behavior: 'instant'});
    const mark = [...figure.querySelectorAll(
        '.plot svg .mark-symbol.role-mark path')].at(-1);
    const box = mark.getBoundingClientRect();
    return {x: box.x + box.width / 2, y: box.y + box.height / 2};
  })()""")
  page.mouse(at["x"] - 40, at["y"] - 40)
  # On the ring: an unfilled mark has nothing at its centre.
  page.mouse(at["x"], at["y"])
  page.run(SETTLE)
  tip = page.run("""(() => {
    const tip = document.getElementById('tip');
    return {hidden: tip.hidden, text: tip.textContent,
            drawn: tip.querySelectorAll('svg path, .chips span').length};
  })()""")
  expect(not tip["hidden"], "a point of the front has a tooltip")
  expect("architecture" in tip["text"], f"it names it: {tip['text']!r}")
  expect(tip["drawn"] > 0, "it draws the architecture")


def check_keyboard(page):
  before = page.run("""(() => {
    const table = [...document.querySelectorAll('table')].find(
        t => t.tBodies[0].rows.length > 2 &&
             [...t.tHead.rows[0].cells].some(c => c.textContent === 'mean'));
    window.sorted = table;
    const head = [...table.tHead.rows[0].cells].findIndex(
        c => c.textContent === 'mean');
    window.column = head;
    table.scrollIntoView({block: 'center', behavior: 'instant'});
    table.tHead.rows[0].cells[head].querySelector('button').focus();
    return [...table.tBodies[0].rows].map(
        r => Number(r.cells[head].textContent));
  })()""")
  rows = ("[...window.sorted.tBodies[0].rows].map("
          "r => Number(r.cells[window.column].textContent))")
  page.key("Enter", 13)
  expect(page.run(rows) == sorted(before), "Enter sorts, ascending")
  page.key("Enter", 13)
  expect(page.run(rows) == sorted(before, reverse=True),
         "Enter again sorts, descending")
  state = page.run("window.sorted.tHead.rows[0].cells[window.column]"
                   ".getAttribute('aria-sort')")
  expect(state == "descending", "and says so")
  # Every control is reached by Tab.
  unreached = page.run("""[...document.querySelectorAll(
      'button, select, summary, .architecture')].filter(
      e => e.tabIndex < 0).length""")
  expect(unreached == 0, "controls are reached by the keyboard")
  page.run("""(() => {
    const name = document.querySelector('.architecture');
    name.scrollIntoView({block: 'center', behavior: 'instant'});
    name.focus();
  })()""")
  shown = page.run("!document.getElementById('tip').hidden")
  expect(shown, "an architecture in a table is drawn when it has the focus")
  page.key("Escape", 27)
  expect(page.run("document.getElementById('tip').hidden"),
         "Escape closes it")


def check_downloads(page):
  saved = page.run("""(async () => {
    const kept = [];
    const before = URL.createObjectURL;
    URL.createObjectURL = blob => { kept.push(blob); return 'about:blank#'; };
    HTMLAnchorElement.prototype.click = function() {};
    const figure = [...document.querySelectorAll('figure')].find(
        f => f.dataset.figure.startsWith('anytime'));
    for (const button of figure.querySelectorAll('.tools button')) {
      if (['SVG', 'CSV'].includes(button.textContent)) {
        button.dispatchEvent(new Event('click'));
      }
    }
    while (kept.length < 2) await new Promise(r => setTimeout(r, 20));
    URL.createObjectURL = before;
    return Promise.all(kept.map(blob => blob.text()));
  })()""")
  drawing = next((s for s in saved if s.startswith("<svg")), "")
  numbers = next((s for s in saved if not s.startswith("<svg")), "")
  expect("local-search" in drawing, "the saved SVG has its key")
  expect("<script>" not in drawing, "and no markup from names")
  expect(numbers.startswith("strategy,evaluations,"),
         f"the saved CSV has its header: {numbers[:60]!r}")


def check_page(page, path):
  page.open(path)
  expect(page.run("document.title").startswith("hwnas report"),
         "a strategy's name is no script")
  expect("<script>document.title" in page.run(
      "document.querySelector('main').textContent"), "and stays text")
  expect(page.run("[...document.querySelectorAll('details')].every("
                  "d => !d.open)"), "details are folded away")
  page.run("document.querySelectorAll('details').forEach("
           "d => { d.open = true; })")
  for width in (1400, 400):
    page.resize(width, 900)
    page.run(SETTLE)
    scroll_through(page)
    check_figures(page, width)
  page.resize(1400, 900)
  page.run(SETTLE)
  for dark in (False, True):
    page.dark(dark)
    page.run(SETTLE)
    worst = page.run(CONTRAST)
    expect(worst["ratio"] >= 4.5,
           f"{'dark' if dark else 'light'}: contrast of {worst}")
  page.dark(False)
  check_tooltip(page)
  check_keyboard(page)
  check_downloads(page)
  expect(not page.errors, f"the console is silent: {page.errors}")
  outside = [r for r in page.requests
             if not r.startswith(("file://", "data:", "blob:", "about:"))]
  expect(not outside, f"no network: {outside}")


def main():
  hwnas, experiment = sys.argv[1:3]
  chromium = find_chromium()
  if chromium is None:
    print("skipped: no chromium; install the package 'chromium'")
    return 77
  with tempfile.TemporaryDirectory() as folder:
    results = os.path.join(folder, "r.db")
    report = os.path.join(folder, "report.html")
    subprocess.run([hwnas, "run", experiment, "--out", results], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([hwnas, "report", results, "--out", report], check=True)
    with open(report, encoding="utf-8") as file:
      if "This page has no figures" in file.read():
        print("skipped: this build draws no figures (npm was not found, or "
              "there was no network)")
        return 77
    page = Page(chromium)
    try:
      check_page(page, report)
    finally:
      page.close()
  print(f"{len(failures)} failures")
  return 1 if failures else 0


sys.exit(main())
