import type { Text } from '@unifare/language'
import type { Place } from '../engine/enrolment.ts'
import { modeTexts } from './texts.ts'

/** How people call a place: its station, or the line that its vehicle runs on. */
export function placeName(
  place: Pick<Place, 'mode' | 'line' | 'stationZh' | 'stationEn'>,
): Text<string> {
  const { mode, line, stationZh, stationEn } = place
  if (stationZh !== '') return { zh: stationZh, en: stationEn === '' ? stationZh : stationEn }
  const name = modeTexts[mode]
  switch (mode) {
    case 'bus':
      return { zh: `${line} 路`, en: `route ${line}` }
    case 'ferry':
      return { zh: `${line} 号航线`, en: `crossing ${line}` }
    case 'metro':
    case 'light-rail':
    case 'brt':
      return { zh: `${line} 号线`, en: `line ${line}` }
    case 'taxi':
    case 'bicycle':
    case 'cableway':
      return { zh: `${name.zh} ${line}`, en: `${name.en} ${line}` }
  }
}

/** An age, as short as people read it. */
export function ageText(ageMs: number): Text<string> {
  const minutes = Math.floor(ageMs / 60_000)
  if (minutes < 1) return { zh: '刚刚', en: 'just now' }
  if (minutes < 120) return { zh: `${minutes} 分钟前`, en: `${minutes} min ago` }
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return { zh: `${hours} 小时前`, en: `${hours} h ago` }
  const days = Math.floor(hours / 24)
  return { zh: `${days} 天前`, en: `${days} days ago` }
}
