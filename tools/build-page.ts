import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What every page is made of. */
const OWN_SOURCES = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'] as const

/**
 * The folder of a page's workspace that Vite built. Builds it when it is missing or older than a
 * source of the workspace or one of `sources`, which takes some seconds; two processes must not do
 * it at once, so tests have their pages built before they begin (`vitest.config.ts`).
 */
export async function buildPage(home: string, sources: readonly string[] = []): Promise<string> {
  const dist = join(home, 'dist')
  const built = await changedAt(join(dist, 'index.html'))
  const all = [...OWN_SOURCES.map((name) => join(home, name)), ...sources]
  const changes = await Promise.all(all.map(newestChange))
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
