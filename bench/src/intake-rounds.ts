import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEvidence } from '@unifare/card'
import { takeRawBatch } from '@unifare/centre'
import {
  bcd,
  createManualClock,
  createMemoryRepository,
  createSeededRandom,
  fromUtf8,
  openJournal,
  type Storage,
  toHex,
  view,
} from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import { ed25519KeyPair, type SignatureEngine } from '@unifare/crypto'
import { nativeHashes, nodeEngine } from '@unifare/crypto/node'
import { openInstitution } from '@unifare/institution'
import {
  CHAIN_START,
  createProcessLink,
  encodeBatch,
  encodeMessage,
  encodeTap,
  type MessageInput,
  parseMessage,
  sealPack,
  tapHead,
} from '@unifare/tap'
import { makeCardTaps, makeKeys } from './card-taps.ts'
import { cpuSeconds, median, ratio } from './rounds.ts'

/** How raw intake compares with a file that is appended to and synced. */
export interface IntakeReport {
  /** Rate of the intake over that of the file: the median of the rounds' ratios. */
  readonly ratioIntake: number
  readonly recordsPerSecond: number
  readonly fileRecordsPerSecond: number
  readonly batches: number
  readonly recordsPerBatch: number
  readonly batchBytes: number
  readonly batchesPerMessage: number
  readonly connections: number
  /** CPU milliseconds of this process per batch, all threads together. */
  readonly cpuMsPerBatch: number
  /** Syncs per batch: below one where batches share them. */
  readonly syncsPerBatch: number
}

const RECORDS = 1_000
const CENTRE = '10000001'
const OPERATOR = '21580001'
const AT = 1_795_219_200_000
const MIB = 1024 * 1024
/** As many batches as one message holds. */
const BATCHES_PER_MESSAGE = 5
/** Of the journal's segment, as the file has its size before it is measured. */
const PREALLOCATED_BYTES = 64 * MIB
/** Time of arrival before every message of the journal. */
const STAMP_BYTES = 6
/** As many as send at once, where there are batches enough for each of them to send several. */
const CONNECTIONS_MAX = 32
const WARM_UP_ROUNDS = 6
/** Threads that this machine has besides the one that takes in. */
const ASIDE = availableParallelism() > 1

/**
 * Takes batches of 1,000 card taps into a centre's journal over several connections in this
 * process, in turns with a preallocated file to which the same batches are written, each synced by
 * itself. An operator sends what waits: five batches, 1 MiB, under one signature. Every batch has
 * its hash and its operator's signature checked, has a place of its own in the journal, and is
 * durable before it is answered; each message is answered under a signature.
 */
export async function measureIntake(
  options: {
    readonly batches?: number
    readonly rounds?: number
    readonly connections?: number
    readonly seed?: string
  } = {},
): Promise<IntakeReport> {
  const { batches = 320, rounds = 7, seed = 'intake' } = options
  const { connections = Math.min(CONNECTIONS_MAX, Math.ceil(batches / BATCHES_PER_MESSAGE / 8)) } =
    options
  const work = await makeMessages(batches, seed)
  const engine = nodeEngine({ aside: ASIDE })
  const folder = await mkdtemp(join(tmpdir(), 'unifare-intake-'))
  try {
    const times = { ours: [] as number[], file: [] as number[] }
    const costs: IntakeRound[] = []
    // The first rounds warm up: an intake of days runs on code that the engine has made fast.
    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
      const file = appendAndSync(join(folder, `file-${round}`), work.bodies)
      const ours = await takeIn(join(folder, `centre-${round}`), { ...work, engine }, connections)
      if (round < 1) continue
      times.file.push(file)
      times.ours.push(ours.seconds)
      costs.push(ours)
    }
    for (const { check } of costs) await check()
    const records = batches * RECORDS
    return {
      ratioIntake: ratio(times.file, times.ours),
      recordsPerSecond: Math.round(records / median(times.ours)),
      fileRecordsPerSecond: Math.round(records / median(times.file)),
      batches,
      recordsPerBatch: RECORDS,
      batchBytes: work.bodies[0]?.length ?? 0,
      batchesPerMessage: BATCHES_PER_MESSAGE,
      connections,
      cpuMsPerBatch: Number((median(costs.map(({ cpuS }) => cpuS)) * (1_000 / batches)).toFixed(3)),
      syncsPerBatch: Number((median(costs.map(({ syncs }) => syncs)) / batches).toFixed(2)),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Work {
  readonly bodies: readonly Uint8Array[]
  readonly messages: readonly Uint8Array[]
  readonly key: ReturnType<typeof ed25519KeyPair>
}

/** Messages of an operator, with batches of which each is of a terminal of its own. */
async function makeMessages(batches: number, seed: string): Promise<Work> {
  const engine = nodeEngine()
  const random = createSeededRandom(seed)
  const key = ed25519KeyPair((length) => random.bytes(length))
  const sign = async (message: Uint8Array) => engine.ed25519Sign(key.privateKey, message)
  const keys = await makeKeys(seed)
  const { taps } = await makeCardTaps({ taps: RECORDS, startAt: AT, seed, keys })
  const models = taps.map(({ tap, evidence }) =>
    encodeTap({ ...tap, evidence: encodeEvidence(evidence) }),
  )
  const bodies: Uint8Array[] = []
  for (let batch = 0; batch < batches; batch++) {
    const terminal = String(440_100_000_000 + batch)
    const body = await encodeBatch({
      terminal,
      operator: OPERATOR,
      first: 1,
      previous: CHAIN_START,
      records: recordsOf(models, terminal),
      bundles: [],
      createdAt: AT,
      sign,
      hashes: engine,
    })
    bodies.push(body)
  }
  const messages: Uint8Array[] = []
  for (let at = 0; at < batches; at += BATCHES_PER_MESSAGE) {
    const sent = bodies.slice(at, at + BATCHES_PER_MESSAGE)
    messages.push(await encodeMessages(sent, { sign, hashes: engine }))
  }
  return { bodies, messages, key }
}

/** One message of the operator: what is left over may be a single batch. */
async function encodeMessages(
  bodies: readonly Uint8Array[],
  tools: Pick<MessageInput, 'sign' | 'hashes'>,
): Promise<Uint8Array> {
  const address = { kind: 'tap-batch', sender: OPERATOR, receiver: CENTRE, sentAt: AT } as const
  const [body] = bodies
  return body !== undefined && bodies.length === 1
    ? encodeMessage({ ...address, ...tools, body })
    : (await sealPack({ ...address, ...tools, bodies })).bytes
}

/** The records of a terminal: its number and theirs written over those of the model. */
function recordsOf(models: readonly Uint8Array[], terminal: string): Uint8Array[] {
  const number = bcd(terminal)
  return models.map((model, index) => {
    const record = model.slice()
    record.set(number, tapHead.fields.terminal[0])
    view(record).setUint32(tapHead.fields.sequence[0], index + 1)
    return record
  })
}

/** Seconds to write and sync every batch, one after the other, in a file that has its size. */
function appendAndSync(path: string, batches: readonly Uint8Array[]): number {
  const file = openSync(path, 'wx+')
  try {
    const zeros = new Uint8Array(MIB)
    const bytes = batches.reduce((sum, { length }) => sum + length, 0)
    for (let at = 0; at < bytes; at += MIB) writeSync(file, zeros, 0, MIB, at)
    fdatasyncSync(file)
    let at = 0
    const started = performance.now()
    for (const batch of batches) {
      for (let done = 0; done < batch.length; ) {
        done += writeSync(file, batch, done, batch.length - done, at + done)
      }
      fdatasyncSync(file)
      at += batch.length
    }
    return (performance.now() - started) / 1000
  } finally {
    closeSync(file)
  }
}

interface IntakeRound {
  readonly seconds: number
  readonly cpuS: number
  readonly syncs: number
  /** Throws unless every message was kept and answered. */
  readonly check: () => Promise<void>
}

/** Takes all messages in; each connection sends its next one when it has the answer. */
async function takeIn(
  folder: string,
  { bodies, messages, key, engine }: Work & { readonly engine: SignatureEngine },
  connections: number,
): Promise<IntakeRound> {
  const counted = countSyncs(await createFileStorage(folder, { stepBytes: PREALLOCATED_BYTES }))
  const institution = await openInstitution({
    id: CENTRE,
    env: {
      clock: createManualClock(AT),
      random: createSeededRandom('intake'),
      storage: counted.storage,
      repository: createMemoryRepository(),
    },
    link: createProcessLink(),
    engine,
    sign: async (message) => engine.ed25519Sign(key.privateKey, message),
    publicKeyOf: async () => key.publicKey,
    apply: (tx, { message, acceptedAt }) => takeRawBatch(tx, message, { at: acceptedAt }),
  })
  const answers: Uint8Array[] = []
  // With the first ones the segment gets its room, and the journal its buffers: measured is what is
  // answered from then on, as it goes on at all connections.
  const first = Math.min(connections * 2, messages.length >> 1)
  let [next, answered, started, cpu] = [0, 0, 0, 0]
  const send = async () => {
    while (next < messages.length) {
      const index = next++
      answers[index] = await institution.handler(messages[index] ?? new Uint8Array())
      answered += 1
      if (answered !== first) continue
      counted.reset()
      cpu = cpuSeconds()
      started = performance.now()
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  const share = messages.length / (messages.length - first)
  const seconds = ((performance.now() - started) / 1000) * share
  const cpuS = (cpuSeconds() - cpu) * share
  const syncs = counted.syncs() * share
  await institution.close()
  // Not yet checked: what that leaves behind would be cleaned up while the next round is measured.
  return {
    seconds,
    cpuS,
    syncs,
    check: () => checkKept(counted.storage, { bodies, answers }),
  }
}

/** Throws unless the journal holds every batch whole, and the answers accept them. */
async function checkKept(
  storage: Storage,
  { bodies, answers }: Pick<Work, 'bodies'> & { readonly answers: readonly Uint8Array[] },
): Promise<void> {
  const journal = await openJournal({ storage, name: 'intake', hashes: nativeHashes })
  const kept = new Set<string>()
  for (const { payload } of await journal.read(0, bodies.length + 1)) {
    kept.add(parseMessage(payload.subarray(STAMP_BYTES), nativeHashes).bodyHash)
  }
  await journal.close()
  const taken = answers.flatMap((bytes) => answersIn(fromUtf8(parseMessage(bytes).body)))
  for (const [index, body] of bodies.entries()) {
    const bodyHash = toHex(nativeHashes.sha256(body))
    const told = taken[index]
    if (!kept.has(bodyHash) || told?.ok !== true || told.bodyHash !== bodyHash) {
      throw new TypeError(`batch ${index} was not kept, or not answered`)
    }
  }
}

interface Told {
  readonly ok: boolean
  readonly bodyHash: string
}

function answersIn(text: string): readonly Told[] {
  const answer = JSON.parse(text) as Told & { readonly answers?: readonly Told[] }
  return answer.answers ?? [answer]
}

function countSyncs(storage: Storage) {
  let count = 0
  return {
    storage: {
      ...storage,
      async open(name: string) {
        const file = await storage.open(name)
        return {
          ...file,
          sync() {
            count += 1
            return file.sync()
          },
        }
      },
    },
    syncs: () => count,
    reset() {
      count = 0
    },
  }
}
