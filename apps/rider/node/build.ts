import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from '../../../tools/build-page.ts'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
const repository = join(home, '../..')
/** The wallet and what it stands on are part of the page. */
const SOURCES = [
  'apps/language/src',
  'apps/rider/node/shell-list.ts',
  'parties/rider/src',
  ...['core', 'crypto', 'ridecode', 'tap'].map((name) => `packages/${name}/src`),
]

/** The folder of the built rider page, with absolute path; builds it when a source is newer. */
export function buildRider(): Promise<string> {
  return buildPage(
    home,
    SOURCES.map((path) => join(repository, path)),
  )
}
