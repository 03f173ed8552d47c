import { useLanguage, useText } from '@unifare/language'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type MountedRideCode, mountRideCode } from '../code/mount.ts'
import { clockSeconds, shortTime } from '../format/format.ts'
import { faultText } from '../i18n/fault-texts.ts'
import { codeTexts } from '../i18n/page-texts.ts'
import { peopleTexts } from '../i18n/people-texts.ts'
import { useApp, useRiderState } from '../state/context.tsx'
import { tripLines } from '../state/trip-list.ts'
import { FaultNote } from './fault-note.tsx'
import { GateShut } from './gate-shut.tsx'
import { TripLineRow } from './trip-line-row.tsx'

const FRESH_MS = 10 * 60_000

/** The code, bright and large, with the last trip below and the actions at the thumb. */
export function CodeScreen() {
  const app = useApp()
  const { port, news, showings, secret, fault } = useRiderState()
  const { language } = useLanguage()
  const text = useText()
  const field = useRef<HTMLDivElement>(null)
  const code = useRef<MountedRideCode | null>(null)
  const [companion, setCompanion] = useState(0)
  const [problem, setProblem] = useState<string | null>(null)
  const label = text(codeTexts.picture)
  useEffect(() => {
    if (field.current === null || port === null) return undefined
    const mounted = mountRideCode(field.current, {
      wallet: port.wallet,
      keep: (state) => app.keep(state),
      label,
      companion,
      now: () => app.now(),
      onShown(at) {
        setProblem(null)
        app.noteShown(at)
      },
      onFault: (error) => setProblem(codeOf(error)),
    })
    code.current = mounted
    return () => mounted.close()
  }, [app, port, companion])
  useEffect(() => code.current?.relabel(label), [label])
  if (port === null) return null
  const untilS = port.wallet.state().credentialUntilS
  const now = app.now()
  const [latest] = tripLines({ trips: news?.trips ?? [], showings, now, shownNow: true })
  const refresh = async () => {
    if (problem !== null) await app.sync()
    await code.current?.refresh()
  }
  return (
    <section class="code">
      <h1 class="unseen">{label}</h1>
      <div class="code-field" ref={field} data-empty={problem !== null} />
      {problem === null ? (
        <p class="code-line">
          <LiveClock />
          <span>{text(codeTexts.until)(shortTime(untilS * 1000, now, language))}</span>
        </p>
      ) : (
        <p class="fault" role="alert">
          <strong>{text(codeTexts.noCode)}</strong> {text(faultText(fault ?? problem))}
        </p>
      )}
      <People count={port.companions()} current={companion} choose={setCompanion} />
      <div class="bottom">
        {secret !== null && <a href="#me">{text(peopleTexts.secretWaits)}</a>}
        {problem === null && fault !== null && !fault.startsWith('link.') && <FaultNote />}
        {latest !== undefined && <TripLineRow line={latest} />}
        <div class="actions">
          {latest?.kind === 'trip' && isFresh(latest.at, now) && <GateShut trip={latest.trip} />}
          <button type="button" class="main-action" onClick={() => void refresh()}>
            {text(problem === null ? codeTexts.refresh : codeTexts.again)}
          </button>
        </div>
      </div>
    </section>
  )
}

/** Whose code is shown: one phone takes several people along, each with a code of their own. */
function People({
  count,
  current,
  choose,
}: {
  readonly count: number
  readonly current: number
  readonly choose: (companion: number) => void
}) {
  const text = useText()
  if (count === 0) return null
  const people = Array.from({ length: count + 1 }, (_, index) => index)
  return (
    <div class="people" role="group" aria-label={text(codeTexts.people)}>
      {people.map((one) => (
        <button key={one} type="button" aria-pressed={one === current} onClick={() => choose(one)}>
          {one === 0 ? text(codeTexts.mine) : text(codeTexts.companion)(String(one))}
        </button>
      ))}
    </div>
  )
}

/** A rider who stands at a gate speaks of the trip of these minutes. */
function isFresh(at: number, now: number): boolean {
  return now - at < FRESH_MS
}

/** A clock that moves: a photograph of a code does not. */
function LiveClock() {
  const app = useApp()
  const [at, setAt] = useState(app.now())
  useEffect(() => {
    const timer = setInterval(() => setAt(app.now()), 1000)
    return () => clearInterval(timer)
  }, [app])
  return <strong class="clock">{clockSeconds(at)}</strong>
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'page.fault'
}
