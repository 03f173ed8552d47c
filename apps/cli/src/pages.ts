import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
}

/** Folders of built pages by the path that they are served under, with a slash at both ends. */
export type Pages = Readonly<Record<string, string>>

/** The file of a page that a path names. */
export async function servePage(pages: Pages, path: string): Promise<Response> {
  const roots = Object.keys(pages).filter((one) => path.startsWith(one))
  const root = roots.sort((a, b) => b.length - a.length)[0]
  const dir = root === undefined ? undefined : pages[root]
  if (root === undefined || dir === undefined) return notFound()
  const rest = path.slice(root.length)
  const file = normalize(join(dir, rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest))
  if (!file.startsWith(dir + sep)) return notFound()
  try {
    const content = await readFile(file)
    const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream'
    return new Response(content, { headers: { 'content-type': type, 'cache-control': 'no-cache' } })
  } catch {
    return notFound()
  }
}

function notFound(): Response {
  return new Response('not found', { status: 404 })
}
