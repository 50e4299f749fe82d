#!/usr/bin/env python3
"""Opens a report in a browser: browser_test.py HWNAS EXPERIMENT.

Runs EXPERIMENT, writes its HTML report, with studies of a made-up table of 27
platforms, and looks at it in chromium as a reader would: wide and narrow,
light and dark, by mouse and by keyboard. Exit code 77 where there is no
browser, or the build has no figures.
"""

import itertools
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
  """Figures are drawn when they come near the screen, which makes room."""
  y = 0
  while y < page.run("document.documentElement.scrollHeight"):
    page.run(f"window.scrollTo({{top: {y}, behavior: 'instant'}})")
    page.run(SETTLE)
    y += 900


def check_figures(page, width):
  drawn = page.run("""[...document.querySelectorAll('figure')].map(f => ({
    name: f.dataset.figure, hidden: f.hidden,
    marks: f.querySelectorAll('.plot svg .role-mark path,' +
        '.plot svg .role-mark line,.plot svg .role-mark text').length,
    wide: f.querySelector('.plot svg') ?
      f.querySelector('.plot svg').getBoundingClientRect().width : 0,
    room: f.clientWidth}))""")
  kinds = {figure["name"].split()[0] for figure in drawn}
  expect({"means", "anytime", "pairs", "front", "matrix", "told", "remedies",
          "order", "regret", "spent", "gains", "unseen"} <= kinds,
         f"kinds of figures: {kinds}")
  for figure in drawn:
    name = f"{figure['name']} at {width} px"
    expect(not figure["hidden"], f"{name} is shown")
    expect(figure["marks"] > 2, f"{name} is drawn ({figure['marks']} marks)")
    expect(figure["wide"] <= figure["room"] + 1, f"{name} fits its place")
  over = page.run("document.documentElement.scrollWidth - innerWidth")
  expect(over <= 0, f"nothing is wider than {width} px ({over} px over)")


def tooltip_of(page, name, marks):
  """The tooltip of a figure's last mark, under the mouse."""
  at = page.run(f"""(() => {{
    const figure = [...document.querySelectorAll('figure')].find(
        f => f.dataset.figure.startsWith({name!r}));
    figure.scrollIntoView({{block: 'center', behavior: 'instant'}});
    const mark = [...figure.querySelectorAll(
        '.plot svg .{marks}.role-mark path')].at(-1);
    const box = mark.getBoundingClientRect();
    return {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
  }})()""")
  page.mouse(at["x"] - 40, at["y"] - 40)
  page.mouse(at["x"], at["y"])
  page.run(SETTLE)
  return page.run("""(() => {
    const tip = document.getElementById('tip');
    return {hidden: tip.hidden, text: tip.textContent,
            drawn: tip.querySelectorAll('svg path, .chips span').length};
  })()""")


def check_tooltip(page):
  # On the ring: an unfilled mark has nothing at its centre.
  tip = tooltip_of(page, "front", "mark-symbol")
  expect(not tip["hidden"], "a point of the front has a tooltip")
  expect("architecture" in tip["text"], f"it names it: {tip['text']!r}")
  expect(tip["drawn"] > 0, "it draws the architecture")


# Texts of the axes that lie over one another, in figures of studies.
OVERLAPS = """(() => {
  const found = [];
  for (const figure of document.querySelectorAll('figure')) {
    if (figure.dataset.figure.split(' ')[0] !== 'matrix') continue;
    for (const axis of figure.querySelectorAll('.role-axis-label')) {
      const boxes = [...axis.querySelectorAll('text')].map(
          t => ({text: t.textContent, box: t.getBoundingClientRect()}));
      for (let i = 1; i < boxes.length; ++i) {
        const a = boxes[i - 1].box;
        const b = boxes[i].box;
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (x > 3 && y > 3) found.push(boxes[i].text);
      }
      if (boxes.length < 27) found.push(`${boxes.length} labels`);
    }
  }
  return found;
})()"""


def check_studies(page, width):
  overlaps = page.run(OVERLAPS)
  expect(not overlaps, f"labels of 27 platforms at {width} px: {overlaps}")
  for name, (marks, words) in {
      "matrix": ("mark-rect", ["found ontitanxp_256",
                               "used ontitanxp_256", "rank correlation",
                               "hypervolume lost"]),
      "told": ("mark-symbol", ["found on", "used on"]),
      "remedies": ("mark-symbol", ["front", "measurements"]),
      "order": ("mark-symbol", ["Kendall's tau"]),
      "regret": ("mark-symbol", ["regret", "rank"]),
      "spent": ("mark-symbol", ["seconds"]),
      "gains": ("mark-symbol", ["difference", "higher in"]),
      "unseen": ("mark-symbol", ["left out", "ordered by"])}.items():
    tip = tooltip_of(page, name, marks)
    expect(not tip["hidden"] and all(word in tip["text"] for word in words),
           f"tooltip of {name} at {width} px: {tip}")


def check_choices(page):
  """A heat map shows devices instead, and another figure."""
  shown = page.run("""(async () => {
    const figure = [...document.querySelectorAll('figure')].find(
        f => f.dataset.figure === 'matrix 0 hypervolume_lost');
    const cells = () => figure.querySelectorAll(
        '.plot svg .mark-rect.role-mark path').length;
    const before = cells();
    for (const [label, value] of [['settings or devices', 'device'],
                                  ['what is shown', 'recall']]) {
      const list = figure.querySelector(`select[aria-label="${label}"]`);
      list.value = value;
      list.dispatchEvent(new Event('change'));
    }
    await new Promise(done => setTimeout(done, 300));
    return [before, cells(), figure.querySelector('.plot').textContent];
  })()""")
  expect(shown[0] == 27 * 27, f"27 by 27 cells: {shown[0]}")
  expect(shown[1] < 27 * 27 and "recall" in shown[2],
         f"devices, recall: {shown[1]} cells")


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


def saved_of(page, name):
  """What a figure's buttons save: its SVG and its CSV."""
  saved = page.run(f"""(async () => {{
    const kept = [];
    const before = URL.createObjectURL;
    URL.createObjectURL = blob => {{ kept.push(blob); return 'about:blank#'; }};
    HTMLAnchorElement.prototype.click = function() {{}};
    const figure = [...document.querySelectorAll('figure')].find(
        f => f.dataset.figure.startsWith({name!r}));
    for (const button of figure.querySelectorAll('.tools button')) {{
      if (['SVG', 'CSV'].includes(button.textContent)) {{
        button.dispatchEvent(new Event('click'));
      }}
    }}
    while (kept.length < 2) await new Promise(r => setTimeout(r, 20));
    URL.createObjectURL = before;
    return Promise.all(kept.map(blob => blob.text()));
  }})()""")
  drawing = next((s for s in saved if s.startswith("<svg")), "")
  return drawing, next((s for s in saved if not s.startswith("<svg")), "")


def check_downloads(page):
  drawing, numbers = saved_of(page, "anytime")
  expect("local-search" in drawing, "the saved SVG has its key")
  expect("<script>" not in drawing, "and no markup from names")
  expect(numbers.startswith("strategy,evaluations,"),
         f"the saved CSV has its header: {numbers[:60]!r}")
  for name, word, header in (
      ("matrix 0 spearman", "titanxp_256", "from,to,spearman"),
      ("told", "rank correlation", "from,to,spearman,hypervolume_lost"),
      ("remedies", "by macs", "front,measurements,device,hypervolume_lost"),
      ("order", "200 epochs", "signal,target,among,kendall"),
      ("regret", "200 epochs", "signal,target,top,best,regret,rank"),
      ("spent", "seconds", "signal,target,seconds,kendall"),
      ("gains", "difference", "gain,difference,low,high,higher"),
      ("unseen", "samples of it",
       "data_set,method,samples,tau,low,high,regret")):
    drawing, numbers = saved_of(page, name)
    expect(word in drawing and "<script>" not in drawing,
           f"the saved SVG of {name} has its words")
    expect(numbers.split("\n")[0] == header,
           f"the saved CSV of {name} has its header: {numbers[:60]!r}")


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
    check_studies(page, width)
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
  check_choices(page)
  expect(not page.errors, f"the console is silent: {page.errors}")
  outside = [r for r in page.requests
             if not r.startswith(("file://", "data:", "blob:", "about:"))]
  expect(not outside, f"no network: {outside}")


DEVICES = {"1080ti": 3, "2080ti": 3, "titanx": 3, "titanxp": 3,
           "titan_rtx": 3, "gold_6226": 0, "gold_6240": 0, "silver_4114": 0,
           "silver_4210r": 0, "samsung_a50": 0, "samsung_s7": 0, "pixel2": 0,
           "pixel3": 0, "essential_ph_1": 0, "raspi4": 0, "eyeriss": 0,
           "fpga": 0}
MARKUP = "<script>document.title=1</script>"


def write_table(hwnas, folder):
  """A made-up table of nb201 cells on 27 platforms; returns its path."""
  ids = [f"{device}_{batch}" if batches else device
         for device, batches in DEVICES.items()
         for batch in ((1, 32, 256) if batches else (0,))]
  ops = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
         "avg_pool_3x3"]
  lines = [",".join(["cell", "low", "val", "test", "seconds", *ids])]
  for cell in itertools.islice(itertools.product(range(1, 5), repeat=6), 0,
                               None, 17):
    a, b, c, d, e, f = (f"{ops[o]}~" for o in cell)
    weight = sum((7 * (i + 1) * o) % 11 for i, o in enumerate(cell))
    values = [60 + weight / 3, 70 + weight / 2, 70 + weight / 2 +
              (weight * 31 % 17) / 10, 10 + weight]
    values += [5 + sum((o * (p + 3) * (i + 2)) % 31 for i, o in enumerate(cell))
               for p in range(len(ids))]
    lines.append(f"|{a}0|+|{b}0|{c}1|+|{d}0|{e}1|{f}2|," +
                 ",".join(f"{v:.3f}" for v in values))
  columns = [("low", "accuracy:val/e12"), ("val", "accuracy:val/e200"),
             ("test", "accuracy:test/e200"), ("seconds", "train-seconds")]
  columns += [(i, f"latency@{i}") for i in ids]
  paths = {name: os.path.join(folder, name)
           for name in ("made.csv", "made.toml", "made.db")}
  with open(paths["made.csv"], "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")
  with open(paths["made.toml"], "w", encoding="utf-8") as file:
    file.write('space = "nb201"\nkey = "cell"\nsynthetic = true\n'
               'title = "made up"\ndefaults = {dataset = "cifar10", '
               'split = "val", fidelity = "e200"}\n')
    for name, metric in columns:
      file.write(f'[[column]]\nname = "{name}"\nmetric = "{metric}"\n')
  subprocess.run([hwnas, "import", "csv", paths["made.csv"], "--schema",
                  paths["made.toml"], "--out", paths["made.db"]], check=True,
                 stdout=subprocess.DEVNULL)
  return paths["made.db"]


def write_studies(folder):
  """A study of each kind; returns their paths."""
  texts = {
      "platforms.toml": f"""
name = "platforms {MARKUP}"
title = "27 platforms"
[platforms]
accuracy = "accuracy:val"
proxy = "macs"
source_architectures = 100
""",
      "signals.toml": f"""
name = "signals"
title = "{MARKUP}"
[[signal]]
name = "12 epochs {MARKUP}"
metric = "accuracy:val/e12"
cost = "train-seconds"
cost_scale = 0.06
[[signal]]
name = "200 epochs"
metric = "accuracy:val"
cost = "train-seconds"
[[target]]
name = "test"
metric = "accuracy:test"
[[target]]
name = "val {MARKUP}"
metric = "accuracy:val"
[[gain]]
name = "200 epochs over 12 {MARKUP}"
metric = "accuracy:val"
over = "accuracy:val/e12"
""",
      "data_sets.toml": "name = \"left out\"\ntitle = \"One of three\"\n"
                        "[data_sets]\nnetworks = 40\nsamples = [0, 20]\n"
                        "judged = 100\ndraws = 2\n"
                        "options = {trees = 10, members = 1, folds = 0}\n" +
                        "".join(f'[[data_set]]\nname = "{name}"\n'
                                f'learn = "accuracy:{learn}"\n'
                                'judge = "accuracy:test"\n'
                                for name, learn in (("one " + MARKUP, "val"),
                                                    ("two", "val/e12"),
                                                    ("three", "test")))}
  for name, text in texts.items():
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
      file.write(text)
  return [os.path.join(folder, name) for name in texts]


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
    studies = [part for path in write_studies(folder)
               for part in ("--study", path)]
    subprocess.run([hwnas, "report", results, "--table",
                    write_table(hwnas, folder), *studies, "--out", report],
                   check=True)
    with open(report, encoding="utf-8") as file:
      if "This page has no figures" in file.read():
        print("skipped: this build draws no figures (npm was not found, or "
              "there was no network)")
        return 77
    page = Page(chromium, seconds=240)
    try:
      check_page(page, report)
    finally:
      page.close()
  print(f"{len(failures)} failures")
  return 1 if failures else 0


sys.exit(main())
