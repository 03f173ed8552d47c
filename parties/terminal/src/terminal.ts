import { type CardTransport, openPsam, type Psam } from '@unifare/card'
import {
  canonicalJson,
  type Env,
  type Instant,
  openJournal,
  UnifareError,
  utf8,
} from '@unifare/core'
import {
  type CodePurpose,
  createCodeCaches,
  createReplayMemory,
  DEFAULT_CODE_POLICY,
  type ReplayMemory,
  remember,
} from '@unifare/ridecode'
import {
  encodeBatch,
  exchange,
  type Link,
  type LinkIdentity,
  MONEY_KINDS,
  type Reason,
  type TapKind,
} from '@unifare/tap'
import { readPending, tapCard } from './card-flow.ts'
import { decideCode } from './code-flow.ts'
import { LIMITS, type TerminalConfig } from './config.ts'
import type { Decision, Refusal } from './decision.ts'
import { heldBundles, heldVersions, type Lists, NO_LISTS, type Trust, takeBundle } from './lists.ts'
import { appendRecord } from './record.ts'
import { type LoggedTap, openTapLog, type TapLog } from './tap-log.ts'

const PURPOSE_OF_KIND: Partial<Record<TapKind, CodePurpose>> = {
  purchase: 'single',
  entry: 'entry',
  exit: 'exit',
  rent: 'rent',
  return: 'return',
}

/** What a terminal is made of. */
export interface TerminalOptions {
  readonly config: TerminalConfig
  readonly env: Env
  readonly link: Link
  readonly trust: Trust
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly psam: Psam
  /**
   * Called after PERSISTED, when the gate opens or the validator says go. The tap is marked as
   * indicated behind it; a crash in between is healed by the rules of recovery.
   */
  readonly indicate?: (decision: Decision) => Promise<void> | void
}

/** How the ride was measured, where the vehicle knows it. */
export interface Metered {
  readonly distanceM?: number
}

/**
 * A terminal 终端: decides offline about cards and codes, stores before it shows, and uploads
 * until acknowledged.
 */
export interface Terminal {
  readonly config: TerminalConfig
  lists(): Lists
  /** A card in the field. */
  presentCard(transport: CardTransport, metered?: Metered): Promise<Decision>
  /** A code under the scanner. */
  presentCode(bytes: Uint8Array, metered?: Metered): Promise<Decision>
  /** What the gate's sensor saw after a go. */
  gateEvent(sequence: number, event: 'passed' | 'timed-out'): Promise<void>
  /** Fetches newer lists from the operator; returns how many were taken over. */
  refresh(): Promise<number>
  /** Sends one batch of waiting records; returns how many records still wait. */
  upload(): Promise<number>
  /** A record as the journal holds it, acknowledged or not. */
  record(sequence: number): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** Opens a terminal on its journal: a crash is healed before anything new is taken. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { config, env, link, trust } = options
  const journal = await openJournal({ storage: env.storage, name: `terminal-${config.terminal}` })
  const log = await openTapLog(journal)
  const reader = await openPsam(options.psam)
  if (!reader.ok)
    throw new UnifareError(reader.code, `PSAM of terminal ${config.terminal} is not usable`)
  options.psam.advanceTo(nextSerial(log))
  await voidUnshownCodes(log, options)

  let lists = NO_LISTS
  let replay = rememberedCodes(log)
  const caches = createCodeCaches({ maxCertificates: 64, maxAuthorisations: 4_096 })
  const identity: LinkIdentity = {
    id: config.terminal,
    sign: options.sign,
    publicKeyOf: async (party) => trust.publicKeyOf(party),
    engine: trust.engine,
    now: () => env.clock.now(),
  }
  const when = () => ({ at: env.clock.now(), quality: env.clock.quality() })
  const context = ({ distanceM = 0 }: Metered) => ({
    config,
    lists,
    at: env.clock.now(),
    distanceM,
  })

  async function show(logged: LoggedTap, completed: boolean): Promise<Decision> {
    const { tap, sequence } = logged
    const decision: Decision = {
      ok: true,
      kind: tap.kind,
      sequence,
      amountFen: tap.amountFen,
      balanceFen: tap.medium === 'card' ? tap.balanceFen : null,
      completed,
    }
    await options.indicate?.(decision)
    log.indicate(logged)
    return decision
  }

  /** A refusal is kept for statistics and disputes; nothing hangs on its being synced. */
  function showRefusal({ refused, detail }: Refusal): Decision {
    const { sequence } = appendRecord(log, config, when(), { kind: 'refused', reason: refused })
    return { ok: false, reason: refused, sequence, detail }
  }

  return {
    config,
    lists: () => lists,
    presentCard: (transport, metered = {}) =>
      guarded(showRefusal, async () => {
        const outcome = await tapCard({
          transport,
          psam: reader.psam,
          advancePsam: (serial) => options.psam.advanceTo(serial),
          log,
          config,
          context: context(metered),
          quality: env.clock.quality(),
          tariffVersion: lists.tariffVersion,
        })
        return 'refused' in outcome ? showRefusal(outcome) : show(outcome.logged, outcome.completed)
      }),
    presentCode: (bytes, metered = {}) =>
      guarded(showRefusal, async () => {
        const decided = decideCode(bytes, {
          ...context(metered),
          engine: trust.engine,
          caches,
          replay,
        })
        if ('refused' in decided) return showRefusal(decided)
        const logged = appendRecord(log, config, when(), decided.content)
        await log.sync()
        replay = decided.replay
        return show(logged, false)
      }),
    async gateEvent(sequence, event) {
      const reason = event === 'timed-out' ? ({ reason: 'gate.timed-out' } as const) : {}
      appendRecord(log, config, when(), { kind: event, refersTo: sequence, ...reason })
      await log.sync()
    },
    async refresh() {
      const body = utf8(canonicalJson({ held: heldVersions(lists) }))
      const answer = (await exchange(link, identity, {
        receiver: config.operator,
        kind: 'pull',
        body,
      })) as { bundles: unknown[] }
      for (const bundle of answer.bundles) {
        lists = takeBundle(lists, bundle, { at: env.clock.now(), trust, config })
      }
      return answer.bundles.length
    },
    async upload() {
      await log.sync()
      const part = readyToSend(log, env.clock.now())
      const first = part[0]
      if (first === undefined) return 0
      const body = await encodeBatch({
        terminal: config.terminal,
        operator: config.operator,
        first: first.sequence,
        previous: log.chain(),
        records: part.map(({ bytes }) => bytes),
        bundles: heldBundles(lists),
        createdAt: env.clock.now(),
        sign: options.sign,
      })
      const answer = (await exchange(link, identity, {
        receiver: config.operator,
        kind: 'tap-batch',
        body,
      })) as { end: number }
      log.acknowledge(Math.min(answer.end, log.nextSequence()))
      await log.sync()
      return readyToSend(log, env.clock.now()).length
    },
    record: (sequence) => log.find(sequence),
    close: () => log.close(),
  }
}

/**
 * Records that may travel, in order. One that waits for its indication holds the later ones back
 * for as long as its rider may come back to have it completed.
 */
function readyToSend(log: TapLog, now: Instant): LoggedTap[] {
  const end = log.waiting.findIndex(
    ({ tap, indicated }) =>
      !indicated && MONEY_KINDS.has(tap.kind) && now - tap.at <= LIMITS.completionMs,
  )
  return log.waiting.slice(0, end < 0 ? LIMITS.batchRecords : Math.min(end, LIMITS.batchRecords))
}

/** A journal that cannot be written takes the terminal out of service: no debit without a record. */
async function guarded(
  showRefusal: (refusal: Refusal) => Decision,
  run: () => Promise<Decision>,
): Promise<Decision> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    if (error.code.startsWith('journal.')) {
      return { ok: false, reason: 'storage.failed', sequence: 0, detail: error.code }
    }
    return showRefusal({ refused: 'medium.unreadable' satisfies Reason, detail: error.code })
  }
}

/**
 * After a crash: a code's tap that was stored and maybe never shown is void, since its rider was
 * told nothing and comes back with a fresh code. A card's debit stays: the same card completes it.
 */
async function voidUnshownCodes(log: TapLog, { config, env }: TerminalOptions): Promise<void> {
  const spokenOf = new Set(log.waiting.map(({ tap }) => tap.refersTo))
  const at: Instant = env.clock.now()
  for (const { tap, sequence, indicated } of log.waiting.slice()) {
    if (indicated || tap.medium !== 'code' || tap.kind === 'refused' || spokenOf.has(sequence))
      continue
    appendRecord(
      log,
      config,
      { at, quality: env.clock.quality() },
      {
        kind: 'timed-out',
        reason: 'tap.not-indicated',
        refersTo: sequence,
      },
    )
  }
  await log.sync()
}

/** A serial that no stored or prepared debit of this journal has used. */
function nextSerial(log: TapLog): number {
  const prepared = [...log.pendings.values()].map(
    (bytes) => readPending(bytes).pending.terminalSerial,
  )
  return Math.max(log.lastSerial(), ...prepared) + 1
}

/** Codes in the journal that were let through: a restart must not let them pass again. */
function rememberedCodes(log: TapLog): ReplayMemory {
  return log.recentCodes.reduce((memory: ReplayMemory, tap) => {
    const purpose = PURPOSE_OF_KIND[tap.kind]
    if (purpose === undefined) return memory
    const { issuer, account, counter: generationTimeS } = tap
    return remember(
      memory,
      { issuer, account, generationTimeS },
      {
        atS: Math.floor(tap.at / 1000),
        purpose,
        validityS: DEFAULT_CODE_POLICY.maxValidityS,
      },
    )
  }, createReplayMemory())
}
