// Keeps the page on the device, so that it opens without network. Facts are never kept here: what
// the page knows stays in its own encrypted store. The build fills in the two placeholders.
const FILES = JSON.parse('__SHELL_FILES__') as readonly string[]
const CACHE = 'unifare-rider-__SHELL_VERSION__'
const PREFIX = 'unifare-rider-'

/** The part of a service worker's scope that is used here. */
interface WorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(
    type: 'install' | 'activate' | 'fetch',
    listener: (event: WorkerEvent) => void,
  ): void
}

interface WorkerEvent {
  readonly request: Request
  waitUntil(work: Promise<unknown>): void
  respondWith(answer: Promise<Response>): void
}

const worker = self as unknown as WorkerScope
const home = new URL('./', worker.location.href).href
const shell = new Set(FILES.map((file) => new URL(file, home).href))

worker.addEventListener('install', (event) => {
  event.waitUntil(keepShell())
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const address = new URL(request.url)
  address.search = ''
  address.hash = ''
  const wanted = request.mode === 'navigate' ? home : address.href
  if (shell.has(wanted)) event.respondWith(fromShell(wanted, request))
})

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll([...shell].map((url) => new Request(url, { cache: 'reload' })))
  await worker.skipWaiting()
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys()
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(older.map((name) => caches.delete(name)))
  await worker.clients.claim()
}

async function fromShell(wanted: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(wanted)) ?? fetch(request)
}
