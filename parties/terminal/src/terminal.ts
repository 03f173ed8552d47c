import { type FetchedList, shelfKey } from '@unifare/bundle'
import { type CardTransport, openPsam, type Psam } from '@unifare/card'
import {
  createSerial,
  type Env,
  type Instant,
  openJournal,
  type TimeQuality,
  UnifareError,
} from '@unifare/core'
import { createCodeCaches, createReplayMemory } from '@unifare/ridecode'
import type { Link, LinkIdentity } from '@unifare/tap'
import { storeCutBlocks } from './card-block.ts'
import { tapCard } from './card-flow.ts'
import { rememberCode, tapCode, voidTap } from './code-tap.ts'
import type { TerminalConfig } from './config.ts'
import type { Decision, Refusal } from './decision.ts'
import type { Stored } from './flow.ts'
import { loadLists, saveLists } from './list-store.ts'
import { heldBundles, type Lists, type Trust } from './lists.ts'
import type { Metered } from './metered.ts'
import { pullLists, takeAll } from './pull-lists.ts'
import { appendRecord } from './record.ts'
import { type Staleness, stalenessAt } from './staleness.ts'
import { linkStation, type StationNode } from './station-node.ts'
import { openTapLog, type SignedTime, type TapLog } from './tap-log.ts'
import { createTrustedTime, type TrustedTime } from './trusted-time.ts'
import { uploadBatch } from './upload.ts'

/** What a terminal is made of. */
export interface TerminalOptions {
  readonly config: TerminalConfig
  readonly env: Env
  readonly link: Link
  readonly trust: Trust
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly psam: Psam
  /** Links it to the other terminals of its station; alone without. */
  readonly station?: StationNode
  /**
   * Called after PERSISTED, when the gate opens or the validator says go. The tap is marked as
   * indicated behind it; a crash in between is healed by the rules of recovery.
   */
  readonly indicate?: (decision: Decision) => Promise<void> | void
}

/** State of a terminal. */
export interface TerminalStatus {
  /** When the lists were last known to be the newest; 0 without any. */
  readonly listsAt: Instant
  /** What their age allows now. */
  readonly staleness: Staleness
  readonly quality: TimeQuality
  /** Records that wait for their acknowledgement. */
  readonly waiting: number
  /** How the lists came that were fetched since the start: bytes told, bytes of the whole. */
  readonly fetched: readonly FetchedList[]
}

/**
 * A terminal 终端: decides offline about cards and codes, stores before it shows, and uploads
 * until acknowledged.
 */
export interface Terminal {
  readonly config: TerminalConfig
  lists(): Lists
  /** What staff look at, and what decides about codes. */
  status(): TerminalStatus
  /** A card in the field. */
  presentCard(transport: CardTransport, metered?: Metered): Promise<Decision>
  /** A code under the scanner. */
  presentCode(bytes: Uint8Array, metered?: Metered): Promise<Decision>
  /** What the gate's sensors saw after a go: the barrier opened, somebody passed, nobody did. */
  gateEvent(sequence: number, event: 'released' | 'passed' | 'timed-out'): Promise<void>
  /**
   * Fetches newer lists from the operator; returns how many were taken over. A list that is
   * refused leaves the one held in force and does not keep the others out; then the first refusal
   * is thrown.
   */
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
  const reader = await openPsam(options.psam)
  if (!reader.ok)
    throw new UnifareError(reader.code, `PSAM of terminal ${config.terminal} is not usable`)
  const journal = await openJournal({ storage: env.storage, name: `terminal-${config.terminal}` })
  const log = await openTapLog(journal)
  options.psam.advanceTo(log.lastSerial() + 1)
  const time = createTrustedTime(env.clock, { floor: log.floor(), agreed: log.agreed() })
  await voidUnshownExits(log, { config, time })
  await storeCutBlocks(log, { config, quality: time.quality() })

  let lists = await loadLists(env.storage, { at: time.now(), trust, config })
  const fetched = new Map<string, FetchedList>()
  time.note(lists.denyFrom)
  let replay = log.recentCodes.reduce(rememberCode, createReplayMemory())
  // One reader, one PSAM session, one replay memory: presentations come one after the other.
  const oneByOne = createSerial()
  const caches = createCodeCaches({ maxCertificates: 64, maxAuthorisations: 4_096 })
  const identity: LinkIdentity = {
    id: config.terminal,
    sign: options.sign,
    publicKeyOf: async (party) => trust.publicKeyOf(party),
    engine: trust.engine,
    now: () => time.now(),
  }
  const quality = () => time.quality()
  const context = (metered: Metered) => ({ config, lists, at: time.now(), metered })
  const station =
    options.station && linkStation(options.station, { clock: env.clock, terminal: config.terminal })
  // Without a deny list nobody knows whom to refuse, whatever else is new.
  const listsAt = () => (lists.denyFrom === 0 ? 0 : Math.max(lists.denyFrom, log.listsAt()))

  /** A signed time came in: the clock is held against it, and the journal keeps it. */
  function hear(at: Instant, told: Pick<SignedTime, 'listsAt'> = {}): void {
    log.hear({ at, agrees: time.hear(at), ...told })
  }

  /** Durable before visible: the one place where both meet. */
  async function show({ logged, completed, besides = [] }: Stored): Promise<Decision> {
    await log.sync()
    const { tap, sequence } = logged
    time.note(tap.at)
    const recoveredFen = besides.reduce((sum, { tap: { amountFen } }) => sum + amountFen, 0)
    const decision: Decision = {
      ok: true,
      kind: tap.kind,
      sequence,
      amountFen: tap.amountFen,
      balanceFen: tap.medium === 'card' ? tap.balanceFen : null,
      completed,
      ...(recoveredFen > 0 ? { recoveredFen } : {}),
    }
    await options.indicate?.(decision)
    for (const shown of [...besides, logged]) log.indicate(shown)
    return decision
  }

  /** A refusal is kept for statistics and disputes; nothing hangs on its being synced. */
  function showRefusal({ refused: reason, ...told }: Refusal): Decision {
    const when = { at: time.now(), quality: quality() }
    const { sequence } = appendRecord(log, config, when, { kind: 'refused', reason })
    return { ok: false, reason, sequence, ...told }
  }

  /** Asks for newer lists, as what changed since those held or whole, and takes them over. */
  async function refresh(deltas: boolean): Promise<number> {
    const answer = await pullLists({ link, identity, operator: config.operator, lists, deltas })
    const { told, asOf, toldAt, sentAt } = answer
    return oneByOne(async () => {
      const taken = takeAll(lists, told, { at: time.now(), trust, config })
      if (taken.fetched.length > 0) await saveLists(env.storage, taken.lists, config)
      lists = taken.lists
      for (const list of taken.fetched) fetched.set(shelfKey(list.kind, list.publisher), list)
      time.note(lists.denyFrom)
      // The operator's lists are no newer than when it last heard of the centre.
      const current = taken.refused === undefined && Number.isSafeInteger(asOf)
      hear(sentAt, current ? { listsAt: Math.min(Number(asOf), toldAt) } : {})
      await log.sync()
      if (taken.refused !== undefined) throw taken.refused
      return taken.fetched.length
    })
  }

  /** Runs a presentation and shows what comes of it. */
  const present = (take: () => Promise<Stored | Refusal>): Promise<Decision> =>
    oneByOne(() =>
      inService(async () => {
        const outcome = await readable(take)
        return 'refused' in outcome ? showRefusal(outcome) : show(outcome)
      }),
    )

  return {
    config,
    lists: () => lists,
    status: () => ({
      listsAt: listsAt(),
      staleness: stalenessAt(listsAt(), time.now()),
      quality: quality(),
      waiting: log.waiting.length,
      fetched: [...fetched.values()],
    }),
    presentCard: (transport, metered = {}) =>
      present(() =>
        tapCard({
          transport,
          psam: reader.psam,
          advancePsam: (serial) => options.psam.advanceTo(serial),
          log,
          config,
          context: context(metered),
          quality: quality(),
          tariffVersion: lists.tariffVersion,
        }),
      ),
    presentCode: (bytes, metered = {}) =>
      present(async () => {
        const { engine } = trust
        const facts = { quality: quality(), listsAt: listsAt(), uses: log.uses }
        const taken = await tapCode(bytes, {
          log,
          context: { ...context(metered), ...facts, engine, caches, replay },
          quality: facts.quality,
          station,
        })
        if ('replay' in taken) replay = taken.replay
        return taken
      }),
    gateEvent: (sequence, event) =>
      oneByOne(async () => {
        const reason = event === 'timed-out' ? ({ reason: 'gate.timed-out' } as const) : {}
        const content = { kind: event, refersTo: sequence, ...reason }
        appendRecord(log, config, { at: time.now(), quality: quality() }, content)
        await log.sync()
        // Its record may have travelled already: the gate speaks of it afterwards.
        const left = event === 'timed-out' ? log.recentCodes.findLast(isOf(sequence)) : undefined
        if (left !== undefined) await station?.release(left)
      }),
    refresh: () =>
      refresh(true).catch((error: unknown) => {
        // Whoever told the changes knows another version than the one held: the whole list helps.
        const again = error instanceof UnifareError && error.code === 'bundle.wrong-base'
        if (!again) throw error
        return refresh(false)
      }),
    upload: () =>
      uploadBatch({
        log,
        config,
        link,
        identity,
        bundles: heldBundles(lists),
        onAnswer: hear,
      }),
    record: (sequence) => log.find(sequence),
    close: () => oneByOne(() => log.close()),
  }
}

function isOf(wanted: number) {
  return ({ sequence }: { readonly sequence: number }) => sequence === wanted
}

/** A journal that cannot be written takes the terminal out of service: no debit without a record. */
async function inService(run: () => Promise<Decision>): Promise<Decision> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof UnifareError) || !isOfJournal(error)) throw error
    return { ok: false, reason: 'storage.failed', sequence: 0, detail: error.code }
  }
}

/** A medium whose bytes make no sense is refused; what the journal throws goes on. */
async function readable(take: () => Promise<Stored | Refusal>): Promise<Stored | Refusal> {
  try {
    return await take()
  } catch (error) {
    if (!(error instanceof UnifareError) || isOfJournal(error)) throw error
    return { refused: 'medium.unreadable', detail: error.code }
  }
}

function isOfJournal({ code }: UnifareError): boolean {
  return code.startsWith('journal.')
}

/**
 * After a crash: who left through an exit is known by the sensor's word alone. Without it the
 * rider still stands inside and leaves with a fresh code, perhaps at the next gate: the tap that
 * was stored and maybe never shown is void. Other taps wait for their rider (`isUnshown`).
 */
async function voidUnshownExits(
  log: TapLog,
  { config, time }: { readonly config: TerminalConfig; readonly time: TrustedTime },
): Promise<void> {
  if (!config.gate || config.role !== 'exit') return
  const context = { at: time.now(), config }
  for (const { tap, sequence, go } of log.waiting.slice()) {
    if (go !== 'unknown' || tap.medium !== 'code') continue
    if (tap.kind === 'exit') voidTap({ log, context, quality: time.quality() }, sequence)
  }
  await log.sync()
}
