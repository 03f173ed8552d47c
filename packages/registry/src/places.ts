import { once } from './parse.ts'
import { type RegistryRecord, registryRecords } from './record.ts'

/** How a place stands to a row: its own, one it is limited to, or one it leaves out. */
export type Part = 'whole' | 'limited' | 'excluded'

export interface PlaceMatch {
  readonly record: RegistryRecord
  readonly part: Part
}

const PEOPLES = '哈萨克|蒙古|维吾尔|藏|羌|彝|布依|苗|侗|哈尼|壮|傣|白|景颇|傈僳|朝鲜|土家|回'
const AUTONOMOUS = new RegExp(`(?:(?:${PEOPLES})族?)*自治([州县区])$`)

/** Ways people write an official name: 湘西土家族苗族自治州 is also 湘西州 and 湘西. */
export function aliases(name: string): readonly string[] {
  const autonomous = AUTONOMOUS.exec(name)
  if (autonomous !== null) {
    const stem = name.slice(0, autonomous.index)
    // 内蒙古 is a name of its own, not a people's.
    const core = stem.length >= 2 ? stem : name.slice(0, -3)
    return [name, `${core}${autonomous[1]}`, core]
  }
  const core = name.replace(/(市|盟|地区|县|区|省)$/, '')
  return core.length >= 2 ? [name, core] : [name]
}

/** Every way to name a place, to the official names it can mean. */
const officialNames = once(() => {
  const index = new Map<string, Set<string>>()
  const add = (key: string, name: string) => {
    const known = index.get(key)
    if (known === undefined) index.set(key, new Set([name]))
    else known.add(name)
  }
  for (const { name, printed, division, level, limitedTo, excluding } of registryRecords()) {
    for (const key of [...aliases(name), ...aliases(printed)]) add(key, name)
    if (division !== null && level !== 'zone') add(division, name)
    for (const other of [...limitedTo, ...excluding])
      for (const key of aliases(other)) add(key, other)
  }
  return index
})

/**
 * Rows that speak of a place named by a person: official, printed (also traditional) or short name,
 * or GB/T 2260 code. A place that a row is limited to, or excludes, finds that row as well.
 */
export function findPlaces(
  text: string,
  records: readonly RegistryRecord[] = registryRecords(),
): readonly PlaceMatch[] {
  const official = officialNames().get(text.trim())
  if (official === undefined) return []
  const hit = (name: string) => official.has(name)
  return records.flatMap((record): PlaceMatch[] => {
    if (hit(record.name)) return [{ record, part: 'whole' }]
    if (record.level === 'province') return []
    if (record.limitedTo.some(hit)) return [{ record, part: 'limited' }]
    if (record.excluding.some(hit)) return [{ record, part: 'excluded' }]
    return []
  })
}
