import { defineConfig } from 'vite'

const NETWORK = 'http://127.0.0.1:4170'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': { target: NETWORK, changeOrigin: true } } },
})
