import { businessDayStart, nextDay } from '@unifare/core'
import { createRiderAccount, mayStateStation, readRiderNews } from '@unifare/rider'
import { describe, expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { openWallet, riderTalk } from './rider-wallet.fixture.ts'
import { prepareNetwork } from './src/index.ts'

/** A rider goes in, is never seen to go out, and says where: phone, issuer, operator and back. */
const DAY = '2026-11-20'
const ISSUER = '02205810'
const METRO = '15215212'
const MINUTE = 60_000
const MORNING = businessDayStart(DAY) + 5 * 60 * MINUTE
/** The third step of Wuhan's ladder. */
const FARE_FEN = 400
const CLOSE = businessDayStart(nextDay(DAY))

/** A code went in at a gate of Wuhan whose sensor saw somebody pass; it is long ago. */
async function openLost() {
  const { day, network } = await openMemoryNetwork({
    seed: 'a stated station',
    day: DAY,
    riders: 0,
    operators: [METRO],
    issuers: [ISSUER],
  })
  await prepareNetwork(day)
  const { ports, plan } = day
  await ports.setClock(MORNING)
  const wallet = await openWallet(day, { issuer: ISSUER })
  await ports.issuer(ISSUER).fund(wallet.state().account, 10_000)
  const metro = plan.operators[0]
  const [from, to] = metro?.ladder[2] ?? [0, 0]
  const gate = metro?.terminals.find(({ role, station }) => role === 'entry' && station === from)
  if (gate === undefined) throw new TypeError('no gate at the station')
  const port = ports.terminal(gate.terminal)
  const { sequence } = await port.presentCode(wallet.makeCode())
  await port.gateEvent(sequence, 'passed')
  while ((await port.upload()) > 0);
  const operator = ports.operator(METRO)
  const desk = createRiderAccount({
    ...riderTalk(day, ISSUER, 'the desk'),
    linkKey: wallet.state().linkKey,
  })
  return {
    ports,
    operator,
    desk,
    /** The rider's word: got off at the second station of the ladder's third step. */
    state: () =>
      desk.stateStation(`${gate.terminal}-${sequence}`, { line: gate.line, station: to }),
    async charge(at: number, giveUpBefore: number) {
      await ports.setClock(at)
      await operator.command({ do: 'make-charges', upTo: at, giveUpBefore })
      await operator.command({ do: 'tell-trips' })
      await operator.deliver()
    },
    async settle(day: string) {
      await network.centre.command({ do: 'close-day', day })
      await network.centre.deliver()
      await ports.issuer(ISSUER).collect(day)
    },
    trip: async () => {
      const [trip] = readRiderNews(await wallet.look()).trips
      if (trip === undefined) throw new TypeError('no trip')
      return trip
    },
    to,
  }
}

describe('a trip whose exit nobody saw', () => {
  it('is priced to the station that its rider states, and settled so', async () => {
    const here = await openLost()
    const at = MORNING + 300 * MINUTE
    await here.charge(at, 0)
    const lost = await here.trip()
    expect(lost).toMatchObject({ state: 'incomplete', missing: { end: 'exit', used: 0 } })
    expect(mayStateStation(lost, at)).toBe(true)
    expect(await here.state()).toMatchObject({ state: 'waits', station: here.to })
    await here.ports.issuer(ISSUER).deliver()
    await here.operator.deliver()
    expect((await here.trip()).missing).toMatchObject({ used: 1, stated: { state: 'taken' } })
    await here.charge(at + MINUTE, 0)
    expect(await here.trip()).toMatchObject({
      state: 'charged',
      reason: 'trip.station-stated',
      amountFen: FARE_FEN,
      exit: { station: here.to },
    })
    await here.ports.setClock(CLOSE)
    await here.settle(DAY)
    expect(await here.trip()).toMatchObject({ settlement: 'paid', paidFen: FARE_FEN })
  })

  it('is corrected to it when it was settled before: the rider gets the difference back', async () => {
    const here = await openLost()
    await here.charge(CLOSE, CLOSE)
    await here.settle(DAY)
    const before = await here.trip()
    expect(before).toMatchObject({ settlement: 'paid', reason: 'trip.missing-exit' })
    expect(before.paidFen).toBeGreaterThan(FARE_FEN)
    await here.state()
    await here.ports.issuer(ISSUER).deliver()
    await here.operator.deliver()
    const next = nextDay(DAY)
    const close = businessDayStart(nextDay(next))
    await here.charge(close, close)
    await here.settle(next)
    expect(await here.trip()).toMatchObject({
      amountFen: FARE_FEN,
      paidFen: FARE_FEN,
      owedFen: 0,
      reason: 'trip.station-stated',
    })
  })

  it('costs the maximum without a word', async () => {
    const here = await openLost()
    await here.charge(CLOSE, CLOSE)
    const trip = await here.trip()
    expect(trip.amountFen ?? 0).toBeGreaterThan(FARE_FEN)
    expect(trip).toMatchObject({ reason: 'trip.missing-exit', missing: { stated: null } })
  })
})
