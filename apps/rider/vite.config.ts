import { defineConfig } from 'vite'
import { shellList } from './node/shell-list.ts'

const NETWORK = 'http://127.0.0.1:4170'
const passedOn = { target: NETWORK, changeOrigin: true }

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [shellList()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/sw/worker.ts' },
      output: {
        // A service worker serves the folder it stands in, under a name that never changes.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: { '/api': passedOn, '/link': passedOn } },
})
