import type { Day } from '@unifare/core'
import { type Institution, institutions } from './institutions.ts'
import { MEDIA, type Medium, modeNames } from './modes.ts'
import { membersOf, simulatedAcceptance, simulatedReason } from './simulated-acceptance.ts'
import { simulatedWallets } from './wallets.ts'
import type { WhereLine, WhereSet } from './where-line.ts'

const MEDIUM_NAMES = {
  card: { zh: '卡', en: 'card' },
  code: { zh: '乘车码', en: 'ride code' },
} as const satisfies Record<Medium, { zh: string; en: string }>

/** Where a simulated issuer's card and code are taken: every simulated operator, each with why. */
export function simulatedOfIssuer(issuer: Institution | undefined, at?: Day): WhereSet {
  if (issuer === undefined)
    return set([
      { ...simulatedReason('该发卡机构不是成员', 'the issuer is not a member'), ...NEITHER },
    ])
  const operators = institutions().filter((one) => one.role === 'operator')
  const taken = MEDIA.flatMap((medium) =>
    operators.flatMap((operator) => operatorLines({ operator, issuer, medium, at })),
  )
  return set([...walletLines(issuer, at), ...taken])
}

/** In which wallets of phones the issuer's card is. */
function walletLines(issuer: Institution, at?: Day): readonly WhereLine[] {
  const asked = { issuer: issuer.id, ...(at === undefined ? {} : { at }) }
  return simulatedWallets(asked).map(({ nameZh, nameEn, from }) => {
    const zh = `${nameZh}：自${from}起可开通${issuer.cityZh}手机卡`
    const en = `${nameEn}: carries phone cards of ${issuer.cityEn} from ${from}`
    return { ...simulatedReason(zh, en), answer: null, mode: null }
  })
}

const NEITHER = { answer: 'no', mode: null } as const

/** What the simulated operators of a place take: all members' media, with the exceptions. */
export function simulatedOfCity(city: string, at?: Day, medium?: Medium): WhereSet {
  const operators = membersOf('operator', city)
  if (operators.length === 0)
    return set([{ ...simulatedReason('没有成员', 'no member there'), ...NEITHER }])
  const media = medium === undefined ? MEDIA : [medium]
  return set(operators.flatMap((operator) => media.flatMap((one) => takenBy(operator, one, at))))
}

/** One line for all issuers alike, and one for each that is treated otherwise. */
function takenBy(operator: Institution, medium: Medium, at?: Day): readonly WhereLine[] {
  const issuers = institutions().filter((one) => one.role === 'issuer')
  const lines = issuers.flatMap((issuer) => operatorLines({ operator, issuer, medium, at }))
  const taken = lines.filter(({ answer }) => answer === 'yes')
  const others = lines.filter(({ answer }) => answer !== 'yes')
  const [first] = taken
  if (first === undefined) return others
  const all = simulatedReason(
    `${operator.nameZh}：受理${taken.length}家发卡机构的${MEDIUM_NAMES[medium].zh}`,
    `${operator.nameEn}: takes the ${MEDIUM_NAMES[medium].en}s of ${taken.length} issuers`,
  )
  return [{ ...first, ...all }, ...others]
}

function operatorLines(asked: {
  operator: Institution
  issuer: Institution
  medium: Medium
  at: Day | undefined
}): readonly WhereLine[] {
  const { operator, issuer, medium, at } = asked
  return operator.modes.map((mode) => {
    const { answer, why } = simulatedAcceptance({
      acceptor: { city: operator.id },
      mode,
      medium,
      issuer: { institution: issuer.id },
      ...(at === undefined ? {} : { at }),
    })
    const place = operator.alsoIn.map(({ line }) => line).join('、')
    const lines = place === '' ? '' : `（含${place}）`
    const zh = `${operator.nameZh}${lines}，${modeNames[mode].zh}，${issuer.cityZh}${MEDIUM_NAMES[medium].zh}：${VERDICTS[answer].zh}`
    const en = `${operator.nameEn}, ${modeNames[mode].en}, ${MEDIUM_NAMES[medium].en} of ${issuer.cityEn}: ${VERDICTS[answer].en}`
    const [first] = why
    const because = answer === 'yes' || first === undefined ? undefined : first
    return {
      ...simulatedReason(zh + tail(because?.zh), en + tail(because?.en)),
      answer,
      mode,
    }
  })
}

function tail(because: string | undefined): string {
  return because === undefined ? '' : ` — ${because.replace(/^(［模拟］|\[simulated\] )/, '')}`
}

const VERDICTS = {
  yes: { zh: '可用', en: 'yes' },
  no: { zh: '不可用', en: 'no' },
  partly: { zh: '部分可用', en: 'partly' },
  unknown: { zh: '未知', en: 'unknown' },
} as const

function set(lines: readonly WhereLine[]): WhereSet {
  return { simulated: true, lines, rows: [], places: [] }
}
