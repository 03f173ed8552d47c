/** A text in both languages of the house. */
export interface Words {
  readonly zh: string
  readonly en: string
}

/** Lists in both languages: `、` between Chinese words, commas between English ones. */
export function joined(items: readonly Words[], separator = { zh: '、', en: ', ' }): Words {
  return {
    zh: items.map(({ zh }) => zh).join(separator.zh),
    en: items.map(({ en }) => en).join(separator.en),
  }
}

/** Whole metres as kilometres without needless zeros. */
export function kilometres(metres: number): string {
  return String(metres / 1000)
}

/** Seconds as words: hours where they are whole, else minutes, else seconds. */
export function durationWords(seconds: number): Words {
  if (seconds % 3600 === 0) return { zh: `${seconds / 3600} 小时`, en: `${seconds / 3600} h` }
  if (seconds % 60 === 0) return { zh: `${seconds / 60} 分钟`, en: `${seconds / 60} min` }
  return { zh: `${seconds} 秒`, en: `${seconds} s` }
}

/** A share in millionths as percent without needless zeros. */
export function percent(ppm: number): string {
  return `${ppm / 10_000}%`
}
