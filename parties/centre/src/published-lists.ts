import {
  type DenyEntry,
  openBundle,
  parseDeny,
  parseDevices,
  type SignedBundle,
  shelfKey,
  signBundle,
} from '@unifare/bundle'
import { fromUtf8, parseJson, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Input, loadShelf, putBundle, storeBundle, wholeBundle } from '@unifare/institution'
import { denyEntries } from './tables.ts'

/** What a centre needs to publish lists, and to take those of its members in. */
export interface ListOptions {
  readonly id: string
  readonly engine: SignatureEngine
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  readonly institutions: ReadonlyMap<string, Uint8Array>
  /** Hears of every list that is published. */
  readonly published?: (bundle: SignedBundle, input: Input) => void
}

/** The lists of a centre: its own, and those of members that it takes in. */
export interface Lists {
  /** Publishes a list under the next version. */
  publish(
    tx: Tx,
    kind: 'acceptance' | 'issuer-keys' | 'deny',
    content: unknown,
    input: Input,
  ): Promise<{ readonly kind: string; readonly version: number }>
  /** Issuers' deny entries make the network's deny list: a new version for every change. */
  mergeDeny(
    tx: Tx,
    bundle: Pick<SignedBundle, 'publisher' | 'content'>,
    input: Input,
  ): Promise<unknown>
  /** Publishes the network's deny list as it stands. */
  publishDeny(tx: Tx, input: Input): Promise<unknown>
  /** Takes a list of an operator's devices, or of what an issuer denies, from its publisher. */
  takeBundle(tx: Tx, input: Input): Promise<unknown>
}

/** Makes the lists of a centre. */
export function createLists(options: ListOptions): Lists {
  const { id, engine, sign, institutions } = options

  async function publish(
    tx: Tx,
    kind: 'acceptance' | 'issuer-keys' | 'deny',
    content: unknown,
    input: Input,
  ): Promise<{ kind: string; version: number }> {
    const held = (await loadShelf(tx)).get(shelfKey(kind, id))
    const version = (held?.version ?? 0) + 1
    const bundle = await signBundle(
      { publisher: id, kind, version, validFrom: input.acceptedAt, validTo: null, content },
      sign,
    )
    await putBundle(tx, bundle)
    options.published?.(bundle, input)
    return { kind, version }
  }

  async function mergeDeny(
    tx: Tx,
    bundle: Pick<SignedBundle, 'publisher' | 'content'>,
    input: Input,
  ): Promise<unknown> {
    const held = (await loadShelf(tx)).get(shelfKey('deny', id))
    const version = (held?.version ?? 0) + 1
    const { entries } = parseDeny(bundle.content)
    requireData(
      entries.every(({ issuer }) => issuer === bundle.publisher),
      'bundle.wrong-publisher',
      `${bundle.publisher} may only deny its own media`,
    )
    const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]))
    const rows = await tx.select(denyEntries, { issuer: bundle.publisher })
    const standing = new Set(rows.filter(({ until }) => until === 0).map(({ key }) => key))
    await tx.put(denyEntries, [
      ...rows
        .filter(({ key, until }) => until === 0 && !wanted.has(key))
        .map((row) => ({ ...row, until: version })),
      ...[...wanted]
        .filter(([key]) => !standing.has(key))
        .map(([key, entry]) => ({ key, entry, issuer: entry.issuer, version, until: 0 })),
    ])
    return publishDeny(tx, input)
  }

  async function publishDeny(tx: Tx, input: Input): Promise<unknown> {
    const standing = (await tx.select(denyEntries, {})).filter(({ until }) => until === 0)
    return publish(tx, 'deny', { entries: standing.map(({ entry }) => entry) }, input)
  }

  async function takeBundle(tx: Tx, input: Input): Promise<unknown> {
    const { sender } = input.message
    const told = parseJson(fromUtf8(input.message.body))
    const value = await wholeBundle(tx, told, { sender, at: input.acceptedAt })
    if (value === undefined) return null
    const publicKeyOf = (publisher: string) => institutions.get(publisher)
    const opened = openBundle(value, publicKeyOf, engine)
    requireData(
      opened.publisher === sender && (opened.kind === 'devices' || opened.kind === 'deny'),
      'bundle.wrong-publisher',
      `${sender} may not publish this ${opened.kind} list`,
    )
    const bundle = await storeBundle(tx, value, {
      at: input.acceptedAt,
      engine,
      publicKeyOf,
      trial: ({ kind, content }) =>
        kind === 'devices' ? parseDevices(content) : parseDeny(content),
    })
    return bundle.kind === 'deny' ? mergeDeny(tx, bundle, input) : null
  }

  return { publish, mergeDeny, publishDeny, takeBundle }
}

function keyOf({ medium, issuer, account }: DenyEntry): string {
  return `${medium}/${issuer}/${account}`
}
