import { businessDayStart, fromHex } from '@unifare/core'
import { type IssuerKeysContent, parseCredential } from '@unifare/ridecode'
import type { Wallet } from '@unifare/rider'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { openWallet } from './rider-wallet.fixture.ts'
import { prepareNetwork } from './src/index.ts'

/**
 * The drill for a code key that leaked: the centre revokes its certificate by serial, and every
 * terminal that pulls its lists refuses the credentials under it; one that is cut off goes on until
 * they run out. Another issuer's riders notice nothing.
 */
const DAY = '2026-11-20'
const BUS = '15215211'
const [LEAKED, OTHER] = ['05215210', '02205810'] as const
const MINUTE = 60_000
const MORNING = businessDayStart(DAY) + 300 * MINUTE

let opened: MemoryNetwork
let riders: Record<typeof LEAKED | typeof OTHER, Wallet>
let at = MORNING

beforeAll(async () => {
  opened = await openMemoryNetwork({
    seed: 'a leaked key',
    day: DAY,
    riders: 0,
    operators: [BUS],
    issuers: [LEAKED, OTHER],
  })
  await prepareNetwork(opened.day)
  await opened.day.ports.setClock(at)
  riders = {
    [LEAKED]: await openWallet(opened.day, { issuer: LEAKED, name: LEAKED, limitFen: 5_000 }),
    [OTHER]: await openWallet(opened.day, { issuer: OTHER, name: OTHER, limitFen: 5_000 }),
  }
  await refresh([0, 1])
})

describe('an emergency revocation by key id', () => {
  it('stops the codes of the leaked key at every terminal that hears of it, and no others', async () => {
    expect(await ride(LEAKED, 0)).toMatchObject({ ok: true })
    await revoke(serialOf(riders[LEAKED]))
    await refresh([0])
    expect(await ride(LEAKED, 0)).toMatchObject({
      ok: false,
      reason: 'code.invalid',
      detail: 'code.certificate-revoked',
    })
    expect(await ride(OTHER, 0)).toMatchObject({ ok: true })
  })

  it('reaches a terminal that was cut off as soon as it is back', async () => {
    expect(await ride(LEAKED, 1)).toMatchObject({ ok: true })
    await refresh([1])
    expect(await ride(LEAKED, 1)).toMatchObject({ ok: false, detail: 'code.certificate-revoked' })
  })
})

/** A ride ten minutes after the last one, on one of the buses. */
async function ride(issuer: keyof typeof riders, bus: number) {
  at += 10 * MINUTE
  const { ports } = opened.day
  await ports.setClock(at)
  return ports.terminal(terminalAt(bus)).presentCode(riders[issuer].makeCode())
}

function terminalAt(bus: number): string {
  return opened.day.plan.operators[0]?.terminals[bus]?.terminal ?? ''
}

async function refresh(buses: readonly number[]): Promise<void> {
  const { ports } = opened.day
  await ports.operator(BUS).refresh()
  for (const bus of buses) await ports.terminal(terminalAt(bus)).refresh()
}

async function revoke(serial: number): Promise<void> {
  const { network } = opened
  const held = [...(network.terminals.get(terminalAt(0))?.lists().shelf.values() ?? [])]
  const content = held.find(({ kind }) => kind === 'issuer-keys')?.content as IssuerKeysContent
  const issuers = content.issuers.map((entry) =>
    entry.issuer === LEAKED ? { ...entry, revokedSerials: [serial] } : entry,
  )
  await network.centre.command({ do: 'publish-issuer-keys', content: { ...content, issuers } })
}

function serialOf(wallet: Wallet): number {
  return parseCredential(fromHex(wallet.state().credential)).certificate.serial
}
