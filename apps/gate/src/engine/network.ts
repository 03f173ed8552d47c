import { UnifareError } from '@unifare/core'
import type { EnrolmentAnswer, Members } from './enrolment.ts'

/** Who takes part; `askedMs` is the monotonic time of asking, for the network's time in it. */
export async function askMembers(): Promise<{
  readonly members: Members
  readonly askedMs: number
}> {
  const askedMs = performance.now()
  const members = (await ask('/api/members')) as Members
  return { members, askedMs }
}

/** Asks the network's staff to make this device the terminal of a place. */
export async function askEnrolment(options: {
  readonly place: string
  readonly key: string
  readonly code: string | null
}): Promise<EnrolmentAnswer> {
  const { place, key, code } = options
  return (await ask(`/api/gates/${place}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(code === null ? { key } : { key, code }),
  })) as EnrolmentAnswer
}

async function ask(path: string, request: RequestInit = {}): Promise<unknown> {
  const timeout = AbortSignal.timeout(10_000)
  const response = await fetch(path, { ...request, signal: timeout }).catch((error: unknown) => {
    throw new UnifareError('link.unreachable', String(error))
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  const { code } = (answer ?? {}) as { code?: unknown }
  const known = typeof code === 'string' ? code : 'link.unreachable'
  throw new UnifareError(known, `${path} says ${response.status}`)
}
