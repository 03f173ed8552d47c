import type { Message } from '@unifare/tap'
import type { Intake, Outcome } from './intake.ts'

/**
 * Messages, and bytes of them, that one sync and one transaction take at most: enough that a sync
 * costs little, and few enough that the next ones are checked while these are written.
 */
const GROUP_MESSAGES = 64
const GROUP_BYTES = 2 * 1024 * 1024

/**
 * Takes messages in as they come, in their order: what arrives while a group is being written waits
 * together and is the next group. A message that comes alone waits for nobody.
 */
export function createGroups(
  intake: Intake,
  oneByOne: <T>(work: () => Promise<T>) => Promise<T>,
): (message: Message) => Promise<Outcome> {
  let waiting: Waiting[] = []

  async function takeNext(): Promise<void> {
    let bytes = 0
    const over = waiting.findIndex(({ message }) => {
      bytes += message.body.length
      return bytes > GROUP_BYTES
    })
    const group = waiting.slice(0, Math.min(GROUP_MESSAGES, over < 1 ? waiting.length : over))
    waiting = waiting.slice(group.length)
    if (group.length === 0) return
    try {
      const results = await intake.take(group.map(({ message }) => message))
      results.forEach((result, i) => {
        const { answer, refuse } = group[i]!
        if (result.status === 'fulfilled') answer(result.value)
        else refuse(result.reason)
      })
    } catch (error) {
      for (const { refuse } of group) refuse(error)
    }
  }

  return (message) =>
    new Promise((answer, refuse) => {
      waiting.push({ message, answer, refuse })
      void oneByOne(takeNext)
    })
}

interface Waiting {
  readonly message: Message
  readonly answer: (outcome: Outcome) => void
  readonly refuse: (error: unknown) => void
}

/** Takes one message in, when nothing else is being taken. */
export async function takeAlone(intake: Intake, message: Message): Promise<Outcome> {
  const [result] = await intake.take([message])
  if (result === undefined) throw new TypeError('a message was not answered')
  if (result.status === 'rejected') throw result.reason
  return result.value
}
