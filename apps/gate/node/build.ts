import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from '../../../tools/build-page.ts'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
const repository = join(home, '../..')
/** The terminal is compiled into the page with everything that it stands on. */
const SOURCES = [
  'apps/language/src',
  ...['bundle', 'card', 'core', 'crypto', 'fares', 'ridecode', 'tap'].map(
    (name) => `packages/${name}/src`,
  ),
  'packages/core/browser',
  'packages/ridecode/wasm',
  'parties/terminal/src',
]

/** The folder of the built gate page, with absolute path; builds it when a source is newer. */
export function buildGate(): Promise<string> {
  return buildPage(
    home,
    SOURCES.map((path) => join(repository, path)),
  )
}
