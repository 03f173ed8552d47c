import { type Instant, UnifareError } from '@unifare/core'
import type { WalletState } from '@unifare/rider'
import type { Member, Members, MembersNews } from '../wallet/members.ts'
import type { News } from '../wallet/news.ts'
import type { WalletPort } from '../wallet/port.ts'
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
  readonly news: News | null
  readonly showings: readonly Showing[]
  /** Whether the network answered when it was last asked; null before the first time. */
  readonly connected: boolean | null
  /** Code of what the network or the issuer refused last; null when all is well. */
  readonly fault: string | null
}

/** What the page stands on. */
export interface RiderGround {
  readonly vault: Vault
  readonly fetchMembers: () => Promise<MembersNews>
  readonly openPort: (options: {
    readonly issuer: Member
    readonly now: () => Instant
    readonly state?: WalletState
  }) => WalletPort
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
  /** Opens the service with a new account. */
  start(): Promise<void>
  /** Asks the network for news, and renews what is running out. Never throws. */
  sync(): Promise<void>
  keep(state: WalletState): Promise<void>
  noteShown(at: Instant): void
  /** Runs an order of the rider, keeps what became of the wallet, and asks for news. */
  order(run: (port: WalletPort) => Promise<unknown>): Promise<boolean>
  /** Ends the account at the issuer, and forgets it here; false when the issuer refused. */
  leave(): Promise<boolean>
  /** Another tab took the wallet: two must never make codes of one second. */
  standBack(): void
}

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
  const keep = (wallet: WalletState) => vault.write('wallet', wallet)
  const fail = (error: unknown) => {
    if (!(error instanceof UnifareError)) throw error
    const away = error.code.startsWith('link.')
    set({ fault: error.code, connected: away ? false : state.connected })
  }

  async function refreshNetwork(): Promise<{ issuer: Member; members: Members } | undefined> {
    const heard = await ground.fetchMembers()
    offsetMs = heard.offsetMs
    const { members } = heard
    const own = state.issuer?.id
    // The key of the issuer was learned once and stays: a later list must not replace it.
    const issuer =
      state.issuer ?? members.issuers.find(({ id }) => id === own) ?? members.issuers[0]
    if (issuer === undefined) return undefined
    await vault.write('network', { members, issuer, offsetMs } satisfies KeptNetwork)
    set({ members, issuer, connected: true })
    return { issuer, members }
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

  async function order(run: (port: WalletPort) => Promise<unknown>): Promise<boolean> {
    const { port } = state
    if (port === null) return false
    try {
      await run(port)
      await keep(port.wallet.state())
      await hear(port)
      set({ fault: null })
      return true
    } catch (error) {
      fail(error)
      return false
    }
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
      const port = ground.openPort({ issuer, now, state: wallet })
      const phase = wallet.credential === '' ? 'new' : 'open'
      set({ phase, port, members, issuer })
      const showings = ((await vault.read('showings')) as readonly Showing[] | undefined) ?? []
      set({ news: ((await vault.read('news')) as News | undefined) ?? null, showings })
    },
    async start() {
      set({ phase: 'opening', fault: null })
      try {
        const network = await refreshNetwork()
        if (network === undefined) throw new UnifareError('page.no-issuer', 'nobody issues codes')
        const port = state.port ?? ground.openPort({ issuer: network.issuer, now })
        set({ port })
        // The keys first: an account without its key would be lost.
        await keep(port.wallet.state())
        await port.start()
        await keep(port.wallet.state())
        set({ phase: 'open' })
        await hear(port)
      } catch (error) {
        if (state.phase === 'opening') set({ phase: 'new' })
        fail(error)
      }
    },
    sync,
    keep,
    noteShown(at) {
      const showings = noteShown(state.showings, at)
      set({ showings })
      void vault.write('showings', showings)
    },
    order,
    async leave() {
      const left = await order((port) => port.leave())
      if (!left) return false
      await vault.clear()
      set({ ...EMPTY, phase: 'new', members: state.members, connected: state.connected })
      return true
    },
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
  connected: null,
  fault: null,
}
