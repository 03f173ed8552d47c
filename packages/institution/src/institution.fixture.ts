import {
  createManualClock,
  createMemoryRepository,
  createMemoryStorage,
  createSeededRandom,
  type Env,
  fromUtf8,
  type ManualClock,
  type MemoryStorage,
  type Repository,
  requireData,
  type Tx,
  table,
  UnifareError,
  utf8,
} from '@unifare/core'
import { ed25519PublicKey, sha256 } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { createHandler, createProcessLink, exchange, type LinkIdentity } from '@unifare/tap'
import { type Input, type InstitutionOptions, openInstitution, orderOf } from './index.ts'

export const engine = nodeEngine()
export const AT = 1_795_219_200_000
export const HERE = '10000001'
export const MEMBER = '21580001'
export const OTHER = '30000001'

/** State of the institution under test: what was said to it, in order, and how often it applied. */
interface SaidRow {
  readonly place: number
  readonly sender: string
  readonly text: string
  readonly at: number
}
export const said = table<SaidRow>({
  name: 'said',
  columns: { place: 'int', sender: 'text', text: 'text', at: 'int' },
  key: ['place'],
})

function secretOf(party: string): Uint8Array {
  return sha256(utf8(`unifare test key of ${party}`))
}
export const keyOf = async (party: string) => ed25519PublicKey(secretOf(party))
export const signOf = (party: string) => async (message: Uint8Array) =>
  engine.ed25519Sign(secretOf(party), message)

/** Another party on the link. */
export function member(id: string): LinkIdentity {
  return { id, sign: signOf(id), publicKeyOf: keyOf, engine, now: () => AT }
}

/**
 * A state machine of four orders: `say` keeps a text, `tell` keeps it and sends it on to other
 * parties, `refuse` writes and then refuses, `break` is a bug.
 */
export async function apply(
  tx: Tx,
  { message, acceptedAt, send, storeSent }: Input,
): Promise<unknown> {
  const order = orderOf(message)
  const text = String(order['text'])
  const place = (await tx.select(said, {})).length
  await tx.put(said, [{ place, sender: message.sender, text, at: acceptedAt }])
  switch (order['do']) {
    case 'say':
      return { place, text, at: acceptedAt, nothing: undefined }
    case 'tell': {
      const { to } = order
      requireData(Array.isArray(to), 'test.no-receivers', 'tell whom?')
      for (const [i, receiver] of to.entries()) {
        send(String(receiver), 'order', utf8(text))
        // It makes no difference to those who get them.
        if (i % 2 === 0) await storeSent()
      }
      return undefined
    }
    case 'refuse':
      throw new UnifareError('test.refused', `refused ${text}`)
    default:
      throw new TypeError('a bug of the state machine')
  }
}

/** The world around one institution: what survives a restart, and what does not. */
export interface World {
  readonly clock: ManualClock
  readonly storage: MemoryStorage
  repository: Repository
  readonly link: ReturnType<typeof createProcessLink>
}

export function createWorld(): World {
  return {
    clock: createManualClock(AT),
    storage: createMemoryStorage(),
    repository: createMemoryRepository(),
    link: createProcessLink(),
  }
}

export async function openHere(world: World, change: Partial<InstitutionOptions> = {}) {
  const env: Env = { ...world, random: createSeededRandom(1) }
  const institution = await openInstitution({
    id: HERE,
    env,
    link: world.link,
    engine,
    sign: signOf(HERE),
    publicKeyOf: keyOf,
    apply,
    ...change,
  })
  world.link.register(HERE, institution.handler)
  return institution
}

/** Sends an order to the institution as a party would. */
export function order(world: World, body: Record<string, unknown>, sender = MEMBER) {
  const request = { receiver: HERE, kind: 'order', body: utf8(JSON.stringify(body)) } as const
  return exchange(world.link, member(sender), request)
}

/** Texts that an institution has kept, in order. */
export async function textsOf(repository: Repository): Promise<string[]> {
  const rows = await repository.transaction((tx) => tx.select(said, {}))
  return rows.map(({ text }) => text)
}

/** A party on the link that keeps what it gets, and refuses or is silent when told. */
export function listener(
  world: World,
  id: string,
  { knows = [HERE] }: { readonly knows?: readonly string[] } = {},
) {
  const heard: string[] = []
  const mood = { now: 'well' as 'well' | 'silent' | 'refusing' }
  const publicKeyOf = async (party: string) => (knows.includes(party) ? keyOf(party) : undefined)
  const self = { ...member(id), publicKeyOf }
  const handler = createHandler(self, async ({ body }) => {
    if (mood.now === 'refusing') throw new UnifareError('test.unwelcome', 'no')
    heard.push(fromUtf8(body))
    return {}
  })
  world.link.register(id, async (message) => {
    if (mood.now === 'silent') throw new UnifareError('link.unreachable', 'silent')
    return handler(message)
  })
  return { heard, mood }
}
