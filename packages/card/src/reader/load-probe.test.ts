import { describe, expect, test } from 'vitest'
import { AT, must, newSlot, REFS, STORE, TERMINAL, viewOf } from '../card.fixture.ts'
import { tearing } from '../chip/card-slot.ts'
import { loadCard } from './load-flow.ts'
import { createLoadHost } from './load-host.ts'
import { probeLoad, proveLoad } from './load-probe.ts'

const host = createLoadHost({ store: STORE, load: REFS.load, tac: REFS.tac })
const CHALLENGE = '583920174630'

describe('a load whose answer was lost', () => {
  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('torn %s CREDIT, the probe counts %i loads', async (point, loads) => {
    const slot = await newSlot()
    const view = await viewOf(slot)
    const transport = tearing(slot, (apdu) => (apdu[1] === 0x52 ? point : undefined))
    const terms = { view, terminal: TERMINAL, keyIndex: 1, amountFen: 1_000, at: AT }
    expect(await loadCard({ ...terms, transport, host })).toMatchObject({ code: 'card.torn' })
    await viewOf(slot)
    const { tac } = must(await proveLoad(slot, 0))
    expect(tac !== null).toBe(loads === 1)
    const probe = { transport: slot, view, challenge: CHALLENGE, keyIndex: 1, at: AT }
    const { opening } = must(await probeLoad(probe))
    expect(opening).toMatchObject({ onlineNumber: loads, amountFen: 0, terminal: CHALLENGE })
    expect(await host.authorise(opening)).toMatchObject({ ok: true })
    // The issuer looks for its own challenge: under another one the code does not hold.
    expect(await host.authorise({ ...opening, terminal: TERMINAL })).toEqual({
      ok: false,
      code: 'card.bad-mac',
    })
    expect(slot.card().memory.balanceFen).toBe(5_000 + loads * 1_000)
  })

  test('an authorised load is dead once the card was probed', async () => {
    const slot = await newSlot()
    const view = await viewOf(slot)
    const late = {
      ...host,
      async authorise(opening: Parameters<typeof host.authorise>[0]) {
        const answer = await host.authorise(opening)
        await probeLoad({ transport: slot, view, challenge: CHALLENGE, keyIndex: 1, at: AT })
        return answer
      },
    }
    const terms = { view, terminal: TERMINAL, keyIndex: 1, amountFen: 1_000, at: AT }
    expect(await loadCard({ ...terms, transport: slot, host: late })).toMatchObject({ ok: false })
    expect(slot.card().memory.balanceFen).toBe(5_000)
  })
})
