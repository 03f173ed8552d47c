import { expect, test } from 'vitest'
import { isFileKind, KINDS, recordToJson } from './index.ts'
import { EXAMPLES } from './tunion.fixture.ts'

test('fees, times and objects become text; nothing is lost to JSON', () => {
  const shown = recordToJson('CL', EXAMPLES.CL)
  expect(shown).toMatchObject({
    feeMicro: '1200000',
    at: '2026-11-21T00:00:00.000Z',
    verification: { DF01: '06' },
    amountFen: 200,
    test: false,
  })
  expect(recordToJson('UC', EXAMPLES.UC)).toMatchObject({ expiry: null })
  for (const kind of Object.keys(KINDS).filter(isFileKind)) {
    const view = recordToJson(kind, EXAMPLES[kind] as never)
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
  }
})
