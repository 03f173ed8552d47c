import type { MiddlewareHandler } from 'hono'

/** Pages run their own scripts and WebAssembly, speak to their own origin, and see cameras. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Takes requests for its own addresses alone: pages of other origins must not read the network
 * through a rebound name, and may not give orders either.
 */
export function guard(
  scheme: 'http' | 'https',
  isOwn: (host: string) => boolean,
): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? ''
    if (!isOwn(host)) return c.text('wrong host', 421)
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== `${scheme}://${host}`) return c.text('wrong origin', 403)
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('Referrer-Policy', 'no-referrer')
    return undefined
  }
}
