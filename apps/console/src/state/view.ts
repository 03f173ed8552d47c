/** Pages of the console, by the name in their address. */
export const PAGES = ['day', 'centre', 'tariffs', 'exposure'] as const
export type PageName = (typeof PAGES)[number]

/** What the page's address asks for: `#page=tariffs&tariff=beijing-metro`; without a page, the day. */
export interface View {
  readonly page: PageName
  /** The other parameters, for the page itself. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Reads the part of an address behind `#`. */
export function viewOf(hash: string): View {
  const { page, ...parameters } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')))
  return { page: PAGES.find((name) => name === page) ?? 'day', parameters }
}

/** The address of a view; empty parameters are left out. */
export function addressOf({ page, parameters }: View): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  const all = page === 'day' ? given : [['page', page] as [string, string], ...given]
  return `#${new URLSearchParams(all).toString()}`
}
