import {
  businessDay,
  businessDayStart,
  type Clock,
  type Day,
  type Instant,
  UnifareError,
} from '@unifare/core'
import { ownerOf, riderView } from '@unifare/issuer'
import type { MessageHandler } from '@unifare/tap'
import { settleDay } from '@unifare/twin'
import type { Running } from '../running.ts'
import { createGateDesk, type Enrolment } from './gates.ts'
import { type Members, membersOf } from './members.ts'

/** How often the network looks whether something came in. */
const PULSE_MS = 500
/** Lists spread at least this often, whether or not something came in. */
const SPREAD_EVERY_MS = 60_000

/** What the simulated bank gives to who rides with a page, so that fares can be paid. */
const WELCOME_FEN = 10_000

/** A network after its scripted day: its clock runs, and people ride on it with pages. */
export interface LiveNetwork {
  members(): Members
  enrolGate(place: string, key: string): Promise<Enrolment>
  /** The party that a message of a page is for. */
  handlerOf(party: string): MessageHandler | undefined
  /** What an issuer knows of a rider now, in words of its view; undefined when nobody knows one. */
  riderNews(rider: string): Promise<string | undefined>
  /** Called after every pulse that moved something. */
  onPulse(listener: () => void): () => void
  /** Settles the current business day now; later taps of it go into the next settlement. */
  settle(): Promise<{ readonly day: Day; readonly root: string }>
  close(): Promise<void>
}

/** Lets the clock of a network run, and moves what comes in to where it belongs. */
export function openLiveNetwork(running: Running, system: Clock): LiveNetwork {
  const { plan, network, clock, day } = running
  const { ports } = network
  clock.goLive(system)
  for (const { bank } of network.issuers.values()) bank.welcome(WELCOME_FEN)
  const listeners = new Set<() => void>()
  const enrol = createGateDesk({ plan, keys: day.keys, ports })
  const handlers = new Map<string, MessageHandler>()
  const parties = [
    ...network.operators.values(),
    ...[...network.issuers.values()].map(({ issuer }) => issuer),
  ]
  let news = false
  for (const { id, handler } of parties) {
    handlers.set(id, async (bytes) => {
      try {
        return await handler(bytes)
      } finally {
        news = true
      }
    })
  }
  let settled: Day = plan.day
  // The first pulse spreads: lists of the scripted day are as old as its end.
  let spreadAt: Instant = 0
  let turn: Promise<unknown> = Promise.resolve()
  let stopped = false

  /** One after the other: pulses, settlements, enrolments. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = turn.then(run)
    turn = result.catch(() => undefined)
    return result
  }

  async function pulse(): Promise<void> {
    const before = businessDay(businessDayStart(businessDay(clock.now())) - 1)
    if (settled < before) await settleNow(before)
    const due = clock.now() - spreadAt >= SPREAD_EVERY_MS
    if (!news && !due) return
    news = false
    spreadAt = clock.now()
    for (const operator of network.operators.values()) {
      await operator.command({ do: 'make-charges', upTo: clock.now(), giveUpBefore: 0 })
      await operator.command({ do: 'tell-trips' })
      await operator.deliver()
    }
    await payRiders()
    for (const { issuer } of network.issuers.values()) {
      // What riders say of their trips is answered by the operators at the next pulse.
      if ((await issuer.deliver()) > 0) news = true
    }
    await network.centre.deliver()
    for (const operator of network.operators.values()) await operator.refresh()
    tell()
  }

  /** Top-ups, repayments and refunds that riders asked for: the channels decide. */
  async function payRiders(): Promise<void> {
    for (const { issuer } of network.issuers.values()) await issuer.payRiders()
  }

  async function settleNow(which: Day): Promise<string> {
    await payRiders()
    const { result } = await settleDay({ plan, ports }, { day: which, at: clock.now() })
    settled = which
    tell()
    return (result as { root: string }).root
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function beat(): void {
    if (stopped) return
    inTurn(pulse).catch((error: unknown) => {
      // What fails now is tried at the next pulse; a fault of the program must be seen.
      if (!(error instanceof UnifareError)) throw error
      news = true
    })
  }
  beat()
  const timer = setInterval(beat, PULSE_MS)

  return {
    members: () => membersOf(plan, day.keys, clock.now()),
    enrolGate: (place, key) => inTurn(() => enrol(place, key)),
    handlerOf: (party) => handlers.get(party),
    async riderNews(rider) {
      for (const { issuer } of network.issuers.values()) {
        const view = await issuer
          .read(async (tx) => riderView(tx, await ownerOf(tx, rider), 0))
          .catch((error: unknown) => {
            if (error instanceof UnifareError) return undefined
            throw error
          })
        if (view !== undefined) return JSON.stringify(view)
      }
      return undefined
    },
    onPulse(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    settle: () =>
      inTurn(async () => {
        const today = businessDay(clock.now())
        return { day: today, root: await settleNow(today) }
      }),
    async close() {
      stopped = true
      clearInterval(timer)
      await turn
    },
  }
}
