import { allot, registryRows, type Where, where } from '@unifare/registry'
import { readBook, writeBook } from '../allotment-book.ts'
import { EXIT, printJson, printLines, tell } from '../output.ts'

interface Asked {
  readonly json?: boolean
}

/** Prints the registry: JSON for machines, a line a row for people. */
export async function listRegistry({ json }: Asked): Promise<number> {
  const rows = registryRows()
  if (json === true) printJson(rows)
  else {
    printLines(
      ...rows.map((row) =>
        [
          row.network.padEnd(9),
          row.province,
          row.name,
          row.cards.join('、') || (row.brand ?? ''),
          [...row.flags, row.note ?? ''].join(' '),
        ]
          .join('  ')
          .trimEnd(),
      ),
    )
  }
  return EXIT.ok
}

/** Answers where a thing can be used; exit code 65 when the question is refused. */
export async function whereIs(query: string, { json }: Asked): Promise<number> {
  const answer = where(query)
  if (json === true) printJson(answer)
  else if (answer.ok) printLines(...describe(answer))
  if (answer.ok) return EXIT.ok
  tell(`unifare: ${answer.en} · ${answer.zh} [${answer.code}]`)
  return EXIT.badData
}

function describe(answer: Where & { ok: true }): string[] {
  const sets = [
    ['从资料 · as the documents tell', answer.seed],
    ['模拟成员 · simulated membership, not a fact', answer.simulated],
  ] as const
  return sets.flatMap(([title, set]) =>
    set.lines.length === 0 && set.places.length === 0
      ? []
      : [
          title,
          ...set.lines.map(
            ({ answer: yes, zh, en, sourceLine }) =>
              `  ${(yes ?? '').padEnd(8)}${zh} · ${en}${sourceLine === null ? '' : ` [${sourceLine}]`}`,
          ),
          ...set.places.map(
            ({ name, province, modes, note }) =>
              `  ${province} ${name}: ${Object.entries(modes)
                .map(([mode, yes]) => `${mode} ${yes}`)
                .join(', ')}${note === null ? '' : ` (${note})`}`,
          ),
          '',
        ],
  )
}

/** Allots free blocks of card numbers, enters them in the registrar's book and prints them. */
export async function allotBlocks(
  issuer: string,
  { json, blocks, book }: Asked & { readonly blocks: number; readonly book: string },
): Promise<number> {
  const { added, allotments } = allot({ issuer, blocks }, await readBook(book))
  await writeBook(book, allotments)
  if (json === true) printJson(added)
  else printLines(...added.map(({ iin }) => `${iin} allotted to ${issuer}; entered in ${book}`))
  return EXIT.ok
}
