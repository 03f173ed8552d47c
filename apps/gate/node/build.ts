import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
const repository = join(home, '../..')
const SOURCES = [
  ...['src', 'public', 'index.html', 'package.json', 'vite.config.ts'].map((name) =>
    join(home, name),
  ),
  // The terminal is compiled into the page with everything that it stands on.
  ...['bundle', 'card', 'core', 'crypto', 'fares', 'ridecode', 'tap'].map((name) =>
    join(repository, 'packages', name, 'src'),
  ),
  join(repository, 'packages/core/browser'),
  join(repository, 'packages/ridecode/wasm'),
  join(repository, 'parties/terminal/src'),
]

/**
 * The folder of the built page, with absolute path. Builds it when it is missing or older than a
 * source of this workspace, which takes some seconds.
 */
export async function buildGate(): Promise<string> {
  const dist = join(home, 'dist')
  const built = await changedAt(join(dist, 'index.html'))
  const changes = await Promise.all(SOURCES.map(newestChange))
  if (built > Math.max(...changes)) return dist
  // Vite is heavy: only a page that must be built pays for it.
  const { build } = await import('vite')
  await build({
    root: home,
    configFile: join(home, 'vite.config.ts'),
    // Standard output may belong to a JSON document.
    logLevel: 'error',
  })
  return dist
}

async function newestChange(path: string): Promise<number> {
  const own = await changedAt(path)
  const entries = await readdir(path).catch(() => [])
  const inner = await Promise.all(entries.map((name) => newestChange(join(path, name))))
  return Math.max(own, ...inner)
}

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}
