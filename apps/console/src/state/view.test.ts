import { describe, expect, it } from 'vitest'
import { addressOf, viewOf } from './view.ts'

describe('the address', () => {
  it('names the page and what it shows', () => {
    expect(viewOf('#page=tariffs&tariff=beijing-metro')).toEqual({
      page: 'tariffs',
      parameters: { tariff: 'beijing-metro' },
    })
  })

  it.each(['', '#', '#settlement', '#tap=41310000-1', '#page=nothing'])(
    'shows the day for %j',
    (hash) => {
      expect(viewOf(hash).page).toBe('day')
    },
  )

  it('is read as it was written, without empty parameters', () => {
    const view = { page: 'tariffs', parameters: { tariff: 'a b&c=ü', with: '' } } as const
    expect(viewOf(addressOf(view))).toEqual({ page: 'tariffs', parameters: { tariff: 'a b&c=ü' } })
    expect(addressOf({ page: 'day', parameters: {} })).toBe('#')
  })
})
