import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const NETWORK = 'http://127.0.0.1:4170'

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  plugins: [offlineShell()],
  server: {
    proxy: {
      '/api': { target: NETWORK, changeOrigin: true },
      '/link': { target: NETWORK, changeOrigin: true },
    },
  },
})

/** Writes the service worker: the page's own files by name, kept from the first visit on. */
function offlineShell(): Plugin {
  const source = fileURLToPath(new URL('src/offline-shell.js', import.meta.url))
  const PUBLIC = ['mark.svg', 'manifest.webmanifest']
  return {
    name: 'offline-shell',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = [
        './',
        ...PUBLIC,
        ...Object.keys(bundle).filter((name) => name !== 'index.html'),
      ]
      const template = readFileSync(source, 'utf8')
      const page = bundle['index.html']
      const hash = createHash('sha256').update(JSON.stringify(files)).update(template)
      if (page?.type === 'asset') hash.update(page.source)
      const list = { version: hash.digest('hex').slice(0, 16), files }
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: template.replace('/* list of the build */', `const list = ${JSON.stringify(list)}`),
      })
    },
  }
}
