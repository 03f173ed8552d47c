import {
  bundleBytes,
  deltaOf,
  fitAnswer,
  type PieceRequest,
  pieceOf,
  type SignedBundle,
  shelfKey,
} from '@unifare/bundle'
import { canonicalJson, createMemoryRepository, type Tx, utf8 } from '@unifare/core'
import { bundlePieces, loadShelf, shelfTable } from '@unifare/institution'
import { exchange, type MessageKind } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import { charges, identities, journeys, loneEnds, statements, taps } from './index.ts'
import {
  ACCEPTANCE,
  AT,
  CENTRE,
  codeTap,
  createWorld,
  DAY_END,
  GATE,
  gateEvent,
  LOCAL,
  listOf,
  OPERATOR,
  openTestOperator,
  openWorking,
  party,
  TARIFFS,
  tapOf,
  tariffNamed,
  type World,
} from './operator.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const ask = (world: World, sender: string, kind: MessageKind, body: object) =>
  exchange(world.link, party(world, sender), {
    receiver: OPERATOR,
    kind,
    body: utf8(canonicalJson(body)),
  })
const pull = async (world: World, held: Record<string, number>) => {
  const { bundles } = (await ask(world, GATE, 'pull', { held })) as {
    bundles: { kind: string; publisher: string; version: number }[]
  }
  return bundles.map(({ kind, publisher, version }) => `${kind}/${publisher}/${version}`).sort()
}

describe('lists', () => {
  test('terminals get what is newer than what they hold, and never the list of devices', async () => {
    const { world, operator } = await openWorking()
    const all = [`acceptance/${CENTRE}/1`, `tariffs/${OPERATOR}/1`]
    expect(await pull(world, {})).toEqual(all)
    expect(await pull(world, { [`acceptance/${CENTRE}`]: 1 })).toEqual([all[1]])
    await operator.command({ do: 'publish', kind: 'tariffs', content: TARIFFS })
    const held = { [`acceptance/${CENTRE}`]: 1, [`tariffs/${OPERATOR}`]: 1 }
    expect(await pull(world, held)).toEqual([`tariffs/${OPERATOR}/2`])
    expect(await pull(world, { ...held, [`tariffs/${OPERATOR}`]: 2 })).toEqual([])
    expect(await pull(world, { [`devices/${OPERATOR}`]: 0 })).not.toContain(`devices/${OPERATOR}/1`)
  })

  test('a stranger gets none, and a pull that is none is refused', async () => {
    const { world } = await openWorking()
    await expect(ask(world, '413100000099', 'pull', { held: {} })).rejects.toThrow(
      refused('message.unknown-sender'),
    )
    await expect(ask(world, GATE, 'pull', { held: [1] })).rejects.toThrow(
      refused('message.malformed'),
    )
  })

  test('come from the centre; one that is refused leaves the others and those held alone', async () => {
    const { world, operator } = await openWorking()
    const deny = await listOf('deny', { entries: [] })
    const forged = { ...(await listOf('acceptance', { rows: [] }, { version: 3 })), version: 4 }
    const unreadable = await listOf('acceptance', { rows: [{}] }, { version: 2 })
    const foreign = await listOf('tariffs', TARIFFS)
    for (const [bad, code] of [
      [forged, 'bundle.bad-hash'],
      [unreadable, 'bundle.malformed'],
      [foreign, 'bundle.wrong-publisher'],
    ] as const) {
      world.centre.lists.splice(0, 9, bad, deny)
      await expect(operator.refresh()).rejects.toThrow(refused(code))
    }
    const shelf = await operator.read((tx) => tx.select(shelfTable, {}))
    expect(shelf.map(({ name }) => name)).toEqual([
      `acceptance/${CENTRE}`,
      `deny/${CENTRE}`,
      `devices/${OPERATOR}`,
      `tariffs/${OPERATOR}`,
    ])
    expect(await pull(world, {})).toContain(`acceptance/${CENTRE}/1`)
  })

  test('come as what changed, and whole when that is told of another version', async () => {
    const { world, operator } = await openWorking()
    const entries = Array.from({ length: 20 }, (_, i) => ({
      medium: 'card',
      issuer: LOCAL,
      account: String(3_104_860_000_000_000_000n + BigInt(i)),
      reason: 'lost',
      since: 0,
    }))
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((version) =>
        listOf('deny', { entries: entries.slice(0, 16 + version) }, { version }),
      ),
    )
    const { lists } = world.centre
    const held = async () =>
      (await operator.read(loadShelf)).get(shelfKey('deny', CENTRE)) as SignedBundle
    lists.splice(0, 9, one!)
    await operator.refresh()
    lists.splice(0, 9, deltaOf(one!, two!) as never)
    await operator.refresh()
    expect(await held()).toEqual(two)
    const answers = [[deltaOf(one!, three!)], [three]]
    Object.defineProperty(world.centre, 'lists', { get: () => answers.shift() })
    await operator.refresh()
    expect([await held(), answers]).toEqual([three, []])
  })

  test('longer than a message come and are journaled piece by piece; bytes are told', async () => {
    const { world, operator } = await openWorking()
    const entries = Array.from({ length: 12_001 }, (_, i) => ({
      medium: 'card',
      issuer: LOCAL,
      account: String(3_104_860_000_000_000_000n + BigInt(i)),
      reason: 'lost',
      since: 0,
    }))
    const first = await listOf('deny', { entries: entries.slice(0, -1) }, { version: 1 })
    const second = await listOf('deny', { entries }, { version: 2 })
    world.centre.answer = ({ piece }) =>
      piece === undefined
        ? fitAnswer([{ value: first, since: 0 }])
        : [pieceOf(first, piece as PieceRequest)]
    await operator.refresh()
    const held = async () => (await operator.read(loadShelf)).get(shelfKey('deny', CENTRE))
    expect(await held()).toEqual(first)
    expect(await operator.read((tx) => tx.select(bundlePieces, {}))).toEqual([])
    world.centre.answer = undefined
    world.centre.lists.splice(0, 9, deltaOf(first, second) as never)
    await operator.refresh()
    expect(await held()).toEqual(second)
    expect(operator.fetched().find(({ kind }) => kind === 'deny')).toMatchObject({
      version: 2,
      since: 1,
      bytes: bundleBytes(deltaOf(first, second)!),
      wholeBytes: bundleBytes(second),
    })
    // The next start makes the same list from the pieces in the journal.
    const again = await openTestOperator({ ...world, repository: createMemoryRepository() })
    expect((await again.read(loadShelf)).get(shelfKey('deny', CENTRE))).toEqual(second)
  })

  test('of devices go to the centre, signed', async () => {
    const world = createWorld()
    const operator = await openTestOperator(world)
    await operator.command({ do: 'publish', kind: 'devices', content: { devices: [] } })
    await operator.deliver()
    expect(world.centre.heard.map(({ kind }) => kind)).toEqual(['bundle'])
  })

  test.each([
    [{ kind: 'tariffs', content: { tariffs: [] } }, 'fares.bad-list'],
    [
      { kind: 'tariffs', content: { tariffs: [tariffNamed('beijing-bus')], networks: [] } },
      'fares.wrong-publisher',
    ],
    [{ kind: 'devices', content: { devices: [{ terminal: 'x' }] } }, 'bundle.malformed'],
    [{ kind: 'acceptance', content: ACCEPTANCE }, 'message.refused'],
  ])('that cannot be read are not published: %j', async (order, code) => {
    const operator = await openTestOperator()
    await expect(operator.command({ do: 'publish', ...order })).rejects.toThrow(refused(code))
  })

  test('of tariffs keep the versions that were in force: months are rated by them', async () => {
    const operator = await openTestOperator()
    const tariff = { ...tariffNamed('xian-bus'), operator: OPERATOR }
    const first = { ...tariff, version: 1, validFrom: '2026-01-01', validTo: '2026-11-05' }
    const second = { ...tariff, version: 2, validFrom: '2026-11-05', validTo: null }
    const other = { ...second, id: 'other' }
    const publish = (tariffs: readonly object[]) =>
      operator.command({ do: 'publish', kind: 'tariffs', content: { tariffs, networks: [] } })
    await publish([first])
    await expect(publish([second])).rejects.toThrow(refused('operator.version-dropped'))
    await publish([first, second])
    await publish([{ ...first, version: 3 }, second])
    await publish([other])
  })
})

describe('orders and messages', () => {
  test('charging needs tariffs', async () => {
    const operator = await openTestOperator()
    await expect(operator.command({ do: 'make-charges' })).rejects.toThrow(
      refused('operator.no-tariffs'),
    )
  })

  test.each([
    ['an order of a terminal', GATE, 'order', { do: 'make-charges' }, 'message.refused'],
    ['an order of the centre', CENTRE, 'order', { do: 'publish' }, 'message.refused'],
    ['a list that nobody asked for', CENTRE, 'bundle', {}, 'message.refused'],
    ['a statement of a terminal', GATE, 'statement', { day: 'x' }, 'message.refused'],
    [
      'a statement without its parts',
      CENTRE,
      'statement',
      { day: '2026-11-20' },
      'message.malformed',
    ],
  ] as const)('%s is refused', async (_, sender, kind, body, code) => {
    const { world } = await openWorking()
    await expect(ask(world, sender, kind, body)).rejects.toThrow(refused(code))
  })

  test("the centre's statement is kept as it came", async () => {
    const { world, operator } = await openWorking()
    const body = { day: '2026-11-20', part: 0, parts: 1, statement: { lines: [] } }
    await ask(world, CENTRE, 'statement', body)
    await ask(world, CENTRE, 'statement', body)
    expect(await operator.read((tx) => tx.select(statements, {}))).toEqual([
      { day: '2026-11-20', part: 0, statement: { lines: [] } },
    ])
  })
})

test('everything is rebuilt from the segments', async () => {
  const here = await openWorking()
  await here.upload([
    tapOf(),
    codeTap(),
    gateEvent('passed', 2),
    codeTap({ kind: 'purchase', mode: 'bus' }),
  ])
  await here.charge({ giveUpBefore: DAY_END })
  await here.upload([codeTap({ kind: 'exit', station: 2, at: AT + 60_000 })])
  const all = async (tx: Tx) => [
    await tx.select(taps, {}),
    await tx.select(charges, {}),
    await tx.select(journeys, {}),
    await tx.select(identities, {}),
    await tx.select(loneEnds, {}),
  ]
  const before = await here.operator.read(all)
  const again = await openTestOperator({ ...here.world, repository: createMemoryRepository() })
  expect(await again.read(all)).toEqual(before)
})
