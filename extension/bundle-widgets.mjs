// Makes the modules that the Python package brings along for its widgets: one of the code editor
// and CodeMirror, and one of the part of Plotly that draws curves.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { rspack } from '@rspack/core';

const here = import.meta.dirname;
const place = resolve(here, '../workbench/panels/static');
const licence = readFileSync(resolve(here, 'node_modules/@codemirror/view/LICENSE'), 'utf-8');

const compiler = rspack({
  mode: 'production',
  context: here,
  entry: './lib/editor.js',
  output: {
    path: place,
    filename: 'editor.js',
    module: true,
    library: { type: 'module' }
  },
  performance: { hints: false },
  // Later than what takes comments out.
  plugins: [new rspack.BannerPlugin({ banner: `CodeMirror and Lezer\n\n${licence}`, stage: 2500 })]
});

compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'));
    process.exitCode = 1;
  }
});

// The library looks for a module loader around it; it finds one of its own in here.
const plotly = resolve(here, 'node_modules/plotly.js-basic-dist-min/plotly-basic.min.js');
const code = [
  'const made = (function () { const module = { exports: {} }, exports = module.exports;',
  'const define = undefined;',
  readFileSync(plotly, 'utf-8'),
  'return module.exports; }).call(globalThis);',
  'export default made;'
];
writeFileSync(resolve(place, 'plotly.js'), code.join('\n'));
