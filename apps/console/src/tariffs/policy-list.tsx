import { useLanguage, useText } from '@unifare/language'
import { policyTexts, tariffTexts } from '../i18n/tariff-texts.ts'
import type { TariffDetail, TariffPolicy, TariffSource } from '../model-tariffs.ts'

/** Everything a tariff says, in words, each with its source, date and how far it was checked. */
export function PolicyList({ detail }: { readonly detail: TariffDetail }) {
  const t = useText()
  return (
    <section class="tariff-part" aria-labelledby="policies-title">
      <h3 id="policies-title">{t(tariffTexts.rules)}</h3>
      <p class="faint">{t(tariffTexts.rulesLead)}</p>
      <ol class="policies">
        {detail.policies.map((policy) => (
          <Policy
            key={`${policy.kind} ${policy.id}`}
            policy={policy}
            source={detail.sources[policy.source]}
          />
        ))}
      </ol>
    </section>
  )
}

function Policy({
  policy,
  source,
}: {
  readonly policy: TariffPolicy
  readonly source: TariffSource | undefined
}) {
  const { language } = useLanguage()
  const t = useText()
  const kinds: Readonly<Record<string, (typeof policyTexts)[keyof typeof policyTexts]>> =
    policyTexts
  const kind = kinds[policy.kind]
  const conditions = policy.when.map((words) => words[language])
  return (
    <li class="policy">
      <p class="policy-kind">{kind === undefined ? policy.kind : t(kind)}</p>
      <div>
        <p class="policy-text">
          {policy.text[language]} <code>{policy.id}</code>
        </p>
        <p>{policy.effect[language]}</p>
        {conditions.length > 0 && (
          <p class="policy-when">
            {conditions.map((text) => (
              <span key={text} class="tag">
                {text}
              </span>
            ))}
          </p>
        )}
        {source !== undefined && (
          <p class="policy-source">
            <span class={`tag tag-${source.mark}`}>{t(tariffTexts[source.mark])}</span>{' '}
            <span lang="en">{source.text}</span> · <time>{source.date}</time>
          </p>
        )}
      </div>
    </li>
  )
}
