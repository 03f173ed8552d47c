/** The device's Ed25519 key; its private half cannot be read out, not even by this page. */
export interface DeviceKey {
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
}

const DATABASE = 'unifare-gate-key'
const STORE = 'keys'
const NAME = 'terminal'

/** The key that the device keeps; undefined before the first. */
export async function loadDeviceKey(): Promise<DeviceKey | undefined> {
  const pair = await inStore<CryptoKeyPair | undefined>('readonly', (store) => store.get(NAME))
  return pair && deviceKey(pair)
}

/** Makes a new key here and now; the one before is gone for good. */
export async function makeDeviceKey(): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  await inStore('readwrite', (store) => store.put(pair, NAME))
  return deviceKey(pair as CryptoKeyPair)
}

async function deviceKey({ publicKey, privateKey }: CryptoKeyPair): Promise<DeviceKey> {
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(message))),
  }
}

function inStore<T>(
  mode: 'readonly' | 'readwrite',
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const database = opening.result
      const transaction = database.transaction(STORE, mode, { durability: 'strict' })
      const request = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => {
        database.close()
        resolve(request.result as T)
      }
      transaction.onabort = () => reject(transaction.error)
    }
  })
}
