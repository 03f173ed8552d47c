import { createMemoryStorage } from '@unifare/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestCentre } from './centre.fixture.ts'
import { ISSUER } from './clearing.fixture.ts'
import { readReserves } from './settling/reading.ts'

const STAFF = { role: 'settler', by: 'Li', approvedBy: 'Wang' }
const given = { code: 'centre.given-before' }
let network: Awaited<ReturnType<typeof openTestCentre>>

beforeEach(async () => {
  network = await openTestCentre()
})

/** An order as the centre's edge gives it, signed at an instant. */
const signed = (order: object, at: number) => ({
  ...order,
  ...STAFF,
  staff: { text: JSON.stringify({ at, order }), signatures: [] },
})
const terms = (capFen: number) => ({
  do: 'set-reserve',
  member: ISSUER,
  depositFen: 0,
  capFen,
  lowFen: 0,
})
const withdraw = { do: 'withdraw-reserve', member: ISSUER, amountFen: 200, reference: 'B2' }
const account = async () => (await network.centre.read(readReserves))[0]

describe('an order that staff has signed', () => {
  it('is carried out once, also when it comes again behind others', async () => {
    const first = signed(terms(1_000), 1)
    await network.centre.command(first)
    await network.centre.command(signed(terms(500), 2))
    await expect(network.centre.command(first)).rejects.toMatchObject(given)
    expect(await account()).toMatchObject({ capFen: 500 })
    // The same thing may be wanted again: then it is signed again.
    await network.centre.command(signed(terms(1_000), 3))
    expect(await account()).toMatchObject({ capFen: 1_000 })
  })

  it('is carried out once in a later life of the centre, whose journal is all that is left', async () => {
    const disk = createMemoryStorage()
    network = await openTestCentre({}, { storage: disk })
    await network.centre.command(signed(terms(1_000), 1))
    await network.centre.close()
    network = await openTestCentre({}, { storage: disk, again: true })
    await expect(network.centre.command(signed(terms(1_000), 1))).rejects.toMatchObject(given)
  })

  it('that was refused may come again', async () => {
    await network.centre.command(signed(terms(1_000), 1))
    const order = signed(withdraw, 2)
    await expect(network.centre.command(order)).rejects.toMatchObject({
      code: 'reserve.not-withdrawable',
    })
    const money = { ...withdraw, do: 'top-up-reserve', reference: 'B1' }
    await network.centre.command(signed(money, 3))
    expect(await network.centre.command(order)).toMatchObject({ availableFen: 0 })
  })

  it.each([null, 'text', { text: 1 }])('shows what was signed: %j', async (staff) => {
    const order = { ...terms(1_000), ...STAFF, staff }
    await expect(network.centre.command(order)).rejects.toMatchObject({
      code: 'message.malformed',
    })
  })
})
