import { vitePlugin as remix } from '@remix-run/dev';
import { defineConfig } from 'vite';
import remixConfig from './remix.config.js';
import { baseStandsAlone, chunkOf } from './vite.chunks.ts';
import { compress } from './vite.compress.ts';

declare module '@remix-run/node' {
  interface Future {
    v3_singleFetch: true;
  }
}

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [remix({ ...remixConfig, serverModuleFormat: 'esm' }), baseStandsAlone(), compress()],
  build: {
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    ...(isSsrBuild ? {} : { rollupOptions: { output: { manualChunks: chunkOf } } }),
  },
}));
