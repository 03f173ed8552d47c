import { type Instant, requireData, toHex, UnifareError } from '@unifare/core'
import {
  type CardKeyColumn,
  createSessionColumn,
  createTacColumn,
  type SessionRows,
  type SlotRows,
} from './card-key-columns.ts'
import { diversifyChain, type SymmetricAlgorithm } from './diversify.ts'
import { wrongUse } from './key-material.ts'
import { isSymmetric, type KeyRef, keyRefText } from './key-ref.ts'
import type { KeyDeriver } from './key-store.ts'

/** What a key window is opened with. */
export interface KeyWindowOptions {
  /** Where the masters stay. */
  readonly store: KeyDeriver
  /** The only masters that this window serves. */
  readonly refs: readonly KeyRef[]
  /** The window closes by itself at this time. */
  readonly until?: { readonly at: Instant; readonly now: () => Instant }
}

/**
 * A key service for one window of work, such as one clearing run. It answers like the store behind
 * it, but asks the store once per master and issuer and derives the keys of single cards itself.
 */
export interface KeyWindow extends KeyDeriver {
  /**
   * TAC keys of the cards of one issuer, for many taps at once; wiped when the window closes.
   * Refuses as `derive` does.
   */
  tacColumn(ref: KeyRef, factor: Uint8Array, slots: number): Promise<CardKeyColumn<SlotRows>>
  /** Purchase keys of the cards of one issuer, for MACs under session keys; as `tacColumn`. */
  sessionColumn(ref: KeyRef, factor: Uint8Array, slots: number): Promise<CardKeyColumn<SessionRows>>
  /** Wipes every issuer-level key; later requests are refused with `key.window-closed`. */
  close(): void
}

/** Levels of a national master: issuer, then card (reference card 5.2). */
const LEVELS = 2

/**
 * Opens a key window. Masters stay in the store, issuer-level keys stay in the window and are
 * wiped when it closes; only keys of single cards come out, and only for work on cards that exist:
 * a chain of one factor, and `issue`, are refused with `key.wrong-use`.
 */
export function openKeyWindow(options: KeyWindowOptions): KeyWindow {
  const served = new Set(options.refs.map(keyRefText))
  const issuerKeys = new Map<string, Promise<Uint8Array>>()
  const columns = new Set<{ wipe(): void }>()
  let open = true

  const requireOpen = (): void => {
    const { until } = options
    if (open && until && until.now() >= until.at) close()
    requireData(open, 'key.window-closed', 'the window of this key service is closed')
  }

  const issuerKey = (ref: KeyRef, factor: Uint8Array): Promise<Uint8Array> => {
    const name = `${keyRefText(ref)}/${toHex(factor)}`
    const held = issuerKeys.get(name) ?? options.store.derive(ref, [factor])
    if (!issuerKeys.has(name)) {
      issuerKeys.set(name, held)
      // A store that failed once, a token unplugged, may be there again.
      held.catch(() => issuerKeys.delete(name))
    }
    return held
  }

  function close(): void {
    open = false
    for (const column of columns) column.wipe()
    columns.clear()
    for (const held of issuerKeys.values()) {
      held.then(
        (key) => key.fill(0),
        () => undefined,
      )
    }
    issuerKeys.clear()
  }

  /** The master's algorithm, once it is clear that this window serves it. */
  const requireServed = (ref: KeyRef): SymmetricAlgorithm => {
    requireOpen()
    if (!served.has(keyRefText(ref))) {
      throw new UnifareError('key.not-found', `this window has no ${keyRefText(ref)}`, { ref })
    }
    if (!isSymmetric(ref.algorithm)) throw wrongUse(ref, 'signs; it derives no card keys')
    return ref.algorithm
  }

  const columnOf =
    <Column extends { wipe(): void }>(
      create: (algorithm: SymmetricAlgorithm, key: Uint8Array, slots: number) => Column,
    ) =>
    async (ref: KeyRef, factor: Uint8Array, slots: number): Promise<Column> => {
      const algorithm = requireServed(ref)
      const key = await issuerKey(ref, factor)
      requireOpen()
      const column = create(algorithm, key, slots)
      columns.add(column)
      return column
    }

  return {
    async derive(ref, factors, work = 'verify') {
      const algorithm = requireServed(ref)
      if (work !== 'verify') throw wrongUse(ref, 'issues no cards from a key window')
      const [issuer, ...rest] = factors
      if (issuer === undefined || factors.length < LEVELS) {
        throw wrongUse(ref, 'gives only keys of single cards to a key window')
      }
      const key = await issuerKey(ref, issuer)
      requireOpen()
      return diversifyChain(algorithm, key, rest)
    },
    tacColumn: columnOf(createTacColumn),
    sessionColumn: columnOf(createSessionColumn),
    close,
  }
}
