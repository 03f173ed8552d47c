import { UnifareError } from '@unifare/core'
import { type KeyRef, keyRefText } from '../../src/key-ref.ts'
import type { KeyRecord, KeyStore, KeyVault } from '../../src/key-store.ts'
import { createRoutedKeyStore } from '../../src/routed-key-store.ts'
import { findLibrary } from './library.ts'
import { type Pkcs11Thread, startPkcs11Thread } from './pkcs11-thread.ts'
import type { TokenOptions } from './token.ts'

/** What opens tokens behind one PKCS#11 library. */
export interface Pkcs11Options {
  /** Path of the library; SoftHSM where Debian puts it when not given. */
  readonly library?: string
  readonly tokens: readonly TokenOptions[]
  /** Told at once of a wrong or locked PIN, before the refusal reaches whoever opened. */
  readonly onAlarm?: (alarm: PinAlarm) => void
}

/** Somebody came with a wrong PIN, or the token has locked itself. */
export interface PinAlarm {
  readonly token: string
  readonly code: 'key.hsm-wrong-pin' | 'key.hsm-pin-locked'
  /** What is known of the tries that are left. */
  readonly text: string
}

/** A key store in a token. P-256 signatures can be verified inside, too. */
export interface Pkcs11KeyStore extends Omit<KeyVault, 'close'> {
  verify(ref: KeyRef, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}

/** Tokens by label, and all of them as one store. */
export interface Pkcs11 {
  readonly tokens: ReadonlyMap<string, Pkcs11KeyStore>
  readonly store: KeyStore
  /** Logs out and lets the library go. */
  close(): Promise<void>
}

/**
 * Opens the tokens of a PKCS#11 library in a thread of their own, since its calls block. A process
 * opens a library once: `key.hsm-busy` otherwise. Throws `key.hsm-no-library`, `key.hsm-no-token`,
 * `key.hsm-wrong-pin` or `key.hsm-pin-locked`.
 */
export async function openPkcs11(options: Pkcs11Options): Promise<Pkcs11> {
  const thread = startPkcs11Thread(findLibrary(options.library))
  const tokens = new Map<string, Pkcs11KeyStore>()
  try {
    for (const token of options.tokens) {
      const name = await thread.open(token)
      tokens.set(token.label, await createTokenStore(thread, token.label, name))
    }
  } catch (error) {
    await thread.close()
    tellAlarm(error, options, options.tokens[tokens.size]?.label ?? '')
    throw error
  }
  return {
    tokens,
    store: createRoutedKeyStore([...tokens.values()]),
    close: () => thread.close(),
  }
}

async function createTokenStore(
  thread: Pkcs11Thread,
  token: string,
  name: string,
): Promise<Pkcs11KeyStore> {
  let records: readonly KeyRecord[] = []
  const refresh = async (): Promise<void> => {
    records = await thread.ask(token, 'records')
  }
  await refresh()
  const recordOf = (ref: KeyRef): KeyRecord | undefined => {
    const text = keyRefText(ref)
    return records.find((record) => keyRefText(record.ref) === text)
  }
  return {
    name,
    derive: (ref, factors, work = 'verify') => thread.ask(token, 'derive', ref, factors, work),
    encrypt: (ref, factors, blocks) => thread.ask(token, 'encrypt', ref, factors, blocks),
    sessionMac: (ref, input) => thread.ask(token, 'sessionMac', ref, input),
    sign: (ref, message) => thread.ask(token, 'sign', ref, message),
    verify: (ref, message, signature) => thread.ask(token, 'verify', ref, message, signature),
    publicKey: (ref) => thread.ask(token, 'publicKey', ref),
    async checkValue(ref) {
      const record = recordOf(ref)
      if (!record) throw new UnifareError('key.not-found', `no key ${keyRefText(ref)}`, { ref })
      if (record.checkValue) return record.checkValue.slice()
      throw new UnifareError('key.destroyed', `${keyRefText(ref)} was destroyed`, { ref })
    },
    state: (ref) => recordOf(ref)?.state,
    list: () => records.map(({ ref }) => ref),
    records: async () => [...records],
    async put({ ref, material, life }) {
      await thread.ask(token, 'put', { ref, material }, life)
      await refresh()
    },
    async generate(ref, life) {
      await thread.ask(token, 'generate', ref, life)
      await refresh()
    },
    async setLife(ref, life) {
      await thread.ask(token, 'setLife', ref, life)
      await refresh()
    },
  }
}

function tellAlarm(error: unknown, { onAlarm }: Pkcs11Options, token: string): void {
  if (!(error instanceof UnifareError)) return
  const { code, message: text } = error
  if (code === 'key.hsm-wrong-pin' || code === 'key.hsm-pin-locked') {
    onAlarm?.({ token, code, text })
  }
}
