// Bundles src into dist: one entry a program, shared chunks, so that a hook or `mcc --version` loads only what it needs.
import { readFile, rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** What is changed in dependencies on their way into the bundle, because it costs every start: file, what stands there, what instead. */
const changes = [
  // Yoga, the layout engine below Ink, would load the WebAssembly that it carries as text through `fetch`, for which Node
  // first loads a whole HTTP client. Where there is no `fetch` it decodes the text itself.
  [/yoga-wasm-base64-esm\.js$/, '"function"!=typeof fetch', 'true'],
  // Ink measures the chrome's rows, which frames make no ASCII, glyph by glyph. Box drawing, blocks and private use are one
  // column each, as the long way would find (East Asian Width: neutral or ambiguous).
  [
    /string-width\/index\.js$/,
    String.raw`/^[\u0020-\u007E]*$/`,
    String.raw`/^[\u0020-\u007E\u2500-\u259F\uE000-\uF8FF]*$/`,
  ],
];

const changed = {
  name: 'changed',
  setup({ onLoad }) {
    for (const [filter, from, to] of changes)
      onLoad({ filter }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes(from)) throw new Error(`${path} has changed: it no longer says ${from}`);
        return { contents: text.replaceAll(from, to), loader: 'js' };
      });
  },
};

// Built aside and put in place whole: a build that fails leaves the one before.
const fresh = `dist.${process.pid}`;
await build({
  entryPoints: { cli: 'src/cli.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['node-pty', 'react-devtools-core'],
  jsx: 'automatic',
  plugins: [changed],
  minifySyntax: true,
  sourcemap: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages inside the bundle ask for `require`, which ES modules do not have.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

const old = `${fresh}.old`;
await rename('dist', old).catch(() => {});
await rename(fresh, 'dist');
await rm(old, { recursive: true, force: true });
