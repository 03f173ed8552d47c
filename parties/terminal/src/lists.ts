import {
  type AcceptanceContent,
  type AcceptanceRow,
  accept,
  acceptanceOf,
  isOpen,
  openBundle,
  parseAcceptance,
  parseDeny,
  rebuildFrom,
  type Shelf,
  type SignedBundle,
  shelfKey,
} from '@unifare/bundle'
import { type Instant, requireData } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type CompiledTariff, openTariffList } from '@unifare/fares'
import { type IssuerKeys, parseIssuerKeys } from '@unifare/ridecode'
import type { HeldBundle } from '@unifare/tap'
import type { TerminalConfig } from './config.ts'

/** The lists of a terminal, read and ready for decisions in microseconds. */
export interface Lists {
  readonly shelf: Shelf
  readonly acceptance: AcceptanceContent
  readonly issuerKeys: IssuerKeys | undefined
  /** `medium/issuer/account` of everything that must be refused. */
  readonly denied: ReadonlySet<string>
  readonly tariffs: readonly CompiledTariff[]
  readonly tariffVersion: number
  /** When the youngest deny list began to hold; 0 without one. */
  readonly denyFrom: Instant
}

export const NO_LISTS: Lists = {
  shelf: new Map(),
  acceptance: { rows: [] },
  issuerKeys: undefined,
  denied: new Set(),
  tariffs: [],
  tariffVersion: 0,
  denyFrom: 0,
}

/** Whom a terminal believes: the centre for network lists, its operator for its own. */
export interface Trust {
  readonly centre: string
  readonly operator: string
  readonly publicKeyOf: (publisher: string) => Uint8Array | undefined
  readonly engine: SignatureEngine
}

/**
 * Takes a bundle over, whole or as what changed since the one held, after a full trial: the lists are compiled from it before it replaces the
 * one held. Throws the bundle's codes; the lists held stay as they were.
 */
export function takeBundle(
  lists: Lists,
  value: unknown,
  options: { readonly at: Instant; readonly trust: Trust; readonly config: TerminalConfig },
): Lists {
  const { trust, at } = options
  const whole = rebuildFrom(lists.shelf, value)
  const bundle = openBundle(whole, trust.publicKeyOf, trust.engine)
  requireData(
    bundle.publisher === (bundle.kind === 'tariffs' ? trust.operator : trust.centre),
    'bundle.wrong-publisher',
    `${bundle.publisher} may not publish ${bundle.kind} lists for this terminal`,
  )
  let next: Lists = lists
  const shelf = accept(lists.shelf, bundle, {
    at,
    trial: () => {
      next = compile(lists, bundle, options)
    },
  })
  return shelf === lists.shelf ? lists : { ...next, shelf }
}

function compile(
  lists: Lists,
  bundle: SignedBundle,
  { config, trust: { engine } }: { readonly config: TerminalConfig; readonly trust: Trust },
): Lists {
  const { content } = bundle
  switch (bundle.kind) {
    case 'acceptance':
      return {
        ...lists,
        acceptance: {
          rows: parseAcceptance(content).rows.filter((row) => row.operator === config.operator),
        },
      }
    case 'issuer-keys':
      return { ...lists, issuerKeys: parseIssuerKeys(content, engine) }
    case 'deny': {
      const { entries } = parseDeny(content)
      const denied = new Set(
        entries.map((entry) => denyKey(entry.medium, entry.issuer, entry.account)),
      )
      return { ...lists, denied, denyFrom: bundle.validFrom }
    }
    case 'tariffs':
      return {
        ...lists,
        tariffs: openTariffList(content, bundle.publisher),
        tariffVersion: bundle.version,
      }
    case 'devices':
      return lists
  }
}

/** Place of an account on the deny list. */
export function denyKey(medium: string, issuer: string, account: string): string {
  return `${medium}/${issuer}/${account}`
}

/** The acceptance of an issuer's medium here and now; undefined when it is not taken. */
export function accepted(
  lists: Lists,
  config: TerminalConfig,
  asked: { readonly medium: 'card' | 'code'; readonly issuer: string; readonly at: Instant },
): AcceptanceRow | undefined {
  const { operator, mode } = config
  const row = acceptanceOf(lists.acceptance, { ...asked, operator, mode }, asked.at)
  return isOpen(row) ? row : undefined
}

/** What a batch states about the lists held. */
export function heldBundles(lists: Lists): HeldBundle[] {
  return [...lists.shelf.values()].map(({ kind, publisher, version }) => ({
    kind,
    publisher,
    version,
  }))
}

/** Versions held, for the next pull. */
export function heldVersions(lists: Lists): Record<string, number> {
  return Object.fromEntries(
    [...lists.shelf.values()].map((bundle) => [
      shelfKey(bundle.kind, bundle.publisher),
      bundle.version,
    ]),
  )
}
