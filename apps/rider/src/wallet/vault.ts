import { createSealer, newSealingKey, type Sealer } from './sealer.ts'

const DATABASE = 'unifare-rider'
const STORE = 'kept'
const KEY = 'key'

/** What a page keeps on the device, by name. */
export interface Vault {
  read(name: string): Promise<unknown>
  /** Resolves when the device has it for good: only then may what depends on it be shown. */
  write(name: string, value: unknown): Promise<void>
  /** Forgets everything, and the key. */
  clear(): Promise<void>
}

/** Opens the browser's store; its values are encrypted under a key that cannot be extracted. */
export async function openVault(): Promise<Vault> {
  const database = await openDatabase()
  let sealer: Sealer = createSealer(await keyOf(database))
  return {
    async read(name) {
      const sealed = await run<unknown>(database, 'readonly', (store) => store.get(name))
      return sealed instanceof Uint8Array ? sealer.open(name, sealed) : undefined
    },
    async write(name, value) {
      const sealed = await sealer.seal(name, value)
      await run(database, 'readwrite', (store) => store.put(sealed, name))
    },
    async clear() {
      await run(database, 'readwrite', (store) => store.clear())
      sealer = createSealer(await keyOf(database))
    },
  }
}

async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const known = await run<unknown>(database, 'readonly', (store) => store.get(KEY))
  if (known instanceof CryptoKey) return known
  const key = await newSealingKey()
  await run(database, 'readwrite', (store) => store.put(key, KEY))
  return key
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing'))
  })
}

/** Runs one request and resolves when its transaction is on the disk. */
function run<T>(
  database: IDBDatabase,
  mode: 'readonly' | 'readwrite',
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' })
    const request = ask(transaction.objectStore(STORE))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser kept nothing'))
  })
}
