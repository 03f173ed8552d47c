// Checks the direction of dependencies: packages know no party, parties know no other party, and
// every import of another workspace is written in its package.json.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Workspaces in the order of the arrow: an import may only point to one further left. */
const LAYERS = [
  ['core'],
  ['crypto', 'registry', 'fares', 'ledger'],
  ['card', 'ridecode', 'tap', 'bundle'],
  ['institution', 'tunion'],
  ['rider', 'terminal', 'operator', 'centre', 'issuer'],
  ['twin'],
  ['language'],
  ['console', 'gate', 'riderpage'],
  ['bench'],
  ['cli'],
] as const

const layerOf = new Map(
  LAYERS.flatMap((names, layer) => names.map((name) => [name as string, layer])),
)
const faults: string[] = []

for (const dir of workspaces()) {
  const manifest = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) as {
    name: string
    dependencies?: Record<string, string>
  }
  const own = manifest.name.replace('@unifare/', '')
  const layer = layerOf.get(own)
  if (layer === undefined) {
    faults.push(`${dir}: ${own} has no place in tools/boundaries.ts`)
    continue
  }
  const imported = new Set<string>()
  for (const file of sources(join(root, dir))) {
    const text = readFileSync(file, 'utf8')
    const place = relative(root, file)
    for (const [, name = ''] of text.matchAll(/from '@unifare\/([a-z]+)(?:\/[a-z]+)?'/g)) {
      const target = layerOf.get(name)
      if (name !== own && (target === undefined || target >= layer)) {
        faults.push(`${place}: ${own} must not import ${name}`)
      }
      imported.add(name)
      if (name !== own && manifest.dependencies?.[`@unifare/${name}`] === undefined) {
        faults.push(`${place}: ${name} is not in the dependencies of ${own}`)
      }
    }
    const pure =
      /\/src\//.test(file) && /^(packages|parties)/.test(dir) && !/\.(test|fixture)\.ts$/.test(file)
    if (pure && /from 'node:|\bDate\.now\(|\bMath\.random\(|\bsetTimeout\(/.test(text)) {
      faults.push(`${place}: src is pure: time, randomness and node modules come in through Env`)
    }
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (name.startsWith('@unifare/') && !imported.has(name.replace('@unifare/', ''))) {
      faults.push(`${dir}/package.json: nothing imports ${name}`)
    }
  }
}

if (faults.length > 0) {
  process.stderr.write(`${[...new Set(faults)].join('\n')}\n`)
  process.exitCode = 1
}

function workspaces(): string[] {
  const groups = ['packages', 'parties', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(group, name)),
  )
  return [...groups, 'twin', 'bench']
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return /node_modules|dist|data/.test(entry.name) ? [] : sources(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}
