import { type FileKind, KINDS } from './index.ts'

/** The section of a kind in docs/tunion-files.md, as it must stand there. */
export function tableOf(kind: FileKind): string {
  const { table, direction, en, zh } = KINDS[kind]
  let column = 1
  const rows = table.rows.map(([name, width, type, source, text, chinese]) => {
    const row = `| ${column} | ${width} | \`${name}\` | ${type} | ${text} | ${chinese} | ${source} |`
    column += width
    return row
  })
  return [
    `### ${kind} ${en} ${zh}`,
    `Record ${table.width + 2} with its line end; direction letter \`${direction}\`.`,
    '',
    '| column | width | field | type | meaning | 含义 | source |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
