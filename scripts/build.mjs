// Bundles src into dist: one entry a program, shared chunks, so that a hook or `mcc --version` loads only what it needs.
import { rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';

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
  external: ['node-pty'],
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
