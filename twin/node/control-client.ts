import { type Instant, UnifareError } from '@unifare/core'

/** Orders to the parties of one process. */
export interface ControlClient {
  /** Carries an order out there; throws the code with which the party refused, or `control.*`. */
  order(party: string, order: string, body?: Readonly<Record<string, unknown>>): Promise<unknown>
  setClock(at: Instant): Promise<void>
  /** True once the process answers. */
  ready(): Promise<boolean>
}

/** Opens the way to a process; `now` is the driver's time, which every order carries. */
export function createControlClient(options: {
  readonly url: string
  readonly token: string
  readonly now: () => Instant
}): ControlClient {
  const { url, now } = options
  const headers = {
    authorization: `Bearer ${options.token}`,
    'content-type': 'application/json',
  }

  async function ask(path: string, body?: unknown): Promise<Answer> {
    const request =
      body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    let response: Response
    let answer: Answer
    try {
      response = await fetch(`${url}/control/${path}`, request)
      answer = (await response.json()) as Answer
    } catch (cause) {
      throw new UnifareError('control.unreachable', `${url} does not answer`, { cause })
    }
    if (response.ok) return answer
    const { code = 'control.fault', detail = `status ${response.status}` } = answer
    throw new UnifareError(code, detail, { url, path })
  }

  return {
    async order(party, order, body = {}) {
      return (await ask(`${party}/${order}`, { ...body, at: now() })).result
    },
    async setClock(at) {
      await ask('clock', { at })
    },
    async ready() {
      try {
        await ask('ready')
        return true
      } catch (error) {
        if (error instanceof UnifareError && error.code === 'control.unreachable') return false
        throw error
      }
    },
  }
}

interface Answer {
  readonly result?: unknown
  readonly code?: string
  readonly detail?: string
}
