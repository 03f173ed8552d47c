import { type DenyEntry, parseDeny, shelfKey, signBundle } from '@unifare/bundle'
import { type Instant, requireData, type Tx } from '@unifare/core'
import { type Input, loadShelf, putBundle, sendBundle } from '@unifare/institution'
import { frozenEntries } from './people/frozen-entries.ts'
import { liveMediaOf } from './people/media.ts'
import { accounts, denials } from './tables.ts'

/** Who publishes, and to whom. */
export interface DenyPublisher {
  readonly id: string
  readonly centre: string
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

/**
 * Publishes the issuer's next deny list: accounts in arrears, as long as they owe, those that their
 * riders froze, and what staff added (`entries`) and did not release (`release`: `medium/account`).
 */
export async function publishDeny(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  { acceptedAt, send }: Input,
  publisher: DenyPublisher,
): Promise<{ readonly version: number; readonly entries: number }> {
  const { id, centre, sign } = publisher
  await changeDenials(tx, order, id)
  const staff = (await tx.select(denials, {})).map(({ entry }) => entry as DenyEntry)
  const named = new Set(staff.map(keyOf))
  const arrears = (await arrearsEntries(tx, id, acceptedAt)).filter(
    (entry) => !named.has(keyOf(entry)),
  )
  for (const { account } of arrears) named.add(`code/${account}`)
  const frozen = (await frozenEntries(tx, id, acceptedAt)).filter(
    (entry) => !named.has(keyOf(entry)),
  )
  const entries = [...arrears, ...frozen, ...staff]
  const version = ((await loadShelf(tx)).get(shelfKey('deny', id))?.version ?? 0) + 1
  const times = { validFrom: acceptedAt, validTo: null }
  const bundle = await signBundle(
    { publisher: id, kind: 'deny', version, ...times, content: { entries } },
    sign,
  )
  await putBundle(tx, bundle)
  sendBundle(send, { receiver: centre, bundle })
  return { version, entries: entries.length }
}

/** Accounts that owe, under every number whose codes may still be shown. */
async function arrearsEntries(tx: Tx, issuer: string, at: Instant): Promise<DenyEntry[]> {
  const entries: DenyEntry[] = []
  for (const { account, arrearsSince: since } of await tx.select(accounts, { state: 'arrears' })) {
    const live = (await liveMediaOf(tx, account, at)).map((medium) => medium.account)
    for (const number of new Set([account, ...live])) {
      entries.push({ medium: 'code', issuer, account: number, reason: 'arrears', since })
    }
  }
  return entries
}

async function changeDenials(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  issuer: string,
): Promise<void> {
  const { entries } = parseDeny({ entries: order['entries'] ?? [] })
  requireData(
    entries.every((entry) => entry.issuer === issuer),
    'bundle.wrong-publisher',
    `${issuer} may only deny its own media`,
  )
  await tx.put(
    denials,
    entries.map((entry) => ({ key: keyOf(entry), entry })),
  )
  const release = order['release'] ?? []
  requireData(Array.isArray(release), 'message.malformed', 'release is a list of medium/account')
  await tx.remove(
    denials,
    release.map((key) => ({ key: String(key) })),
  )
}

function keyOf({ medium, account }: DenyEntry): string {
  return `${medium}/${account}`
}
