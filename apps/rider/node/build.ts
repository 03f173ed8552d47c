import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
/** What the page is made of; the wallet and what it stands on are part of the page. */
const SOURCES = [
  'src',
  'public',
  'index.html',
  'package.json',
  'vite.config.ts',
  'node/shell-list.ts',
  '../../parties/rider/src',
  ...['core', 'crypto', 'ridecode', 'tap'].map((name) => `../../packages/${name}/src`),
] as const

/**
 * The folder of the built page, with absolute path. Builds it when it is missing or older than a
 * source of this workspace, which takes a second or two.
 */
export async function buildRider(): Promise<string> {
  const dist = join(home, 'dist')
  const built = await changedAt(join(dist, 'index.html'))
  const changes = await Promise.all(SOURCES.map((name) => newestChange(join(home, name))))
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
