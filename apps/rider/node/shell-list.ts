import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** What stands in the worker's source for the list of files that the page consists of. */
const PLACE = '__SHELL_FILES__'
/** What stands there for their common version. */
const VERSION_PLACE = '__SHELL_VERSION__'

/**
 * Tells the service worker what the built page consists of, so that it can keep all of it before
 * the first time offline. The version changes exactly when one of the files does.
 */
export function shellList(): Plugin {
  let publicDir = ''
  return {
    name: 'unifare-shell-list',
    apply: 'build',
    // Behind the step that writes index.html.
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const hash = createHash('sha256')
        const files = ['./']
        for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          hash.update(name).update(file.type === 'chunk' ? file.code : file.source)
          if (name !== 'sw.js' && name !== 'index.html') files.push(name)
        }
        for (const name of (await readdir(publicDir)).sort()) {
          hash.update(name).update(await readFile(join(publicDir, name)))
          files.push(name)
        }
        const worker = bundle['sw.js']
        if (worker?.type !== 'chunk') throw new TypeError('the page has no service worker')
        worker.code = worker.code
          .replace(PLACE, JSON.stringify(files).replaceAll('"', '\\"'))
          .replace(VERSION_PLACE, hash.digest('hex').slice(0, 16))
      },
    },
  }
}
