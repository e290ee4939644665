// Bundles every entry of src/ (one per kind of page) into the directory named by OUT.
import { readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';

const here = import.meta.dirname;
const out = path.resolve(process.env.OUT ?? path.join(here, '../static/dist'));

const entries = readdirSync(path.join(here, 'src')).filter((name) => name.endsWith('.js'));

function licenceOf(directory) {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name));
  return file ? readFileSync(path.join(directory, file), 'utf8').trim() : '';
}

/** The licences of the packages that really went into the bundles, as their terms ask. */
function notices(inputs) {
  const names = new Set();
  for (const input of Object.keys(inputs)) {
    const [, name] = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
    if (name) names.add(name);
  }
  const sections = [...names].sort().map((name) => {
    const directory = path.join(here, 'node_modules', name);
    if (!existsSync(directory)) return name;
    const { version, license } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceOf(directory)}`;
  });
  return sections.join('\n\n----\n\n') + '\n';
}

/** The FEEL editor would write <style> elements, which our content security policy forbids; constructed sheets are allowed. */
const constructedStyles = {
  name: 'constructed-styles',
  setup(build) {
    build.onLoad({ filter: /style-mod\/src\/style-mod\.js$/ }, ({ path: file }) => {
      const [source, condition] = [readFileSync(file, 'utf8'), '!root.head && root.adoptedStyleSheets'];
      if (!source.includes(condition)) throw new Error(`${file} has changed: see constructedStyles in build.mjs`);
      return { contents: source.replace(condition, 'root.adoptedStyleSheets') };
    });
  },
};

rmSync(out, { recursive: true, force: true });
const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: entries.map((name) => `src/${name}`),
  outdir: out,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  target: 'es2022',
  minify: true,
  metafile: true,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: '@bpmn-io/properties-panel/preact',
  plugins: [constructedStyles],
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.eot': 'empty', '.ttf': 'empty' },
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});
writeFileSync(path.join(out, 'licences.txt'), notices(result.metafile.inputs));
