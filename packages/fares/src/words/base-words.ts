import { formatYuan } from '@unifare/core'
import type { BaseFare, DistanceLadder, StopLadder } from '../tariff.ts'
import { durationWords, joined, kilometres, type Words } from './words.ts'

const LINES = { zh: '；', en: '; ' } as const

/** A base fare for people, as a city would publish it. */
export function baseWords(base: BaseFare): Words {
  switch (base.kind) {
    case 'flat':
      return money(base.amountFen)
    case 'distance-ladder':
    case 'stop-ladder':
      return ladderWords(base)
    case 'table':
      return { zh: `按票价表 ${base.table}`, en: `from the table ${base.table}` }
    case 'metered': {
      const [km, unit] = [kilometres(base.startM), kilometres(base.unitM)]
      const [start, more] = [money(base.startFen), money(base.unitFen)]
      return {
        zh: `${km} 公里内 ${start.zh}，以后每 ${unit} 公里加 ${more.zh}；${money(base.minFen).zh}至 ${money(base.maxFen).zh}`,
        en: `${start.en} to ${km} km, then ${more.en} per ${unit} km; from ${money(base.minFen).en} to ${money(base.maxFen).en}`,
      }
    }
    case 'elapsed-ladder': {
      const free = durationWords(base.freeS)
      return joined(
        [
          { zh: `${free.zh}内免费`, en: `free for ${free.en}` },
          ...base.steps.map(({ widthS, untilS, addFen }) =>
            stepWords(
              addFen,
              durationWords(widthS),
              untilS === null ? null : durationWords(untilS),
            ),
          ),
          ...cappedWords(base.capFen),
        ],
        LINES,
      )
    }
  }
}

function ladderWords(base: DistanceLadder | StopLadder): Words {
  const first = money(base.first.amountFen)
  const until = 'uptoM' in base.first ? km(base.first.uptoM) : stops(base.first.uptoStops)
  const steps = base.steps.map((step) =>
    'widthM' in step
      ? stepWords(step.addFen, km(step.widthM), step.untilM === null ? null : km(step.untilM))
      : stepWords(
          step.addFen,
          stops(step.widthStops),
          step.untilStops === null ? null : stops(step.untilStops),
        ),
  )
  return joined(
    [
      { zh: `${until.zh}内 ${first.zh}`, en: `${first.en} to ${until.en}` },
      ...steps,
      ...cappedWords(base.capFen),
    ],
    LINES,
  )
}

function stepWords(addFen: number, width: Words, until: Words | null): Words {
  const add = money(addFen)
  if (until === null) {
    return { zh: `以后每 ${width.zh}加 ${add.zh}`, en: `then ${add.en} more per ${width.en}` }
  }
  return {
    zh: `至 ${until.zh}每 ${width.zh}加 ${add.zh}`,
    en: `${add.en} more per ${width.en} to ${until.en}`,
  }
}

function cappedWords(capFen: number | null): Words[] {
  if (capFen === null) return []
  return [{ zh: `最高 ${money(capFen).zh}`, en: `${money(capFen).en} at most` }]
}

/** An amount for people. */
export function money(amountFen: number): Words {
  return { zh: `${formatYuan(amountFen)} 元`, en: `${formatYuan(amountFen)} yuan` }
}

function km(metres: number): Words {
  return { zh: `${kilometres(metres)} 公里`, en: `${kilometres(metres)} km` }
}

function stops(count: number): Words {
  return { zh: `${count} 站`, en: count === 1 ? '1 stop' : `${count} stops` }
}
