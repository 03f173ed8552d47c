import { openBundle, parseDeny, type SignedBundle } from '@unifare/bundle'
import { fromUtf8, parseJson, requireData, type Tx } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { type Input, storeBundle, wholeBundle } from '@unifare/institution'
import type { TierDenyRow } from './tables.ts'
import { tierDenies } from './tables.ts'

/**
 * Takes the deny list that another centre gives to its terminals: it decides who answers for a tap
 * that they let pass. Kept version by version, as the centre's own; a long one comes in pieces.
 */
export async function takeListOfCentre(
  tx: Tx,
  { message, acceptedAt }: Pick<Input, 'message' | 'acceptedAt'>,
  trust: {
    readonly engine: SignatureEngine
    readonly publicKeyOf: (party: string) => Uint8Array | undefined
  },
): Promise<null> {
  const told = parseJson(fromUtf8(message.body))
  const value = await wholeBundle(tx, told, { sender: message.sender, at: acceptedAt })
  if (value === undefined) return null
  const opened = openBundle(value, trust.publicKeyOf, trust.engine)
  requireData(
    opened.publisher === message.sender && opened.kind === 'deny',
    'bundle.wrong-publisher',
    `${message.sender} may not publish this ${opened.kind} list`,
  )
  const bundle = await storeBundle(tx, value, {
    at: acceptedAt,
    ...trust,
    trial: ({ content }) => parseDeny(content),
  })
  await keepVersion(tx, bundle)
  return null
}

async function keepVersion(tx: Tx, bundle: SignedBundle): Promise<void> {
  const { publisher: list, version } = bundle
  const wanted = new Set(
    parseDeny(bundle.content).entries.map(
      ({ medium, issuer, account }) => `${medium}/${issuer}/${account}`,
    ),
  )
  const standing = (await tx.select(tierDenies, { list })).filter(({ until }) => until === 0)
  const known = new Set(standing.map(({ key }) => key))
  await tx.put(tierDenies, [
    ...standing.filter(({ key }) => !wanted.has(key)).map((row) => ({ ...row, until: version })),
    ...[...wanted]
      .filter((key) => !known.has(key))
      .map((key): TierDenyRow => ({ list, key, version, until: 0 })),
  ])
}

/** Entries of other centres' lists, by list and medium. */
export async function denyListsOf(
  tx: Tx,
  lists: Iterable<string>,
): Promise<ReadonlyMap<string, readonly TierDenyRow[]>> {
  const found = new Map<string, TierDenyRow[]>()
  for (const list of new Set(lists)) {
    for (const row of await tx.select(tierDenies, { list })) {
      const name = `${list}/${row.key}`
      found.set(name, [...(found.get(name) ?? []), row])
    }
  }
  return found
}
