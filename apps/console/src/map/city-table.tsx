import { useLanguage, useText } from '@unifare/language'
import { formatCount } from '../format/money.ts'
import { shortName } from '../format/names.ts'
import { mapTexts } from '../i18n/map-texts.ts'
import type { OverviewCity } from '../model.ts'

/** The map's twin: the same cities and counts as a table. */
export function CityTable({ cities }: { readonly cities: readonly OverviewCity[] }) {
  const { language } = useLanguage()
  const t = useText()
  const most = Math.max(1, ...cities.map(({ accepted }) => accepted))
  return (
    <table class="city-table">
      <thead>
        <tr>
          <th scope="col">{t(mapTexts.city)}</th>
          <th scope="col">{t(mapTexts.operators)}</th>
          <th scope="col" class="number">
            {t(mapTexts.accepted)}
          </th>
          <th scope="col" class="number">
            {t(mapTexts.refused)}
          </th>
          <th scope="col" class="number">
            {t(mapTexts.newest)}
          </th>
        </tr>
      </thead>
      <tbody>
        {cities.map((city) => (
          <tr key={city.division}>
            <th scope="row">{language === 'zh' ? city.nameZh : city.nameEn}</th>
            <td>
              {city.operators
                .map(({ nameZh, nameEn }) => shortName(language === 'zh' ? nameZh : nameEn))
                .join(language === 'zh' ? '、' : ', ')}
            </td>
            <td class="number bar" style={{ '--part': city.accepted / most }}>
              {formatCount(city.accepted)}
            </td>
            <td class="number">{formatCount(city.refused)}</td>
            <td class="number">{formatCount(city.lastMinute)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
