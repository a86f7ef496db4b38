import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string };
const FAST_PATH =
  /cli\/(agent-client|called|commands\/get|connect|fail|home|main|output)\.ts$|shared\/(errors|reference|wire-limits)\.ts$/;
const builtins = new Set(builtinModules);

/**
 * CommonJS, because Node starts it faster than modules. main.cjs holds what `get` needs and nothing else; the argument
 * parser and each command are chunks beside it.
 */
export default defineConfig({
  root,
  publicDir: false,
  define: { __KEYHARBOR_VERSION__: JSON.stringify(version) },
  ssr: { noExternal: true },
  build: {
    ssr: resolve(root, 'cli/main.ts'),
    outDir: resolve(root, 'out/cli'),
    emptyOutDir: true,
    target: 'node24',
    minify: true,
    rolldownOptions: {
      external: (id) => id.startsWith('@lydell/') || id.startsWith('node:') || builtins.has(id),
      output: {
        format: 'cjs',
        entryFileNames: 'main.cjs',
        chunkFileNames: 'chunks/[name].cjs',
        // One file with all that `get` needs: each further one would cost it time.
        codeSplitting: { groups: [{ name: 'get', test: FAST_PATH }] },
      },
    },
  },
});
