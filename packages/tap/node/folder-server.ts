import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MESSAGE_BYTES_MAX, type MessageHandler } from '../src/index.ts'
import {
  ANSWER_ENDING,
  MESSAGE_ENDING,
  messageName,
  putFile,
  receiverFolder,
  removeFiles,
  takeFile,
} from './folder-files.ts'

/** Answers whose sender never came back for them are cleared away after a day. */
const KEEP_ANSWERS_MS = 86_400_000

export interface FolderServer {
  /** Stops looking; resolves when the message under way is answered. */
  close(): Promise<void>
}

/**
 * Serves one party out of a folder: answers every message that has no answer yet, one after the
 * other. A handler that throws leaves the message where it is; it is tried again at the next look.
 */
export async function serveFolder(options: {
  readonly dir: string
  readonly receiver: string
  readonly handler: MessageHandler
  /** Pause between looks; 50 ms unless told otherwise. */
  readonly pollMs?: number
  /** Told what the handler or the file system threw. */
  readonly onFault?: (error: unknown, file: string) => void
}): Promise<FolderServer> {
  const { handler, pollMs = 50, onFault } = options
  const folder = receiverFolder(options.dir, options.receiver)
  await mkdir(folder, { recursive: true })
  const stop = new AbortController()

  async function look(): Promise<void> {
    const names = new Set(await readdir(folder))
    for (const name of [...names].sort()) {
      if (stop.signal.aborted) return
      if (!name.endsWith(MESSAGE_ENDING)) continue
      const hash = name.slice(0, -MESSAGE_ENDING.length)
      if (names.has(hash + ANSWER_ENDING)) continue
      try {
        await answer(join(folder, name), hash, handler)
      } catch (error) {
        onFault?.(error, name)
      }
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await look().catch((error: unknown) => onFault?.(error, folder))
      await setTimeout(pollMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }

  await sweep(folder)
  const running = run()
  return {
    async close() {
      stop.abort()
      await running
    },
  }
}

async function answer(file: string, hash: string, handler: MessageHandler): Promise<void> {
  const size = await sizeOf(file)
  if (size === undefined || size > MESSAGE_BYTES_MAX) return
  const bytes = await takeFile(file)
  // Not the whole file yet (a folder that something else copies), or not a message at all.
  if (bytes === undefined || messageName(bytes) !== hash) return
  const reply = await handler(bytes)
  await putFile(file.slice(0, -MESSAGE_ENDING.length) + ANSWER_ENDING, reply)
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.size
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(ANSWER_ENDING) && !name.endsWith('.draft')) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || Date.now() - found.mtimeMs < KEEP_ANSWERS_MS) continue
    const message = path.replace(/\.answer$/, MESSAGE_ENDING)
    await removeFiles(message, path)
  }
}
