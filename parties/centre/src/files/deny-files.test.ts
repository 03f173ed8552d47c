import { ucOf, writeFile, writeFileName } from '@unifare/tunion'
import { describe, expect, test } from 'vitest'
import { CENTRE, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { denyEntries } from '../tables.ts'
import { nameOf, openFileCentre, refusal, ride, uploadOf } from './files.fixture.ts'

describe("an issuer's deny list by file", () => {
  const name = (sequence: number, institution = ISSUER) =>
    writeFileName({ kind: 'UC', day: DAY, role: 'issuer', institution, sequence })
  const entry = (account: string, issuer: string = ISSUER) =>
    ({ medium: 'card', issuer, account, reason: 'lost', since: 0 }) as const
  const listOf = (...entries: ReturnType<typeof entry>[]) =>
    writeFile('UC', { day: DAY, receiver: CENTRE }, entries.map(ucOf))
  const standing = async ({ centre }: Awaited<ReturnType<typeof openFileCentre>>) => {
    const rows = await centre.read((tx) => tx.select(denyEntries, {}))
    return rows.map(({ key, version, until }) => [key.split('/').at(-1), version, until])
  }

  test('is the whole list: what it leaves out ends, and is not deleted', async () => {
    const network = await openFileCentre()
    const first = await network.upload(name(1), listOf(entry('11'), entry('12')), ISSUER)
    expect(first).toMatchObject({ state: 'accepted', records: 2 })
    await network.upload(name(2), listOf(entry('12'), entry('13')), ISSUER)
    expect(await standing(network)).toEqual([
      ['11', 1, 2],
      ['12', 1, 0],
      ['13', 2, 0],
    ])
  })

  test('stops cards as a list on our wire does', async () => {
    const network = await openFileCentre()
    const tap = await ride(1)
    await network.upload(name(1), listOf(entry(tap.account)), ISSUER)
    await network.upload(nameOf(1), uploadOf([tap], 1))
    expect(await network.close()).toMatchObject({ rejected: { 'deny.listed': 1 } })
  })

  test.each([
    ["another issuer's card", [entry('11'), entry('12', '20000002')], 'issuer', 'tunion.foreign'],
    ['a card twice', [entry('11'), entry('11')], 'card', 'tunion.repeated'],
  ])('%s refuses the whole file', async (_name, entries, field, code) => {
    const network = await openFileCentre()
    const answer = await network.upload(name(1), listOf(...entries), ISSUER)
    expect(answer).toMatchObject({ state: 'refused', faults: [{ line: 4, field, code }] })
    expect(await standing(network)).toEqual([])
  })

  test('an operator denies nobody', async () => {
    const network = await openFileCentre()
    const sent = network.upload(name(1), listOf(), OPERATOR)
    expect(await refusal(sent)).toBe('tunion.foreign')
  })
})
