import { useLanguage, useText } from '@unifare/language'
import { formatSignedYuan, formatYuan } from '../format/money.ts'
import { shortName } from '../format/names.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import { word } from '../i18n/words.ts'
import type { MemberPosition } from '../model.ts'

/** What every member receives, pays and nets, and that it sums to zero. */
export function Members({
  members,
  sumFen,
}: {
  readonly members: readonly MemberPosition[]
  readonly sumFen: number
}) {
  const t = useText()
  const most = Math.max(1, ...members.map(({ netFen }) => Math.abs(netFen)))
  const sum = (amountOf: (member: MemberPosition) => number) =>
    formatYuan(members.reduce((total, member) => total + amountOf(member), 0))
  return (
    <section class="members" aria-labelledby="members-title">
      <h3 id="members-title">{t(settlementTexts.members)}</h3>
      <p class="faint">{t(settlementTexts.membersNote)}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t(settlementTexts.scroll)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t(settlementTexts.member)}</th>
              <th scope="col" class="role">
                {t(settlementTexts.role)}
              </th>
              <th scope="col" class="number">
                {t(settlementTexts.receivable)}
              </th>
              <th scope="col" class="number">
                {t(settlementTexts.payable)}
              </th>
              <th scope="col" class="number">
                {t(settlementTexts.net)}
              </th>
              <td class="net-bar" />
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <Member key={member.id} member={member} most={most} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t(settlementTexts.total)}</th>
              <td class="role" />
              <td class="number">{sum(({ receivableFen }) => receivableFen)}</td>
              <td class="number">{sum(({ payableFen }) => payableFen)}</td>
              <td class="number">{formatYuan(sumFen)}</td>
              <td class="net-bar" />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  )
}

function Member({ member, most }: { readonly member: MemberPosition; readonly most: number }) {
  const { language } = useLanguage()
  const t = useText()
  const { id, nameZh, nameEn, role, receivableFen, payableFen, netFen } = member
  return (
    <tr>
      <th scope="row" title={id}>
        {shortName(language === 'zh' ? nameZh : nameEn)}
      </th>
      <td class="role faint">{t(word('role', role))}</td>
      <td class="number">{formatYuan(receivableFen)}</td>
      <td class="number">{formatYuan(payableFen)}</td>
      <td class="number net">{formatSignedYuan(netFen)}</td>
      <td class="net-bar" aria-hidden="true">
        <i
          class={netFen < 0 ? 'pays' : 'receives'}
          style={{ '--part': (Math.abs(netFen) / most).toFixed(3) }}
        />
      </td>
    </tr>
  )
}
