import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UnifareError } from '@unifare/core'
import type { Link } from '../src/index.ts'
import {
  ANSWER_ENDING,
  MESSAGE_ENDING,
  messageName,
  putFile,
  receiverFolder,
  removeFiles,
  takeFile,
} from './folder-files.ts'

/**
 * Carrier through a folder that both sides see: a message is a file in its receiver's folder, the
 * answer a file beside it. The sender clears both away. Throws `link.unreachable` when no answer
 * came in time; the message is taken back then, and a receiver that had read it already takes
 * effect once all the same, because messages may repeat.
 */
export function createFolderLink(options: {
  readonly dir: string
  /** Pause between looks for the answer; 50 ms unless told otherwise. */
  readonly pollMs?: number
  /** 10 seconds unless told otherwise. */
  readonly timeoutMs?: number
}): Link {
  const { dir, pollMs = 50, timeoutMs = 10_000 } = options
  return {
    async send(receiver, message) {
      const file = join(receiverFolder(dir, receiver), messageName(message))
      const answerFile = file + ANSWER_ENDING
      const until = performance.now() + timeoutMs
      await putFile(file + MESSAGE_ENDING, message)
      for (;;) {
        const answer = await takeFile(answerFile)
        if (answer !== undefined) {
          await removeFiles(file + MESSAGE_ENDING, answerFile)
          return answer
        }
        if (performance.now() >= until) break
        await setTimeout(pollMs)
      }
      await removeFiles(file + MESSAGE_ENDING)
      throw new UnifareError('link.unreachable', `${receiver} left no answer in ${timeoutMs} ms`)
    },
  }
}
