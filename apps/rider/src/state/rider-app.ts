import { type Fen, type Instant, UnifareError } from '@unifare/core'
import type { RiderNews, ShelfPlan, SignIn, WalletState } from '@unifare/rider'
import type { Link } from '@unifare/tap'
import type { Member, Members, MembersNews } from '../wallet/members.ts'
import {
  freshSecret,
  type IssuerWay,
  openWalletPort,
  takeOver,
  type WalletPort,
} from '../wallet/port.ts'
import type { Vault } from '../wallet/vault.ts'
import { noteShown, type Showing } from './showings.ts'

/** Where the page stands; `new` has no account on this device yet. */
export type Phase = 'loading' | 'new' | 'opening' | 'open' | 'elsewhere'

/** All that the page shows. */
export interface RiderState {
  readonly phase: Phase
  readonly port: WalletPort | null
  readonly issuer: Member | null
  readonly members: Members | null
  readonly news: RiderNews | null
  readonly showings: readonly Showing[]
  /** Name and secret that the rider has not written down yet; null otherwise. */
  readonly secret: SignIn | null
  /** Whether the network answered when it was last asked; null before the first time. */
  readonly connected: boolean | null
  /** Code of what the network or the issuer refused last; null when all is well. */
  readonly fault: string | null
}

/** What the page stands on. */
export interface RiderGround {
  readonly vault: Vault
  readonly fetchMembers: () => Promise<MembersNews>
  readonly link: Link
  /** Pseudonyms and companions; without, the wallet shows the account itself. */
  readonly plan?: ShelfPlan
  /** The device's own clock. */
  readonly deviceNow: () => Instant
}

/** The rider's page without its picture: what is known, and what can be done. */
export interface RiderApp {
  state(): RiderState
  subscribe(listener: () => void): () => void
  /** The network's time, as far as this device knows it. */
  now(): Instant
  /** Reads what the device keeps: enough to show a code. */
  load(): Promise<void>
  /** Opens the service with a new account that pays after the ride. */
  start(): Promise<void>
  /** Opens it with an anonymous account that pays this much in advance. */
  startPrepaid(amountFen: Fen): Promise<void>
  /** The rider has written the secret down: it is shown no more. */
  noteSecret(): Promise<void>
  /** Asks the network for news, and renews what is running out. Never throws. */
  sync(): Promise<void>
  keep(state: WalletState): Promise<void>
  noteShown(at: Instant): void
  /** Takes an account over with its name and secret: this device alone acts for it from now on. */
  takeOver(signIn: SignIn): Promise<void>
  /** Runs an order of the rider, keeps what became of the wallet, and asks for news. */
  order<T>(run: (port: WalletPort) => Promise<T>): Promise<Done<T>>
  /** Runs an order that needs no wallet, only name and secret. */
  orderByName<T>(run: (way: IssuerWay) => Promise<T>): Promise<Done<T>>
  /** Ends the account at the issuer, and forgets it here; false when the issuer refused. */
  leave(): Promise<boolean>
  /** Forgets account and keys here without a word to the issuer, which no longer knows them. */
  forget(): Promise<void>
  /** Another tab took the wallet: two must never make codes of one second. */
  standBack(): void
}

/** What became of an order; why it was refused stands in the state's `fault`. */
export type Done<T> = { readonly ok: true; readonly value: T } | { readonly ok: false }

interface KeptNetwork {
  readonly members: Members
  readonly issuer: Member
  readonly offsetMs: number
}

/** Makes the page's state over its ground. */
export function createRiderApp({ vault, ...ground }: RiderGround): RiderApp {
  let offsetMs = 0
  let state: RiderState = EMPTY
  const listeners = new Set<() => void>()
  const now = () => ground.deviceNow() + offsetMs
  const set = (change: Partial<RiderState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  const { link, plan } = ground
  const wayTo = (issuer: Member): IssuerWay => {
    return { issuer, link, now, ...(plan === undefined ? {} : { plan }) }
  }
  let kept: Promise<void> = Promise.resolve()
  /** One write after the other: an older state must not come to lie over a newer one. */
  function keep(wallet: WalletState): Promise<void> {
    const written = kept.then(() => {
      if (state.phase !== 'elsewhere') return vault.write('wallet', wallet)
      throw new UnifareError('page.no-wallet', 'another tab has the wallet')
    })
    kept = written.catch(() => undefined)
    return written
  }
  const fail = (error: unknown) => {
    if (!(error instanceof UnifareError)) throw error
    const away = error.code.startsWith('link.')
    set({ fault: error.code, connected: away ? false : state.connected })
  }

  async function refreshNetwork(): Promise<Member> {
    const heard = await ground.fetchMembers()
    offsetMs = heard.offsetMs
    const { members } = heard
    // The key of the issuer was learned once and stays: a later list must not replace it.
    const issuer = state.issuer ?? members.issuers[0]
    if (issuer === undefined) throw new UnifareError('page.no-issuer', 'nobody issues codes')
    await vault.write('network', { members, issuer, offsetMs } satisfies KeptNetwork)
    set({ members, issuer, connected: true })
    return issuer
  }

  async function hear(port: WalletPort): Promise<void> {
    const news = await port.news()
    await vault.write('news', news)
    set({ news, connected: true })
  }

  async function sync(): Promise<void> {
    try {
      await refreshNetwork()
      const { port } = state
      if (port === null || state.phase !== 'open') return
      const renewed = await port.refresh().then(
        (done) => ({ done, fault: null }),
        (error: unknown) => ({ done: false, fault: error }),
      )
      if (renewed.done) await keep(port.wallet.state())
      // A refused renewal is itself news: arrears or a freeze are told with their reason.
      await hear(port)
      if (renewed.fault === null) set({ fault: null })
      else fail(renewed.fault)
    } catch (error) {
      fail(error)
    }
  }

  async function orFault<T>(run: () => Promise<T>): Promise<Done<T>> {
    try {
      const value = await run()
      set({ fault: null })
      return { ok: true, value }
    } catch (error) {
      fail(error)
      return { ok: false }
    }
  }

  const order = <T>(run: (port: WalletPort) => Promise<T>): Promise<Done<T>> =>
    orFault(async () => {
      const { port } = state
      if (port === null) throw new UnifareError('page.no-wallet', 'no wallet on this page')
      const value = await run(port)
      await keep(port.wallet.state())
      await hear(port)
      return value
    })

  async function forget(): Promise<void> {
    await vault.clear()
    set({ ...EMPTY, phase: 'new', members: state.members, connected: state.connected })
  }

  async function orderWay(): Promise<IssuerWay> {
    const issuer = state.issuer ?? (await refreshNetwork())
    return wayTo(issuer)
  }

  /** Opens the service by way of a first port, made with the keys of this device. */
  async function open(first: (way: IssuerWay) => Promise<WalletPort>): Promise<void> {
    set({ phase: 'opening', fault: null })
    const done = await orFault(async () => {
      await refreshNetwork()
      const port = await first(await orderWay())
      await keep(port.wallet.state())
      set({ port, phase: 'open' })
      await hear(port)
    })
    if (!done.ok && state.phase === 'opening') set({ phase: 'new' })
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    now,
    async load() {
      const wallet = (await vault.read('wallet')) as WalletState | undefined
      const network = (await vault.read('network')) as KeptNetwork | undefined
      if (wallet === undefined || network === undefined) return set({ phase: 'new' })
      const { members, issuer } = network
      offsetMs = network.offsetMs
      const port = openWalletPort(wayTo(issuer), wallet)
      const phase = wallet.credentialUntilS === 0 ? 'new' : 'open'
      const kept = (await vault.read('secret')) as SignIn | null | undefined
      const secret = kept && kept.name !== '' ? kept : null
      set({ phase, port, members, issuer, secret })
      const showings = ((await vault.read('showings')) as readonly Showing[] | undefined) ?? []
      set({ news: ((await vault.read('news')) as RiderNews | undefined) ?? null, showings })
    },
    start: () =>
      open(async (way) => {
        const port = state.port ?? openWalletPort(way)
        set({ port })
        // The keys first: an account without its key would be lost.
        await keep(port.wallet.state())
        await port.start()
        return port
      }),
    startPrepaid: (amountFen) =>
      open(async (way) => {
        const port = state.port ?? openWalletPort(way)
        set({ port })
        await keep(port.wallet.state())
        // Kept before it is sent: an account whose secret is lost could never be taken over.
        const known = (await vault.read('secret')) as SignIn | null | undefined
        const secret = known?.secret ?? freshSecret()
        await vault.write('secret', { name: '', secret })
        const signIn = await port.startPrepaid(secret, amountFen)
        await vault.write('secret', signIn)
        set({ secret: signIn })
        return port
      }),
    async noteSecret() {
      await vault.write('secret', null)
      set({ secret: null })
    },
    takeOver: (signIn) =>
      open(async (way) => {
        const port = await takeOver(way, signIn)
        await keep(port.wallet.state())
        await port.refresh()
        return port
      }),
    sync,
    keep,
    noteShown(at) {
      const showings = noteShown(state.showings, at)
      set({ showings })
      void vault.write('showings', showings)
    },
    order,
    orderByName: (run) => orFault(async () => run(await orderWay())),
    async leave() {
      const left = await order((port) => port.leave())
      if (left.ok) await forget()
      return left.ok
    },
    forget,
    standBack: () => set({ phase: 'elsewhere', port: null }),
  }
}

const EMPTY: RiderState = {
  phase: 'loading',
  port: null,
  issuer: null,
  members: null,
  news: null,
  showings: [],
  secret: null,
  connected: null,
  fault: null,
}
