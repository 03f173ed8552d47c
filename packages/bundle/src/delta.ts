import { canonicalJson, type Instant, requireData } from '@unifare/core'
import type { BundleKind, SignedBundle } from './bundle.ts'
import { type Shelf, shelfKey } from './shelf.ts'

/** What changed in the one list of a bundle's content. Positions are told from the one before. */
export interface ListDelta {
  /** Hash of the bundle that it changes. */
  readonly base: string
  /** Name of the list in the content. */
  readonly list: string
  /** Positions in the base of entries that are gone. */
  readonly removed: readonly number[]
  /** Positions in the new list of entries that came, and the entries. */
  readonly added: readonly (readonly [number, unknown])[]
  /** What else stands in the content, whole. */
  readonly rest: Readonly<Record<string, unknown>>
}

/**
 * A bundle told by what changed since another version. Hash and signature are those of the whole:
 * who has the base makes the same bytes and checks them as if they had come.
 */
export interface BundleDelta {
  readonly publisher: string
  readonly kind: BundleKind
  readonly version: number
  readonly validFrom: Instant
  readonly validTo: Instant | null
  readonly hash: string
  readonly signature: string
  readonly delta: ListDelta
}

/** Bytes of a bundle or a delta as it travels. */
export function bundleBytes(value: SignedBundle | BundleDelta): number {
  return new TextEncoder().encode(canonicalJson(value)).length
}

/**
 * The delta from one version of a list to another; undefined where the whole is not longer, where
 * the content is not one list of different entries, or where entries that stay changed their order.
 */
export function deltaOf(base: SignedBundle, next: SignedBundle): BundleDelta | undefined {
  const [before, after] = [listOf(base.content), listOf(next.content)]
  if (before === undefined || after === undefined || before.name !== after.name) return undefined
  const [old, fresh] = [before.entries.map(canonicalJson), after.entries.map(canonicalJson)]
  const [inOld, inFresh] = [new Set(old), new Set(fresh)]
  if (inOld.size !== old.length || inFresh.size !== fresh.length) return undefined
  const stays = old.filter((entry) => inFresh.has(entry))
  let stay = 0
  if (!fresh.every((entry) => !inOld.has(entry) || entry === stays[stay++])) return undefined
  const added = positions(fresh, inOld)
  const { content: _content, ...rest } = next
  const delta = {
    ...rest,
    delta: {
      base: base.hash,
      list: after.name,
      removed: steps(positions(old, inFresh)),
      added: steps(added).map((step, i) => [step, after.entries[added[i] ?? 0]] as const),
      rest: after.rest,
    },
  }
  return bundleBytes(delta) < bundleBytes(next) ? delta : undefined
}

/** Whether what came for a bundle is a delta. */
export function isDelta(value: unknown): value is BundleDelta {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'delta')
}

/**
 * Makes a bundle of what came: a whole one is itself, a delta is applied to the version held.
 * Nothing is believed of it before `openBundle`. Throws `bundle.wrong-base` when another version is
 * held than the delta changes (then the whole list must be asked for), `bundle.malformed`.
 */
export function rebuildBundle(held: SignedBundle | undefined, value: unknown): unknown {
  if (!isDelta(value)) return value
  const { delta, ...bundle } = value as BundleDelta & { readonly delta: unknown }
  requireDelta(delta)
  requireData(
    held !== undefined && held.hash === delta.base,
    'bundle.wrong-base',
    `${bundle.kind} of ${bundle.publisher}: the version that was changed is not held`,
  )
  const base = listOf(held.content)
  requireMalformed(base?.name === delta.list)
  const removed = new Set(places(delta.removed))
  const stays = (base?.entries ?? []).filter((_, position) => !removed.has(position))
  requireMalformed(stays.length + removed.size === base?.entries.length)
  const entries: unknown[] = []
  let taken = 0
  for (const [i, place] of places(delta.added.map(([step]) => step)).entries()) {
    const until = taken + place - entries.length
    requireMalformed(until <= stays.length)
    // Not spread: a list may be longer than a call has room for arguments.
    for (; taken < until; taken++) entries.push(stays[taken])
    entries.push(delta.added[i]?.[1])
  }
  for (; taken < stays.length; taken++) entries.push(stays[taken])
  return { ...bundle, content: { ...delta.rest, [delta.list]: entries } }
}

/** The same with whatever version a shelf holds of the list. */
export function rebuildFrom(shelf: Shelf, value: unknown): unknown {
  return isDelta(value)
    ? rebuildBundle(shelf.get(shelfKey(value.kind, value.publisher)), value)
    : value
}

/** The one list of a content, and what stands beside it. */
function listOf(content: unknown) {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined
  const lists = Object.entries(content).filter(([, value]) => Array.isArray(value))
  const [only] = lists
  if (only === undefined || lists.length > 1) return undefined
  const [name, entries] = only as [string, readonly unknown[]]
  const rest = Object.fromEntries(Object.entries(content).filter(([field]) => field !== name))
  return { name, entries, rest }
}

/** Places of the entries that the other list has not. */
function positions(entries: readonly string[], other: ReadonlySet<string>): number[] {
  return entries.flatMap((entry, position) => (other.has(entry) ? [] : [position]))
}

/** Ascending places, each as its distance from the place behind the one before. */
function steps(ascending: readonly number[]): number[] {
  return ascending.map((place, i) => place - ((ascending[i - 1] ?? -1) + 1))
}

/** The places of steps. */
function places(list: readonly number[]): number[] {
  let behind = 0
  return list.map((step) => {
    const place = behind + step
    behind = place + 1
    return place
  })
}

function requireDelta(value: unknown): asserts value is ListDelta {
  const { base, list, removed, added, rest } = (value ?? {}) as Partial<Record<string, unknown>>
  requireMalformed(typeof base === 'string' && typeof list === 'string')
  requireMalformed(typeof rest === 'object' && rest !== null && !Array.isArray(rest))
  requireMalformed(Array.isArray(removed) && removed.every(isStep))
  requireMalformed(
    Array.isArray(added) &&
      added.every((pair) => Array.isArray(pair) && pair.length === 2 && isStep(pair[0])),
  )
}

function isStep(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function requireMalformed(good: boolean): asserts good {
  requireData(good, 'bundle.malformed', 'not the changes of a list')
}
