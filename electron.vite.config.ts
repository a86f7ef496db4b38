import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;
const define = { __KEYHARBOR_CHEAP_KDF__: 'false' };

export default defineConfig({
  // The three hosts and the worker threads. Native packages (dependencies) stay external; everything else is bundled.
  main: {
    define,
    build: {
      externalizeDeps: true,
      rollupOptions: {
        input: {
          desktop: resolve(root, 'electron/hosts/desktop/main.ts'),
          browser: resolve(root, 'electron/hosts/browser/main.ts'),
          headless: resolve(root, 'electron/hosts/headless/main.ts'),
          'usage-worker': resolve(root, 'electron/core/usage/worker/usage-worker.ts'),
          'recording-worker': resolve(root, 'electron/core/usage/recording/recording-worker.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  // A sandboxed preload is one CommonJS file that may require only electron.
  preload: {
    define,
    build: {
      externalizeDeps: false,
      rollupOptions: {
        input: {
          preload: resolve(root, 'electron/hosts/desktop/preload.ts'),
          'approval-preload': resolve(root, 'electron/hosts/desktop/approval-preload.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      // Everything is a file of the fixed list: nothing is inlined as a data: script or font.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: {
          index: resolve(root, 'renderer/index.html'),
          confirm: resolve(root, 'renderer/confirm.html'),
          approval: resolve(root, 'renderer/approval.html'),
        },
      },
    },
  },
});
