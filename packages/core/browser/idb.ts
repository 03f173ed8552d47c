/** Database of one party: `files` by name, `pages` by name and number. */
export async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('files')
    request.result.createObjectStore('pages')
  }
  return answered(request)
}

/** The result of a request. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/**
 * Runs one transaction; resolves when it is on the disk (`strict`: the browser flushes the
 * operating system's buffers before it says that the transaction is complete).
 */
export async function inTransaction<T>(
  database: IDBDatabase,
  mode: 'readonly' | 'readwrite',
  work: (files: IDBObjectStore, pages: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction(['files', 'pages'], mode, { durability: 'strict' })
  const complete = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was ended'))
  })
  const [result] = await Promise.all([
    work(transaction.objectStore('files'), transaction.objectStore('pages')),
    complete,
  ])
  return result
}
