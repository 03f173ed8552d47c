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
   * Keys of the cards of many issuers, for many taps at once, without issuers yet; wiped when the
   * window closes.
   */
  cardColumns(algorithm: SymmetricAlgorithm, slots: number): CardColumns
  /** Wipes every issuer-level key; later requests are refused with `key.window-closed`. */
  close(): void
}

/** Masters of a card's two keys, and the issuer's factor. */
export interface CardIssuer {
  readonly tac: KeyRef
  readonly purchase: KeyRef
  readonly factor: Uint8Array
}

/** Keys of cards of one algorithm that a window holds. */
export interface CardColumns {
  readonly tac: Omit<CardKeyColumn<SlotRows>, 'addIssuer'>
  readonly purchase: Omit<CardKeyColumn<SessionRows>, 'addIssuer'>
  /** Slots of both. */
  readonly slots: number
  /** Adds an issuer: its number in both columns. Refuses as `derive` does. */
  addIssuer(issuer: CardIssuer): Promise<number>
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

  function cardColumns(algorithm: SymmetricAlgorithm, slots: number): CardColumns {
    requireOpen()
    const tac = createTacColumn(algorithm, slots)
    const purchase = createSessionColumn(algorithm, slots)
    columns.add(tac).add(purchase)
    return {
      tac,
      purchase,
      slots,
      async addIssuer(issuer) {
        for (const ref of [issuer.tac, issuer.purchase]) {
          if (requireServed(ref) !== algorithm) throw wrongUse(ref, `is no key of ${algorithm}`)
        }
        const tacKey = await issuerKey(issuer.tac, issuer.factor)
        const purchaseKey = await issuerKey(issuer.purchase, issuer.factor)
        requireOpen()
        tac.addIssuer(tacKey)
        return purchase.addIssuer(purchaseKey)
      },
    }
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
    cardColumns,
    close,
  }
}
