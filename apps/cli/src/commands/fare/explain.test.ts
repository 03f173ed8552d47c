import { serve } from '@hono/node-server'
import { expect, it, vi } from 'vitest'
import { explain } from './explain.ts'

/** What a network answers for a tap whose charge was corrected twice. */
const TRACE = {
  tap: '413100000001-1',
  complete: true,
  steps: [
    {
      step: 'charge',
      data: {
        charge: '17917912-9',
        tariff: 'xian-metro',
        tariffVersion: 1,
        amountFen: 300,
        parts: [{ rule: 'ladder', amountFen: 300 }],
        corrected: [
          { charge: '17917912-3', amountFen: 200 },
          { charge: '17917912-7', amountFen: 500 },
        ],
      },
    },
  ],
}

it('tells of a corrected charge what was asked before, and what each correction moved', async () => {
  const server = await new Promise<{ port: number; close: () => void }>((resolve) => {
    const fetch = () => Response.json(TRACE)
    const open = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ port, close: () => open.close() }),
    )
  })
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    for (const lang of ['en', 'zh'] as const) await explain(TRACE.tap, { lang, port: server.port })
    const told = printed.mock.calls.join('')
    expect(told).toContain('corrected: 17917912-3 had asked 2.00 yuan, difference +3.00 yuan')
    expect(told).toContain('corrected: 17917912-7 had asked 5.00 yuan, difference -2.00 yuan')
    expect(told).toContain('更正：17917912-7 原收 5.00 元，差额 -2.00 元')
  } finally {
    printed.mockRestore()
    server.close()
  }
})
