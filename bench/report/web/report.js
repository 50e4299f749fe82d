// Sorts the report's tables and draws its figures from the report's JSON
// (the element report-data). Text from results reaches the page as text only:
// by textContent, or as data of a figure.
(() => {
  'use strict';

  const data = document.getElementById('report-data');
  const model = data ? JSON.parse(data.textContent).report : null;

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  const svg = (tag, attributes, ...children) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  // --- tables -------------------------------------------------------------

  // What a cell sorts by: its first number where the column is of numbers.
  const sortKey = (cell, numeric) => {
    if (!numeric) return cell.textContent;
    const found = /[-+]?\d+(\.\d+)?(e[-+]?\d+)?/.exec(cell.textContent);
    return found ? Number(found[0]) : NaN;
  };

  const sortBy = (table, index, descending) => {
    const body = table.tBodies[0];
    const numeric = table.tHead.rows[0].cells[index].classList.contains('n');
    const keyed = [...body.rows].map((row, position) => (
        {row, position, key: sortKey(row.cells[index], numeric)}));
    keyed.sort((a, b) => {
      // What has no number stands last either way.
      if (numeric && (isNaN(a.key) || isNaN(b.key))) {
        return isNaN(a.key) - isNaN(b.key) || a.position - b.position;
      }
      const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
      return (descending ? -order : order) || a.position - b.position;
    });
    body.append(...keyed.map(k => k.row));
  };

  const makeSortable = table => {
    if (!table.tHead || table.tBodies[0].rows.length < 2) return;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      const button = element('button', {type: 'button'}, head.textContent);
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const descending = head.getAttribute('aria-sort') === 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort',
                          descending ? 'descending' : 'ascending');
        sortBy(table, index, descending);
      });
    });
  };

  // --- architectures ------------------------------------------------------

  const EDGE = {
    nor_conv_3x3: ['3×3', 3.2, ''], nor_conv_1x1: ['1×1', 1.8, ''],
    avg_pool_3x3: ['pool', 1.5, '5 3'], skip_connect: ['skip', 1.2, '1 3'],
    none: ['', 0, ''],
  };

  // A graph whose vertices stand in a row, in order, joined by arcs.
  const drawRow = (vertices, edges) => {
    const gap = 300 / Math.max(1, vertices.length - 1);
    const reach = Math.max(1, ...edges.map(e => e.to - e.from));
    const rise = span => span < 2 ? 0 : 16 + 62 * span / reach;
    const up = Math.max(0, ...edges.filter(e => (e.to - e.from) % 2 === 0)
                           .map(e => rise(e.to - e.from)));
    const down = Math.max(0, ...edges.filter(e => (e.to - e.from) % 2 === 1)
                             .map(e => rise(e.to - e.from)));
    const y = up * 0.75 + 18;
    const height = y + down * 0.75 + 30;
    const drawing = svg('svg', {viewBox: `0 0 340 ${height}`, width: 340,
                                height, role: 'img',
                                style: 'max-width:100%'});
    const paint = {fill: 'none', stroke: 'currentColor'};
    for (const e of edges) {
      const x1 = 20 + gap * e.from;
      const x2 = 20 + gap * e.to;
      const span = e.to - e.from;
      const bend = span % 2 === 0 ? -rise(span) : rise(span);
      drawing.append(svg('path', {
        ...paint, d: `M${x1} ${y}Q${(x1 + x2) / 2} ${y + 2 * bend * 0.75} ` +
            `${x2} ${y}`,
        'stroke-width': e.width, 'stroke-dasharray': e.dash,
      }));
      if (!e.name) continue;
      drawing.append(svg('text', {
        x: (x1 + x2) / 2, y: y + bend * 0.75 + (bend > 0 ? 13 : -5),
        'text-anchor': 'middle', 'font-size': 11, fill: 'currentColor',
      }, e.name));
    }
    vertices.forEach((name, i) => {
      const x = 20 + gap * i;
      drawing.append(svg('circle', {
        cx: x, cy: y, r: 5, fill: 'var(--page)', stroke: 'currentColor',
        'stroke-width': 1.5,
      }));
      if (!name) return;
      drawing.append(svg('text', {
        x, y: y + (i % 2 ? 18 : -9), 'text-anchor': 'middle', 'font-size': 10,
        fill: 'currentColor',
      }, name));
    });
    return drawing;
  };

  // |a~0|+|b~0|c~1|+...: operations on the edges of a cell.
  const drawNb201 = text => {
    const match = /^\|[a-z_0-9]+~\d+\|(\+(\|[a-z_0-9]+~\d+)+\|)+/.exec(text);
    if (!match) return null;
    const edges = [];
    const nodes = match[0].split('+');
    nodes.forEach((node, i) => {
      for (const part of node.split('|').filter(p => p)) {
        const [op, from] = part.split('~');
        const [name, width, dash] = EDGE[op] || [op, 1.5, ''];
        if (width > 0) {
          edges.push({from: Number(from), to: i + 1, name, width, dash});
        }
      }
    });
    const vertices = ['in', ...nodes.map(() => '')];
    vertices[vertices.length - 1] = 'out';
    return drawRow(vertices, edges);
  };

  // 0101/101/...:op,op: an upper triangle of edges, operations on vertices.
  const drawNb101 = text => {
    const match = /^([01]+(?:\/[01]+)*):([a-z0-9,-]*)/.exec(text);
    if (!match) return null;
    const rows = match[1].split('/');
    const names = match[2] ? match[2].split(',') : [];
    const edges = [];
    rows.forEach((row, from) => [...row].forEach((bit, i) => {
      if (bit === '1') {
        edges.push({from, to: from + 1 + i, name: '', width: 1.5, dash: ''});
      }
    }));
    return drawRow(['in', ...names.map(n => n.replace(/-bn-relu$/, '')), 'out'],
                   edges);
  };

  const drawChips = text => {
    const chips = element('div', {class: 'chips'});
    for (const part of text.split(/[\s,;:|+\/]+/).filter(p => p)) {
      chips.append(element('span', {}, part));
    }
    return chips;
  };

  const drawArchitecture = text =>
    drawNb201(text) || drawNb101(text) || drawChips(text);

  // --- the tooltip --------------------------------------------------------

  const tip = element('div', {id: 'tip', role: 'tooltip', hidden: ''});
  document.body.append(tip);

  const showTip = (x, y, lines, architecture) => {
    const list = element('dl');
    for (const [name, value] of lines) {
      list.append(element('dt', {}, name), element('dd', {}, value));
    }
    tip.replaceChildren(list);
    if (architecture) tip.append(drawArchitecture(architecture));
    tip.hidden = false;
    const width = tip.offsetWidth;
    const height = tip.offsetHeight;
    const left = Math.min(x + 14, innerWidth - width - 6);
    const below = y + 16 + height < innerHeight;
    tip.style.left = `${Math.max(6, left)}px`;
    tip.style.top = `${below ? y + 16 : Math.max(6, y - height - 12)}px`;
  };
  const hideTip = () => { tip.hidden = true; };
  addEventListener('keydown', event => {
    if (event.key === 'Escape') hideTip();
  });

  // Cells of a column 'architecture' show it, for mouse and keyboard.
  const markArchitectures = table => {
    const heads = [...table.tHead.rows[0].cells].map(h => h.textContent);
    const index = heads.indexOf('architecture');
    if (index < 0) return;
    for (const row of table.tBodies[0].rows) {
      const cell = row.cells[index];
      const text = cell.textContent;
      const name = element('span', {class: 'architecture', tabindex: '0'},
                           text);
      cell.replaceChildren(name);
      const show = () => {
        const box = name.getBoundingClientRect();
        showTip(box.left, box.bottom - 8, [], text);
      };
      name.addEventListener('mouseenter', show);
      name.addEventListener('focus', show);
      name.addEventListener('mouseleave', hideTip);
      name.addEventListener('blur', hideTip);
    }
  };

  for (const table of document.querySelectorAll('table')) {
    if (!table.tHead) continue;
    markArchitectures(table);
    makeSortable(table);
  }

  const vega = globalThis.vega;
  const vegaLite = globalThis.vegaLite;
  if (!model || !vega || !vegaLite) return;

  // --- looks --------------------------------------------------------------

  const darkQuery = matchMedia('(prefers-color-scheme: dark)');
  const LIGHT = {
    page: '#ffffff', text: '#1c1e21', soft: '#555b63', line: '#d5d9de',
    colours: ['#1f6fb4', '#c2481a', '#1b8050', '#8c3fa0', '#866700',
              '#c2306a', '#0b7f91', '#50565e'],
    lost: '#e0855c', even: '#f3f5f7', won: '#6aa5dc',
  };
  const DARK = {
    page: '#14171a', text: '#e6e8ea', soft: '#a6adb5', line: '#373d44',
    colours: ['#6fb3f2', '#ff9a5c', '#4fd1a0', '#d79bea', '#e3c04a',
              '#ff8aa8', '#54cfe0', '#b9bec7'],
    lost: '#a8481c', even: '#1f2429', won: '#2b6ba8',
  };
  const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross',
                  'triangle-down', 'triangle-right', 'triangle-left'];
  const DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3]];

  // A strategy looks the same in every figure of the page.
  const labels = [...new Set(model.problems.flatMap(
      p => p.strategies.map(s => s.label)))].sort();
  const hidden = new Set();
  const scaleOf = (of, pick, legend) => ({
    field: 'strategy', type: 'nominal', sort: null,
    scale: {domain: of, range: of.map(l => pick(labels.indexOf(l)))},
    legend: legend ? {title: null, orient: 'bottom', columns: 3,
                      symbolStrokeWidth: 2, labelLimit: 240} : null,
  });
  const colourOf = (of, t, legend) =>
    scaleOf(of, i => t.colours[i % t.colours.length], legend);
  const dashOf = (of, legend) =>
    scaleOf(of, i => DASHES[(Math.floor(i / 8) + i) % DASHES.length], legend);
  const shapeOf = (of, legend) =>
    scaleOf(of, i => SHAPES[i % SHAPES.length], legend);

  const configOf = t => ({
    background: null, font: 'system-ui, "DejaVu Sans", sans-serif',
    view: {stroke: null},
    axis: {labelColor: t.text, titleColor: t.text, gridColor: t.line,
           domainColor: t.soft, tickColor: t.soft, labelFontSize: 11.5,
           titleFontSize: 12, titleFontWeight: 'normal', labelLimit: 170,
           gridOpacity: 0.8, titlePadding: 8},
    legend: {labelColor: t.text, titleColor: t.text, labelFontSize: 11.5,
             layout: {bottom: {anchor: 'start', direction: 'vertical'}}},
    text: {color: t.text, fontSize: 11.5},
    rule: {color: t.text},
  });

  // --- figures ------------------------------------------------------------

  const fixed = (value, decimals) =>
    value === null || value === undefined ? '-' : value.toFixed(decimals);
  const short = value =>
    value === null ? '-' : String(Number(value.toPrecision(6)));
  const withUnit = (name, unit) => unit ? `${name} (${unit})` : name;
  const measureTitle = m => withUnit(m.name, m.unit);
  const visible = list => list.filter(s => !hidden.has(s.label));
  const ranked = problem => problem.ranking.map(
      label => problem.strategies.find(s => s.label === label));

  // Those with a value in a measure, best mean first.
  const rankedBy = (problem, m) => {
    const sign = problem.measures[m].direction === 'max' ? -1 : 1;
    const mean = s => sign * s.scores[m].value.mean;
    return problem.strategies.filter(s => s.scores[m].value.count)
        .sort((a, b) => mean(a) - mean(b));
  };
  // A difference of percentages is in points.
  const differenceUnit = measure =>
    measure.unit === '%' ? 'points' : measure.unit;
  // A scale with some room at its ends, none of it below 0 where no value is.
  const roomy = values => {
    if (!values.length) return {zero: false};
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const room = 0.04 * (high - low) || 0.04 * Math.abs(high) || 1;
    return {zero: false, nice: false,
            domain: [low >= 0 ? Math.max(0, low - room) : low - room,
                     high + room]};
  };
  // Points without those that would lie on one before them.
  const apart = (points, x, y, width, height) => {
    const pixels = (value, [low, high], size) =>
      size * (value - low) / (high - low);
    const kept = [];
    for (const p of points) {
      const px = pixels(p.x, x.domain, width);
      const py = pixels(p.y, y.domain, height);
      if (kept.every(k => Math.hypot(k.px - px, k.py - py) > 9)) {
        kept.push({p, px, py});
      }
    }
    return kept.map(k => k.p);
  };

  // Each figure: what it draws now, from the page's state and its own.
  // Returns {spec, rows}: rows are what a CSV of the figure holds.

  const means = (problem, m, t, state) => {
    const measure = problem.measures[m];
    const d = measure.decimals;
    const strategies = rankedBy(problem, m);
    const names = strategies.map(s => s.label);
    const rows = strategies.map(s => {
      const v = s.scores[m].value;
      return {strategy: s.label, runs: v.count, mean: v.mean, low: v.low,
              high: v.high, min: v.min, median: v.median, max: v.max,
              tip: [['strategy', s.label], ['runs', String(v.count)],
                    ['mean', `${fixed(v.mean, d)} ${measure.unit}`],
                    ['95 % interval',
                     v.count > 1 ? `${fixed(v.low, d)} to ${fixed(v.high, d)}`
                                 : '-'],
                    ['range', `${fixed(v.min, d)} to ${fixed(v.max, d)}`]]};
    });
    const runs = strategies.flatMap(s => s.scores[m].values.map((value, i) => (
        {strategy: s.label, value, repetition: problem.repetitions[i],
         tip: [['strategy', s.label],
               ['repetition', String(problem.repetitions[i])],
               [measure.name, `${fixed(value, d)} ${measure.unit}`]]}))
        .filter(r => r.value !== null));
    const y = {field: 'strategy', type: 'nominal', sort: names, title: null,
               axis: {domain: false, ticks: false, grid: false,
                      labelPadding: 6}};
    const x = field => ({field, type: 'quantitative',
                         title: measureTitle(measure),
                         scale: {zero: false, nice: true}});
    const layer = [
      state.range ?
        {mark: {type: 'rule', strokeWidth: 1, opacity: 0.5},
         encoding: {y, x: x('min'), x2: {field: 'max'},
                    color: colourOf(names, t, false)}} :
        {data: {values: runs},
         mark: {type: 'tick', thickness: 1.2, opacity: 0.35, tooltip: {
           content: 'data'}},
         encoding: {y, x: x('value'), color: colourOf(names, t, false)}},
      {mark: {type: 'rule', strokeWidth: 3},
       encoding: {y, x: x('low'), x2: {field: 'high'},
                  color: colourOf(names, t, false)}},
      {mark: {type: 'point', filled: true, size: 90, opacity: 1,
              tooltip: {content: 'data'}},
       encoding: {y, x: x('mean'), color: colourOf(names, t, false)}},
    ];
    if (measure.optimum !== null) {
      layer.unshift({
        data: {values: [{optimum: measure.optimum,
                         tip: [[measure.name === 'hypervolume' ?
                                  'the true front' : 'optimum of the table',
                                `${short(measure.optimum)} ${measure.unit}`],
                         ]}]},
        mark: {type: 'rule', strokeDash: [4, 3], tooltip: {content: 'data'}},
        encoding: {x: x('optimum'), color: {value: t.soft}}});
    }
    return {rows, spec: {data: {values: rows}, layer,
                         height: 30 * names.length}};
  };

  const AXES = [
    {grid: 'evaluations', curves: 'curves', title: 'evaluations'},
    {grid: 'seconds', curves: 'curves_by_seconds',
     title: 'simulated seconds'},
    {grid: 'cost_seconds', curves: 'curves_by_cost',
     title: 'seconds of all workers'},
  ];

  const anytime = (problem, m, t, state, legend) => {
    const measure = problem.measures[m];
    const d = measure.decimals;
    const strategies = visible(ranked(problem)).filter(
        s => s.curves.length > m);
    const names = strategies.map(s => s.label);
    const regret = state.regret && measure.optimum !== null;
    const sign = measure.direction === 'max' ? -1 : 1;
    const shown = value =>
      regret ? sign * (value - measure.optimum) : value;
    const axis = AXES[state.axis || 0];
    const rows = strategies.flatMap(s => {
      const c = s[axis.curves][m];
      return problem[axis.grid].map((spent, i) => (
          {strategy: s.label, [axis.grid]: spent, spent, runs: c.runs[i],
           median: shown(c.median[i]), quartile1: shown(c.quartile1[i]),
           quartile3: shown(c.quartile3[i]), mean: shown(c.mean[i])}))
          .filter(r => r.runs > 0);
    });
    for (const r of rows) {
      r.tip = [['strategy', r.strategy],
               [axis.title, short(r.spent)],
               [regret ? 'median regret' : 'median',
                `${fixed(r.median, d)} ` +
                (regret ? differenceUnit(measure) : measure.unit)],
               ['quartiles', `${fixed(r.quartile1, d)} to ` +
                `${fixed(r.quartile3, d)}`], ['runs', String(r.runs)]];
    }
    let plotted = rows;
    let scale = {zero: false};
    if (regret) {
      // A logarithm has no 0: what is optimal lies on the lower edge.
      const positive = rows.flatMap(
          r => [r.median, r.quartile1, r.quartile3]).filter(v => v > 0);
      const floor = positive.length ? Math.min(...positive) / 2 : 1e-3;
      const lift = v => Math.max(v, floor);
      plotted = rows.map(r => ({...r, median: lift(r.median),
                                quartile1: lift(r.quartile1),
                                quartile3: lift(r.quartile3)}));
      scale = {type: 'log', nice: false};
    }
    const x = {field: 'spent', type: 'quantitative', title: axis.title,
               scale: {type: 'log', nice: false},
               axis: {grid: false, format: '~s', labelOverlap: true}};
    const title = regret ?
      `regret (${differenceUnit(measure) || measure.name}), log`
                         : measureTitle(measure);
    const y = field => ({field, type: 'quantitative', title, scale});
    return {rows, spec: {
      data: {values: plotted}, height: 260,
      layer: [
        {mark: {type: 'area', line: false,
                opacity: Math.min(0.13, 0.7 / names.length)},
         encoding: {x, y: y('quartile1'), y2: {field: 'quartile3'},
                    color: colourOf(names, t, legend)}},
        {mark: {type: 'line', strokeWidth: 2},
         encoding: {x, y: y('median'), color: colourOf(names, t, legend),
                    strokeDash: dashOf(names, legend)}},
        {mark: {type: 'point', filled: true, size: 34, opacity: 1,
                tooltip: {content: 'data'}},
         encoding: {x, y: y('median'), color: colourOf(names, t, legend),
                    shape: shapeOf(names, legend)}},
      ]}};
  };

  const targets = (problem, m, t, state, legend) => {
    const strategies = visible(ranked(problem)).filter(
        s => s.targets.length > m);
    const names = strategies.map(s => s.label);
    const count = problem.targets[m].values.length;
    const rows = strategies.flatMap(s => problem.evaluations.map(
        (evaluations, i) => ({
          strategy: s.label, evaluations, share: s.targets[m].ecdf[i],
          tip: [['strategy', s.label], ['evaluations', String(evaluations)],
                ['reached', `${fixed(100 * s.targets[m].ecdf[i], 1)} % of ` +
                  `${count} targets in each run`]]})));
    const x = {field: 'evaluations', type: 'quantitative',
               title: 'evaluations', scale: {type: 'log', nice: false},
               axis: {grid: false, format: '~s', labelOverlap: true}};
    const y = {field: 'share', type: 'quantitative',
               title: 'share of runs and targets', scale: {domain: [0, 1]},
               axis: {format: '.0%'}};
    return {rows, spec: {
      data: {values: rows}, height: 260,
      layer: [
        {mark: {type: 'line', strokeWidth: 2, interpolate: 'step-after'},
         encoding: {x, y, color: colourOf(names, t, legend),
                    strokeDash: dashOf(names, legend)}},
        {mark: {type: 'point', filled: true, size: 34, opacity: 1,
                tooltip: {content: 'data'}},
         encoding: {x, y, color: colourOf(names, t, legend),
                    shape: shapeOf(names, legend)}},
      ]}};
  };

  // Rows against columns, coloured by `balance` from -1 to 1.
  const heat = (rows, names, t, width) => {
    const axis = {domain: false, ticks: false, grid: false,
                  labelLimit: width < 500 ? 90 : 150};
    const x = {field: 'against', type: 'nominal', sort: names, title: null,
               axis: {...axis, orient: 'top', labelAngle: -35}};
    const y = {field: 'strategy', type: 'nominal', sort: names, title: null,
               axis};
    const layer = [{
      mark: {type: 'rect', tooltip: {content: 'data'}, stroke: t.page,
             strokeWidth: 2},
      encoding: {x, y, color: {
        field: 'balance', type: 'quantitative', title: 'won - lost',
        scale: {domain: [-1, 0, 1], range: [t.lost, t.even, t.won],
                type: 'linear', interpolate: 'rgb'},
        legend: {orient: 'bottom', gradientLength: 130,
                 values: [-1, 0, 1], format: '+.0%'}}},
    }];
    if ((width - 130) / names.length > 54) {
      layer.push({mark: {type: 'text', fontSize: 11, tooltip: {
                    content: 'data'}},
                  encoding: {x, y, text: {field: 'text'}}});
    }
    return {data: {values: rows}, layer, height: 30 * names.length};
  };

  const pairs = (problem, m, t, state, legend, width) => {
    const measure = problem.measures[m];
    const d = measure.decimals;
    const names = rankedBy(problem, m).map(s => s.label);
    const rows = [];
    const signed = v => (v < 0 ? '' : '+') + fixed(v, d);
    for (const f of problem.differences) {
      if (f.measure !== measure.name) continue;
      const add = (a, b, won, lost, sign) => rows.push({
        strategy: a, against: b, won, tied: f.ties, lost,
        difference: sign * f.mean, holm_p: f.holm_p, better: f.better,
        balance: f.pairs ? (won - lost) / f.pairs : 0,
        text: `${won}/${f.ties}/${lost}`,
        tip: [['pair', `${a} - ${b}`],
              ['won/tied/lost', `${won}/${f.ties}/${lost}`],
              ['difference', `${signed(sign * f.mean)} ${differenceUnit(measure)}`],
              ['95 % interval', f.pairs > 1 ?
                `${signed(sign > 0 ? f.low : -f.high)} to ` +
                `${signed(sign > 0 ? f.high : -f.low)}` : '-'],
              ['Holm p', f.holm_p < 1e-4 ? '<0.0001' : fixed(f.holm_p, 4)],
              ['effect', fixed(sign * f.effect, 2)],
              ['better', f.better || 'no clear difference']]});
      add(f.a, f.b, f.a_wins, f.b_wins, 1);
      add(f.b, f.a, f.b_wins, f.a_wins, -1);
    }
    return {rows, spec: heat(rows, names, t, width)};
  };

  const front = (problem, m, t, state, legend, width) => {
    const axes = problem.scores.map(s => withUnit(s.metric, s.unit));
    const ix = state.x ?? 1;
    const iy = state.y ?? 0;
    const names = visible(ranked(problem)).map(s => s.label);
    const rows = problem.front.map(p => {
      const row = {architecture: p.architecture,
                   architectures: p.architectures};
      problem.scores.forEach((s, i) => { row[s.metric] = p.scores[i]; });
      row.strategies = p.strategies.join(' ');
      return row;
    });
    // A point has the look of the strategy that found it, or is grey where
    // several did.
    const points = problem.front.flatMap(p => {
      const by = p.strategies.filter(s => names.includes(s));
      if (!by.length) return [];
      return [{
        strategy: by[0], several: by.length > 1,
        x: p.scores[ix], y: p.scores[iy], architecture: p.architecture,
        tip: [...problem.scores.map((s, i) => [
                s.metric, `${short(p.scores[i])} ${s.unit}`]),
              ['found by', p.strategies.join(', ')],
              ['architecture', p.architectures > 1 ?
                `${p.architecture} and ${p.architectures - 1} alike` :
                p.architecture]]}];
    });
    const plane = problem.scores.length === 2;
    const surfaces = !plane ? [] : visible(ranked(problem)).flatMap(s => {
      const half = s.attainment.find(a => a.share === 0.5);
      if (!half) return [];
      const of = [half.first, half.second];
      return half.first.map((_, i) => ({
        strategy: s.label, x: of[ix][i], y: of[iy][i]}));
    });
    const known = problem.true_front.map(p => ({x: p[ix], y: p[iy]}));
    known.sort((a, b) => a.x - b.x || a.y - b.y);
    const drawn = [...points, ...surfaces, ...(plane ? known : [])];
    const x = {field: 'x', type: 'quantitative', title: axes[ix],
               scale: roomy(drawn.map(p => p.x))};
    const y = {field: 'y', type: 'quantitative', title: axes[iy],
               scale: roomy(drawn.map(p => p.y))};
    const shown = points.length ?
      apart(points, x.scale, y.scale, width - 70, 250) : [];
    const layer = [];
    if (plane) {
      layer.push({data: {values: surfaces},
                  mark: {type: 'line', strokeWidth: 1.6, opacity: 0.9,
                         interpolate: problem.scores[ix].direction === 'min' ?
                           'step-after' : 'step-before'},
                  encoding: {x, y, color: colourOf(names, t, legend),
                             strokeDash: dashOf(names, legend)}});
    }
    layer.push({data: {values: shown.filter(p => p.several)},
                mark: {type: 'point', filled: true, size: 40, opacity: 1,
                       color: t.soft, tooltip: {content: 'data'}},
                encoding: {x, y}});
    layer.push({data: {values: shown.filter(p => !p.several)},
                mark: {type: 'point', strokeWidth: 2, size: 60,
                       tooltip: {content: 'data'}},
                encoding: {x, y, color: colourOf(names, t, legend),
                           shape: shapeOf(names, legend)}});
    // Last, so that nothing hides it.
    if (plane && known.length) {
      layer.push({data: {values: known},
                  mark: {type: 'line', strokeWidth: 1.6, color: t.text,
                         strokeDash: [5, 3],
                         interpolate: problem.scores[ix].direction === 'min' ?
                           'step-after' : 'step-before'},
                  encoding: {x, y}});
    }
    return {rows, spec: {layer, height: 300}};
  };

  // Strategies that are not told apart stand under one bar (Demsar 2006).
  const ranks = (problem, m, t, state, legend, width) => {
    const a = model.across;
    const k = a.strategies.length;
    const half = Math.ceil(k / 2);
    const rows = a.strategies.map((strategy, i) => ({
      strategy, mean_rank: a.mean_ranks[i],
      tip: [['strategy', strategy], ['mean rank', fixed(a.mean_ranks[i], 2)],
            ['problems', String(a.problems)],
            ['critical difference', fixed(a.critical_difference, 2)]]}));
    const bars = [];
    for (let i = 0; i < k; ++i) {
      let j = i;
      while (j + 1 < k &&
             a.mean_ranks[j + 1] - a.mean_ranks[i] < a.critical_difference) {
        ++j;
      }
      const last = bars[bars.length - 1];
      if (j > i && (!last || j > last.j)) bars.push({i, j});
    }
    const low = 1;
    const high = k;
    const depth = bars.length;
    const legs = rows.map((row, i) => {
      const left = i < half;
      const step = left ? i : k - 1 - i;
      return {...row, top: 0, level: -(depth * 0.45 + 1 + step),
              edge: left ? low : high, left,
              label: `${row.strategy}  ${fixed(row.mean_rank, 2)}`};
    });
    const joined = bars.map((bar, n) => ({
      from: a.mean_ranks[bar.i], to: a.mean_ranks[bar.j],
      level: -0.45 * (n + 1)}));
    const reach = Math.min(low + a.critical_difference, high);
    // Names stand left and right of the ranks, where no line goes.
    const side = 0.27;
    const beside = (high - low) * side / (1 - 2 * side);
    const top = 1.4;
    const x = field => ({field, type: 'quantitative', title: 'mean rank',
                         scale: {domain: [low - beside, high + beside],
                                 nice: false},
                         axis: {orient: 'top', grid: false, domain: false,
                                values: [...Array(k).keys()].map(
                                    i => i + 1)}});
    const y = field => ({field, type: 'quantitative', axis: null,
                         scale: {domain: [-(depth * 0.45 + half + 0.4), top]}});
    const text = left => ({
      transform: [{filter: `datum.left === ${left}`}],
      mark: {type: 'text', align: left ? 'right' : 'left',
             baseline: 'middle', dx: left ? -5 : 5,
             limit: width * side - 10,
             tooltip: {content: 'data'}},
      encoding: {x: x('edge'), y: y('level'), text: {field: 'label'}}});
    return {rows, spec: {
      data: {values: legs}, height: 60 + 24 * half + 13 * depth,
      layer: [
        {data: {values: [{from: low, to: high, level: top}]},
         mark: {type: 'rule'},
         encoding: {x: x('from'), x2: {field: 'to'}, y: y('level'),
                    color: {value: t.soft}}},
        {data: {values: [{from: low, to: reach, level: 0.55}]},
         mark: {type: 'rule', strokeWidth: 2},
         encoding: {x: x('from'), x2: {field: 'to'}, y: y('level')}},
        {data: {values: [{from: low, level: 0.55,
                          label: 'critical difference ' +
                            fixed(a.critical_difference, 2)}]},
         mark: {type: 'text', align: 'left', baseline: 'bottom', dy: -3},
         encoding: {x: x('from'), y: y('level'), text: {field: 'label'}}},
        {mark: {type: 'rule'},
         encoding: {x: x('mean_rank'), y: y('top'), y2: {field: 'level'},
                    color: {value: t.soft}}},
        {mark: {type: 'rule'},
         encoding: {x: x('mean_rank'), x2: {field: 'edge'},
                    y: y('level'), color: {value: t.soft}}},
        {data: {values: joined}, mark: {type: 'rule', strokeWidth: 5},
         encoding: {x: x('from'), x2: {field: 'to'}, y: y('level')}},
        {mark: {type: 'point', filled: true, size: 60, opacity: 1,
                tooltip: {content: 'data'}, color: t.text},
         encoding: {x: x('mean_rank'), y: y('top')}},
        text(true), text(false),
      ]}};
  };

  const wins = (problem, m, t, state, legend, width) => {
    const w = model.wins;
    const order = model.across ? [...model.across.strategies,
      ...w.strategies.filter(s => !model.across.strategies.includes(s))] :
      w.strategies;
    const rows = w.strategies.flatMap((a, i) => w.strategies.map((b, j) => ({
      strategy: a, against: b, won: w.wins[i][j], lost: w.wins[j][i],
      compared: w.compared[i][j],
      balance: (w.wins[i][j] - w.wins[j][i]) / Math.max(1, w.compared[i][j]),
      text: `${w.wins[i][j]}/` +
        `${w.compared[i][j] - w.wins[i][j] - w.wins[j][i]}/${w.wins[j][i]}`,
      tip: [['pair', `${a} - ${b}`],
            ['clearly better in', `${w.wins[i][j]} problems`],
            ['clearly worse in', `${w.wins[j][i]} problems`],
            ['compared in', `${w.compared[i][j]} problems`]]})))
        .filter(r => r.strategy !== r.against);
    return {rows, spec: heat(rows, order, t, width)};
  };

  const KINDS = {
    means: {make: means},
    anytime: {make: anytime, keys: true, regret: true, spent: true},
    pairs: {make: pairs},
    front: {make: front, keys: true, axes: true},
    targets: {make: targets, keys: true},
    ranks: {make: ranks},
    wins: {make: wins},
    ...globalThis.hwnasTransfer({fixed, short, withUnit}),
  };

  const csvField = value => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csvOf = rows => {
    if (!rows.length) return '';
    const names = Object.keys(rows[0]).filter(
        n => !['tip', 'text', 'spent', 'label', 'base'].includes(n));
    return [names, ...rows.map(r => names.map(n => r[n]))].map(
        line => line.map(csvField).join(',') + '\n').join('');
  };

  const download = (name, type, text) => {
    const url = URL.createObjectURL(new Blob([text], {type}));
    element('a', {href: url, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  class Figure {
    constructor(place) {
      const [kind, p, m, range] = place.dataset.figure.split(' ');
      this.kind = KINDS[kind];
      // What is drawn, and which part of it.
      this.problem = (this.kind.study ? model.studies
                                      : model.problems)[Number(p || 0)];
      this.measure = this.kind.study ? m : Number(m || 0);
      this.name = ['hwnas', ...place.dataset.figure.split(' ')].join('-');
      this.state = {range: range === 'range'};
      this.place = place;
      this.caption = place.querySelector('figcaption').textContent;
      this.tools = element('div', {class: 'tools'});
      this.plot = element('div', {class: 'plot'});
      this.addTools();
      place.append(this.tools, this.plot);
      place.hidden = false;
    }

    button(text, click, attributes) {
      const made = element('button', {type: 'button', ...attributes}, text);
      made.addEventListener('click', click);
      this.tools.append(made);
      return made;
    }

    addTools() {
      if (this.kind.keys) this.addKeys();
      if (this.kind.regret &&
          this.problem.measures[this.measure].optimum !== null) {
        const toggle = this.button('regret', () => {
          this.state.regret = !this.state.regret;
          toggle.setAttribute('aria-pressed', String(this.state.regret));
          this.draw();
        }, {'aria-pressed': 'false', title: 'distance to the optimum'});
      }
      if (this.kind.spent) {
        const list = element('select', {'aria-label': 'against'});
        AXES.forEach((axis, i) => {
          if (!this.problem[axis.grid].length) return;
          list.append(element('option', {value: String(i)}, axis.title));
        });
        list.addEventListener('change', () => {
          this.state.axis = Number(list.value);
          this.draw();
        });
        this.tools.append(list);
      }
      if (this.kind.axes && this.problem.scores.length > 2) this.addAxes();
      if (this.kind.choices) this.addChoices();
      const saves = element('span', {class: 'saves'});
      saves.append(
          this.button('SVG', () => this.saveSvg(),
                      {'aria-label': `Save as SVG: ${this.caption}`}),
          this.button('CSV', () => download(`${this.name}.csv`, 'text/csv',
                                            csvOf(this.make(LIGHT).rows)),
                      {'aria-label': `Save as CSV: ${this.caption}`}));
      this.tools.append(saves);
    }

    addKeys() {
      for (const s of ranked(this.problem)) {
        const i = labels.indexOf(s.label);
        const key = this.button('', () => {
          if (!hidden.delete(s.label)) hidden.add(s.label);
          figures.forEach(f => f.drawn && f.draw());
        }, {class: 'key', 'aria-pressed': 'true', 'data-label': s.label});
        key.append(svg('svg', {width: 22, height: 10, 'aria-hidden': 'true'},
                       svg('line', {x1: 0, x2: 22, y1: 5, y2: 5,
                                    'stroke-width': 2.5,
                                    'data-colour': i})),
                   s.label);
      }
    }

    addAxes() {
      const choose = (axis, usual) => {
        const list = element('select', {'aria-label': `${axis} axis`});
        this.problem.scores.forEach((s, i) => {
          const option = element('option', {value: String(i)},
                                 `${axis}: ${s.metric}`);
          option.selected = i === usual;
          list.append(option);
        });
        list.addEventListener('change', () => {
          this.state[axis] = Number(list.value);
          this.draw();
        });
        this.tools.append(list);
      };
      choose('x', 1);
      choose('y', 0);
    }

    // Lists of what else the figure can show.
    addChoices() {
      const choices = this.kind.choices(this.problem, this.measure);
      for (const {key, label, options} of choices) {
        if (options.length < 2) continue;
        const list = element('select', {'aria-label': label});
        for (const [value, text] of options) {
          list.append(element('option', {value}, text));
        }
        list.addEventListener('change', () => {
          this.state[key] = list.value;
          this.draw();
        });
        this.tools.append(list);
      }
    }

    make(t, legend, width) {
      return this.kind.make(this.problem, this.measure, t, this.state,
                            legend, width ?? 640);
    }

    compile(t, legend, width) {
      const {spec, rows} = this.make(t, legend, width);
      const full = {width, autosize: {type: 'fit-x', contains: 'padding'},
                    description: this.caption, ...spec, config: configOf(t)};
      return {rows, vega: vegaLite.compile(full).spec};
    }

    draw() {
      this.drawn = true;
      const t = darkQuery.matches ? DARK : LIGHT;
      for (const key of this.tools.querySelectorAll('.key')) {
        key.setAttribute('aria-pressed',
                         String(!hidden.has(key.dataset.label)));
        const line = key.querySelector('line');
        const i = Number(line.dataset.colour);
        line.setAttribute('stroke', t.colours[i % t.colours.length]);
        line.setAttribute('stroke-dasharray',
                          DASHES[(Math.floor(i / 8) + i) % DASHES.length]
                              .join(' '));
      }
      if (this.view) this.view.finalize();
      this.width = this.plot.clientWidth;
      const {vega: spec} = this.compile(t, false, this.width);
      this.view = new vega.View(vega.parse(spec), {
        renderer: 'svg', container: this.plot, hover: true,
        logLevel: vega.Warn,
      });
      this.view.tooltip((handler, event, item, value) => {
        if (!value || !value.tip) return hideTip();
        showTip(event.clientX, event.clientY, value.tip, value.architecture);
      });
      this.view.runAsync();
    }

    async saveSvg() {
      const {vega: spec} = this.compile(LIGHT, true, 560);
      const view = new vega.View(vega.parse(spec), {renderer: 'none'});
      download(`${this.name}.svg`, 'image/svg+xml', await view.toSVG());
      view.finalize();
    }
  }

  const figures = [...document.querySelectorAll('figure[data-figure]')].map(
      place => new Figure(place));

  // Drawn when they come near the screen: reports may hold hundreds.
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const figure = figures.find(f => f.place === entry.target);
      if (entry.isIntersecting && !figure.drawn) figure.draw();
    }
  }, {rootMargin: '600px'});
  figures.forEach(f => watch.observe(f.place));

  const redraw = () => figures.forEach(f => f.drawn && f.draw());
  darkQuery.addEventListener('change', redraw);
  addEventListener('beforeprint', () => figures.forEach(f => f.draw()));
  let timer = 0;
  addEventListener('resize', () => {
    clearTimeout(timer);
    timer = setTimeout(() => figures.forEach(f => {
      if (f.drawn && f.plot.clientWidth !== f.width) f.draw();
    }), 120);
  });
})();
