// Figures of transfer studies, for report.js: each is made from one study of
// the report's JSON and returns {spec, rows}, as its own do.
globalThis.hwnasTransfer = helpers => {
  'use strict';

  const {fixed, short, withUnit} = helpers;

  const percent = (share, decimals) => `${fixed(100 * share, decimals)} %`;

  // --- platforms ----------------------------------------------------------

  // What is known of a pair of platforms, and how it is written.
  const OF_PAIRS = {
    spearman: {title: 'rank correlation', good: true,
               text: v => fixed(v, 3), cell: v => fixed(v, 2)},
    hypervolume_lost: {title: 'hypervolume lost', share: true,
                       text: v => percent(v, 1),
                       cell: v => fixed(100 * v, 1)},
    accuracy_lost: {title: 'accuracy lost within limits',
                    text: (v, study) => `${fixed(v, 2)} ${study.unit}`,
                    cell: v => fixed(v, 1)},
    broken: {title: 'limits broken', share: true,
             text: v => percent(v, 0), cell: v => fixed(100 * v, 0)},
    recall: {title: 'recall of what is within limits', share: true, good: true,
             text: v => percent(v, 0), cell: v => fixed(100 * v, 0)},
  };

  const pairTip = (study, pair) => [
    ['found on', pair.from], ['used on', pair.to],
    ...Object.entries(OF_PAIRS)
        .filter(([value]) => pair[value] !== null)
        .map(([value, of]) => [of.title, of.text(pair[value], study)])];

  // Row against column, by setting or by device.
  const matrix = (study, part, t, state, legend, width) => {
    const value = state.value || part;
    const of = OF_PAIRS[value];
    const byDevice = state.by === 'device';
    const deviceOf = new Map(study.settings.map(s => [s.id, s.device]));
    const names = byDevice ? study.devices : study.settings.map(s => s.id);
    const rows = (byDevice ? study.device_transfers : study.transfers)
        .filter(pair => pair[value] !== null)
        .map(pair => ({from: pair.from, to: pair.to, [value]: pair[value],
                       text: of.cell(pair[value]),
                       tip: pairTip(study, pair)}));
    const room = Math.max(6, (width - 110) / names.length);
    const font = Math.min(11.5, Math.max(8, room * 0.9));
    const axis = {domain: false, ticks: false, grid: false, labelOverlap: false,
                  labelFontSize: font, labelLimit: 110, labelPadding: 3};
    const on = (field, more) => ({field, type: 'nominal', sort: names,
                                  scale: {domain: names}, ...more});
    const x = on('to', {title: null,
                        axis: {...axis, orient: 'top', labelAngle: -90}});
    const y = on('from', {title: null, axis});
    const values = rows.map(r => r[value]);
    const low = of.good ? Math.min(1, ...values) : 0;
    const high = of.good ? 1 : Math.max(0, ...values);
    const layer = [{
      mark: {type: 'rect', tooltip: {content: 'data'}, stroke: t.page,
             strokeWidth: room > 14 ? 1 : 0.5},
      encoding: {x, y, color: {
        field: value, type: 'quantitative',
        title: value === 'accuracy_lost' ? withUnit(of.title, study.unit)
                                         : of.title,
        scale: {domain: [low, high === low ? low + 1 : high],
                range: [t.even, of.good ? t.won : t.lost],
                interpolate: 'rgb'},
        legend: {orient: 'bottom', gradientLength: 150, tickCount: 4,
                 titleLimit: 220, format: of.share ? '.0%' : '.2~f'}}},
    }];
    // Lines around the settings of a device that has several.
    const several = id =>
      study.settings.filter(s => s.device === deviceOf.get(id)).length > 1;
    const first = byDevice ? [] : names.filter(
        (id, i) => i > 0 && deviceOf.get(id) !== deviceOf.get(names[i - 1]) &&
          (several(id) || several(names[i - 1])));
    if (first.length) {
      const rule = encoding => layer.push({
        data: {values: first.map(id => ({from: id, to: id}))},
        mark: {type: 'rule', strokeWidth: 1, color: t.soft},
        encoding});
      rule({x: on('to', {bandPosition: 0})});
      rule({y: on('from', {bandPosition: 0})});
    }
    if (room > 27) {
      layer.push({mark: {type: 'text', fontSize: Math.min(11, room * 0.36),
                         tooltip: {content: 'data'}},
                  encoding: {x, y, text: {field: 'text'}}});
    }
    return {rows, spec: {data: {values: rows}, layer,
                         height: Math.min(26, Math.max(11, room)) *
                             names.length}};
  };

  const matrixChoices = (study, part) => [
    ...(part === 'spearman' ? [] : [{
      key: 'value', label: 'what is shown',
      options: Object.entries(OF_PAIRS)
          .filter(([value]) => value !== 'spearman')
          .map(([value, of]) => [value, of.title])}]),
    {key: 'by', label: 'settings or devices', options: [
      ['setting', `${study.settings.length} settings`],
      ...(study.devices.length < study.settings.length
            ? [['device', `${study.devices.length} devices`]] : [])]},
  ];

  const told = (study, part, t) => {
    const rows = study.device_transfers.filter(r => r.from !== r.to).map(
        pair => ({from: pair.from, to: pair.to, spearman: pair.spearman,
                  hypervolume_lost: pair.hypervolume_lost,
                  tip: pairTip(study, pair)}));
    return {rows, spec: {
      data: {values: rows}, height: 260,
      mark: {type: 'point', filled: true, size: 34, opacity: 0.65,
             color: t.colours[0], tooltip: {content: 'data'}},
      encoding: {
        x: {field: 'spearman', type: 'quantitative',
            title: 'rank correlation', scale: {zero: false}},
        y: {field: 'hypervolume_lost', type: 'quantitative',
            title: 'hypervolume lost', axis: {format: '.0%'}}}}};
  };

  // Words on several lines of about as many letters.
  const wrap = (text, letters) => {
    const lines = [''];
    for (const word of text.split(' ')) {
      const last = lines.length - 1;
      if (lines[last] && lines[last].length + word.length >= letters) {
        lines.push(word);
      } else {
        lines[last] += (lines[last] ? ' ' : '') + word;
      }
    }
    return lines.join('\n');
  };
  const WRAPPED = "split(datum.label, '\\n')";

  const mean = values => values.reduce((a, b) => a + b, 0) / values.length;

  const remedies = (study, part, t, state, legend, width) => {
    const letters = width < 500 ? 18 : 30;
    const named = study.remedies.map(r => ({
      ...r, label: wrap(`${r.name} (${r.measurements})`, letters)}));
    const names = named.map(r => r.label);
    const rows = named.flatMap(r => Object.entries(r.hypervolume_lost).map(
        ([device, lost]) => ({
          front: r.name, measurements: r.measurements, device,
          hypervolume_lost: lost, label: r.label,
          tip: [['front', r.name], ['measurements', String(r.measurements)],
                ['new device', device],
                ['hypervolume lost', percent(lost, 2)]]})));
    const means = named.map(r => {
      const lost = Object.values(r.hypervolume_lost);
      return {label: r.label, hypervolume_lost: mean(lost),
              tip: [['front', r.name],
                    ['measurements', String(r.measurements)],
                    ['mean of devices', percent(mean(lost), 2)],
                    ['worst', percent(Math.max(...lost), 2)]]};
    });
    const y = {field: 'label', type: 'nominal', sort: names, title: null,
               axis: {domain: false, ticks: false, grid: false,
                      labelPadding: 6, labelLimit: 240,
                      labelExpr: WRAPPED}};
    const x = {field: 'hypervolume_lost', type: 'quantitative',
               title: 'hypervolume lost', axis: {format: '.0%'}};
    return {rows, spec: {
      height: 42 * names.length,
      layer: [
        {data: {values: rows},
         mark: {type: 'tick', thickness: 1.5, opacity: 0.6,
                color: t.colours[0], tooltip: {content: 'data'}},
         encoding: {x, y}},
        {data: {values: means},
         mark: {type: 'point', filled: true, size: 90, opacity: 1,
                color: t.text, tooltip: {content: 'data'}},
         encoding: {x, y}},
      ]}};
  };

  // --- signals ------------------------------------------------------------

  const SHAPES = ['circle', 'diamond'];

  const signalAxis = (study, width) => {
    const letters = width < 500 ? 16 : 26;
    const labels = new Map(study.signals.map(
        s => [s.name, wrap(s.name, letters)]));
    const lines = Math.max(...[...labels.values()].map(
        l => l.split('\n').length));
    return {
      label: name => labels.get(name),
      y: {field: 'label', type: 'nominal', sort: [...labels.values()],
          title: null,
          axis: {domain: false, ticks: false, grid: true, labelPadding: 6,
                 labelLimit: 220, labelExpr: WRAPPED}},
      step: Math.max(15 * lines + 6, 10 + 9 * study.targets.length),
    };
  };

  const targetColour = (study, t, width) => ({
    field: 'target', type: 'nominal', sort: null,
    scale: {domain: study.targets.map(s => s.name),
            range: study.targets.map(
                (_, i) => t.colours[i % t.colours.length])},
    legend: study.targets.length < 2 ? null : {
      title: null, orient: 'bottom', columns: width < 500 ? 1 : 2,
      labelLimit: 230, symbolType: 'circle', symbolOpacity: 1}});

  const spread = study => ({field: 'target', type: 'nominal',
                            sort: study.targets.map(s => s.name)});

  const order = (study, part, t, state, legend, width) => {
    const axis = signalAxis(study, width);
    const best = `its best ${percent(study.elite, 0)}`;
    const among = ['all', best];
    const rows = study.transfers.flatMap(r => [
      {of: 'all', tau: r.kendall}, {of: best, tau: r.elite_kendall}]
        .filter(one => one.tau !== null)
        .map(one => ({
          signal: r.signal, target: r.target, among: one.of,
          kendall: one.tau, label: axis.label(r.signal),
          tip: [['signal', r.signal], ['target', r.target],
                ['among', one.of], ["Kendall's tau", fixed(one.tau, 3)],
                ['architectures', String(r.architectures)],
                ['elite found', percent(r.elite_recall, 0)]]})));
    return {rows, spec: {
      data: {values: rows}, height: axis.step * study.signals.length,
      mark: {type: 'point', filled: true, size: 62, opacity: 1,
             tooltip: {content: 'data'}},
      encoding: {
        x: {field: 'kendall', type: 'quantitative', title: "Kendall's tau"},
        y: axis.y, yOffset: spread(study), color: targetColour(study, t, width),
        shape: {field: 'among', type: 'nominal', sort: among,
                scale: {domain: among, range: SHAPES},
                legend: {title: 'among', orient: 'bottom', labelLimit: 160,
                         symbolFillColor: t.soft, symbolOpacity: 1}}}}};
  };

  const topOf = (study, state) =>
    Number(state.top || study.transfers[0].choices[0].top);

  const regretChoices = study => [{
    key: 'top', label: 'how many are looked at',
    options: study.transfers[0].choices.map(
        c => [String(c.top), `best of the first ${c.top}`])}];

  const regret = (study, part, t, state, legend, width) => {
    const axis = signalAxis(study, width);
    const top = topOf(study, state);
    const unitOf = new Map(study.targets.map(s => [s.name, s.unit]));
    const units = [...new Set(unitOf.values())];
    const rows = study.transfers.map(r => {
      const choice = r.choices.find(c => c.top === top);
      const unit = unitOf.get(r.target);
      return {signal: r.signal, target: r.target, ...choice,
              label: axis.label(r.signal), base: 0,
              tip: [['signal', r.signal], ['target', r.target],
                    ['looked at', String(top)],
                    ['regret', `${short(choice.regret)} ${unit}`],
                    ['rank', String(choice.rank)],
                    ['its value', `${short(choice.best)} ${unit}`]]};
    });
    const x = {field: 'regret', type: 'quantitative',
               title: withUnit('regret', units.length === 1 ? units[0] : '')};
    const shared = {y: axis.y, yOffset: spread(study),
                    color: targetColour(study, t, width)};
    return {rows, spec: {
      data: {values: rows}, height: axis.step * study.signals.length,
      layer: [
        {mark: {type: 'rule', strokeWidth: 2},
         encoding: {x, x2: {field: 'base'}, ...shared}},
        {mark: {type: 'point', filled: true, size: 62, opacity: 1,
                tooltip: {content: 'data'}},
         encoding: {x, ...shared}},
      ]}};
  };

  const gains = (study, part, t, state, legend, width) => {
    const letters = width < 500 ? 18 : 30;
    const units = [...new Set(study.gains.map(g => g.unit))];
    const wide = g => `${fixed(g.difference, 2)} [${fixed(g.low, 2)}, ` +
        `${fixed(g.high, 2)}] ${g.unit}`;
    const rows = study.gains.map(g => ({
      gain: g.name, difference: g.difference, low: g.low, high: g.high,
      higher: g.higher, label: wrap(g.name, letters),
      tip: [['gain', g.name], ['difference', wide(g)],
            ['mean', fixed(g.mean, 2)], ['over', fixed(g.over, 2)],
            ['higher in', percent(g.higher, 0)],
            ['architectures', String(g.architectures)]]}));
    const y = {field: 'label', type: 'nominal', sort: rows.map(r => r.label),
               title: null,
               axis: {domain: false, ticks: false, grid: false,
                      labelPadding: 6, labelLimit: 240, labelExpr: WRAPPED}};
    const x = field => ({field, type: 'quantitative',
                         title: withUnit('difference',
                                         units.length === 1 ? units[0] : ''),
                         scale: {zero: true}});
    const color = {value: t.colours[0]};
    return {rows, spec: {
      data: {values: rows}, height: 44 * rows.length,
      layer: [
        {data: {values: [{zero: 0}]}, mark: {type: 'rule'},
         encoding: {x: x('zero'), color: {value: t.soft}}},
        {mark: {type: 'rule', strokeWidth: 3},
         encoding: {y, x: x('low'), x2: {field: 'high'}, color}},
        {mark: {type: 'point', filled: true, size: 90, opacity: 1,
                tooltip: {content: 'data'}},
         encoding: {y, x: x('difference'), color}},
      ]}};
  };

  const spent = (study, part, t, state, legend, width) => {
    const seconds = new Map(study.signals.filter(s => s.seconds > 0).map(
        s => [s.name, s.seconds]));
    const rows = study.transfers
        .filter(r => seconds.has(r.signal) && r.kendall !== null)
        .map(r => ({
          signal: r.signal, target: r.target, seconds: seconds.get(r.signal),
          kendall: r.kendall,
          tip: [['signal', r.signal], ['target', r.target],
                ['seconds an architecture', short(seconds.get(r.signal))],
                ["Kendall's tau", fixed(r.kendall, 3)]]}));
    return {rows, spec: {
      data: {values: rows}, height: 240,
      mark: {type: 'point', filled: true, size: 62, opacity: 1,
             tooltip: {content: 'data'}},
      encoding: {
        x: {field: 'seconds', type: 'quantitative',
            title: 'simulated seconds an architecture',
            scale: {type: 'log', nice: false, padding: 14},
            axis: {grid: false, format: '~g', labelOverlap: true}},
        y: {field: 'kendall', type: 'quantitative', title: "Kendall's tau",
            scale: {zero: false}},
        color: targetColour(study, t, width)}}};
  };

  // --- data sets ----------------------------------------------------------

  const unseen = (study, part, t, state, legend, width) => {
    const name = study.data_sets[Number(part)].name;
    const unit = study.data_sets[Number(part)].unit;
    const letters = width < 500 ? 16 : 24;
    const labels = new Map(study.methods.map(
        m => [m.name, wrap(m.name, letters)]));
    const learns = new Map(study.methods.map(m => [m.name, m.learns]));
    const wide = of => of ? `${fixed(of.mean, 3)} ` +
        `[${fixed(of.low, 3)}, ${fixed(of.high, 3)}]` : '-';
    const rows = study.figures.filter(f => f.data_set === name).map(f => ({
      data_set: name, method: f.method, samples: f.samples, tau: f.tau.mean,
      low: f.tau.low, high: f.tau.high, regret: f.regret.mean,
      label: labels.get(f.method),
      tip: [['left out', name], ['ordered by', f.method],
            ['samples of it', learns.get(f.method) ? String(f.samples) : '-'],
            ['tau', wide(f.tau)],
            ['to the order elsewhere', wide(f.to_order)],
            ['by descriptors', wide(f.to_blind)],
            [`regret of the first ${study.top}`,
             `${fixed(f.regret.mean, 2)} ${unit}`]]}));
    const counts = [...new Set(rows.map(r => r.samples))].sort(
        (a, b) => a - b);
    const order = rows.find(r => !learns.get(r.method));
    const y = {field: 'label', type: 'nominal', sort: [...labels.values()],
               title: null,
               axis: {domain: false, ticks: false, grid: false,
                      labelPadding: 6, labelLimit: 220, labelExpr: WRAPPED}};
    const x = field => ({field, type: 'quantitative', title: "Kendall's tau",
                         scale: {zero: false}});
    const shared = {
      y, yOffset: {field: 'samples', type: 'ordinal', sort: counts},
      color: {field: 'samples', type: 'nominal', sort: counts,
              scale: {domain: counts, range: counts.map(
                  (_, i) => t.colours[i % t.colours.length])},
              legend: {title: 'samples of it', orient: 'bottom',
                       symbolType: 'circle', symbolOpacity: 1}}};
    return {rows, spec: {
      data: {values: rows}, height: 46 * labels.size,
      layer: [
        {data: {values: [{tau: order.tau, tip: order.tip}]},
         mark: {type: 'rule', strokeDash: [4, 3], tooltip: {content: 'data'}},
         encoding: {x: x('tau'), color: {value: t.soft}}},
        {mark: {type: 'rule', strokeWidth: 2.5},
         encoding: {x: x('low'), x2: {field: 'high'}, ...shared}},
        {mark: {type: 'point', filled: true, size: 62, opacity: 1,
                tooltip: {content: 'data'}},
         encoding: {x: x('tau'), ...shared}},
      ]}};
  };

  return {
    matrix: {make: matrix, choices: matrixChoices, study: true},
    told: {make: told, study: true},
    remedies: {make: remedies, study: true},
    order: {make: order, study: true},
    regret: {make: regret, choices: regretChoices, study: true},
    gains: {make: gains, study: true},
    spent: {make: spent, study: true},
    unseen: {make: unseen, study: true},
  };
};
