import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { canonicalJson, fromHex, parseJson, toHex, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '../src/engine.ts'
import { keyRefText, parseKeyRef } from '../src/key-ref.ts'
import type { KeyEntry } from '../src/key-store.ts'
import type { RandomBytes } from '../src/random-scalar.ts'
import { createSoftwareKeyStore, type SoftwareKeyStore } from '../src/software-key-store.ts'
import { parseLife } from './key-life-text.ts'
import { nodeEngine } from './node-engine.ts'
import { badFile, seal, unseal } from './sealed-file.ts'

export interface OpenKeyFileOptions {
  readonly file: string
  readonly passphrase: string
  /** `nodeEngine()` when not given. */
  readonly engine?: SignatureEngine
  /** Nonces of SM2 signatures; the operating system's random when not given. */
  readonly random?: RandomBytes
}

export interface SaveKeyFileOptions {
  readonly file: string
  readonly passphrase: string
  readonly keys: Iterable<KeyEntry>
  /** scrypt cost, N = 2^cost, 14 to 20; 16 when not given. */
  readonly cost?: number
}

/**
 * Key store of an encrypted file. Throws `key.no-file`, `key.bad-passphrase`, or `key.bad-file`
 * when the file was altered.
 */
export async function openEncryptedKeyStore(
  options: OpenKeyFileOptions,
): Promise<SoftwareKeyStore> {
  return storeOfKeys(
    parseEntries(unseal(await readText(options.file), options.passphrase)),
    options,
  )
}

/** The keys of a file as a store that says so. */
export function storeOfKeys(
  keys: readonly KeyEntry[],
  options: Pick<OpenKeyFileOptions, 'engine' | 'random'>,
): SoftwareKeyStore {
  const { engine = nodeEngine(), random = systemRandom } = options
  return createSoftwareKeyStore({ keys, engine, random, name: 'software, encrypted file' })
}

/** Random bytes of the operating system. */
export function systemRandom(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length))
}

/**
 * Writes keys to an encrypted file that only its owner may read. After a crash the file is the
 * old or the new one, whole.
 */
export async function saveEncryptedKeyStore(options: SaveKeyFileOptions): Promise<void> {
  const entries = Array.from(options.keys, ({ ref, material, life }) => ({
    ref: keyRefText(ref),
    material: toHex(material),
    ...(life && { life }),
  }))
  await replaceFile(options.file, seal(canonicalJson(entries), options.passphrase, options.cost))
}

function parseEntries(text: string): KeyEntry[] {
  const entries = parseJson(text)
  if (!Array.isArray(entries)) throw badFile('no list of keys inside')
  return entries.map((entry: { ref?: unknown; material?: unknown; life?: unknown }) => ({
    ref: parseKeyRef(String(entry.ref)),
    material: fromHex(String(entry.material)),
    ...(entry.life !== undefined && { life: parseLife(entry.life) }),
  }))
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new UnifareError('key.no-file', `no key file ${file}`, { file })
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${toHex(randomBytes(6))}.new`
  try {
    // 'wx' refuses a file or link that someone else put there.
    const handle = await open(fresh, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  await syncDirectory(dirname(file))
}

/** Makes the rename durable, where the system can open directories. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
