import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { tariffs } from './catalogue.ts'
import { tariffSchema } from './parse-tariff.ts'
import type { JsonSchema } from './reader.ts'
import { tariffFiles } from './tariff-files.ts'

const file = new URL('../schema/tariff.schema.json', import.meta.url)
const published = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema

/** The keywords that the schema uses, straight from the specification; paths of what is wrong. */
function wrong(schema: JsonSchema, value: unknown, path = ''): string[] {
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const shared = published['$defs'] as Record<string, JsonSchema>
    return wrong(shared[reference.replace('#/$defs/', '')] ?? {}, value, path)
  }
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new Error(`the test does not know ${keyword}`)
  }
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined
  const fitting = options?.filter((one) => wrong(one, value, path).length === 0).length
  const good =
    (schema['const'] === undefined || schema['const'] === value) &&
    ((schema['enum'] as unknown[] | undefined)?.includes(value) ?? true) &&
    (schema['oneOf'] === undefined || fitting === 1) &&
    (schema['anyOf'] === undefined || fitting !== 0) &&
    typeFits(schema, value)
  return good ? inside(schema, value, path) : [path]
}

const KEYWORDS = new Set(
  '$schema $defs title description type const enum anyOf oneOf properties required additionalProperties items minItems minimum maximum minLength pattern'.split(
    ' ',
  ),
)

function typeFits(schema: JsonSchema, value: unknown): boolean {
  switch (schema['type']) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return (
        Number.isInteger(value) &&
        (value as number) >= Number(schema['minimum'] ?? -Infinity) &&
        (value as number) <= Number(schema['maximum'] ?? Infinity)
      )
    case 'string':
      return (
        typeof value === 'string' &&
        value.length >= Number(schema['minLength'] ?? 0) &&
        new RegExp((schema['pattern'] as string | undefined) ?? '', 'u').test(value)
      )
    case 'array':
      return Array.isArray(value) && value.length >= Number(schema['minItems'] ?? 0)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return true
  }
}

function inside(schema: JsonSchema, value: unknown, path: string): string[] {
  if (schema['type'] === 'array') {
    const items = schema['items'] as JsonSchema
    return (value as unknown[]).flatMap((item, at) => wrong(items, item, `${path}[${at}]`))
  }
  if (schema['type'] !== 'object') return []
  const properties = schema['properties'] as Record<string, JsonSchema>
  const fields = value as Record<string, unknown>
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  return [
    ...(schema['required'] as string[]).flatMap((name) => (name in fields ? [] : at(name))),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const property = properties[name]
      return property === undefined ? [at(name)] : wrong(property, field, at(name))
    }),
  ]
}

describe('the published schema', () => {
  test('is what the readers take: `unifare fare schema` writes it', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(tariffSchema())))
  })

  test('names every field of the format', () => {
    const names = new Set<string>()
    const walk = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return
      const { properties } = schema as { properties?: object }
      for (const name of Object.keys(properties ?? {})) names.add(name)
      Object.values(schema).forEach(walk)
    }
    walk(published)
    const fields = new Set<string>()
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      if (!Array.isArray(value)) for (const name of Object.keys(value)) fields.add(name)
      Object.values(value).forEach(collect)
    }
    collect(tariffs())
    expect([...fields].filter((name) => !names.has(name))).toEqual([])
    for (const name of ['tables', 'caps', 'uptoStops', 'floorFen', 'account', 'holidays']) {
      expect(names).toContain(name)
    }
  })

  test.each(tariffFiles.flat() as { id: string }[])('$id fits', (tariff) => {
    expect(wrong(published, tariff)).toEqual([])
  })

  test('what the parser refuses for its shape does not fit', () => {
    const [tariff] = tariffs()
    if (tariff === undefined) throw new Error('no tariff')
    const { version: _, ...without } = tariff
    expect(wrong(published, without)).toEqual(['version'])
    expect(wrong(published, { ...tariff, colour: 'red' })).toEqual(['colour'])
    expect(wrong(published, { ...tariff, version: 1.5 })).toEqual(['version'])
    const [rule] = tariff.rules
    const base = { kind: 'flat', amountFen: -1 }
    expect(wrong(published, { ...tariff, rules: [{ ...rule, base }] })).toEqual(['rules[0].base'])
    expect(wrong(published, { ...tariff, rules: [] })).toEqual(['rules'])
  })
})
