// Makes what the Python package brings along for its widgets: a module of the code editor and
// CodeMirror, and the part of Plotly that draws curves.
import { copyFileSync, readFileSync } from 'node:fs';
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

copyFileSync(
  resolve(here, 'node_modules/plotly.js-basic-dist-min/plotly-basic.min.js'),
  resolve(place, 'plotly.js')
);
