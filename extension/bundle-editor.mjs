// Makes one module of the code editor and CodeMirror, for the Python package to bring along.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { rspack } from '@rspack/core';

const here = import.meta.dirname;
const licence = readFileSync(resolve(here, 'node_modules/@codemirror/view/LICENSE'), 'utf-8');

const compiler = rspack({
  mode: 'production',
  context: here,
  entry: './lib/editor.js',
  output: {
    path: resolve(here, '../workbench/panels/static'),
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
