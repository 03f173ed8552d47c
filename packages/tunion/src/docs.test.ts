import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableOf } from './doc-tables.fixture.ts'
import { isFileKind, KINDS } from './index.ts'

const page = readFileSync(new URL('../../../docs/tunion-files.md', import.meta.url), 'utf8')

test.each(Object.keys(KINDS).filter(isFileKind))(
  'the table of %s in the docs is that of the code',
  (kind) => {
    expect(page).toContain(tableOf(kind))
  },
)
