import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { table } from '../src/repository.ts'
import { openRepositories } from './open-repositories.ts'

const root = mkdtempSync(join(tmpdir(), 'unifare-pglite-'))
afterAll(() => rmSync(root, { recursive: true }))

const notes = table<{ id: string }>({ name: 'notes', columns: { id: 'text' }, key: ['id'] })

describe('PGlite in a folder', () => {
  it('keeps what was committed when it is closed and opened again', async () => {
    const dataDir = join(root, 'made', 'when missing')
    const first = await openRepositories({ dataDir })
    const issuer = await first.schema('issuer')
    await issuer.transaction((tx) => tx.put(notes, [{ id: 'kept' }]))
    await first.close()
    const second = await openRepositories({ dataDir })
    expect(second.description).toContain('does not sync')
    const again = await second.schema('issuer')
    expect(await again.transaction((tx) => tx.select(notes, {}))).toEqual([{ id: 'kept' }])
    await second.close()
  })
})
