/** What every command of `unifare settlement` is asked with. */
export interface SettlementOptions {
  readonly data: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}
