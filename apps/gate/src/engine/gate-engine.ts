import { createPsam } from '@unifare/card'
import {
  type Clock,
  createMemoryRepository,
  fromHex,
  type Random,
  type Storage,
  UnifareError,
} from '@unifare/core'
import { createSoftwareKeyStore, pureEngine } from '@unifare/crypto'
import { createFastVerifier } from '@unifare/ridecode'
import { isFinalRefusal, type Link } from '@unifare/tap'
import { openTerminal } from '@unifare/terminal'
import type { Enrolment } from './enrolment.ts'
import type { GateEvent, GateStatus, Presented } from './protocol.ts'
import { shownFare } from './shown-fare.ts'
import { timeSyncs } from './timed-storage.ts'

/** Lists are asked for so often. */
const REFRESH_MS = 60_000
/** Without an answer it is tried again after so long. */
const RETRY_MS = 5_000

/** A terminal with its work behind the scenes. */
export interface GateEngine {
  /** A code was read from a frame. */
  present(
    bytes: Uint8Array,
    seen: { readonly frameMs: number; readonly decodedMs: number },
  ): Promise<Presented>
  event(sequence: number, event: GateEvent): Promise<void>
  status(): GateStatus
  /** Sends and fetches what is due; calls that arrive while it runs are dropped. */
  work(): Promise<void>
  /** Something changed: the next `work` tries at once. */
  wake(): void
  close(): Promise<void>
}

/** Opens the terminal of an enrolment on its journal. */
export async function openGate(options: {
  readonly enrolment: Enrolment
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly storage: Storage
  readonly link: Link
  readonly clock: Clock
  readonly random: Random
  /** Epoch milliseconds with fractions, the same on the page and in its workers. */
  readonly nowMs: () => number
}): Promise<GateEngine> {
  const { clock, random, nowMs } = options
  const { config, centre, operator } = options.enrolment
  const { storage, times } = timeSyncs(options.storage, nowMs)
  const bytes = (length: number) => random.bytes(length)
  const engine = createFastVerifier({ reference: pureEngine, random: bytes })
  const keys = new Map([centre, operator].map(({ id, key }) => [id, fromHex(key)]))
  const terminal = await openTerminal({
    config,
    env: { clock, random, storage, repository: createMemoryRepository() },
    link: options.link,
    sign: options.sign,
    trust: {
      centre: centre.id,
      operator: operator.id,
      publicKeyOf: (party) => keys.get(party),
      engine,
    },
    // The page takes codes alone: a PSAM without any key.
    psam: createPsam({
      terminal: config.terminal,
      issuer: centre.id,
      keyStore: createSoftwareKeyStore({ keys: [], engine, random: bytes }),
      purchaseKeys: [],
    }),
  })
  let online: boolean | null = null
  let trouble: string | null = null
  let refreshDueMs = 0
  let retryDueMs = 0
  let working = false

  async function exchangeDue(): Promise<void> {
    const at = clock.monotonicMs()
    if (at < retryDueMs) return
    const refresh = at >= refreshDueMs
    if (!refresh && terminal.status().waiting === 0) return
    try {
      if (refresh) {
        await terminal.refresh()
        refreshDueMs = at + REFRESH_MS
      }
      while ((await terminal.upload()) > 0);
      online = true
      trouble = null
    } catch (error) {
      if (!(error instanceof UnifareError)) throw error
      online = error.code !== 'link.unreachable'
      trouble = online || isFinalRefusal(error) ? error.code : null
      retryDueMs = at + RETRY_MS
    }
  }

  return {
    async present(code, seen) {
      const { at } = now()
      const decision = await terminal.presentCode(code)
      const endedMs = nowMs()
      const synced = decision.ok && times.endedMs >= seen.decodedMs
      const fareFen = decision.ok ? shownFare(code, { config, lists: terminal.lists(), at }) : null
      return {
        decision,
        fareFen,
        times: {
          ...seen,
          decidedMs: synced ? times.beganMs : endedMs,
          syncedMs: synced ? times.endedMs : endedMs,
        },
      }
    },
    event: (sequence, event) => terminal.gateEvent(sequence, event),
    status: now,
    async work() {
      if (working) return
      working = true
      try {
        await exchangeDue()
      } finally {
        working = false
      }
    },
    wake() {
      retryDueMs = 0
    },
    close: () => terminal.close(),
  }

  function now(): GateStatus {
    const { listsAt, staleness, quality, waiting } = terminal.status()
    const { stage } = staleness
    const at = clock.now()
    return { at, listsAt, stage, quality, waiting, online, trouble, verifier: engine.kind }
  }
}
