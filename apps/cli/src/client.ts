import { UnifareError } from '@unifare/core'

/** Asks the running network on this machine. Throws `network.not-running` with what to do. */
export async function askNetwork(
  port: number,
  path: string,
  request:
    | 'GET'
    | 'POST'
    | { readonly method: 'POST'; readonly body: Uint8Array<ArrayBuffer> | string } = 'GET',
  todo = 'run "npm start" first, or name its port with --port',
): Promise<unknown> {
  const init = typeof request === 'string' ? { method: request } : request
  let response: Response
  try {
    response = await fetch(`http://127.0.0.1:${port}${path}`, init)
  } catch {
    throw new UnifareError('network.not-running', `no network answers on port ${port}: ${todo}`)
  }
  let body: { code?: string; detail?: string }
  try {
    body = (await response.json()) as typeof body
  } catch {
    const code = response.status === 503 ? 'network.not-running' : 'network.fault'
    const what = response.status === 503 ? 'is still being prepared' : 'is not a network of unifare'
    throw new UnifareError(code, `what answers on port ${port} ${what}`)
  }
  if (!response.ok) {
    throw new UnifareError(body.code ?? 'network.fault', body.detail ?? `answer ${response.status}`)
  }
  return body
}
