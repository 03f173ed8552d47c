import type { Message } from '@unifare/tap'
import type { Outcome } from './entries.ts'
import type { Intake } from './intake.ts'

/**
 * Messages, and bytes of them, that one sync and one transaction take at most: enough that a sync
 * costs little, and few enough that the next ones are checked while these are written.
 */
const GROUP_MESSAGES = 64
const GROUP_BYTES = 4 * 1024 * 1024

/**
 * Takes messages in as they come, in their order: what arrives while a group is being written waits
 * together and is the next group, which is written while what came of the one before is committed
 * and answered. A message that comes alone waits for nobody.
 */
export function createGroups(
  intake: Intake,
  oneByOne: <T>(work: () => Promise<T>) => Promise<T>,
): (message: Message) => Promise<Outcome> {
  let waiting: Waiting[] = []
  /** The one that the intake has asked for. */
  let next: Group | undefined

  function nextGroup(): Group {
    let bytes = 0
    const over = waiting.findIndex(({ message }) => {
      bytes += message.body.length
      return bytes > GROUP_BYTES
    })
    const members = waiting.slice(0, Math.min(GROUP_MESSAGES, over < 1 ? waiting.length : over))
    waiting = waiting.slice(members.length)
    return { members, messages: members.map(({ message }) => message) }
  }

  async function takeNext(): Promise<void> {
    const { members, messages } = next ?? nextGroup()
    next = undefined
    if (members.length === 0) return
    try {
      const results = await intake.take(messages, () => {
        next = nextGroup()
        return next.messages
      })
      results.forEach((result, i) => {
        const { answer, refuse } = members[i]!
        if (result.status === 'fulfilled') answer(result.value)
        else refuse(result.reason)
      })
    } catch (error) {
      for (const { refuse } of members) refuse(error)
    }
  }

  return (message) =>
    new Promise((answer, refuse) => {
      waiting.push({ message, answer, refuse })
      void oneByOne(takeNext)
    })
}

interface Group {
  readonly members: readonly Waiting[]
  readonly messages: readonly Message[]
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
